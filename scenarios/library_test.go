package scenarios

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"artihook/emitter/receiver"
	"artihook/scenarios/format"
)

// TestLibrary checks that every ready scenario has a description of two lines and passes against the reference receiver.
func TestLibrary(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"happy-path", "abandoned", "every-answer-type", "unicode", "large-lead", "returning-visitor", "duplicates", "out-of-order",
		"completed-repeats-version", "completed-first", "version-10", "lost-update", "two-leads-one-person", "tampered", "unsigned", "burst", "receiver-errors", "slow-receiver", "two-webhooks",
	} {
		if _, err := format.LoadLibrary(name); err != nil {
			t.Error(err)
		}
	}
	for _, name := range format.Library() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, err := format.LoadLibrary(name)
			if err != nil {
				t.Fatal(err)
			}
			if f.Name.Value != name || strings.Count(strings.TrimSpace(f.Description.Value), "\n") != 1 {
				t.Errorf("the description of %q is %q, want two lines", f.Name.Value, f.Description.Value)
			}
			if !bytes.HasPrefix(f.Ready, []byte("# Needs: a receiver that ")) {
				t.Errorf("the first line of %s is not about what the scenario needs", name)
			}
			if err := Lint(t.Context(), []*format.File{f}, Options{}); err != nil {
				t.Error(err)
			}
			rep, err := Run(t.Context(), []*format.File{f}, startCRM(t, testSecret).options(t))
			if err != nil || rep.Count().Failed > 0 || rep.Count().Passed == 0 {
				t.Errorf("%v\n%s", err, strings.Join(outcomes(rep), "\n"))
			}
		})
	}
}

// TestLibraryFindsMistakes checks that a receiver with one mistake fails the scenario for it, and passes the happy path.
func TestLibraryFindsMistakes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		scenario string
		respond  func(w http.ResponseWriter, a *receiver.Arrival)
	}{
		{"tampered", func(http.ResponseWriter, *receiver.Arrival) {}},
		{"unsigned", func(w http.ResponseWriter, a *receiver.Arrival) {
			if a.Header.Get("x-artibot-signature") == "" {
				w.WriteHeader(http.StatusInternalServerError)
			}
		}},
		{"large-lead", func(w http.ResponseWriter, a *receiver.Arrival) {
			if len(a.Body) > 100<<10 {
				w.WriteHeader(http.StatusRequestEntityTooLarge)
			}
		}},
		{"two-webhooks", func(w http.ResponseWriter, a *receiver.Arrival) {
			if strings.Contains(a.URL, "?") {
				w.WriteHeader(http.StatusUnauthorized)
			}
		}},
		{"receiver-errors", func(w http.ResponseWriter, a *receiver.Arrival) {
			if a.Summary.Event == "" {
				w.WriteHeader(http.StatusInternalServerError)
			}
		}},
	}
	for _, tt := range tests {
		c := startCRM(t, testSecret)
		c.respond = tt.respond
		for name, fails := range map[string]bool{tt.scenario: true, "happy-path": false} {
			f, err := format.LoadLibrary(name)
			if err != nil {
				t.Fatal(err)
			}
			rep, err := Run(t.Context(), []*format.File{f}, c.options(t))
			if err != nil || rep.Count().Failed > 0 != fails {
				t.Errorf("%s: %v\n%s", name, err, strings.Join(outcomes(rep), "\n"))
			}
		}
	}
}

// TestLibraryProbes checks the scenarios that can look at the stored lead against a receiver that stores the newest version, and against
// one that stores the event that arrived last.
func TestLibraryProbes(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"completed-first", "version-10", "lost-update", "two-leads-one-person"} {
		for _, newest := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s newest=%t", name, newest), func(t *testing.T) {
				t.Parallel()
				c := startCRM(t, testSecret)
				stored := map[string]receiver.Arrival{}
				var mu sync.Mutex
				c.respond = func(_ http.ResponseWriter, a *receiver.Arrival) {
					mu.Lock()
					defer mu.Unlock()
					if old, ok := stored[a.Summary.Lead]; !ok || !newest || old.Summary.Version < a.Summary.Version {
						stored[a.Summary.Lead] = *a
					}
				}
				leads := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					mu.Lock()
					defer mu.Unlock()
					_, _ = w.Write(stored[strings.TrimPrefix(r.URL.Path, "/")].Body)
				}))
				t.Cleanup(leads.Close)
				f, err := format.LoadLibrary(name)
				if err != nil {
					t.Fatal(err)
				}
				opt := c.options(t)
				opt.Vars = map[string]string{"LEADS": leads.URL}
				if !newest {
					shortenProbes(f.All())
				}
				rep, err := Run(t.Context(), []*format.File{f}, opt)
				if err != nil || rep.Count().Skipped > 0 || newest && rep.Count().Failed > 0 {
					t.Errorf("%v\n%s", err, strings.Join(outcomes(rep), "\n"))
				}
				if mustFail := name == "completed-first" || name == "version-10"; mustFail && !newest && rep.Count().Failed != 1 {
					t.Errorf("a receiver that stores the last event:\n%s", strings.Join(outcomes(rep), "\n"))
				}
			})
		}
	}
}

// shortenProbes makes the probes of steps look once.
func shortenProbes(steps []*format.Step) {
	for _, s := range steps {
		if s.Probe != nil {
			s.Probe.For.Value = 0
		}
		shortenProbes(s.Inner())
	}
}

// TestLibraryRetries checks that a receiver that fails every second request passes receiver-errors.
func TestLibraryRetries(t *testing.T) {
	t.Parallel()
	c := startCRM(t, testSecret)
	var n atomic.Int32
	c.respond = func(w http.ResponseWriter, a *receiver.Arrival) {
		if n.Add(1)%2 == 1 && a.Status == http.StatusNoContent {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		w.WriteHeader(a.Status)
	}
	f, err := format.LoadLibrary("receiver-errors")
	if err != nil {
		t.Fatal(err)
	}
	rep, err := Run(t.Context(), []*format.File{f}, c.options(t))
	if err != nil || rep.Count().Failed > 0 {
		t.Errorf("%v\n%s", err, strings.Join(outcomes(rep), "\n"))
	}
	if n.Load() != 4*2+2 {
		t.Errorf("%d requests", n.Load())
	}
}
