package check

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"artihook/emitter/receiver"
	"artihook/emitter/receiver/receivertest"
	"artihook/emitter/signature"
	"artihook/scenarios/report"
)

// TestAProbeOfASlowSystem holds that "there is no such lead" is no failure as long as the lead may still come, and that
// the second effect of a duplicate is waited for as long as the first one took.
func TestAProbeOfASlowSystem(t *testing.T) {
	t.Parallel()
	for _, mistake := range []receivertest.Misbehavior{"", receivertest.NotIdempotent} {
		t.Run(string(mistake), func(t *testing.T) {
			t.Parallel()
			shown := laggard{}
			shown.examined = receivertest.New(receiver.Options{Secret: signature.NewSecret(testSecret), Seen: shown.seen}, mistake)
			server := httptest.NewServer(shown.examined)
			defer server.Close()
			result := examine(t, server.URL, exam{only: []string{"life-twice"}, settle: time.Minute}, shown.probe)[0]
			if want := map[bool]report.Outcome{true: report.Passed, false: report.Failed}[mistake == ""]; result.Outcome != want {
				t.Errorf("%s: want %s, got %s", result.Outcome, result.Want, result.Got)
			}
		})
	}
}

// laggard probes a receiver whose records show only after a pause.
type laggard struct {
	examined *receivertest.Receiver
	mu       sync.Mutex
	last     time.Time // of the last request
	shown    string
}

func (g *laggard) seen(receiver.Arrival) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.last = time.Now()
}

func (g *laggard) probe(_ context.Context, lead string) (string, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if time.Since(g.last) >= 2*probeEvery {
		now, err := json.Marshal(g.examined.Records(lead))
		if err != nil {
			return "", err
		}
		g.shown = string(now)
	}
	if g.shown == "" {
		return "", errors.New("404 Not Found")
	}
	return g.shown, nil
}

// TestADifferenceIsShown holds that what is quoted begins where the two texts part, however long they are.
func TestADifferenceIsShown(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("0123456789", 30)
	tests := []struct{ before, after, want, got string }{
		{"one", "one one", `one`, `one one`},
		{long, long + "\n" + long, "…" + long[:40], "…" + long[:40] + " " + long[:119] + "…"},
		{long + " v3", long + " v2", "…" + long[2:40] + " v3", "…" + long[2:40] + " v2"},
		{"é" + long, "è" + long, "é" + long[:159] + "…", "è" + long[:159] + "…"},
	}
	for _, tt := range tests {
		if want, got := apart(tt.before, tt.after); want != tt.want || got != tt.got {
			t.Errorf("%.20q: got\n%s\n%s\nwant\n%s\n%s", tt.before, want, got, tt.want, tt.got)
		}
	}
}

// TestABrokenProbe holds that the advice is about the probe, and that it is waited for once and not in each case.
func TestABrokenProbe(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(receiver.New(receiver.Options{Secret: signature.NewSecret(testSecret)}))
	defer server.Close()
	asked := 0
	results := examine(t, server.URL, exam{only: []string{"life-conversation", "life-twice", "life-gaps"}}, func(context.Context, string) (string, error) {
		asked++
		return "", fmt.Errorf("exit status %d: no such table", asked)
	})
	for _, r := range results {
		if r.Outcome != report.Failed || !strings.Contains(r.Got, "no such table") || !strings.HasPrefix(r.Advice(), "Here it is the probe that fails") {
			t.Errorf("%s: %s %s %s", r.Case.ID, r.Outcome, r.Got, r.Advice())
		}
	}
	if last := results[2].Got; last != fmt.Sprintf("exit status %d: no such table", asked) || asked < 3 {
		t.Errorf("%d questions, %s", asked, last)
	}
}
