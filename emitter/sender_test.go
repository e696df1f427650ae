package emitter

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"artihook/emitter/history"
)

// opener makes an Emitter over one of the senders.
type opener func(Options) *Emitter

// withEachSender runs a test with both: what holds for one must hold for the other.
func withEachSender(t *testing.T, test func(*testing.T, opener)) {
	for name, open := range map[string]opener{
		"net/http": New,
		"line":     func(opt Options) *Emitter { return New(opt).Direct() },
	} {
		t.Run(name, func(t *testing.T) { test(t, open) })
	}
}

// talk is a receiver that reads one request after the other from each connection and answers each with the next text;
// after the last it closes the connection.
func talk(t *testing.T, texts ...string) (s *socket, connections *atomic.Int64) {
	connections = new(atomic.Int64)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			connections.Add(1)
			go converse(conn, texts)
		}
	}()
	return &socket{Listener: listener}, connections
}

func converse(conn net.Conn, texts []string) {
	defer conn.Close()
	reader := bufio.NewReader(conn)
	for _, text := range texts {
		request, err := http.ReadRequest(reader)
		if err != nil {
			return
		}
		io.Copy(io.Discard, request.Body)
		io.WriteString(conn, text)
	}
}

// TestAnswers meets each way in which an answer can be framed, three deliveries in a row, and counts the connections.
func TestAnswers(t *testing.T) { withEachSender(t, testAnswers) }

func testAnswers(t *testing.T, open opener) {
	long := strings.Repeat("x", 70<<10)
	tests := []struct {
		name, answer string
		status       int
		body         string
		connections  int64
	}{
		{"no body", ok204, 204, "", 1},
		{"length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello", 1},
		{"length zero", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200, "", 1},
		{"chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", 200, "hello", 1},
		{"chunked with a trailer", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n", 200, "hello", 1},
		{"longer than a head may be", fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(long), long), 200, long, 1},
		{"provisional first", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" + ok204, 204, "", 1},
		{"announces that it closes", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", 200, "ok", 3},
		{"HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, "ok", 3},
		{"HTTP/1.0 that stays", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok", 200, "ok", 1},
		{"not found", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", 404, "", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, connections := talk(t, tt.answer, tt.answer, tt.answer)
			e := open(Options{})
			defer e.Close()
			for range 3 {
				d, err := e.Emit(t.Context(), &Webhook{URL: s.url(t, "/")}, testMessage(), nil)
				if err != nil || d.Status != tt.status || d.Error != "" || string(d.Response.Body) != tt.body {
					t.Fatalf("status %d, error %q (%s), %d bytes of body, %v", d.Status, d.Error, d.Reason, len(d.RawResponse), err)
				}
			}
			if n := connections.Load(); n != tt.connections {
				t.Errorf("%d connections, want %d", n, tt.connections)
			}
		})
	}
}

// TestAnswerToTheEnd is an answer that only the end of the connection ends.
func TestAnswerToTheEnd(t *testing.T) { withEachSender(t, testAnswerToTheEnd) }

func testAnswerToTheEnd(t *testing.T, open opener) {
	for _, proto := range []string{"HTTP/1.0", "HTTP/1.1"} {
		s, connections := talk(t, proto+" 200 OK\r\n\r\nto the end")
		e := open(Options{})
		defer e.Close()
		for n := int64(1); n <= 2; n++ {
			d, err := e.Emit(t.Context(), &Webhook{URL: s.url(t, "/")}, testMessage(), nil)
			if err != nil || !d.OK() || string(d.Response.Body) != "to the end" || connections.Load() != n {
				t.Errorf("%s: %+v, %d connections, %v", proto, d, connections.Load(), err)
			}
		}
	}
}

// TestServerClosesBetweenRequests keeps quiet about it, as servers do after a while: the next delivery must arrive.
func TestServerClosesBetweenRequests(t *testing.T) {
	withEachSender(t, testServerClosesBetweenRequests)
}

func testServerClosesBetweenRequests(t *testing.T, open opener) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }))
	defer server.Close()
	e := open(Options{})
	defer e.Close()
	w := &Webhook{URL: parseURL(t, server.URL)}
	for range 20 {
		d, err := e.Emit(t.Context(), w, testMessage(), nil)
		if err != nil || !d.OK() {
			t.Fatalf("%q (%s), %v", d.Error, d.Reason, err)
		}
		server.CloseClientConnections()
		waitForClose(t, e)
	}
}

