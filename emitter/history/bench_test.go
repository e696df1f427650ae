package history

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
)

// BenchmarkRecord plans and finishes deliveries of 1.6 KB, seven of each lead:
// "one" is a send, "bulk" plans 200 at once. µs/delivery and deliveries/s count
// the commits.
func BenchmarkRecord(b *testing.B) {
	for _, c := range []struct{ senders, batch int }{{1, 1}, {16, 1}, {1, 20}, {1, 200}, {16, 200}} {
		b.Run(fmt.Sprintf("senders=%d/batch=%d", c.senders, c.batch), func(b *testing.B) {
			store := openStore(b, newPath(b))
			b.ReportAllocs()
			b.ResetTimer()
			var wg sync.WaitGroup
			for worker := range c.senders {
				n := b.N / c.senders
				if worker == 0 {
					n += b.N % c.senders
				}
				wg.Go(func() { recordMany(b, store, n, c.batch) })
			}
			wg.Wait()
			if err := store.Flush(context.Background()); err != nil {
				b.Fatal(err)
			}
			each := b.Elapsed() / time.Duration(b.N)
			b.ReportMetric(float64(time.Second)/float64(max(each, 1)), "deliveries/s")
			b.ReportMetric(float64(each)/1000, "µs/delivery")
		})
	}
}

func recordMany(b *testing.B, store *Store, n, size int) {
	ctx := context.Background()
	request := bytes.Repeat([]byte("0123456789abcdef"), 100)
	response := []byte("HTTP/1.1 204 No Content\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\n\r\n")
	lead, version := uuid.NewString(), 0
	for n > 0 {
		size = min(size, n)
		n -= size
		batch := make([]*Delivery, size)
		for i := range batch {
			if version++; version > 7 {
				lead, version = uuid.NewString(), 1
			}
			batch[i] = &Delivery{
				Time: noon, Webhook: "crm", URL: "http://localhost:8000/", SignURL: "http://localhost:8000/",
				Scheme: "url", Edition: "2019", Event: "lead:updated", Lead: lead, Version: version, Attempt: 1,
				Bot: "sales", Seed: 1 << 63, Source: SourceLoad, RawRequest: request,
			}
		}
		if err := store.Plan(ctx, batch); err != nil {
			b.Error(err)
			return
		}
		for _, d := range batch {
			d.Status, d.Duration, d.RawResponse = 204, 3*time.Millisecond, response
			if err := store.Finish(ctx, d); err != nil {
				b.Error(err)
				return
			}
		}
	}
}

// BenchmarkSend measures the history of one send: open, plan, finish, close.
func BenchmarkSend(b *testing.B) {
	path := newPath(b)
	record(b, openStore(b, newPath(b)), nil)
	for b.Loop() {
		store, err := Open(context.Background(), path, Options{})
		if err != nil {
			b.Fatal(err)
		}
		record(b, store, nil)
		if err := store.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkList reads from a large history in which every hundredth delivery
// failed.
func BenchmarkList(b *testing.B) {
	const rows = 100_000
	store := openStore(b, newPath(b))
	fill(b, store, rows)
	b.Run("get", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			if _, err := store.Get(context.Background(), int64(1+i*7919%rows)); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, c := range []struct {
		name   string
		filter Filter
	}{
		{"newest", Filter{}},
		{"whole", Filter{Whole: true}},
		{"lead", Filter{Lead: leadA}},
		{"5xx", Filter{Status: "5xx", Since: noon.Add(-time.Hour)}},
		{"none since", Filter{Since: noon.Add(time.Hour)}},
		{"none 302", Filter{Status: "302"}},
		{"none 204", Filter{Status: "204"}},
		{"none unknown", Filter{Status: "unknown"}},
		{"none grep", Filter{Grep: "nowhere"}},
	} {
		b.Run(c.name, func(b *testing.B) {
			c.filter.Limit = 20
			for b.Loop() {
				for _, err := range store.List(context.Background(), c.filter) {
					if err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

func fill(b *testing.B, store *Store, rows int) {
	ctx := context.Background()
	body := bytes.Repeat([]byte("0123456789abcdef"), 100)
	for first := 0; first < rows; first += maxBatch {
		batch := sampleBatch(min(maxBatch, rows-first))
		for i, d := range batch {
			if d.Request.Body = body; (first+i)%1000 != 0 {
				d.Lead = fmt.Sprint("lead ", (first+i)/7)
			}
		}
		if err := store.Plan(ctx, batch); err != nil {
			b.Fatal(err)
		}
		for i, d := range batch {
			setStatus(d, 200)
			if (first+i)%100 == 0 {
				setStatus(d, 500)
			}
			if err := store.Finish(ctx, d); err != nil {
				b.Fatal(err)
			}
		}
	}
}
