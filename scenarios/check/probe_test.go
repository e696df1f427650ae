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

// TestProbeOfSlowReceiver checks that a failing probe is no failure while the lead may still be stored, and that a check for
// a second record waits as long as the first one took.
func TestProbeOfSlowReceiver(t *testing.T) {
	t.Parallel()
	for _, mistake := range []receivertest.Misbehavior{"", receivertest.NotIdempotent} {
		t.Run(string(mistake), func(t *testing.T) {
			t.Parallel()
			shown := delayedProbe{}
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

// delayedProbe probes a receiver whose records show only after a pause.
type delayedProbe struct {
	examined *receivertest.Receiver
	mu       sync.Mutex
	last     time.Time // of the last request
	shown    string
}

func (g *delayedProbe) seen(receiver.Arrival) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.last = time.Now()
}

func (g *delayedProbe) probe(_ context.Context, lead string) (string, error) {
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

// TestDifferingParts checks that the quotes start shortly before the first difference.
func TestDifferingParts(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("0123456789", 30)
	tests := []struct{ before, after, want, got string }{
		{"one", "one one", `one`, `one one`},
		{long, long + "\n" + long, "…" + long[:40], "…" + long[:40] + " " + long[:119] + "…"},
		{long + " v3", long + " v2", "…" + long[2:40] + " v3", "…" + long[2:40] + " v2"},
		{"é" + long, "è" + long, "é" + long[:159] + "…", "è" + long[:159] + "…"},
	}
	for _, tt := range tests {
		if want, got := differingParts(tt.before, tt.after); want != tt.want || got != tt.got {
			t.Errorf("%.20q: got\n%s\n%s\nwant\n%s\n%s", tt.before, want, got, tt.want, tt.got)
		}
	}
}

// TestBrokenProbe checks that the advice is about the probe, and that only the first case waits for it.
func TestBrokenProbe(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(receiver.New(receiver.Options{Secret: signature.NewSecret(testSecret)}))
	defer server.Close()
	probes := 0
	results := examine(t, server.URL, exam{only: []string{"life-conversation", "life-twice", "life-gaps"}}, func(context.Context, string) (string, error) {
		probes++
		return "", fmt.Errorf("exit status %d: no such table", probes)
	})
	for _, r := range results {
		if r.Outcome != report.Failed || !strings.Contains(r.Got, "no such table") || !strings.HasPrefix(r.Advice(), "The probe itself failed") {
			t.Errorf("%s: %s %s %s", r.Case.ID, r.Outcome, r.Got, r.Advice())
		}
	}
	if last := results[2].Got; last != fmt.Sprintf("exit status %d: no such table", probes) || probes < 3 {
		t.Errorf("%d probes, %s", probes, last)
	}
}
