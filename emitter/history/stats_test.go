package history

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// statsStore returns a history with a hundred responses of 1 ms to 100 ms, and three failures.
func statsStore(t *testing.T) *Store {
	t.Helper()
	ctx := context.Background()
	store := openStore(t, newPath(t))
	batch := sampleBatch(100)
	for i, d := range batch {
		d.Time = noon.Add(time.Duration(i) * time.Second)
	}
	if err := store.Plan(ctx, batch); err != nil {
		t.Fatal(err)
	}
	for i, d := range batch {
		setStatus(d, 204)
		d.Duration = time.Duration(i+1) * time.Millisecond
		if err := store.Finish(ctx, d); err != nil {
			t.Fatal(err)
		}
	}
	record(t, store, func(d *Delivery) { d.Event, d.Webhook, d.Error, d.Duration = "lead:created", "", "refused", time.Hour })
	record(t, store, func(d *Delivery) { setStatus(d, 500); d.Time, d.Duration = noon.Add(-time.Hour), 100*time.Millisecond })
	if err := store.Plan(ctx, sampleBatch(1)); err != nil {
		t.Fatal(err)
	}
	return store
}

func TestStats(t *testing.T) {
	t.Parallel()
	store := statsStore(t)
	for _, f := range []Filter{{}, {Grep: "Zoë"}, {Limit: 1000}} { // by query, and by list
		got, err := store.Stats(context.Background(), f)
		if err != nil {
			t.Fatal(err)
		}
		want := Stats{
			Deliveries: 103, Accepted: 100, First: noon.Add(-time.Hour), Last: noon.Add(99 * time.Second),
			Events:   []Count{{"lead:updated", 102, 100}, {"lead:created", 1, 0}},
			Webhooks: []Count{{"crm", 102, 100}, {"http://localhost:8000/hook", 1, 0}},
			Statuses: []Count{{"204", 100, 100}, {"500", 1, 0}, {"refused", 1, 0}, {"unknown", 1, 0}},
			Latency: Latency{
				Min: time.Millisecond, Mean: got.Latency.Mean, P50: 51 * time.Millisecond, P90: 91 * time.Millisecond,
				P95: 96 * time.Millisecond, P99: 100 * time.Millisecond, Max: 100 * time.Millisecond,
			},
			RequestBytes: 103 * int64(len(sample().Request.AppendRaw(nil))), ResponseBytes: 101 * int64(len("HTTP/1.1 204 X\r\nx-Trace: 1\r\nContent-Length: 2\r\n\r\nok")),
			FileBytes: store.fileSize(),
		}
		near := cmp.Comparer(func(a, b time.Duration) bool { return (a - b).Abs() <= max(a, b)/1000+time.Microsecond })
		if diff := cmp.Diff(want, got, near); diff != "" {
			t.Errorf("%+v: %s", f, diff)
		}
		if mean := got.Latency.Mean; mean < 50*time.Millisecond || mean > 52*time.Millisecond {
			t.Errorf("the mean is %s", mean)
		}
	}
}

func TestStatsWithFilter(t *testing.T) {
	t.Parallel()
	store := statsStore(t)
	for filter, want := range map[Filter]int64{
		{Status: "5xx"}: 1, {Status: "2xx"}: 100, {Status: "unknown"}: 1, {Event: "lead:created"}: 1, {Webhook: "crm"}: 102,
		{Since: noon.Add(90 * time.Second)}: 10, {Limit: 7}: 7, {Before: 11}: 10, {Status: "302"}: 0,
	} {
		if got, err := store.Stats(context.Background(), filter); err != nil || got.Deliveries != want {
			t.Errorf("%+v: %d deliveries (%v), want %d", filter, got.Deliveries, err, want)
		}
	}
	if _, err := store.Stats(context.Background(), Filter{Status: "9xx"}); err == nil {
		t.Error("an invalid filter is not an error")
	}
}

func TestStatsOfAnEmptyHistory(t *testing.T) {
	t.Parallel()
	store, err := Open(context.Background(), newPath(t), Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	got, err := store.Stats(context.Background(), Filter{})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(got)
	const want = `{"deliveries":0,"accepted":0,"accepted_share":null,"first":null,"last":null,"events":[],"webhooks":[],"statuses":[],` +
		`"latency_ms":null,"request_bytes":0,"response_bytes":0,"file_bytes":0}`
	if err != nil || string(text) != want {
		t.Errorf("%s (%v)", text, err)
	}
}
