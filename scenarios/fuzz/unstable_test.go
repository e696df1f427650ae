package fuzz

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"artihook/emitter"
	"artihook/emitter/signature"
)

// TestClosedConnection checks that a receiver that aborts the connection is reported as crashed.
func TestClosedConnection(t *testing.T) {
	t.Parallel()
	right, _ := receiverWith()
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		failing(right, func(e *seen) bool { return e.textWith("\\") }, 599).ServeHTTP(aborting{w}, r)
	})
	compareFirst(t, fuzzing(t, h, Options{Found: stopAtFirst}), `an answer that contains a backslash closes the connection without a response`)
}

// aborting closes the connection in place of the status 599.
type aborting struct{ http.ResponseWriter }

func (a aborting) WriteHeader(status int) {
	if status == 599 {
		panic(http.ErrAbortHandler)
	}
	a.ResponseWriter.WriteHeader(status)
}

// TestUnstableFailure checks that a failure that does not always happen is reported with its rate.
func TestUnstableFailure(t *testing.T) {
	t.Parallel()
	right, _ := receiverWith()
	var requests atomic.Int64
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if requests.Add(1) == 40 {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		right.ServeHTTP(w, r)
	})
	result := fuzzing(t, h, Options{Runs: 100})
	if len(result.Failures) != 1 {
		t.Fatalf("%d failures, want 1", len(result.Failures))
	}
	f := result.Failures[0]
	if f.Stable() || f.Failed != 0 || f.Tried != attemptsIfUnstable || !strings.Contains(f.Notes()[0], "unstable: it failed 0 of 10 times") {
		t.Errorf("it failed %d of %d times: %q", f.Failed, f.Tried, f.Notes())
	}
}

// TestDeadReceiver checks that the run ends when the receiver no longer accepts a plain event, and blames the example before.
func TestDeadReceiver(t *testing.T) {
	t.Parallel()
	right, _ := receiverWith()
	var dead atomic.Bool
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if dead.Load() {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		failing(right, func(e *seen) bool {
			if e.textWith("'") {
				dead.Store(true)
			}
			return e.textWith("'")
		}, http.StatusInternalServerError).ServeHTTP(w, r)
	})
	result := fuzzing(t, h, Options{Restart: 20 * time.Millisecond})
	if len(result.Failures) != 1 || result.Stopped == "" || result.Failures[0].Hint == "" {
		t.Errorf("%d failures, stopped %q", len(result.Failures), result.Stopped)
	}
}

// TestLateCrash checks that the example before is blamed if the receiver crashes in the first request after it that is about another lead.
func TestLateCrash(t *testing.T) {
	t.Parallel()
	right, _ := receiverWith()
	var poison atomic.Value // the lead that makes the receiver crash
	poison.Store("")
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		failing(right, func(e *seen) bool {
			if lead := poison.Load().(string); lead != "" && lead != e.Lead.ID {
				return poison.CompareAndSwap(lead, "")
			}
			if e.textWith("'") {
				poison.Store(e.Lead.ID)
			}
			return false
		}, 599).ServeHTTP(aborting{w}, r)
	})
	result := fuzzing(t, h, Options{Found: stopAtFirst})
	if len(result.Failures) != 1 {
		t.Fatalf("%d failures, want 1", len(result.Failures))
	}
	f := result.Failures[0]
	blamed := slices.ContainsFunc(f.Deliveries, func(d Delivery) bool { return strings.Contains(d.body, "'") })
	if !blamed || !f.Stable() || !strings.Contains(f.Hint, "a moment after its response to this example") {
		t.Errorf("the failure is %q, %q, it failed %d of %d times; the event that crashes is in it: %v", f.Sentence, f.Hint, f.Failed, f.Tried, blamed)
	}
}

// TestInterruption checks that a run ends at once with its context, and reports the failure that it was examining.
func TestInterruption(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	right, _ := receiverWith()
	var failures atomic.Int64
	h := failing(right, func(e *seen) bool { return e.textWith(",") && (failures.Add(1) < 4 || stop(cancel)) }, http.StatusInternalServerError)
	server := httptest.NewServer(h)
	defer server.Close()
	url, err := signature.ParseURL(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	sender := emitter.New(emitter.Options{})
	defer sender.Close()
	result, err := Run(ctx, Options{Emitter: sender, Webhook: emitter.Webhook{URL: url, Secret: signature.NewSecret(testSecret)}, Seed: 11})
	if !errors.Is(err, context.Canceled) || len(result.Failures) != 1 || !strings.Contains(result.Failures[0].Hint, "ended before") {
		t.Errorf("the error is %v, with %d failures", err, len(result.Failures))
	}
}

func stop(cancel func()) bool {
	cancel()
	return true
}

// TestMemory checks that a run holds nothing of the examples that it has sent.
func TestMemory(t *testing.T) {
	opt := Options{Seed: 1}.withDefaults()
	r := newRun(&opt)
	heap := func(from, to int) uint64 {
		for n := from; n < to; n++ {
			e := r.generate(r.random(n), n)
			deliveries := delivered(r, e)
			r.judge(e, deliveries, 0, len(deliveries))
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before, after := heap(0, 500), heap(500, 5000)
	if after > before+2<<20 {
		t.Errorf("the heap has %d bytes after 500 examples, and %d after 5000", before, after)
	}
}
