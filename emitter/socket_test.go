package emitter

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"artihook/emitter/history"
	"artihook/emitter/payload"
	"artihook/emitter/signature"
)

// socket is a receiver of raw bytes. It stores the first request of each connection, and respond writes the response.
type socket struct {
	net.Listener
	mu       sync.Mutex
	requests [][]byte
}

func listenRaw(t *testing.T, respond func(net.Conn)) *socket {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &socket{Listener: listener}
	var open sync.WaitGroup
	open.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			open.Go(func() {
				defer conn.Close()
				s.add(readRequest(conn))
				respond(conn)
			})
		}
	})
	t.Cleanup(func() { listener.Close(); open.Wait() })
	return s
}

func (s *socket) add(raw []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, raw)
}

func (s *socket) only(t *testing.T) string {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.requests) != 1 {
		t.Fatalf("%d requests, want 1", len(s.requests))
	}
	return string(s.requests[0])
}

// readRequest returns the raw bytes of one request.
func readRequest(conn net.Conn) []byte {
	var raw strings.Builder
	r, err := http.ReadRequest(bufio.NewReader(io.TeeReader(conn, &raw)))
	if err != nil {
		return []byte(raw.String())
	}
	io.Copy(io.Discard, r.Body)
	return []byte(raw.String())
}

// respond writes text and closes the connection.
func respond(text string) func(net.Conn) {
	return func(conn net.Conn) { io.WriteString(conn, text) }
}

const ok204 = "HTTP/1.1 204 No Content\r\n\r\n"

func parseURL(t testing.TB, s string) signature.URL {
	t.Helper()
	url, err := signature.ParseURL(s)
	if err != nil {
		t.Fatal(err)
	}
	return url
}

func (s *socket) url(t *testing.T, path string) signature.URL {
	return parseURL(t, "http://"+s.Addr().String()+path)
}

func emit(ctx context.Context, e *Emitter, w *Webhook, m Message) (history.Delivery, error) {
	return e.Send(ctx, w, Plan(w, m), nil)
}

func testMessage() Message {
	body := []byte(`{"resource":"lead","action":"updated","resource_id":"c19377db-bdab-4f6d-b8f8-a327c693295e","resource_version":2}`)
	return Message{Body: body, Summary: payload.Summarize(body)}
}
