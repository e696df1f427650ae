package emitter

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"artihook/emitter/payload"
	"artihook/emitter/signature"
)

// benchSenders is the number of goroutines that send, and of connections.
const benchSenders = 16

// benchReceiver accepts every request, at little cost.
func benchReceiver(b *testing.B) *Webhook {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				for reader := bufio.NewReader(conn); ; {
					request, err := http.ReadRequest(reader)
					if err != nil {
						return
					}
					io.Copy(io.Discard, request.Body)
					io.WriteString(conn, ok204)
				}
			}()
		}
	}()
	return &Webhook{URL: parseURL(b, "http://"+listener.Addr().String()), Secret: signature.NewSecret("s3cret-s3cret")}
}

// sendAll calls the send functions of all senders, b.N times in total.
func sendAll(b *testing.B, newSender func() (send func() error)) {
	var left atomic.Int64
	left.Store(int64(b.N))
	b.ReportAllocs()
	b.ResetTimer()
	var group sync.WaitGroup
	for range benchSenders {
		group.Go(func() {
			for send := newSender(); left.Add(-1) >= 0; {
				if err := send(); err != nil {
					b.Error(err)
				}
			}
		})
	}
	group.Wait()
}

// BenchmarkSend sends single events over the pool, as play, run and check do.
func BenchmarkSend(b *testing.B) {
	w, m := benchReceiver(b), testMessage()
	e := New(Options{Connections: benchSenders})
	defer e.Close()
	sendAll(b, func() func() error {
		return func() error {
			_, err := emit(b.Context(), e, w, m)
			return err
		}
	})
}

// BenchmarkBulk sends events over a connection for each sender, as load does.
func BenchmarkBulk(b *testing.B) {
	w, e := benchReceiver(b), New(Options{})
	sendAll(b, func() func() error {
		bulk, event := e.Bulk(b.Context(), w, BulkOptions{}), testEvent(1)
		events := func(yield func(*payload.Event, uint64) bool) { yield(event, 0) }
		return func() error {
			if _, err := bulk.Next(b.Context(), events); err != nil {
				return err
			}
			_, err := bulk.Send(b.Context())
			return err
		}
	})
}
