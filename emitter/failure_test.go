package emitter

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"artihook/emitter/exchange"
	"artihook/emitter/history"
)

// TestFailures causes each failure of a receiver or the network, and checks the recorded delivery.
func TestFailures(t *testing.T) {
	t.Parallel()
	hang := func(conn net.Conn) { io.Copy(io.Discard, conn) } // until the sender closes the connection
	reset := func(conn net.Conn) { conn.(*net.TCPConn).SetLinger(0) }
	tests := []struct {
		name    string
		respond func(net.Conn)
		timeout time.Duration
		want    string
		status  int
	}{
		{name: "does not respond", respond: hang, timeout: 50 * time.Millisecond, want: history.FailureTimeout},
		{name: "stops in the head", respond: func(c net.Conn) { io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-"); hang(c) }, timeout: time.Second, want: history.FailureTimeout, status: 200},
		{name: "stops in the body", respond: func(c net.Conn) { io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"); hang(c) }, timeout: time.Second, want: history.FailureTimeout, status: 200},
		{name: "sends a byte at a time", respond: trickle, timeout: time.Second, want: history.FailureTimeout, status: 200},
		{name: "resets", respond: reset, want: history.FailureReset},
		{name: "closes without a response", respond: func(net.Conn) {}, want: history.FailureClosed},
		{name: "closes in the body", respond: respond("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), want: history.FailureClosed, status: 200},
		{name: "closes in the head", respond: respond("HTTP/1.1 200 OK\r\nX-One: 1\r\n"), want: history.FailureClosed, status: 200},
		{name: "is not an HTTP server", respond: respond("220 mail.example ESMTP\r\n"), want: history.FailureMalformed},
		{name: "has a broken status line", respond: respond("HTTP/1.1 abc OK\r\n\r\n"), want: history.FailureMalformed},
		{name: "has a status of 99", respond: respond("HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n"), want: history.FailureMalformed},
		{name: "has a status of 600", respond: respond("HTTP/1.1 600 Odd\r\nContent-Length: 0\r\n\r\n"), want: history.FailureMalformed},
		{name: "has a status of 999", respond: respond("HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n"), want: history.FailureMalformed},
		{name: "has a status of four digits", respond: respond("HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n"), want: history.FailureMalformed},
		{name: "sends interim responses only", respond: respond(strings.Repeat("HTTP/1.1 102 Processing\r\n\r\n", 7)), want: history.FailureMalformed},
		{name: "has broken chunks", respond: respond("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello"), want: history.FailureMalformed, status: 200},
		{name: "has an endless head", respond: endlessHead, want: history.FailureMalformed, status: 200},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := listenRaw(t, tt.respond)
			d := deliver(t, &Webhook{URL: s.url(t, "/")}, Options{Timeout: tt.timeout})
			if d.Error != tt.want || d.Status != tt.status {
				t.Errorf("got %q (%s), status %d; want %q, status %d", d.Error, d.Reason, d.Status, tt.want, tt.status)
			}
			if d.Reason == "" || strings.Contains(d.Reason, "127.0.0.1") || strings.Contains(d.Reason, "Odd") || d.OK() {
				t.Errorf("reason %q, ok %v", d.Reason, d.OK())
			}
		})
	}
}

func trickle(conn net.Conn) {
	io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for range tick.C {
		if _, err := io.WriteString(conn, "x"); err != nil {
			return
		}
	}
}

func endlessHead(conn net.Conn) {
	io.WriteString(conn, "HTTP/1.1 200 OK\r\n")
	for {
		if _, err := fmt.Fprintf(conn, "X-More: %s\r\n", strings.Repeat("x", 1000)); err != nil {
			return
		}
	}
}

// deliver sends one message with a history and returns the delivery from the history.
func deliver(t *testing.T, w *Webhook, opt Options) history.Delivery {
	t.Helper()
	store, err := history.Open(t.Context(), t.TempDir()+"/history.db", history.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	opt.History = store
	e := New(opt)
	defer e.Close()
	sent, err := emit(t.Context(), e, w, testMessage())
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	stored, err := store.Get(t.Context(), sent.ID)
	if err != nil {
		t.Fatal(err)
	}
	if stored.Error != sent.Error || stored.Status != sent.Status || stored.Reason != sent.Reason {
		t.Errorf("the history has %q %d %q, Send returned %q %d %q", stored.Error, stored.Status, stored.Reason, sent.Error, sent.Status, sent.Reason)
	}
	return stored
}

func TestConnectionRefused(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := parseURL(t, "http://"+listener.Addr().String())
	listener.Close()
	if d := deliver(t, &Webhook{URL: url}, Options{}); d.Error != history.FailureRefused {
		t.Errorf("got %q (%s)", d.Error, d.Reason)
	}
}

func TestUnknownHost(t *testing.T) {
	t.Parallel()
	d := deliver(t, &Webhook{URL: parseURL(t, "http://no-such-host.invalid/")}, Options{Timeout: 5 * time.Second})
	if d.Error != history.FailureDNS || !strings.Contains(d.Reason, "no-such-host.invalid") {
		t.Errorf("got %q (%s)", d.Error, d.Reason)
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s over %s", r.Proto, r.TLS.NegotiatedProtocol)
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // it logs failed handshakes
	server.StartTLS()
	defer server.Close()
	url := parseURL(t, server.URL)
	if d := deliver(t, &Webhook{URL: url}, Options{}); d.Error != history.FailureTLS || !strings.Contains(d.Reason, "no authority") {
		t.Errorf("unknown authority: got %q (%s)", d.Error, d.Reason)
	}
	roots := server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	for name, opt := range map[string]Options{"insecure": {Insecure: true}, "trusted": {RootCAs: roots}} {
		if d := deliver(t, &Webhook{URL: url}, opt); !d.OK() || string(d.Response.Body) != "HTTP/1.1 over http/1.1" {
			t.Errorf("%s: got %+v", name, d)
		}
	}
	plain := listenRaw(t, respond(ok204))
	d := deliver(t, &Webhook{URL: parseURL(t, "https://"+plain.Addr().String())}, Options{Timeout: 5 * time.Second})
	if d.Error != history.FailureTLS {
		t.Errorf("no TLS on the port: got %q (%s)", d.Error, d.Reason)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	followed := false
	mux := http.NewServeMux()
	mux.Handle("/old", http.RedirectHandler("/new", http.StatusPermanentRedirect))
	mux.HandleFunc("/new", func(http.ResponseWriter, *http.Request) { followed = true })
	server := httptest.NewServer(mux)
	defer server.Close()
	d := deliver(t, &Webhook{URL: parseURL(t, server.URL+"/old")}, Options{})
	if d.Status != http.StatusPermanentRedirect || d.OK() || followed {
		t.Errorf("status %d, ok %v, followed %v", d.Status, d.OK(), followed)
	}
}

func TestLongBodiesAreCut(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		size int
		cut  bool
	}{{1 << 20, false}, {1<<20 + 1, true}, {5 << 20, true}} {
		for _, chunked := range []bool{false, true} {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if !chunked {
					w.Header().Set("Content-Length", fmt.Sprint(tt.size))
				}
				w.Write(make([]byte, tt.size))
			}))
			d := deliver(t, &Webhook{URL: parseURL(t, server.URL)}, Options{})
			if d.Response.Truncated != tt.cut || len(d.Response.Body) != min(tt.size, 1<<20) || !d.OK() {
				t.Errorf("%d bytes, chunked %v: got %d, cut %v, %q", tt.size, chunked, len(d.Response.Body), d.Response.Truncated, d.Error)
			}
			server.Close()
		}
	}
}

func TestEndlessBodyIsCut(t *testing.T) {
	t.Parallel()
	s := listenRaw(t, func(conn net.Conn) {
		io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n")
		for {
			if _, err := conn.Write(make([]byte, 64<<10)); err != nil {
				return
			}
		}
	})
	d := deliver(t, &Webhook{URL: s.url(t, "/")}, Options{})
	if !d.OK() || !d.Response.Truncated || len(d.Response.Body) != exchange.MaxBody {
		t.Errorf("status %d, error %q, %d bytes, cut %v", d.Status, d.Error, len(d.Response.Body), d.Response.Truncated)
	}
}

func TestInterruptedDeliveryIsRecorded(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{})
	s := listenRaw(t, func(conn net.Conn) { close(arrived); io.Copy(io.Discard, conn) })
	path := t.TempDir() + "/history.db"
	store, err := history.Open(t.Context(), path, history.Options{})
	if err != nil {
		t.Fatal(err)
	}
	e := New(Options{History: store, Retries: 3})
	defer e.Close()
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() { <-arrived; cancel(syscall.EPIPE) }() // as if the caller could not write its output
	d, err := emit(ctx, e, &Webhook{URL: s.url(t, "/")}, testMessage())
	if err == nil || d.Error != history.FailureCancelled {
		t.Errorf("got %q, %v", d.Error, err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	if store, err = history.Open(t.Context(), path, history.Options{}); err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if last, err := store.Last(t.Context()); err != nil || last.Error != history.FailureCancelled || last.Attempt != 1 {
		t.Errorf("the history has %+v, %v", last, err)
	}
}

// TestRecordedBeforeItIsSent reads the history while the request is in flight.
func TestRecordedBeforeItIsSent(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/history.db"
	seen := make(chan history.Delivery, 1)
	s := listenRaw(t, func(conn net.Conn) {
		store, err := history.Open(context.Background(), path, history.Options{ReadOnly: true})
		if err == nil {
			d, _ := store.Last(context.Background())
			seen <- d
			store.Close()
		}
		io.WriteString(conn, ok204)
	})
	store, err := history.Open(t.Context(), path, history.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	e := New(Options{History: store})
	defer e.Close()
	sent, err := emit(t.Context(), e, &Webhook{URL: s.url(t, "/")}, testMessage())
	if err != nil {
		t.Fatal(err)
	}
	planned := <-seen
	if planned.ID != sent.ID || planned.Status != 0 || planned.Lead != sent.Lead || string(planned.Request.Body) != string(sent.Request.Body) {
		t.Errorf("while the request was in flight, the history had %+v", planned)
	}
}

// TestNeverSentTwice breaks a reused connection during a request that net/http would repeat.
func TestNeverSentTwice(t *testing.T) {
	t.Parallel()
	arrived := 0
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			for n := 0; len(readRequest(conn)) > 0; n++ {
				arrived++
				if n > 0 {
					break // the second one on a connection gets no response
				}
				io.WriteString(conn, ok204)
			}
			conn.Close()
		}
	}()
	w := &Webhook{URL: parseURL(t, "http://"+listener.Addr().String()), Headers: []exchange.Header{{Name: "Idempotency-Key", Value: "1"}}}
	e := New(Options{})
	defer e.Close()
	var got []string
	for range 2 {
		d, err := emit(t.Context(), e, w, testMessage())
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprint(d.Status, d.Error))
	}
	e.Close()
	listener.Close()
	<-done
	if fmt.Sprint(got) != "[204 0closed]" || arrived != 2 {
		t.Errorf("deliveries %v, %d requests arrived", got, arrived)
	}
}

func TestFailureNames(t *testing.T) {
	t.Parallel()
	tests := []struct {
		err  error
		want string
	}{
		{&net.DNSError{Name: "h", Err: "no such host", IsNotFound: true}, history.FailureDNS},
		{&net.DNSError{Name: "h", Err: "server misbehaving"}, history.FailureDNS},
		{&net.DNSError{Name: "h", Err: "i/o timeout", IsTimeout: true}, history.FailureTimeout},
		{&net.OpError{Op: "remote error", Err: errors.New("tls: certificate required")}, history.FailureTLS},
		{&handshakeError{io.EOF}, history.FailureClosed},
		{&handshakeError{syscall.ECONNRESET}, history.FailureReset},
		{&handshakeError{errors.New("tls: no cipher suite")}, history.FailureTLS},
		{wsaRefused, history.FailureRefused},
		{syscall.EHOSTUNREACH, history.FailureUnreachable},
		{errors.New("unknown"), history.FailureOther},
	}
	for _, tt := range tests {
		if got := failureOf(tt.err, time.Second, false); got.name != tt.want || got.reason == "" {
			t.Errorf("%v: got %+v, want %s", tt.err, got, tt.want)
		}
	}
}

// TestReasonsHaveNoQuotes has errors that quote a response, a certificate or a URL. Their reasons must not.
func TestReasonsHaveNoQuotes(t *testing.T) {
	t.Parallel()
	const secret = "s3cret-s3cret"
	s := listenRaw(t, respond(secret+"\r\n"))
	client := HTTPClient(Options{})
	_, err := client.Get("http://" + s.Addr().String() + "/?token=" + secret)
	if err == nil || !strings.Contains(err.Error(), secret) {
		t.Fatalf("net/http does not quote the response: %v", err)
	}
	if name, reason := NameFailure(err, time.Second); name != history.FailureMalformed || strings.Contains(reason, secret) {
		t.Errorf("%s: %s", name, reason)
	}
	round := httptest.NewServer(http.RedirectHandler("/?token="+secret, http.StatusFound))
	defer round.Close()
	_, err = client.Get(round.URL)
	if name, reason := NameFailure(err, time.Second); name != history.FailureOther || !strings.Contains(reason, "redirects") || strings.Contains(reason, secret) {
		t.Errorf("%s: %s", name, reason)
	}
	for _, err := range []error{
		errors.New("unknown: " + secret),
		&handshakeError{errors.New("tls: failed to parse certificate from server: " + secret)},
		&handshakeError{errors.New("x509: " + secret)},
		&net.OpError{Op: "dial", Err: &net.AddrError{Err: "unknown", Addr: secret}},
	} {
		for _, responded := range []bool{false, true} {
			if f := failureOf(err, time.Second, responded); strings.Contains(f.reason, secret) {
				t.Errorf("%v: %s", err, f.reason)
			}
		}
	}
}
