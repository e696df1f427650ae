package check

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"artihook/emitter"
	"artihook/emitter/signature"
	"artihook/scenarios/report"
)

// TestFragileReceivers runs the battery ten times against receivers that fail on one unusual thing: the same single case fails each
// time, whatever the seed.
func TestFragileReceivers(t *testing.T) {
	t.Parallel()
	tests := map[string]*regexp.Regexp{
		"body-ipv6":                regexp.MustCompile(`"ip_address":"[^"]{16}`),
		"body-date-short-fraction": regexp.MustCompile(`"time_stamp":"[^".]*\.\d{1,5}Z"`),
		"body-long-user-agent":     regexp.MustCompile(`"user_agent":"[^"]{256}`),
	}
	for id, fragile := range tests {
		for seed := range uint64(10) {
			t.Run(id, func(t *testing.T) {
				t.Parallel()
				server := httptest.NewServer(hook(func(w http.ResponseWriter, _ *http.Request, body []byte) bool {
					failed := fragile.Match(body)
					if failed {
						http.Error(w, "cannot store the lead", http.StatusInternalServerError)
					}
					return !failed
				}))
				defer server.Close()
				results := examine(t, server.URL, exam{only: []string{"signature-valid", "body", "life"}, seed: seed + 1}, nil)
				if diff := cmp.Diff([]string{id}, failed(results)); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

// TestSameBytes checks that the same seed and clock send the same bytes in every run, and that a second run passes too.
func TestSameBytes(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	arrived := map[string]int{} // by request
	server := httptest.NewServer(hook(func(_ http.ResponseWriter, r *http.Request, body []byte) bool {
		mu.Lock()
		defer mu.Unlock()
		arrived[r.Method+r.Header.Get(signature.Header)+string(body)]++
		return true
	}))
	defer server.Close()
	url, err := signature.ParseURL(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	sender := emitter.New(emitter.Options{Connections: manyLeadsCount})
	defer sender.Close()
	now := time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC)
	for range 2 {
		results, err := Run(t.Context(), Options{
			Emitter: sender, Webhook: emitter.Webhook{URL: url, Secret: signature.NewSecret(testSecret)}, Seed: 7, Now: func() time.Time { return now },
			Slow: 40 * time.Millisecond, Linger: time.Millisecond, Patience: time.Minute,
		})
		if err != nil || len(failed(results)) > 0 {
			t.Errorf("%v %v", failed(results), err)
		}
	}
	for request, n := range arrived {
		if n%2 != 0 && strings.HasSuffix(request, "}") { // not if it was cut: the receiver may have read less of it
			t.Errorf("a request arrived %d times: %.200s", n, request)
		}
	}
	before := len(arrived)
	if r := examine(t, server.URL, exam{only: []string{"life-gaps"}, seed: 7, now: now, blind: true}, nil)[0]; r.Outcome != report.Passed {
		t.Errorf("%s: %s", r.Case.ID, r.Outcome)
	}
	if more := len(arrived) - before; more > 2 { // the plain deliveries before and after the case
		t.Errorf("the case alone sent %d other requests", more)
	}
}
