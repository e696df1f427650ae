package scenarios

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"artihook/emitter"
	"artihook/emitter/receiver"
	"artihook/emitter/signature"
	"artihook/scenarios/format"
	"artihook/scenarios/report"
)

// crm is a receiver that verifies signatures and records the requests.
type crm struct {
	*httptest.Server
	mu       sync.Mutex
	arrivals []receiver.Arrival
	respond  func(w http.ResponseWriter, a *receiver.Arrival) // nil responds as the reference receiver does
}

func startCRM(t testing.TB, secret string) *crm {
	c := &crm{}
	verifying := receiver.New(receiver.Options{Secret: signature.NewSecret(secret), Seen: func(a receiver.Arrival) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.arrivals = append(c.arrivals, a)
	}})
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c.respond == nil {
			verifying.ServeHTTP(w, r)
			return
		}
		verifying.ServeHTTP(httptest.NewRecorder(), r)
		c.mu.Lock()
		last := c.arrivals[len(c.arrivals)-1]
		c.mu.Unlock()
		c.respond(w, &last)
	}))
	t.Cleanup(c.Close)
	return c
}

// events returns the requests as "created 1 204".
func (c *crm) events() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var list []string
	for _, a := range c.arrivals {
		list = append(list, fmt.Sprintf("%s %d %d", strings.TrimPrefix(a.Summary.Event, "lead:"), a.Summary.Version, a.Status))
	}
	return list
}

func (c *crm) bodies() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var list []string
	for _, a := range c.arrivals {
		list = append(list, string(a.Body))
	}
	return list
}

const testSecret = "the secret of the tests"

// options returns options that run scenarios against the receiver.
func (c *crm) options(t testing.TB) Options {
	e := emitter.New(emitter.Options{RetryDelay: time.Millisecond, Timeout: time.Minute, Connections: 4})
	t.Cleanup(e.Close)
	return Options{
		Emitter: e, Seed: 7, Now: func() time.Time { return time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC) },
		Webhook: func(name, url string) (emitter.Webhook, error) {
			if name != "" {
				return emitter.Webhook{}, fmt.Errorf("unknown webhook %q", name)
			}
			if url == "" {
				url = c.URL + "/hook"
			}
			u, err := signature.ParseURL(url)
			return emitter.Webhook{URL: u, Secret: signature.NewSecret(testSecret)}, err
		},
	}
}

func parseSteps(t testing.TB, text string) *format.File {
	t.Helper()
	f, err := format.Parse("test.yaml", []byte("name: test\n"+text))
	if err != nil {
		t.Fatalf("%v", err)
	}
	return f
}

// outcomes returns the steps of a report as "pass start", with the failed checks.
func outcomes(r *report.Report) []string {
	var list []string
	for _, s := range r.Suites {
		for _, step := range s.Steps {
			text := string(step.Outcome) + " " + step.Name
			for _, c := range step.Checks {
				if c.Outcome == report.Failed {
					text += fmt.Sprintf(" | %s: %s, not %s", c.What, c.Actual, c.Expected)
				}
			}
			if step.Why != "" {
				text += " | " + step.Why
			}
			list = append(list, text)
		}
	}
	return list
}

// jsonCRM returns a CRM that responds with JSON.
func jsonCRM(t *testing.T) *crm {
	c := startCRM(t, testSecret)
	c.respond = func(w http.ResponseWriter, a *receiver.Arrival) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Add("X-Id", "4")
		w.Header().Add("X-Id", "2")
		fmt.Fprintf(w, `{"ok":true,"id":9007199254740993,"price":1.50,"tags":["a","b"],"lead":{"id":%q},"n":null,"echo":%q,"at":%q,"seconds":%d}`, a.Summary.Lead, testSecret,
			time.Now().UTC().Format(time.RFC3339Nano), time.Now().Unix())
	}
	return c
}
