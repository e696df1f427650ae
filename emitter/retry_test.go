package emitter

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"artihook/emitter/exchange"
	"artihook/emitter/history"
)

func TestRetries(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		statuses []int
		retries  int
		want     []int
	}{
		{"none by default", []int{500}, 0, []int{500}},
		{"until success", []int{500, 503, 204}, 5, []int{500, 503, 204}},
		{"until the limit", []int{500, 500, 500, 500}, 2, []int{500, 500, 500}},
		{"429 and 408", []int{429, 408, 200}, 5, []int{429, 408, 200}},
		{"401 is final", []int{401, 204}, 5, []int{401}},
		{"302 is final", []int{302, 204}, 5, []int{302}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			left := tt.statuses
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(left[0])
				left = left[1:]
			}))
			defer server.Close()
			e := New(Options{Retries: tt.retries, RetryDelay: time.Microsecond})
			defer e.Close()
			var got []int
			w := &Webhook{URL: parseURL(t, server.URL)}
			last, err := e.Send(t.Context(), w, Plan(w, testMessage()), func(d history.Delivery) error {
				got = append(got, d.Status)
				if d.Attempt != len(got) {
					t.Errorf("attempt %d has the number %d", len(got), d.Attempt)
				}
				return nil
			})
			if err != nil || len(got) != len(tt.want) || last.Status != tt.want[len(tt.want)-1] {
				t.Errorf("got %v, last %d, %v; want %v", got, last.Status, err, tt.want)
			}
		})
	}
}

// TestEachAttemptIsRecorded: each attempt has its own row, also if the first attempt was recorded before Send.
func TestEachAttemptIsRecorded(t *testing.T) {
	t.Parallel()
	for _, recorded := range []bool{false, true} {
		store := openHistory(t)
		statuses := []int{500, 503, 204}
		s := newStatusServer(t, statuses...)
		e := New(Options{History: store, Retries: 5, RetryDelay: time.Microsecond})
		defer e.Close()
		w := &Webhook{URL: parseURL(t, s.URL)}
		planned := Plan(w, testMessage())
		if recorded {
			if err := e.Record(t.Context(), []*history.Delivery{&planned}); err != nil {
				t.Fatal(err)
			}
		}
		if last, err := e.Send(t.Context(), w, planned, nil); err != nil || last.ID != 3 || last.Attempt != 3 {
			t.Errorf("the last attempt is %d, number %d, %v", last.Attempt, last.ID, err)
		}
		for i, status := range statuses {
			d, err := store.Get(t.Context(), int64(i+1))
			if err != nil || d.Status != status || d.Attempt != i+1 || d.State != history.Done {
				t.Errorf("number %d is attempt %d with status %d, %v; want %d", i+1, d.Attempt, d.Status, err, status)
			}
		}
	}
}

// newStatusServer responds with these statuses, in order.
func newStatusServer(t *testing.T, statuses ...int) *httptest.Server {
	t.Helper()
	var n atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "0")
		w.WriteHeader(statuses[n.Add(1)-1])
	}))
	t.Cleanup(server.Close)
	return server
}

// TestSendWaitsForRetryAfter: Send waits for the time of Retry-After, and sends nothing if ctx ends first.
func TestSendWaitsForRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		header string
		delay  time.Duration
		min    time.Duration
		max    time.Duration
	}{
		{"120", time.Microsecond, 2 * time.Minute, 2 * time.Minute},
		{now.Add(time.Minute).Format(http.TimeFormat), time.Microsecond, time.Minute, time.Minute},
		{"9999", time.Microsecond, maxRetryAfter, maxRetryAfter},
		{"1", time.Hour, 30 * time.Minute, 90 * time.Minute}, // the longer wait
	} {
		var requests atomic.Int32
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			requests.Add(1)
			w.Header().Set("Retry-After", tt.header)
			w.WriteHeader(http.StatusServiceUnavailable)
		}))
		defer server.Close()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var waited []time.Duration
		e := New(Options{Retries: 1, RetryDelay: tt.delay, Now: func() time.Time { return now }, Waiting: func(d time.Duration) {
			waited = append(waited, d)
			cancel() // the test does not wait
		}})
		defer e.Close()
		d, err := emit(ctx, e, &Webhook{URL: parseURL(t, server.URL)}, testMessage())
		if !errors.Is(err, context.Canceled) || d.Status != http.StatusServiceUnavailable {
			t.Errorf("%s: status %d, %v", tt.header, d.Status, err)
		}
		if len(waited) != 1 || waited[0] < tt.min || waited[0] > tt.max || requests.Load() != 1 {
			t.Errorf("%s: waits %v after %d requests, want between %s and %s", tt.header, waited, requests.Load(), tt.min, tt.max)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	tests := []struct {
		value string
		want  time.Duration
	}{
		{"", 0},
		{"3", 3 * time.Second},
		{"999999999999", maxRetryAfter},
		{"86400", maxRetryAfter},
		{"-1", 0},
		{"soon", 0},
		{now.Add(7 * time.Second).Format(http.TimeFormat), 7 * time.Second},
		{now.Add(-time.Hour).Format(http.TimeFormat), 0},
	}
	for _, tt := range tests {
		d := history.Delivery{Response: &exchange.Response{Headers: []exchange.Header{{Name: "retry-after", Value: tt.value}}}}
		if got := retryAfter(&d, now); got != tt.want {
			t.Errorf("%q: got %s, want %s", tt.value, got, tt.want)
		}
	}
	if got := retryAfter(&history.Delivery{}, now); got != 0 {
		t.Errorf("without a response: got %s", got)
	}
}
