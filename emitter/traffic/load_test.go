package traffic

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/payload"
	"artihook/emitter/signature"
)

func loadOptions(t *testing.T, w *emitter.Webhook, store *history.Store) LoadOptions {
	e := emitter.New(emitter.Options{History: store})
	t.Cleanup(e.Close)
	return LoadOptions{Emitter: e, Webhook: w, Leads: 40, Source: func() Source { return newScript }}
}

func openHistory(t *testing.T) *history.Store {
	t.Helper()
	store, err := history.Open(t.Context(), t.TempDir()+"/history.db", history.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}

// outcomes counts the deliveries of a history by status and failure.
func outcomes(t *testing.T, store *history.Store) map[string]int {
	t.Helper()
	counts := map[string]int{}
	last, err := store.Last(t.Context())
	if errors.Is(err, history.ErrNotFound) {
		return counts
	}
	for id := int64(1); err == nil && id <= last.ID; id++ {
		var d history.Delivery
		if d, err = store.Get(t.Context(), id); errors.Is(err, history.ErrNotFound) {
			err = nil // it was withdrawn
		} else if err == nil {
			counts[fmt.Sprintf("%d%s", d.Status, d.Error)]++
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return counts
}

func TestLoadSendsEveryLeadOnceAndInOrder(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*LoadOptions){
		"closed, recorded": func(o *LoadOptions) { o.Concurrency = 8 },
		"closed":           func(o *LoadOptions) { o.Concurrency, o.Record = 8, RecordNone },
		"one connection":   func(o *LoadOptions) { o.Concurrency = 1 },
		"ramp":             func(o *LoadOptions) { o.Concurrency, o.Ramp = 4, 4*time.Millisecond },
		"open, recorded":   func(o *LoadOptions) { o.Rate = 5000 },
		"open":             func(o *LoadOptions) { o.Rate, o.Record = 5000, RecordNone },
		"open with a ramp": func(o *LoadOptions) { o.Rate, o.Ramp = 5000, 20*time.Millisecond },
	} {
		t.Run(name, func(t *testing.T) {
			k, w := startReceiver(t)
			store := openHistory(t)
			opt := loadOptions(t, &w, store)
			change(&opt)
			r, err := Load(t.Context(), opt)
			if err != nil || r.Requests != 160 || r.Errors != 0 || r.Leads != 40 || r.Statuses[204] != 160 || k.wrong != 0 {
				t.Fatalf("%+v, %d wrong, %v", r, k.wrong, err)
			}
			if len(r.Events) != 3 || r.Events[0].Requests != 40 || r.Events[1].Requests != 80 || r.Events[2].Event != "lead:completed" {
				t.Errorf("events %+v", r.Events)
			}
			want := "[lead:created v1 lead:updated v2 lead:updated v3 lead:completed v4]"
			for lead, events := range k.leads {
				if fmt.Sprint(events) != want {
					t.Errorf("lead %s: %v", lead, events)
				}
			}
			want204 := map[string]int{"204": 160}
			if opt.Record == RecordNone {
				want204 = map[string]int{}
			}
			if got := outcomes(t, store); len(k.leads) != 40 || fmt.Sprint(got) != fmt.Sprint(want204) || int(r.Recorded) != want204["204"] {
				t.Errorf("%d leads; the history has %v, the report has %d", len(k.leads), got, r.Recorded)
			}
		})
	}
}

// TestLateResponsesDoNotDelayTheSchedule has a receiver that does not respond to the first event before the twentieth.
func TestLateResponsesDoNotDelayTheSchedule(t *testing.T) {
	t.Parallel()
	var arrived atomic.Int64
	enough := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		switch arrived.Add(1) {
		case 1:
			<-enough
		case 20:
			close(enough)
		}
		w.WriteHeader(204)
	}))
	defer server.Close()
	url, err := signature.ParseURL(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	opt := loadOptions(t, &emitter.Webhook{URL: url}, nil)
	opt.Rate, opt.Leads = 1000, 12
	r, err := Load(t.Context(), opt)
	if err != nil || r.Requests != 48 || r.Errors != 0 || r.Connections < 2 {
		t.Fatalf("%+v, %v", r, err)
	}
	if r.Latency.Max < 10*time.Millisecond || r.Latency.Max < r.Service.Max {
		t.Errorf("latency %+v, service %+v", r.Latency, r.Service)
	}
}

// TestLatenessIsMeasured has one connection, which is too slow for the schedule: the second event is due long before the
// first response.
func TestLatenessIsMeasured(t *testing.T) {
	t.Parallel()
	const slow = 20 * time.Millisecond
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		timer := time.NewTimer(slow)
		defer timer.Stop()
		<-timer.C
		w.WriteHeader(204)
	}))
	defer server.Close()
	url, err := signature.ParseURL(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	opt := loadOptions(t, &emitter.Webhook{URL: url}, nil)
	opt.Rate, opt.Leads, opt.Concurrency = 1000, 1, 1
	r, err := Load(t.Context(), opt)
	if err != nil || r.Late.Max < 2*slow || r.Latency.Max < r.Late.Max+slow/2 || r.Connections != 1 {
		t.Errorf("late %s, latency %s, %d connections, %v", r.Late.Max, r.Latency.Max, r.Connections, err)
	}
}

