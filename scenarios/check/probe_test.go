package check

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

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

// TestBrokenProbe checks that the advice is about the probe, and that only the first case waits for it and fails.
func TestBrokenProbe(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(correct())
	defer server.Close()
	probes := 0
	results := examine(t, server.URL, exam{only: []string{"life-conversation", "life-twice", "life-same-contact"}}, func(context.Context, string) (string, error) {
		probes++
		return "", fmt.Errorf("exit status %d: no such table", probes)
	})
	if first := results[0]; first.Outcome != report.Failed || !strings.Contains(first.Got, "no such table") || !strings.HasPrefix(first.Advice(), "The probe has shown no lead") {
		t.Errorf("%s %s %s", first.Outcome, first.Got, first.Advice())
	}
	for _, r := range results[1:] {
		if r.Outcome != report.Inconclusive || r.Reason != "the probe has shown no lead since life-conversation" {
			t.Errorf("%s: %s %s", r.Case.ID, r.Outcome, r.Reason)
		}
	}
	if waited := fmt.Sprintf("exit status %d: no such table", probes-2); results[0].Got != waited || probes < 4 {
		t.Errorf("%d probes, %s", probes, results[0].Got)
	}
}

// TestLostLead checks that a probe which works for other leads is not blamed.
func TestLostLead(t *testing.T) {
	t.Parallel()
	examined := receivertest.New(receiver.Options{Secret: signature.NewSecret(testSecret)})
	server := httptest.NewServer(examined)
	defer server.Close()
	lost := ""
	results := examine(t, server.URL, exam{only: []string{"life-conversation", "life-twice"}}, func(_ context.Context, lead string) (string, error) {
		if records := examined.Records(lead); lost == "" || lead == lost || records[0].Completed {
			text, err := json.Marshal(records)
			lost = lead
			return string(text), err
		}
		return "", errors.New("the probe got the status 404")
	})
	if r := results[1]; r.Outcome != report.Failed || r.Got != "the probe got the status 404" || strings.Contains(r.Advice(), "probe") {
		t.Errorf("%s %s %s", r.Outcome, r.Got, r.Advice())
	}
}

// TestStable checks which differences between two outputs of a probe count.
func TestStable(t *testing.T) {
	t.Parallel()
	tests := []struct {
		one, other, ignore string
		same               bool
	}{
		{"updated_at: 2026-11-28T13:02:11.123Z", "updated_at: 2026-11-28T13:02:12Z", "", true},
		{"2026-11-28 13:02:11.123+00|open", "2026-11-28 13:02:12+00|open", "", true},
		{"Sat, 28 Nov 2026 13:02:11 GMT", "Sat, 28 Nov 2026 13:02:12 GMT", "", true},
		{"Sat Nov 28 2026 13:02:11 GMT+0000", "Sat Nov 28 2026 13:02:12 GMT+0000", "", true},
		{"11/28/2026, 1:02:11 PM", "11/28/2026, 1:02:12 PM", "", true},
		{`{"at":1795870931}`, `{"at":1795870932}`, "", true},
		{`{"at":1795870931123}`, `{"at":1795870932456}`, "", true},
		{"seen 3 seconds ago", "seen 4 seconds ago", "", true},
		{`{"version":3}`, `{"version":2}`, "", false},
		{`{"completed_at":null}`, `{"completed_at":"2026-11-28T13:02:11Z"}`, "", false},
		{"lead open", "lead won", "", false},
		{"views: 17", "views: 18", "", false},
		{"views: 17", "views: 18", `views: \d+`, true},
	}
	for _, tt := range tests {
		r := &run{opt: &Options{}}
		if tt.ignore != "" {
			r.opt.ProbeIgnore = regexp.MustCompile(tt.ignore)
		}
		if same := r.stable(tt.one) == r.stable(tt.other); same != tt.same {
			t.Errorf("%q and %q, ignore %q: got %v", tt.one, tt.other, tt.ignore, same)
		}
	}
}

// TestEventLog checks that a receiver which stores every event passes, and that one which overwrites the lead or adds a second record
// does not.
func TestEventLog(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{
		"log": nil, "last": {"life-stale-version", "life-updated-first", "life-completed-then-updated"},
		"rows": {"life-stale-version", "life-updated-first", "life-completed-then-updated"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stored := &eventStore{form: name, events: map[string][]string{}}
			server := httptest.NewServer(hook(stored.store))
			defer server.Close()
			results := examine(t, server.URL, exam{only: []string{"life"}}, stored.probe)
			if diff := cmp.Diff(want, failed(results)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// eventStore stores the events of each lead: all of them, the last one, or a row for each event that is older than one before it.
type eventStore struct {
	form string

	mu     sync.Mutex
	events map[string][]string
}

func (s *eventStore) store(_ http.ResponseWriter, _ *http.Request, body []byte) bool {
	var e struct {
		ID      string `json:"resource_id"`
		Version int    `json:"resource_version"`
	}
	if json.Unmarshal(body, &e) != nil || e.ID == "" {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	text := fmt.Sprintf("%s\n", body)
	known := s.events[e.ID]
	switch {
	case slices.Contains(known, text):
	case s.form == "last" || s.form == "rows" && len(known) > 0 && isNewer(text, known[0]):
		s.events[e.ID] = []string{text}
	default:
		s.events[e.ID] = append(known, text)
	}
	return true
}

// isNewer reports whether an event has more answers or completes the lead.
func isNewer(event, known string) bool {
	completed := func(s string) bool { return strings.Contains(s, `"action":"completed"`) }
	return len(event) > len(known) || completed(event) && !completed(known)
}

func (s *eventStore) probe(_ context.Context, lead string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.events[lead]) == 0 {
		return "", errors.New("404 Not Found")
	}
	return strings.Join(s.events[lead], ""), nil
}
