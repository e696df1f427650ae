package traffic

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/payload"
	"artihook/emitter/receiver"
	"artihook/emitter/signature"

	"github.com/google/uuid"
)

// script is a conversation of four events of lead number n, a millisecond apart.
type script struct {
	n      uint64
	at     time.Time
	events []payload.Action
	next   int
}

func newScript(n uint64, at time.Time) Conversation {
	return &script{n: n, at: at, events: []payload.Action{payload.Created, payload.Updated, payload.Updated, payload.Completed}}
}

func (s *script) Seed() uint64 { return s.n }
func (s *script) Next() *payload.Event {
	if s.next == len(s.events) {
		return nil
	}
	e := &payload.Event{Action: s.events[s.next], Time: payload.Live(s.at.Add(time.Duration(s.next) * time.Millisecond))}
	s.next++
	e.Lead.ID = uuid.UUID{15: byte(s.n)}
	e.Lead.Version = s.next
	return e
}

// arrivals has the events that a receiver received, in order, by lead.
type arrivals struct {
	mu    sync.Mutex
	leads map[string][]string
	wrong int // with an invalid signature
}

func (k *arrivals) seen(a receiver.Arrival) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !a.Verified {
		k.wrong++
	}
	k.leads[a.Summary.Lead] = append(k.leads[a.Summary.Lead], fmt.Sprintf("%s v%d", a.Summary.Event, a.Summary.Version))
}

func startReceiver(t *testing.T) (*arrivals, emitter.Webhook) {
	k := &arrivals{leads: map[string][]string{}}
	secret := signature.NewSecret("s3cret-s3cret")
	server := httptest.NewServer(receiver.New(receiver.Options{Secret: secret, Seen: k.seen}))
	t.Cleanup(server.Close)
	url, err := signature.ParseURL(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	return k, emitter.Webhook{URL: url, Secret: secret}
}

func options(t *testing.T, webhooks ...emitter.Webhook) Options {
	e := emitter.New(emitter.Options{Connections: 8})
	t.Cleanup(e.Close)
	return Options{Emitter: e, Webhooks: webhooks, Leads: 40, Source: func() Source { return newScript }}
}

func TestEventsOfALeadStayInOrder(t *testing.T) {
	t.Parallel()
	for _, concurrency := range []int{0, 1, 8} {
		k, w := startReceiver(t)
		opt := options(t, w)
		opt.Concurrency = concurrency
		tally, err := Play(t.Context(), opt)
		if err != nil || tally.Leads != 40 || tally.OK != 160 || tally.Deliveries != 160 || tally.Failed != 0 || k.wrong != 0 {
			t.Fatalf("concurrency %d: %+v, %d wrong, %v", concurrency, tally, k.wrong, err)
		}
		want := "[lead:created v1 lead:updated v2 lead:updated v3 lead:completed v4]"
		for lead, events := range k.leads {
			if fmt.Sprint(events) != want {
				t.Errorf("concurrency %d: lead %s: %v", concurrency, lead, events)
			}
		}
		if len(k.leads) != 40 {
			t.Errorf("concurrency %d: %d leads arrived", concurrency, len(k.leads))
		}
	}
}

func TestEachWebhookGetsWhatItWants(t *testing.T) {
	t.Parallel()
	all, everything := startReceiver(t)
	some, completed := startReceiver(t)
	completed.Events = []payload.Action{payload.Completed}
	completed.Edition = payload.Edition2022
	opt := options(t, everything, completed)
	opt.Actions = []payload.Action{payload.Created, payload.Completed}
	tally, err := Play(t.Context(), opt)
	if err != nil || tally.OK != 120 {
		t.Fatalf("%+v, %v", tally, err)
	}
	for lead, events := range all.leads {
		if fmt.Sprint(events) != "[lead:created v1 lead:completed v4]" || fmt.Sprint(some.leads[lead]) != "[lead:completed v3]" {
			t.Errorf("lead %s: %v and %v", lead, events, some.leads[lead])
		}
	}
	planned := 0
	if err := Preview(t.Context(), opt, func(history.Delivery) error { planned++; return nil }); err != nil || planned != 120 {
		t.Errorf("the preview has %d deliveries: %v", planned, err)
	}
}

func TestTallyNamesFailures(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }))
	defer server.Close()
	url, err := signature.ParseURL(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	opt := options(t, emitter.Webhook{URL: url})
	opt.Leads = 2
	calls := 0
	opt.Each = func(history.Delivery) error { calls++; return nil }
	tally, err := Play(t.Context(), opt)
	if err != nil || tally.Failed != 8 || tally.Failures["503"] != 8 || calls != 8 {
		t.Errorf("%+v, %d calls, %v", tally, calls, err)
	}
}

func TestInterruptedPlayReturnsTheTally(t *testing.T) {
	t.Parallel()
	_, w := startReceiver(t)
	opt := options(t, w)
	ctx, cancel := context.WithCancel(t.Context())
	opt.Each = func(history.Delivery) error { cancel(); return nil }
	tally, err := Play(ctx, opt)
	if !errors.Is(err, context.Canceled) || tally.Deliveries != 1 || tally.OK != 1 {
		t.Errorf("%+v, %v", tally, err)
	}
}

func TestAnErrorOfEachEndsThePlay(t *testing.T) {
	t.Parallel()
	_, w := startReceiver(t)
	opt := options(t, w)
	full := errors.New("the disk is full")
	opt.Each = func(history.Delivery) error { return full }
	if tally, err := Play(t.Context(), opt); !errors.Is(err, full) || tally.Deliveries != 1 || tally.OK != 1 {
		t.Errorf("%+v, %v", tally, err)
	}
}