// TestMissedEventsAreCounted has one connection and a receiver that responds once during the load.
func TestMissedEventsAreCounted(t *testing.T) {
	t.Parallel()
	const length = time.Second
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		timer := time.NewTimer(2 * length)
		defer timer.Stop()
		<-timer.C
		w.WriteHeader(204)
	}))
	defer server.Close()
	url, err := signature.ParseURL(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	opt := loadOptions(t, &emitter.Webhook{URL: url}, nil)
	opt.Rate, opt.Leads, opt.Concurrency, opt.Duration = 1000, 0, 1, length
	if r, err := Load(t.Context(), opt); err != nil || r.Requests != 1 || r.Missed != 999 {
		t.Errorf("%d sent, %d missed, %v", r.Requests, r.Missed, err)
	}
}

func TestLoadEndsWithItsDuration(t *testing.T) {
	t.Parallel()
	for _, rate := range []Rate{0, 500} {
		k, w := startReceiver(t)
		store := openHistory(t)
		opt := loadOptions(t, &w, store)
		opt.Rate, opt.Leads, opt.Concurrency, opt.Duration = rate, 0, 4, 500*time.Millisecond
		r, err := Load(t.Context(), opt)
		if err != nil || r.Requests == 0 || r.Errors != 0 || k.wrong != 0 {
			t.Fatalf("rate %s: %+v, %v", rate, r, err)
		}
		got := outcomes(t, store)
		if got["204"] != int(r.Requests) || len(got) != 1 {
			t.Errorf("rate %s: %d requests, the history has %v", rate, r.Requests, got)
		}
	}
}

func TestInterruptedLoadReports(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	var arrived atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if arrived.Add(1) == 10 {
			cancel()
		}
		w.WriteHeader(204)
	}))
	defer server.Close()
	url, err := signature.ParseURL(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	store := openHistory(t)
	opt := loadOptions(t, &emitter.Webhook{URL: url}, store)
	opt.Leads, opt.Concurrency = 0, 4
	r, err := Load(ctx, opt)
	if !errors.Is(err, context.Canceled) || r.Requests != uint64(arrived.Load()) || r.Errors != 0 {
		t.Fatalf("%+v, %d arrived, %v", r, arrived.Load(), err)
	}
	if got := outcomes(t, store); got["204"] != int(r.Requests) || len(got) != 1 {
		t.Errorf("%d requests, the history has %v", r.Requests, got)
	}
}

func TestLoadCountsFailures(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }))
	url, err := signature.ParseURL(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	store := openHistory(t)
	opt := loadOptions(t, &emitter.Webhook{URL: url}, store)
	opt.Leads, opt.Record, opt.MaxErrors, opt.Concurrency = 5, RecordErrors, 7, 4
	r, err := Load(t.Context(), opt)
	if err != nil || r.Errors != 20 || r.Statuses[503] != 20 || r.ErrorShare() != 1 || r.Recorded != 7 {
		t.Errorf("%+v, %v", r, err)
	}
	if got := outcomes(t, store); got["503"] != 7 {
		t.Errorf("the history has %v", got)
	}
	server.Close()
	if r, err = Load(t.Context(), opt); err != nil || r.Failures[history.FailureRefused].Count != 20 || r.Failures[history.FailureRefused].Reason == "" || r.Sent > 0 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestLoadSendsTheEventsOfTheWebhook(t *testing.T) {
	t.Parallel()
	k, w := startReceiver(t)
	w.Events, w.Edition = []payload.Action{payload.Completed}, payload.Edition2022
	opt := loadOptions(t, &w, nil)
	if r, err := Load(t.Context(), opt); err != nil || r.Requests != 40 || k.wrong != 0 {
		t.Errorf("%+v, %d wrong, %v", r, k.wrong, err)
	}
	for lead, events := range k.leads {
		if fmt.Sprint(events) != "[lead:completed v3]" {
			t.Errorf("lead %s: %v", lead, events)
		}
	}
}

func TestLoadEndsWithABrokenHistory(t *testing.T) {
	t.Parallel()
	_, w := startReceiver(t)
	store := openHistory(t)
	opt := loadOptions(t, &w, store)
	store.Close()
	var broken *history.Error
	if r, err := Load(t.Context(), opt); !errors.As(err, &broken) || r.Requests != 0 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestTicks(t *testing.T) {
	t.Parallel()
	_, w := startReceiver(t)
	opt := loadOptions(t, &w, nil)
	opt.every = time.Millisecond
	var ticks, requests uint64
	opt.Tick = func(p Point) { ticks++; requests += p.Requests }
	r, err := Load(t.Context(), opt)
	if err != nil || requests != r.Requests || ticks == 0 {
		t.Errorf("%d ticks with %d requests, %v", ticks, requests, err)
	}
	requests = 0
	for _, p := range r.Series {
		requests += p.Requests
	}
	if requests != r.Requests {
		t.Errorf("the series has %d requests of %d", requests, r.Requests)
	}
}
