package check

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"artihook/emitter/receiver"
	"artihook/emitter/signature"
	"artihook/scenarios/report"
)

// correct returns a correct receiver.
func correct() http.Handler {
	return receiver.New(receiver.Options{Secret: signature.NewSecret(testSecret)})
}

// hook returns a handler that calls before with the body of each request. If before returns false, it has handled the request.
func hook(before func(w http.ResponseWriter, r *http.Request, body []byte) bool) http.Handler {
	next := correct()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // the receiver notices a body that ended early
		r.Body = io.NopCloser(bytes.NewReader(body))
		if before(w, r, body) {
			next.ServeHTTP(w, r)
		}
	})
}

func hasNoCity(body []byte) bool { return bytes.Contains(body, []byte(`"city":null`)) }

func unsigned(r *http.Request) bool {
	return r.Method == http.MethodPost && r.Header[http.CanonicalHeaderKey(signature.Header)] == nil
}

// process is a receiver that can crash: connections break, and are refused until it is started again.
type process struct {
	handler func(p *process) http.Handler
	address string

	mu     sync.Mutex
	server *http.Server
}

func startProcess(t *testing.T, handler func(p *process) http.Handler) *process {
	t.Helper()
	p := &process{handler: handler, address: "127.0.0.1:0"}
	if err := p.start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.crash)
	return p
}

func (p *process) start() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	listener, err := net.Listen("tcp", p.address)
	if err != nil {
		return err
	}
	p.address, p.server = listener.Addr().String(), &http.Server{Handler: p.handler(p)}
	go p.server.Serve(listener)
	return nil
}

func (p *process) crash() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.server.Close()
}

// restart starts the receiver again a moment after a crash. It tries again while a connection of another test has the port.
func (p *process) restart() {
	p.crash()
	time.AfterFunc(time.Second, func() {
		for p.start() != nil {
			time.Sleep(10 * time.Millisecond)
		}
	})
}

func (p *process) url() string { return "http://" + p.address }

// TestHandlerCrash checks that a receiver whose handler crashes fails the case that made it crash, and no other.
func TestHandlerCrash(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(hook(func(_ http.ResponseWriter, r *http.Request, _ []byte) bool {
		if unsigned(r) {
			panic(http.ErrAbortHandler)
		}
		return true
	}))
	defer server.Close()
	if diff := cmp.Diff([]string{"signature-missing-header"}, failed(examine(t, server.URL, exam{}, nil))); diff != "" {
		t.Error(diff)
	}
}

// TestReceiverStops checks that the case which stopped the receiver fails, and that all cases after it are inconclusive.
func TestReceiverStops(t *testing.T) {
	t.Parallel()
	p := startProcess(t, func(p *process) http.Handler {
		return hook(func(_ http.ResponseWriter, r *http.Request, _ []byte) bool {
			if unsigned(r) {
				p.crash()
				panic(http.ErrAbortHandler)
			}
			return true
		})
	})
	results := examine(t, p.url(), exam{}, nil)
	if diff := cmp.Diff([]string{"signature-missing-header"}, failed(results)); diff != "" {
		t.Error(diff)
	}
	expectInconclusive(t, results, "signature-missing-header", "connections are refused since signature-missing-header")
}

// expectInconclusive checks that every case after the one with this id is inconclusive for this reason.
func expectInconclusive(t *testing.T, results []Result, id, reason string) {
	t.Helper()
	found := false
	for _, r := range results {
		isNeeded := slices.Contains(r.Case.needs, id) // then the reason is the failure of that case
		if found && (r.Outcome != report.Inconclusive || !isNeeded && r.Reason != reason) {
			t.Errorf("%s: %s %s", r.Case.ID, r.Outcome, r.Reason)
		}
		found = found || r.Case.ID == id
	}
	if !found {
		t.Errorf("%s did not run", id)
	}
}