func TestTallyCountsRetries(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if requests.Add(1)%2 == 1 {
			w.WriteHeader(500)
		}
	}))
	defer server.Close()
	url, err := signature.ParseURL(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	opt := options(t, emitter.Webhook{URL: url})
	opt.Emitter = emitter.New(emitter.Options{Retries: 1, RetryDelay: time.Microsecond})
	opt.Leads = 1
	if tally, err := Play(t.Context(), opt); err != nil || tally.OK != 4 || tally.Retries != 4 || tally.Deliveries != 8 {
		t.Errorf("%+v, %v", tally, err)
	}
}

func TestPaceWaits(t *testing.T) {
	t.Parallel()
	_, w := startReceiver(t)
	for name, pace := range map[string]Pace{"between": {Between: 2 * time.Millisecond}, "real": {Real: true}} {
		opt := options(t, w)
		opt.Leads, opt.Pace = 1, pace
		if tally, err := Play(t.Context(), opt); err != nil || tally.OK != 4 || tally.Took < 3*time.Millisecond {
			t.Errorf("%s: %+v, %v", name, tally, err)
		}
	}
	// The end of the context ends a pause.
	opt := options(t, w)
	opt.Leads, opt.Pace = 1, Pace{Between: time.Hour}
	ctx, cancel := context.WithCancel(t.Context())
	opt.Each = func(history.Delivery) error { cancel(); return nil }
	if tally, err := Play(ctx, opt); !errors.Is(err, context.Canceled) || tally.OK != 1 {
		t.Errorf("%+v, %v", tally, err)
	}
}

// TestInterruptedPlayWithdrawsUnsentDeliveries: the history has only deliveries that were sent.
func TestInterruptedPlayWithdrawsUnsentDeliveries(t *testing.T) {
	t.Parallel()
	_, w := startReceiver(t)
	store := openHistory(t)
	opt := options(t, w)
	opt.Emitter = emitter.New(emitter.Options{History: store})
	opt.Concurrency = 2
	ctx, cancel := context.WithCancel(t.Context())
	calls := 0
	opt.Each = func(history.Delivery) error {
		if calls++; calls == 10 {
			cancel()
		}
		return nil
	}
	if _, err := Play(ctx, opt); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	got := outcomes(t, store)
	if delete(got, "0"+history.FailureCancelled); len(got) != 1 || got["204"] < 10 || got["204"] > calls {
		t.Errorf("the history has %v after %d deliveries", got, calls)
	}
}

// TestRetriesStayInOrder: with retries too, the delivery with the highest number is the lead's last one.
func TestRetriesStayInOrder(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if requests.Add(1)%2 == 1 {
			w.WriteHeader(500)
		}
	}))
	defer server.Close()
	url, err := signature.ParseURL(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	store := openHistory(t)
	opt := options(t, emitter.Webhook{URL: url})
	opt.Emitter = emitter.New(emitter.Options{History: store, Retries: 1, RetryDelay: time.Microsecond})
	opt.Leads = 1
	if _, err := Play(t.Context(), opt); err != nil {
		t.Fatal(err)
	}
	for id := int64(1); id <= 8; id++ {
		if d, err := store.Get(t.Context(), id); err != nil || d.Version != int(id+1)/2 || d.Attempt != 2-int(id%2) {
			t.Errorf("delivery %d is attempt %d of version %d, %v", id, d.Attempt, d.Version, err)
		}
	}
}

// TestEvery begins a conversation while another one waits, and no more of them than Concurrency at the same time.
func TestEvery(t *testing.T) {
	t.Parallel()
	for _, concurrency := range []int{0, 2} {
		k, w := startReceiver(t)
		opt := options(t, w)
		opt.Leads, opt.Every, opt.Concurrency = 4, time.Millisecond, concurrency
		opt.Pace = Pace{Between: 50 * time.Millisecond}
		var running, most atomic.Int64
		opt.Source = func() Source {
			return func(n uint64, at time.Time) Conversation {
				most.Store(max(most.Load(), running.Add(1)))
				return newScript(n, at)
			}
		}
		opt.LeadEnded = func() { running.Add(-1) }
		tally, err := Play(t.Context(), opt)
		if err != nil || tally.Leads != 4 || tally.OK != 16 || k.wrong != 0 || len(k.leads) != 4 {
			t.Errorf("%+v, %d wrong, %v", tally, k.wrong, err)
		}
		if n := most.Load(); concurrency > 0 && n > int64(concurrency) || concurrency == 0 && n < 2 {
			t.Errorf("%d conversations at the same time, concurrency %d", n, concurrency)
		}
	}
}

func TestEveryEndsWithTheContext(t *testing.T) {
	t.Parallel()
	_, w := startReceiver(t)
	opt := options(t, w)
	opt.Every = time.Hour
	ctx, cancel := context.WithCancel(t.Context())
	opt.LeadEnded = cancel
	if tally, err := Play(ctx, opt); !errors.Is(err, context.Canceled) || tally.Leads != 1 {
		t.Errorf("%+v, %v", tally, err)
	}
}

func TestEdit(t *testing.T) {
	t.Parallel()
	k, w := startReceiver(t)
	opt := options(t, w)
	opt.Leads = 1
	opt.Edit = func(body []byte) []byte {
		return bytes.Replace(body, []byte(`"resource_version":`), []byte(`"resource_version":7`), 1)
	}
	if _, err := Play(t.Context(), opt); err != nil || k.wrong != 0 {
		t.Fatalf("%d wrong, %v", k.wrong, err)
	}
	for _, events := range k.leads {
		if events[0] != "lead:created v71" {
			t.Errorf("got %v", events)
		}
	}
}
