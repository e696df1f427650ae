package emitter

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"artihook/emitter/exchange"
	"artihook/emitter/history"
	"artihook/emitter/signature"
)

// startScript starts a receiver that reads requests from each connection and sends the texts as responses, one after the
// other. It closes the connection after the last text.
func startScript(t *testing.T, texts ...string) (s *socket, connections *atomic.Int64) {
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
			go runScript(conn, texts)
		}
	}()
	return &socket{Listener: listener}, connections
}

func runScript(conn net.Conn, texts []string) {
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

// TestResponses sends three deliveries for each framing of a response, and counts the connections.
func TestResponses(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 70<<10)
	tests := []struct {
		name, text  string
		status      int
		body        string
		connections int64
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
		{"HTTP/1.0 with keep-alive", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok", 200, "ok", 1},
		{"not found", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", 404, "", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, connections := startScript(t, tt.text, tt.text, tt.text)
			e := New(Options{})
			defer e.Close()
			for range 3 {
				d, err := emit(t.Context(), e, &Webhook{URL: s.url(t, "/")}, testMessage())
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

// TestResponseUntilClose has a response without a length, which ends with the connection.
func TestResponseUntilClose(t *testing.T) {
	t.Parallel()
	for _, proto := range []string{"HTTP/1.0", "HTTP/1.1"} {
		s, connections := startScript(t, proto+" 200 OK\r\n\r\nto the end")
		e := New(Options{})
		defer e.Close()
		for n := int64(1); n <= 2; n++ {
			d, err := emit(t.Context(), e, &Webhook{URL: s.url(t, "/")}, testMessage())
			if err != nil || !d.OK() || string(d.Response.Body) != "to the end" || connections.Load() != n {
				t.Errorf("%s: %+v, %d connections, %v", proto, d, connections.Load(), err)
			}
		}
	}
}

// TestServerClosesBetweenRequests closes idle connections, as servers do after a timeout. The next delivery must arrive.
func TestServerClosesBetweenRequests(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }))
	defer server.Close()
	e := New(Options{})
	defer e.Close()
	w := &Webhook{URL: parseURL(t, server.URL)}
	for range 20 {
		d, err := emit(t.Context(), e, w, testMessage())
		if err != nil || !d.OK() {
			t.Fatalf("%q (%s), %v", d.Error, d.Reason, err)
		}
		server.CloseClientConnections()
		waitForClose(t, e)
	}
}

// waitForClose waits until the sender can detect that the receiver has closed the idle connection.
func waitForClose(t *testing.T, e *Emitter) {
	t.Helper()
	e.client.mu.Lock()
	defer e.client.mu.Unlock()
	for _, idle := range e.client.idle {
		for _, d := range idle {
			for d.connAlive() || time.Since(d.idleSince) <= neverIdle {
				if t.Context().Err() != nil {
					t.Fatal("the end never came")
				}
			}
		}
	}
}

func TestSeveralReceivers(t *testing.T) {
	t.Parallel()
	one, _ := startScript(t, ok204, ok204)
	two, _ := startScript(t, "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")
	e := New(Options{})
	defer e.Close()
	for _, tt := range []struct {
		s    *socket
		want int
	}{{one, 204}, {two, 202}, {one, 204}} {
		d, err := emit(t.Context(), e, &Webhook{URL: tt.s.url(t, "/")}, testMessage())
		if err != nil || d.Status != tt.want {
			t.Errorf("status %d, error %q, %v", d.Status, d.Error, err)
		}
	}
}

// TestResponseBeforeTheEndOfTheRequest has a receiver that responds to a large body without reading it.
func TestResponseBeforeTheEndOfTheRequest(t *testing.T) {
	t.Parallel()
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
	e := New(Options{Timeout: 20 * time.Second})
	defer e.Close()
	m := testMessage()
	m.Body = make([]byte, 20<<20)
	d, err := emit(t.Context(), e, &Webhook{URL: parseURL(t, "http://"+listener.Addr().String())}, m)
	if err != nil || d.Status != 413 {
		t.Errorf("status %d, error %q (%s), %v", d.Status, d.Error, d.Reason, err)
	}
}

func TestWithdrawnDeliveriesAreRemoved(t *testing.T) {
	t.Parallel()
	store, err := history.Open(t.Context(), t.TempDir()+"/history.db", history.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	s, _ := startScript(t, ok204)
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
		t.Errorf("the last delivery is %d, %v: a delivery was planned twice, or not withdrawn", last.ID, err)
	}
}

// TestConnectionDeadline: the deadline of a connection does not end the next request early, and is set again after cancelOn.
func TestConnectionDeadline(t *testing.T) {
	t.Parallel()
	s, _ := startScript(t, ok204, ok204, ok204)
	e := New(Options{})
	defer e.Close()
	d := newConn(e.client, (&Webhook{URL: s.url(t, "/hook")}).origin())
	defer d.disconnect()
	request := outgoing{raw: []byte("POST /hook HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")}
	send := func(timeout time.Duration) {
		t.Helper()
		if resp := d.exchange(t.Context(), time.Now().Add(timeout), request); resp.status != 204 {
			t.Errorf("status %d, %v", resp.status, resp.err)
		}
	}
	send(time.Hour)
	ctx, cancel := context.WithCancel(t.Context())
	stop := d.cancelOn(ctx)
	cancel()
	stop() // the response was complete before the end of ctx
	send(time.Hour)
	if d.setDeadline(time.Now().Add(time.Minute)) != nil || time.Until(d.deadline) > time.Minute+maxLate {
		t.Errorf("the deadline is in %v, want a minute", time.Until(d.deadline))
	}
	before := d.deadline
	if d.setDeadline(before.Add(-maxLate/2)) != nil || d.deadline != before {
		t.Error("a deadline that is late enough was set again")
	}
	send(time.Hour)
}

// TestIdleLimit sends three deliveries. An idle connection is used again only within the limit.
func TestIdleLimit(t *testing.T) {
	t.Parallel()
	if idleLimit <= 0 || idleLimit >= 2*time.Second { // the shortest keep-alive time of common servers
		t.Errorf("the limit is %v", idleLimit)
	}
	for limit, want := range map[time.Duration]int64{time.Hour: 1, -1: 3} {
		s, connections := startScript(t, ok204, ok204, ok204)
		e := New(Options{})
		defer e.Close()
		if e.client.idleLimit != idleLimit {
			t.Errorf("New sets the limit %v", e.client.idleLimit)
		}
		e.client.idleLimit = limit
		for range 3 {
			if d, err := emit(t.Context(), e, &Webhook{URL: s.url(t, "/")}, testMessage()); err != nil || !d.OK() {
				t.Fatalf("%+v, %v", d, err)
			}
		}
		if n := connections.Load(); n != want {
			t.Errorf("limit %v: %d connections, want %d", limit, n, want)
		}
	}
}

// TestIdleConnectionsAreClosed waits until the receiver detects the close, without another request.
func TestIdleConnectionsAreClosed(t *testing.T) {
	t.Parallel()
	closed := make(chan struct{})
	s := listenRaw(t, func(conn net.Conn) {
		io.WriteString(conn, ok204)
		io.Copy(io.Discard, conn)
		close(closed)
	})
	e := New(Options{})
	e.client.idleLimit = time.Millisecond
	if d, err := emit(t.Context(), e, &Webhook{URL: s.url(t, "/")}, testMessage()); err != nil || !d.OK() {
		t.Fatalf("%+v, %v", d, err)
	}
	<-closed
}

// TestPool sends six deliveries at the same time, twice. The second time reuses only Options.Connections connections.
func TestPool(t *testing.T) {
	t.Parallel()
	for connections, want := range map[int]int64{0: 11, 4: 8, 6: 6, 9: 6} {
		var opened atomic.Int64
		var gate sync.WaitGroup
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			gate.Done()
			gate.Wait()
			w.WriteHeader(204)
		}))
		server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
			if state == http.StateNew {
				opened.Add(1)
			}
		}
		server.Start()
		defer server.Close()
		e := New(Options{Connections: connections})
		defer e.Close()
		e.client.idleLimit = time.Hour
		w := &Webhook{URL: parseURL(t, server.URL)}
		for range 2 {
			gate.Add(6)
			var senders sync.WaitGroup
			for range 6 {
				senders.Go(func() {
					if d, err := emit(t.Context(), e, w, testMessage()); err != nil || !d.OK() {
						t.Errorf("%+v, %v", d, err)
					}
				})
			}
			senders.Wait()
		}
		if n := opened.Load(); n != want {
			t.Errorf("limit %d: %d connections, want %d", connections, n, want)
		}
	}
}