// waitForClose gives net/http the moment that its own goroutine needs to notice. A line looks for itself.
func waitForClose(t *testing.T, e *Emitter) {
	t.Helper()
	if l, ok := e.sender.(*line); ok {
		for l.quiet() || time.Since(l.idle) <= neverIdle {
			if t.Context().Err() != nil {
				t.Fatal("the end never came")
			}
		}
		return
	}
	e.sender.close()
}

func TestSeveralReceivers(t *testing.T) { withEachSender(t, testSeveralReceivers) }

func testSeveralReceivers(t *testing.T, open opener) {
	one, _ := talk(t, ok204, ok204)
	two, _ := talk(t, "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")
	e := open(Options{})
	defer e.Close()
	for _, tt := range []struct {
		s    *socket
		want int
	}{{one, 204}, {two, 202}, {one, 204}} {
		d, err := e.Emit(t.Context(), &Webhook{URL: tt.s.url(t, "/")}, testMessage(), nil)
		if err != nil || d.Status != tt.want {
			t.Errorf("status %d, error %q, %v", d.Status, d.Error, err)
		}
	}
}

// TestAnswerBeforeTheEndOfTheRequest: a receiver refuses a large body without reading it.
func TestAnswerBeforeTheEndOfTheRequest(t *testing.T) {
	withEachSender(t, testAnswerBeforeTheEndOfTheRequest)
}

func testAnswerBeforeTheEndOfTheRequest(t *testing.T, open opener) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		io.ReadFull(conn, make([]byte, 100))
		io.WriteString(conn, "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n")
		io.Copy(io.Discard, conn)
	}()
	e := open(Options{Timeout: 20 * time.Second})
	defer e.Close()
	m := testMessage()
	m.Body = make([]byte, 20<<20)
	d, err := e.Emit(t.Context(), &Webhook{URL: parseURL(t, "http://"+listener.Addr().String())}, m, nil)
	if err != nil || d.Status != 413 {
		t.Errorf("status %d, error %q (%s), %v", d.Status, d.Error, d.Reason, err)
	}
}

func TestWithdrawnDeliveriesLeaveNoTrace(t *testing.T) {
	store, err := history.Open(t.Context(), t.TempDir()+"/history.db", history.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	s, _ := talk(t, ok204)
	w := &Webhook{URL: s.url(t, "/")}
	e := New(Options{History: store})
	defer e.Close()
	first, second := Plan(w, testMessage()), Plan(w, testMessage())
	if err := e.Record(t.Context(), []*history.Delivery{&first, &second}); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Send(t.Context(), w, first, nil); err != nil {
		t.Fatal(err)
	}
	if err := e.Withdraw(t.Context(), []*history.Delivery{&second}); err != nil {
		t.Fatal(err)
	}
	if last, err := store.Last(t.Context()); err != nil || last.ID != first.ID || last.Status != 204 {
		t.Errorf("the last delivery is %d, %v: one was planned twice, or not withdrawn", last.ID, err)
	}
}

// The deadline that a line leaves on its connection neither ends the next request early nor outlives an interruption.
func TestLineKeepsItsDeadline(t *testing.T) {
	s, _ := talk(t, ok204, ok204, ok204)
	e := New(Options{})
	defer e.Close()
	l := newLine(e.client)
	defer l.close()
	l.call(s.url(t, "/hook"))
	request := []byte("POST /hook HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
	send := func(timeout time.Duration) {
		t.Helper()
		if status, came := l.exchange(t.Context(), time.Now().Add(timeout), request); status != 204 {
			t.Errorf("status %d, %v", status, came.err)
		}
	}
	send(time.Hour)
	ctx, cancel := context.WithCancel(t.Context())
	stop := l.listenTo(ctx)
	cancel()
	stop() // the answer was there before the end
	send(time.Hour)
	if l.limit(time.Now().Add(time.Minute)) != nil || time.Until(l.until) > time.Minute+maxLate {
		t.Errorf("a minute ends after %v", time.Until(l.until))
	}
	before := l.until
	if l.limit(before.Add(-maxLate/2)) != nil || l.until != before {
		t.Error("a deadline that is good enough was set again")
	}
	send(time.Hour)
}
