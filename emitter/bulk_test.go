package emitter

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"artihook/emitter/history"
	"artihook/emitter/payload"
	"artihook/emitter/signature"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

func testEvent(version int) *payload.Event {
	e := &payload.Event{Action: payload.Updated, Time: payload.Live(time.Date(2026, 3, 1, 10, 0, version, 0, time.UTC))}
	e.Lead.ID, e.Lead.Version = uuid.UUID{15: 7}, version
	return e
}

// batches returns the events of a Bulk: each call yields the next batch, of the given number of events.
func batches(sizes ...int) iter.Seq2[*payload.Event, uint64] {
	version := 0
	return func(yield func(*payload.Event, uint64) bool) {
		if len(sizes) == 0 {
			return
		}
		size := sizes[0]
		sizes = sizes[1:]
		for range size {
			version++
			if !yield(testEvent(version), 17) {
				return
			}
		}
	}
}

// sendBulk sends one event of its own batch.
func sendBulk(ctx context.Context, b *Bulk) (BulkResult, error) {
	if more, err := b.Next(ctx, batches(1)); err != nil || !more {
		return BulkResult{}, fmt.Errorf("no event: %w", err)
	}
	return b.Send(ctx)
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

// recorded returns all deliveries of the history, oldest first.
func recorded(t *testing.T, store *history.Store) []history.Delivery {
	t.Helper()
	var all []history.Delivery
	if err := store.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	last, err := store.Last(t.Context())
	if errors.Is(err, history.ErrNotFound) {
		return nil
	}
	for id := int64(1); err == nil && id <= last.ID; id++ {
		d, failed := store.Get(t.Context(), id)
		all, err = append(all, d), failed
	}
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestBulkRecordsWhatSendRecords sends the same events both ways: the two histories differ in times only.
func TestBulkRecordsWhatSendRecords(t *testing.T) {
	t.Parallel()
	for name, response := range map[string]string{
		"accepted": ok204,
		"rejected": "HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno",
		"chunked":  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\ns3cret\r\n7\r\n-s3cret\r\n0\r\n\r\n",
		"echoed":   "HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\ns3cret-s3cret",
		"broken":   "220 mail.example ESMTP\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := startScript(t, response, response, response)
			w := &Webhook{Name: "crm", URL: s.url(t, "/hook"), Secret: signature.NewSecret("s3cret-s3cret"), Edition: payload.Edition2022}
			one, many := openHistory(t), openHistory(t)
			single, bulk := New(Options{History: one}), New(Options{History: many})
			defer single.Close()
			for version := 1; version <= 3; version++ {
				in := testEvent(version).In(w.Edition)
				m := EventMessage(&in)
				m.Bot, m.Seed = "sales", 17
				if _, err := single.Send(t.Context(), w, Plan(w, m), nil); err != nil {
					t.Fatal(err)
				}
			}
			b, events := bulk.Bulk(t.Context(), w, BulkOptions{Bot: "sales", RecordAhead: true}), batches(2, 1)
			for {
				more, err := b.Next(t.Context(), events)
				if err != nil {
					t.Fatal(err)
				}
				if !more {
					break
				}
				if r, err := b.Send(t.Context()); err != nil || !r.Recorded {
					t.Fatalf("%+v, %v", r, err)
				}
			}
			if err := b.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			want, got := recorded(t, one), recorded(t, many)
			for _, list := range [][]history.Delivery{want, got} {
				for i := range list {
					list[i].Time, list[i].Duration = time.Time{}, 0
				}
			}
			if diff := cmp.Diff(want, got); diff != "" || len(got) != 3 {
				t.Errorf("%d deliveries: %s", len(got), diff)
			}
		})
	}
}

func TestBulkRecordsWhatTheOptionsSelect(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		opt  BulkOptions
		want string
	}{
		{"all", BulkOptions{RecordAhead: true}, "[204 500 204 500]"},
		{"errors", BulkOptions{Record: func(r *BulkResult) bool { return !r.OK() }}, "[500 500]"},
		{"none", BulkOptions{}, "[]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var n atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if n.Add(1)%2 == 0 {
					w.WriteHeader(500)
				} else {
					w.WriteHeader(204)
				}
			}))
			defer server.Close()
			store := openHistory(t)
			b := New(Options{History: store}).Bulk(t.Context(), &Webhook{URL: parseURL(t, server.URL)}, tt.opt)
			for n := 1; n <= 4; n++ {
				if r, err := sendBulk(t.Context(), b); err != nil || r.OK() == (n%2 == 0) {
					t.Fatalf("%+v, %v", r, err)
				}
			}
			if err := b.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			statuses := []int{}
			for _, d := range recorded(t, store) {
				statuses = append(statuses, d.Status)
				if d.Lead != testEvent(1).Lead.ID.String() || d.Event != "lead:updated" || len(d.Request.Body) == 0 {
					t.Errorf("%+v", d)
				}
			}
			if fmt.Sprint(statuses) != tt.want {
				t.Errorf("the history has %v, want %s", statuses, tt.want)
			}
		})
	}
}

// TestBulkInterrupted cancels the delivery in flight. Those recorded and not sent, of both batches, are withdrawn.
func TestBulkInterrupted(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{})
	s := listenRaw(t, func(conn net.Conn) { close(arrived); io.Copy(io.Discard, conn) })
	store := openHistory(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	b := New(Options{History: store}).Bulk(ctx, &Webhook{URL: s.url(t, "/")}, BulkOptions{RecordAhead: true})
	if more, err := b.Next(ctx, batches(3, 2)); err != nil || !more {
		t.Fatal(more, err)
	}
	go func() { <-arrived; cancel() }()
	if r, err := b.Send(ctx); err != nil || r.Error != history.FailureCancelled {
		t.Errorf("%+v, %v", r, err)
	}
	if err := b.Close(ctx); err != nil {
		t.Error(err)
	}
	all := recorded(t, store)
	if len(all) != 1 || all[0].State != history.Done || all[0].Error != history.FailureCancelled {
		t.Errorf("the history has %+v", all)
	}
}

func TestBulkNamesFailures(t *testing.T) {
	t.Parallel()
	s := listenRaw(t, func(conn net.Conn) { io.Copy(io.Discard, conn) })
	b := New(Options{Timeout: 20 * time.Millisecond}).Bulk(t.Context(), &Webhook{URL: s.url(t, "/")}, BulkOptions{})
	defer b.Close(t.Context())
	for range 2 {
		if r, err := sendBulk(t.Context(), b); err != nil || r.Error != history.FailureTimeout || r.OK() || r.Took < 20*time.Millisecond {
			t.Errorf("%+v, %v", r, err)
		}
	}
}