// TestBytesAfterAResponse: bytes after a complete response are neither recorded nor logged, and the connection is not used
// again.
func TestBytesAfterAResponse(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		text   string
		status int
		body   string
	}{
		"204 with a body":          {ok204 + "s3cret-s3cret", 204, ""},
		"a length that is too low": {"HTTP/1.1 401 Unauthorized\r\nContent-Length: 3\r\n\r\nno, s3cret-s3cret", 401, "no,"},
		"a second response":        {ok204 + "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 204, ""},
		"switching protocols":      {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\ns3cret-s3cret", 101, ""},
	} {
		s, connections := startScript(t, tt.text, tt.text)
		e := New(Options{})
		defer e.Close()
		for n := range int64(2) {
			d, err := emit(t.Context(), e, &Webhook{URL: s.url(t, "/"), Secret: signature.NewSecret("other-secret")}, testMessage())
			if err != nil || d.Status != tt.status || d.Error != "" || string(d.Response.Body) != tt.body || strings.Contains(string(d.RawResponse), "s3cret") {
				t.Errorf("%s: status %d, error %q, response %q, %v", name, d.Status, d.Error, d.RawResponse, err)
			}
			if connections.Load() != n+1 {
				t.Errorf("%s: delivery %d used %d connections", name, n, connections.Load())
			}
		}
	}
}

// TestSwitchingProtocolsIsFinal: the receiver does not close the connection after a 101 response.
func TestSwitchingProtocolsIsFinal(t *testing.T) {
	t.Parallel()
	s := listenRaw(t, func(conn net.Conn) {
		io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")
		io.Copy(io.Discard, conn) // ends when the sender closes the connection
	})
	e := New(Options{})
	defer e.Close()
	d, err := emit(t.Context(), e, &Webhook{URL: s.url(t, "/")}, testMessage())
	if err != nil || d.Status != 101 || d.Error != "" || d.OK() {
		t.Errorf("%+v, %v", d, err)
	}
	b := e.Bulk(t.Context(), &Webhook{URL: s.url(t, "/")}, BulkOptions{})
	defer b.Close(t.Context())
	if o, err := sendBulk(t.Context(), b); err != nil || o.Status != 101 || o.OK() || o.Error != "" {
		t.Errorf("%+v, %v", o, err)
	}
}

// TestHead: the response to HEAD has no body, also with a Content-Length.
func TestHead(t *testing.T) {
	t.Parallel()
	s, connections := startScript(t, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", ok204)
	e := New(Options{Timeout: 20 * time.Second})
	defer e.Close()
	w := &Webhook{URL: s.url(t, "/")}
	for _, want := range []int{200, 204} {
		planned := Plan(w, Message{})
		planned.Request.Method = "HEAD"
		if d, err := e.Send(t.Context(), w, planned, nil); err != nil || d.Status != want || d.Error != "" {
			t.Errorf("%+v, %v", d, err)
		}
	}
	if n := connections.Load(); n != 1 {
		t.Errorf("%d connections, want 1", n)
	}
}

// TestConnectionClose: a request with "Connection: close" ends its connection.
func TestConnectionClose(t *testing.T) {
	t.Parallel()
	s, connections := startScript(t, ok204, ok204)
	e := New(Options{})
	defer e.Close()
	w := &Webhook{URL: s.url(t, "/"), Headers: []exchange.Header{{Name: "connection", Value: "Close"}}}
	b := e.Bulk(t.Context(), w, BulkOptions{})
	defer b.Close(t.Context())
	for n := int64(1); n <= 4; n += 2 {
		if d, err := emit(t.Context(), e, w, testMessage()); err != nil || !d.OK() || connections.Load() != n {
			t.Errorf("%d connections, %+v, %v", connections.Load(), d, err)
		}
		if o, err := sendBulk(t.Context(), b); err != nil || !o.OK() || connections.Load() != n+1 {
			t.Errorf("Bulk: %d connections, %+v, %v", connections.Load(), o, err)
		}
	}
}

// TestRequestWithLineBreaks: a request with line breaks in its first lines, such as an imported one, is not sent.
func TestRequestWithLineBreaks(t *testing.T) {
	t.Parallel()
	s, connections := startScript(t, ok204)
	e := New(Options{})
	defer e.Close()
	w := &Webhook{URL: s.url(t, "/")}
	for name, change := range map[string]func(*exchange.Request){
		"method": func(r *exchange.Request) { r.Method = "POST / HTTP/1.1\r\nX: y\r\n\r\nPOST" },
		"target": func(r *exchange.Request) { r.Target = "/ HTTP/1.1\r\nX: y" },
		"host":   func(r *exchange.Request) { r.Host = "h\r\nX: y" },
	} {
		planned := Plan(w, testMessage())
		change(&planned.Request)
		if d, err := e.Send(t.Context(), w, planned, nil); err != nil || d.Error != history.FailureOther || !strings.Contains(d.Reason, name) || connections.Load() > 0 {
			t.Errorf("%s: %+v, %v", name, d, err)
		}
	}
}

// brokenConn fails in its first Write, after some bytes.
type brokenConn struct {
	*net.TCPConn
	bytes int
}

func (c brokenConn) Write(p []byte) (int, error) {
	n, _ := c.TCPConn.Write(p[:c.bytes])
	c.CloseWrite()
	return n, syscall.EPIPE
}

// TestOnlyUnsentRequestsAreSentAgain breaks a reused connection before and after the first byte of a request.
func TestOnlyUnsentRequestsAreSentAgain(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, maxDirect} { // a request with a large body is written while the response is read
		for bytes, want := range map[int]int64{0: 2, 1: 1} {
			s, connections := startScript(t, ok204, ok204)
			e := New(Options{Timeout: 20 * time.Second})
			defer e.Close()
			d := newConn(e.client, (&Webhook{URL: s.url(t, "/")}).origin())
			defer d.disconnect()
			request := Plan(&Webhook{URL: s.url(t, "/")}, Message{Body: make([]byte, size)}).Request
			first := d.exchange(t.Context(), time.Time{}, outgoing{raw: request.AppendRaw(nil)})
			d.conn = brokenConn{d.conn.(*net.TCPConn), bytes}
			second := d.exchange(t.Context(), time.Time{}, outgoing{raw: request.AppendRaw(nil)})
			if first.status != 204 || (second.err == nil) != (bytes == 0) || connections.Load() != want {
				t.Errorf("%d bytes of body, %d were sent: %v, then %v, over %d connections", size, bytes, first.err, second.err, connections.Load())
			}
		}
	}
}

// TestPartOfALargeRequestIsNotSentAgain resets the connection in the middle of the second request.
func TestPartOfALargeRequestIsNotSentAgain(t *testing.T) {
	t.Parallel()
	var arrived atomic.Int64
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			if arrived.Add(1) == 1 {
				readRequest(conn)
				io.WriteString(conn, ok204)
			}
			io.ReadFull(conn, make([]byte, 100<<10))
			conn.(*net.TCPConn).SetLinger(0)
			conn.Close()
		}
	}()
	e := New(Options{Timeout: 20 * time.Second})
	defer e.Close()
	e.client.idleLimit = time.Hour
	m := testMessage()
	w := &Webhook{URL: parseURL(t, "http://"+listener.Addr().String())}
	if d, err := emit(t.Context(), e, w, m); err != nil || !d.OK() {
		t.Fatalf("%+v, %v", d, err)
	}
	m.Body = make([]byte, 20<<20)
	d, err := emit(t.Context(), e, w, m)
	if err != nil || d.Error != history.FailureReset && d.Error != history.FailureClosed || arrived.Load() != 1 {
		t.Errorf("error %q (%s), %v, %d connections", d.Error, d.Reason, err, arrived.Load())
	}
}

