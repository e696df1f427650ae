package history

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"
)

// watched returns a function that returns the deliveries of the next batch of a watch.
func watched(t *testing.T, store *Store, opt WatchOptions) (next func() string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	opt.Every = time.Millisecond
	pull, stop := iter.Pull2(store.Watch(ctx, opt))
	t.Cleanup(func() { stop(); cancel() })
	return func() string {
		t.Helper()
		deliveries, err, ok := pull()
		if err != nil || !ok {
			t.Fatalf("the watch has ended: %v", err)
		}
		var batch []string
		for _, d := range deliveries {
			batch = append(batch, fmt.Sprintf("%d:%s", d.ID, d.State))
		}
		return strings.Join(batch, " ")
	}
}

func plan(t *testing.T, store *Store, change func(*Delivery)) *Delivery {
	t.Helper()
	d := sample()
	if change != nil {
		change(d)
	}
	if err := store.Plan(t.Context(), []*Delivery{d}); err != nil {
		t.Fatal(err)
	}
	return d
}

func finish(t *testing.T, store *Store, d *Delivery, status int) {
	t.Helper()
	setStatus(d, status)
	if err := store.Finish(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if err := store.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func expect(t *testing.T, next func() string, want string) {
	t.Helper()
	if got := next(); got != want {
		t.Fatalf("got %q, want %q", got, want)
	}
}

func TestWatchOtherProcesses(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	other, mine := openStore(t, path), openStore(t, path)
	record(t, other, nil)
	next := watched(t, mine, WatchOptions{After: 1})
	d := plan(t, other, nil)
	expect(t, next, "2:unknown")
	finish(t, other, d, 204)
	expect(t, next, "2:done")
	own := plan(t, mine, nil)
	expect(t, next, "3:unknown")
	finish(t, mine, own, 500)
	expect(t, next, "3:done")
}

func TestWatchFromAnOlderDelivery(t *testing.T) {
	t.Parallel()
	store := openStore(t, newPath(t))
	early := plan(t, store, nil)
	finish(t, store, early, 204)
	open := plan(t, store, nil)
	plan(t, store, nil)
	finish(t, store, plan(t, store, nil), 204)
	// The caller has seen 1, 2 and 3; the first two without an outcome.
	next := watched(t, store, WatchOptions{After: 3, Pending: []int64{1, 2}})
	expect(t, next, "1:done 4:done")
	finish(t, store, open, 503)
	expect(t, next, "2:done")
}

func TestWatchWithFilter(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		filter Filter
		want   []string // the batches after the steps below
	}{
		{"lead", Filter{Lead: leadB}, []string{"2:unknown", "2:done"}},
		{"webhook and event", Filter{Webhook: "mail", Event: "lead:created"}, []string{"2:unknown", "2:done"}},
		{"class of status", Filter{Status: "5xx"}, []string{"2:done"}},
		{"code", Filter{Status: "503"}, []string{"2:done"}},
		{"name of an error", Filter{Status: "unknown", Lead: leadB}, []string{"2:unknown", "2:done"}},
		{"text of the request", Filter{Grep: "needle"}, []string{"2:unknown", "2:done"}},
		{"text of the response", Filter{Grep: "ok", Lead: leadB}, []string{"2:done"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			store := openStore(t, newPath(t))
			next := watched(t, store, WatchOptions{Filter: tt.filter})
			finish(t, store, plan(t, store, func(d *Delivery) { d.Request.Body = []byte("hay") }), 204)
			d := plan(t, store, func(d *Delivery) {
				d.Lead, d.Webhook, d.Event, d.Request.Body = leadB, "mail", "lead:created", []byte("a needle")
			})
			batch := tt.want
			if len(batch) == 2 {
				expect(t, next, batch[0])
				batch = batch[1:]
			}
			finish(t, store, d, 503)
			expect(t, next, batch[0])
		})
	}
}

func TestWatchManyDeliveries(t *testing.T) {
	t.Parallel()
	store := openStore(t, newPath(t))
	for range 4 {
		if err := store.Plan(t.Context(), sampleBatch(100)); err != nil {
			t.Fatal(err)
		}
	}
	next := watched(t, store, WatchOptions{})
	batch := strings.Fields(next())
	if len(batch) != maxChanges || batch[0] != "201:unknown" || batch[maxChanges-1] != "400:unknown" {
		t.Errorf("got %d, %s to %s", len(batch), batch[0], batch[len(batch)-1])
	}
}

// TestWatchManyDeliveriesWithFilter: deliveries that do not match do not count for the limit.
func TestWatchManyDeliveriesWithFilter(t *testing.T) {
	t.Parallel()
	for name, filter := range map[string]Filter{"webhook": {Webhook: "mail"}, "status": {Status: "5xx"}, "text": {Grep: "rare"}} {
		t.Run(name, func(t *testing.T) {
			store := openStore(t, newPath(t))
			record(t, store, func(d *Delivery) { d.Webhook, d.Request.Body = "mail", []byte("rare"); setStatus(d, 500) })
			for range 4 {
				batch := sampleBatch(100)
				if err := store.Plan(t.Context(), batch); err != nil {
					t.Fatal(err)
				}
				for _, d := range batch {
					finish(t, store, d, 204)
				}
			}
			expect(t, watched(t, store, WatchOptions{Filter: filter}), "1:done")
		})
	}
}

func TestWatchEnds(t *testing.T) {
	t.Parallel()
	store := openStore(t, newPath(t))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range store.Watch(ctx, WatchOptions{}) {
		t.Error("a batch after the end")
	}
	for _, err := range store.Watch(t.Context(), WatchOptions{Filter: Filter{Status: "nonsense 1"}}) {
		if err == nil || !strings.Contains(err.Error(), "nonsense 1") {
			t.Errorf("an invalid filter returns %v", err)
		}
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	for _, err := range store.Watch(t.Context(), WatchOptions{}) {
		if !errors.Is(err, errClosed) {
			t.Errorf("a closed history returns %v", err)
		}
	}
}

func TestWatchWaitsForAHistory(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	reader, err := Open(t.Context(), path, Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	next := watched(t, reader, WatchOptions{})
	record(t, openStore(t, path), nil)
	// The first batch may have the outcome, or a later one.
	for got := next(); got != "1:done"; got = next() {
		if got != "1:unknown" {
			t.Fatalf("got %q", got)
		}
	}
}

func TestWebhooks(t *testing.T) {
	t.Parallel()
	store := listed(t)
	record(t, store, func(d *Delivery) { d.Webhook = "" })
	names, err := store.Webhooks(t.Context())
	if err != nil || strings.Join(names, " ") != "crm mail" {
		t.Errorf("got %q, %v", names, err)
	}
}

func TestWatchFiltersByPersonAndSeveralStatuses(t *testing.T) {
	t.Parallel()
	store := openStore(t, newPath(t))
	next := watched(t, store, WatchOptions{Filter: Filter{Who: "ada", Status: "ok,404"}})
	record(t, store, func(d *Delivery) { d.Lead = "another" })
	record(t, store, func(d *Delivery) { d.Lead, d.Request.Body = "ada's", bodyOf("Name", "text", "Ada") })
	expect(t, next, "2:done")
	record(t, store, func(d *Delivery) { d.Lead = "ada's"; setStatus(d, 404) }) // the lead is known by now
	expect(t, next, "3:done")
	record(t, store, func(d *Delivery) { d.Lead = "ada's"; setStatus(d, 500) })
	record(t, store, func(d *Delivery) { d.Lead, d.Version, d.Request.Body = "later", 3, bodyOf("Name", "text", "ADA") })
	expect(t, next, "5:done")
}