// TestLateCrash examines receivers that crash after their response to one event. The case that sent the event fails. If the receiver
// starts again, that holds for a crash later than Options.Linger too: here, for a crash in a later request.
func TestLateCrash(t *testing.T) {
	t.Parallel()
	hasCompleted := func(body []byte) bool { return bytes.Contains(body, []byte(`"action":"completed"`)) }
	body := []string{"body-html-characters", "body-null-place", "body-every-type", "body-emoji", "body-newline", "body-apostrophe", "body-script", "body-percent"}
	life := []string{"life-conversation", "life-twice", "life-same-moment", "life-same-contact"}
	tests := []struct {
		name    string
		crash   func(*process)
		later   int64 // the crash is in this request after the event; 0 means after the response to the event
		on      func(body []byte) bool
		only    []string
		blaming string
	}{
		{"stops", (*process).crash, 0, hasNoCity, body, "body-null-place"},
		{"restarts", (*process).restart, 0, hasNoCity, body, "body-null-place"},
		{"restarts, late", (*process).restart, 1, hasNoCity, body, "body-null-place"},
		{"restarts, three requests later", (*process).restart, 3, hasNoCity, body, "body-null-place"},
		{"stops in a life case", (*process).crash, 0, hasCompleted, life, "life-conversation"},
		{"restarts in a life case", (*process).restart, 0, hasCompleted, life, "life-conversation"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var left atomic.Int64
			p := startProcess(t, func(p *process) http.Handler {
				return hook(func(_ http.ResponseWriter, _ *http.Request, body []byte) bool {
					switch {
					case left.Add(-1) == 0:
						tt.crash(p)
						panic(http.ErrAbortHandler)
					case tt.on(body) && tt.later > 0:
						left.Store(tt.later)
					case tt.on(body):
						time.AfterFunc(0, func() { tt.crash(p) })
					}
					return true
				})
			})
			results := examine(t, p.url(), exam{only: tt.only, restart: 20 * time.Second, linger: 100 * time.Millisecond}, nil)
			if diff := cmp.Diff([]string{tt.blaming}, failed(results)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestChangedBehaviour checks that a case after which the receiver fails on every delivery is the only failure.
func TestChangedBehaviour(t *testing.T) {
	t.Parallel()
	var poisoned atomic.Bool
	server := httptest.NewServer(hook(func(w http.ResponseWriter, _ *http.Request, body []byte) bool {
		if poisoned.Load() {
			http.Error(w, "cannot load the list of cities", http.StatusInternalServerError)
			return false
		}
		poisoned.Store(hasNoCity(body))
		return true
	}))
	defer server.Close()
	results := examine(t, server.URL, exam{only: []string{"body"}}, nil)
	if diff := cmp.Diff([]string{"body-null-place"}, failed(results)); diff != "" {
		t.Error(diff)
	}
	for _, r := range results {
		if r.Case.ID == "body-null-place" && (r.Want != "2xx, as before" || !strings.Contains(r.Got, "list of cities")) {
			t.Errorf("want %s, got %s", r.Want, r.Got)
		}
	}
	expectInconclusive(t, results, "body-null-place", "the receiver responds 500 to plain deliveries since body-null-place")
}

// TestRandomReset examines a receiver that breaks every tenth connection: one failure, which is not about the case.
func TestRandomReset(t *testing.T) {
	t.Parallel()
	var count atomic.Int64
	server := httptest.NewServer(hook(func(_ http.ResponseWriter, r *http.Request, _ []byte) bool {
		if r.Method == http.MethodPost && count.Add(1)%10 == 0 {
			panic(http.ErrAbortHandler)
		}
		return true
	}))
	defer server.Close()
	results := examine(t, server.URL, exam{}, nil)
	ids := failed(results)
	if len(ids) != 1 {
		t.Fatalf("%v failed", ids)
	}
	for _, r := range results {
		if r.Case.ID == ids[0] && !strings.HasPrefix(r.Advice(), "The receiver closes connections without a response now and then") {
			t.Errorf("%s: %s", r.Case.ID, r.Advice())
		}
		if r.Outcome == report.Inconclusive && r.Reason != closesText+" since "+ids[0] {
			t.Errorf("%s: %s", r.Case.ID, r.Reason)
		}
	}
}

// TestRateLimit examines a receiver that responds 429 after 20 requests.
func TestRateLimit(t *testing.T) {
	t.Parallel()
	var count atomic.Int64
	server := httptest.NewServer(hook(func(w http.ResponseWriter, r *http.Request, _ []byte) bool {
		if r.Method == http.MethodPost && count.Add(1) > 20 {
			http.Error(w, "Too many requests", http.StatusTooManyRequests)
			return false
		}
		return true
	}))
	defer server.Close()
	results := examine(t, server.URL, exam{}, nil)
	ids := failed(results)
	if len(ids) != 1 {
		t.Fatalf("%v failed", ids)
	}
	for _, r := range results {
		if r.Case.ID == ids[0] && !strings.Contains(r.Advice(), "limits the rate") {
			t.Errorf("%s: %s", r.Case.ID, r.Advice())
		}
	}
	expectInconclusive(t, results, ids[0], "the receiver responds 429 to plain deliveries since "+ids[0])
}

// TestSlowReceiver checks that slow responses are reported once, and that the run ends with its budget.
func TestSlowReceiver(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(hook(func(_ http.ResponseWriter, _ *http.Request, _ []byte) bool {
		time.Sleep(100 * time.Millisecond)
		return true
	}))
	defer server.Close()
	start := time.Now()
	results := examine(t, server.URL, exam{patience: 20 * time.Millisecond, budget: time.Second}, nil)
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
	if diff := cmp.Diff([]string{"http-in-time"}, failed(results)); diff != "" {
		t.Error(diff)
	}
	last := results[len(results)-1]
	if last.Outcome != report.Inconclusive || !strings.Contains(last.Reason, "budget of 1s") {
		t.Errorf("%s: %s %s", last.Case.ID, last.Outcome, last.Reason)
	}
	if passed := results[0]; passed.Outcome != report.Passed {
		t.Errorf("%s: %s", passed.Case.ID, passed.Outcome)
	}
}

// TestNoResponse examines a receiver that never responds again after a broken connection.
func TestNoResponse(t *testing.T) {
	t.Parallel()
	var stuck atomic.Bool
	released := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if stuck.Store(stuck.Load() || err != nil); stuck.Load() {
			<-released
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		correct().ServeHTTP(w, r)
	}))
	defer server.Close()
	defer close(released)
	results := examine(t, server.URL, exam{only: []string{"http"}, timeout: 2 * time.Second}, nil)
	if diff := cmp.Diff([]string{"http-cut"}, failed(results)); diff != "" {
		t.Error(diff)
	}
	expectInconclusive(t, results, "http-cut", "the receiver does not respond in time since http-cut")
}