// TestResponseDuringASlowBody does not wait for the rest of the body.
func TestResponseDuringASlowBody(t *testing.T) {
	t.Parallel()
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
		defer conn.Close()
		io.ReadFull(conn, make([]byte, 10))
		io.WriteString(conn, "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n")
		io.Copy(io.Discard, conn)
	}()
	e := New(Options{Timeout: time.Hour})
	defer e.Close()
	d, err := emit(t.Context(), e.WithOptions(SendOptions{SlowBody: time.Hour}), &Webhook{URL: parseURL(t, "http://"+listener.Addr().String())}, testMessage())
	if err != nil || d.Status != 413 || d.Error != "" {
		t.Errorf("status %d, error %q (%s), %v", d.Status, d.Error, d.Reason, err)
	}
}

// TestEveryAttemptEnds blocks an attempt in each of its parts. The timeout and the end of ctx must end it.
func TestEveryAttemptEnds(t *testing.T) {
	t.Parallel()
	arrived, release := make(chan struct{}, 100), make(chan struct{})
	hang := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		arrived <- struct{}{}
		<-release
	})
	plain, secure := httptest.NewServer(hang), httptest.NewTLSServer(hang)
	defer plain.Close()
	defer secure.Close()
	defer close(release)
	silent := listenRaw(t, func(conn net.Conn) { // does not respond to the handshake
		arrived <- struct{}{}
		io.Copy(io.Discard, conn)
	})
	small, large := testMessage(), testMessage()
	large.Body = make([]byte, 20<<20)
	for name, tt := range map[string]struct {
		url     string
		message Message
		opt     SendOptions
	}{
		"response":           {plain.URL, small, SendOptions{}},
		"request":            {plain.URL, large, SendOptions{}},
		"slow body":          {plain.URL, small, SendOptions{SlowBody: time.Hour}},
		"response over TLS":  {secure.URL, small, SendOptions{}},
		"request over TLS":   {secure.URL, large, SendOptions{}},
		"slow body over TLS": {secure.URL, small, SendOptions{SlowBody: time.Hour}},
		"handshake":          {"https://" + silent.Addr().String(), small, SendOptions{}},
	} {
		e := New(Options{Insecure: true, Timeout: time.Second})
		defer e.Close()
		w := &Webhook{URL: parseURL(t, tt.url)}
		if d, err := emit(t.Context(), e.WithOptions(tt.opt), w, tt.message); err != nil || d.Error != history.FailureTimeout {
			t.Errorf("%s: error %q (%s), %v", name, d.Error, d.Reason, err)
		}
		select {
		case <-arrived:
		default: // on a busy machine, the time may end before the request has arrived
		}
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			<-arrived
			cancel()
		}()
		tt.opt.Timeout = time.Hour
		if d, err := emit(ctx, e.WithOptions(tt.opt), w, tt.message); !errors.Is(err, context.Canceled) || d.Error != history.FailureCancelled {
			t.Errorf("%s, interrupted: error %q (%s), %v", name, d.Error, d.Reason, err)
		}
	}
}
