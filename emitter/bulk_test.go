package emitter

import (
	"context"
	"errors"
	"fmt"
	"io"
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

func openHistory(t *testing.T) *history.Store {
	t.Helper()
	store, err := history.Open(t.Context(), t.TempDir()+"/history.db", history.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}

// kept gives all deliveries of the history, oldest first.
func keptIn(t *testing.T, store *history.Store) []history.Delivery {
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

// TestBulkRecordsWhatEmitRecords sends the same events both ways: the two histories differ in times only.
func TestBulkRecordsWhatEmitRecords(t *testing.T) {
	t.Parallel()
	for name, response := range map[string]string{
		"accepted": ok204,
		"refused":  "HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno",
		"chunked":  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\ns3cret\r\n7\r\n-s3cret\r\n0\r\n\r\n",
		"echoed":   "HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\ns3cret-s3cret",
		"broken":   "220 mail.example ESMTP\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := talk(t, response, response, response)
			w := &Webhook{Name: "crm", URL: s.url(t, "/hook"), Secret: signature.NewSecret("s3cret-s3cret"), Edition: payload.Edition2022}
			one, many := openHistory(t), openHistory(t)
			single, bulk := New(Options{History: one}), New(Options{History: many})
			defer single.Close()
			b := bulk.Bulk(t.Context(), w, BulkOptions{Bot: "sales"})
			defer b.Close()
			for version := 1; version <= 3; version++ {
				in := testEvent(version).In(w.Edition)
				m := EventMessage(&in)
				m.Bot, m.Seed = "sales", 17
				if _, err := single.Emit(t.Context(), w, m, nil); err != nil {
					t.Fatal(err)
				}
				b.Add(testEvent(version), 17)
			}
			if err := errors.Join(b.Record(t.Context()), b.Advance(t.Context())); err != nil {
				t.Fatal(err)
			}
			for b.Unsent() > 0 {
				if o, err := b.Send(t.Context()); err != nil || !o.Recorded {
					t.Fatalf("%+v, %v", o, err)
				}
			}
			want, got := keptIn(t, one), keptIn(t, many)
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

func TestBulkKeepsErrorsAlone(t *testing.T) {
	t.Parallel()
	for keep, want := range map[Keep]string{KeepAll: "[204 500 204 500]", KeepErrors: "[500 500]", KeepNone: "[]"} {
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
		e := New(Options{History: store})
		b := e.Bulk(t.Context(), &Webhook{URL: parseURL(t, server.URL)}, BulkOptions{Keep: keep})
		defer b.Close()
		for version := 1; version <= 4; version++ {
			b.Add(testEvent(version), 0)
			if err := errors.Join(b.Record(t.Context()), b.Advance(t.Context())); err != nil {
				t.Fatal(err)
			}
			if o, err := b.Send(t.Context()); err != nil || o.OK() == (version%2 == 0) {
				t.Fatalf("%+v, %v", o, err)
			}
		}
		statuses := []int{}
		for _, d := range keptIn(t, store) {
			statuses = append(statuses, d.Status)
			if d.Lead != testEvent(1).Lead.ID.String() || d.Event != "lead:updated" || len(d.Request.Body) == 0 {
				t.Errorf("%+v", d)
			}
		}
		if fmt.Sprint(statuses) != want {
			t.Errorf("keep %d: the history has %v, want %s", keep, statuses, want)
		}
	}
}

// TestBulkInterrupted breaks off what is under way, and takes back what has not left.
func TestBulkInterrupted(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{})
	s := listenRaw(t, func(conn net.Conn) { close(arrived); io.Copy(io.Discard, conn) })
	store := openHistory(t)
	ctx, cancel := context.WithCancel(t.Context())
	b := New(Options{History: store}).Bulk(ctx, &Webhook{URL: s.url(t, "/")}, BulkOptions{})
	defer b.Close()
	for version := 1; version <= 3; version++ {
		b.Add(testEvent(version), 0)
	}
	if err := errors.Join(b.Record(ctx), b.Advance(ctx)); err != nil {
		t.Fatal(err)
	}
	for version := 4; version <= 5; version++ {
		b.Add(testEvent(version), 0)
	}
	if err := b.Record(ctx); err != nil {
		t.Fatal(err)
	}
	go func() { <-arrived; cancel() }()
	if o, err := b.Send(ctx); err != nil || o.Error != FailureCancelled {
		t.Errorf("%+v, %v", o, err)
	}
	if err := b.Withdraw(ctx); err != nil || b.Unsent() != 0 {
		t.Errorf("%d wait, %v", b.Unsent(), err)
	}
	all := keptIn(t, store)
	if len(all) != 1 || all[0].State != history.Done || all[0].Error != FailureCancelled {
		t.Errorf("the history has %+v", all)
	}
}

func TestBulkNamesFailures(t *testing.T) {
	t.Parallel()
	s := listenRaw(t, func(conn net.Conn) { io.Copy(io.Discard, conn) })
	b := New(Options{Timeout: 20 * time.Millisecond}).Bulk(t.Context(), &Webhook{URL: s.url(t, "/")}, BulkOptions{})
	defer b.Close()
	for range 2 {
		b.Add(testEvent(1), 0)
		if err := b.Advance(t.Context()); err != nil {
			t.Fatal(err)
		}
		if o, err := b.Send(t.Context()); err != nil || o.Error != FailureTimeout || o.OK() || o.Took < 20*time.Millisecond {
			t.Errorf("%+v, %v", o, err)
		}
	}
}
