package emitter

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"sync"
	"syscall"
	"time"

	"artihook/emitter/exchange"
)

const (
	// maxDirect is the longest request, in bytes, that is written before the response is read. It fits into every socket
	// buffer. A receiver may respond to a longer request before it has read all of it.
	maxDirect = 8 << 10

	// earlyGrace is how long the rest of a request may take to be written once its response is complete. After that the
	// connection is closed.
	earlyGrace = 50 * time.Millisecond

	// neverIdle is the idle time for which a connection is assumed to be open.
	neverIdle = 100 * time.Microsecond

	// maxLate bounds how much later than its deadline a request times out. It is at most a hundredth of the timeout.
	maxLate = 10 * time.Millisecond

	// maxInterim is the maximum number of interim (1xx) responses before a response, as in net/http.
	maxInterim = 5
)

var (
	errInterim = errors.New("too many interim responses")
	errStatus  = errors.New("the status code is not between 100 and 599")
)

// outgoing is a request to write.
type outgoing struct {
	raw      []byte
	method   string
	close    bool // the request has "Connection: close"
	throttle *throttledWriter
}

// response is the response to one request.
type response struct {
	status    int    // 0 if there is no valid status line
	raw       []byte // all bytes of the response, at most maxRecorded
	truncated bool   // the body is longer than exchange.MaxBody, or the response longer than maxRecorded
	plain     bool   // the body is in raw as it is, without chunks
	sent      int    // bytes of the request that were sent
	ended     time.Time
	err       error // why the response is not complete
}

// directConn sends requests to one host over one HTTP/1.1 connection, which it opens when needed. It writes a short
// request in one call and reads the response in the same goroutine, which is faster than what net/http does. It is for
// one goroutine at a time.
type directConn struct {
	client       *client
	to           origin
	proxy        *url.URL      // of the open connection; nil is none
	certMissing  bool          // the receiver asked for a client certificate, and there is none
	reader       *bufio.Reader // over capture
	capture      capture
	request      http.Request    // for http.ReadResponse
	raw          syscall.RawConn // of the connection; nil if connAlive cannot use it
	peek         func(fd uintptr) bool
	alive        bool      // the result of peek
	idleSince    time.Time // the end of the last response
	deadline     time.Time // of the connection
	used         int       // responses read from the connection
	suspectStale bool      // a reused connection has failed: check it before each request
	out          []byte    // buffer for the request of client.do

	mu   sync.Mutex // guards conn against cancelOn
	conn net.Conn   // nil if there is none
}

func newConn(c *client, to origin) *directConn {
	d := &directConn{client: c, to: to}
	d.reader, d.peek = bufio.NewReader(&d.capture), d.peekSocket
	return d
}

// cancelOn makes the end of ctx cancel reads and writes of the connection, until stop is called. stop must be called once.
func (d *directConn) cancelOn(ctx context.Context) (stop func()) {
	done := make(chan struct{})
	undo := context.AfterFunc(ctx, func() {
		defer close(done)
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.conn != nil {
			d.conn.SetDeadline(time.Unix(1, 0))
		}
	})
	return func() {
		if !undo() {
			<-done
			d.deadline = time.Time{} // the connection has another one
		}
	}
}

// exchange sends the request and reads the response, until the deadline (zero is none). The raw bytes of the response are
// valid until the next call. Only after cancelOn, the end of ctx cancels it. A request of which a byte was sent is never sent
// again.
func (d *directConn) exchange(ctx context.Context, deadline time.Time, r outgoing) response {
	if d.conn != nil && !d.isFresh() {
		d.disconnect()
	}
	for {
		d.capture.reset()
		reused := d.conn != nil
		if err := d.ready(ctx, deadline); err != nil {
			return response{err: err, ended: time.Now()}
		}
		out := r
		if d.proxy != nil && !tunnels(d.to) {
			out.raw = absoluteForm(r.raw, d.to, d.proxy)
		}
		resp, writeErr := d.send(ctx, &out)
		if writeErr != nil && resp.sent == 0 && reused && ctx.Err() == nil && !isTimeout(writeErr) {
			d.abort() // the receiver had closed the connection and received nothing of the request
			continue
		}
		if resp.err != nil && len(resp.raw) == 0 {
			resp.err = d.explained(resp.err)
		}
		if r.close {
			d.disconnect()
		}
		return resp
	}
}

// isFresh reports whether the connection can be used for one more request. connAlive costs a system call: a connection that
// is never idle is checked only after one has failed.
func (d *directConn) isFresh() bool {
	idle := time.Since(d.idleSince)
	return idle <= d.client.idleLimit && (idle < neverIdle && !d.suspectStale || d.connAlive())
}

// ready opens the connection if there is none, and sets its deadline.
func (d *directConn) ready(ctx context.Context, deadline time.Time) error {
	if d.conn == nil {
		if err := d.connect(ctx, deadline); err != nil {
			return err
		}
	}
	if err := d.setDeadline(deadline); err != nil {
		return err
	}
	return ctx.Err() // checked last, because SetDeadline may have replaced the deadline of cancelOn
}

// setDeadline sets the connection's deadline a little late and uses it for the following requests too, because each call of
// SetDeadline costs time.
func (d *directConn) setDeadline(deadline time.Time) error {
	if !deadline.IsZero() && !d.deadline.Before(deadline) && d.deadline.Sub(deadline) <= maxLate {
		return nil
	}
	if d.deadline = deadline; !deadline.IsZero() {
		d.deadline = deadline.Add(min(maxLate, time.Until(deadline)/100))
	}
	return d.conn.SetDeadline(d.deadline)
}

func (d *directConn) connect(ctx context.Context, deadline time.Time) error {
	if !deadline.IsZero() {
		limited, cancel := context.WithDeadline(ctx, deadline)
		defer cancel()
		ctx = limited
	}
	proxy, err := proxyFor(d.client.proxy, d.to)
	if err != nil {
		return err
	}
	d.certMissing, d.used = false, 0
	config := d.client.config
	if config.GetClientCertificate == nil {
		config = config.Clone()
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			d.certMissing = true
			return new(tls.Certificate), nil // sends none
		}
	}
	conn, err := d.client.dial(ctx, d.to, proxy, config)
	if err != nil {
		return d.explained(err)
	}
	d.proxy = proxy
	d.mu.Lock()
	d.conn = conn
	d.mu.Unlock()
	d.capture.conn, d.raw, d.deadline = conn, rawConn(conn), time.Time{}
	d.reader.Reset(&d.capture)
	return nil
}

// explained returns the error of a connection, or a certificateError if that is the likely cause. A receiver often closes or
// resets the connection instead of sending an alert that arrives.
func (d *directConn) explained(err error) error {
	if d.certMissing && d.used <= 1 && !isTimeout(err) {
		return &certificateError{err}
	}
	return err
}

// disconnect closes the connection; over TLS, with a close_notify alert.
func (d *directConn) disconnect() { d.closeWith(net.Conn.Close) }

// abort closes the connection at once. Over TLS, Close would wait for a receiver that does not read.
func (d *directConn) abort() {
	d.closeWith(func(conn net.Conn) error {
		return socketOf(conn).Close()
	})
}

// socketOf returns the connection below TLS. There are two layers of TLS in a tunnel through an https proxy.
func socketOf(conn net.Conn) net.Conn {
	for {
		secure, ok := conn.(interface{ NetConn() net.Conn })
		if !ok {
			return conn
		}
		conn = secure.NetConn()
	}
}

func (d *directConn) closeWith(closeConn func(net.Conn) error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.conn != nil {
		_ = closeConn(d.conn) // it is not used again
		d.conn = nil
	}
}

// send writes the request and reads the response. A request that may block is written by another goroutine. The error is that
// of writing.
func (d *directConn) send(ctx context.Context, r *outgoing) (response, error) {
	if r.throttle != nil || len(r.raw) > maxDirect {
		return d.sendWhileReading(ctx, r)
	}
	sent, err := d.conn.Write(r.raw)
	runtime.Gosched() // let other goroutines write; the response is often there afterwards
	resp := d.read(r.method)
	if resp.sent = sent; resp.err != nil && err != nil {
		resp.err = err // the cause
	}
	return resp, err
}

// sendWhileReading writes the request while it reads the response. If the response is complete first, the rest of the request
// is not sent.
func (d *directConn) sendWhileReading(ctx context.Context, r *outgoing) (response, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	conn := d.conn
	var sent int
	var err error // of writing
	written := make(chan struct{})
	go func() {
		defer close(written)
		if r.throttle != nil {
			r.throttle.head = len(r.raw) - r.throttle.body
			sent, err = r.throttle.write(ctx, conn, r.raw)
		} else {
			sent, err = conn.Write(r.raw)
		}
	}()
	resp := d.read(r.method)
	wroteFirst := true
	select {
	case <-written:
	default:
		wroteFirst = false
		cancel()
		_ = conn.SetWriteDeadline(time.Now().Add(earlyGrace)) // fails only if the connection is closed
		d.deadline = time.Time{}
		<-written
	}
	resp.sent = sent
	switch {
	case err == nil:
	case resp.err == nil:
		d.abort()
	case errors.Is(err, net.ErrClosed): // read has closed it, and its error is the cause
	case wroteFirst || errors.Is(err, errCut):
		resp.err = err
	}
	return resp, err
}

// read reads one response and skips interim ones. It closes the connection if it cannot be used again.
func (d *directConn) read(method string) response {
	head, err := d.readHead(method)
	resp := response{err: err, ended: time.Now()}
	if err == nil {
		resp.status, resp.plain = head.StatusCode, head.ContentLength >= 0
		if head.Body != http.NoBody {
			d.capture.headLeft = -1
			resp.truncated, resp.err = readBody(head.Body)
		}
	}
	if resp.err != nil && d.capture.err != nil {
		resp.err = d.capture.err // net/http reports some responses that end early as malformed
	}
	extra := 0 // bytes after the end of the response
	if resp.err == nil && !resp.truncated {
		extra = d.reader.Buffered()
	}
	resp.raw, resp.truncated = d.capture.bytes(extra), resp.truncated || d.capture.truncated
	if d.used++; resp.err != nil && d.used > 1 && !isTimeout(resp.err) {
		d.suspectStale = true
	}
	switch {
	case resp.err != nil || resp.truncated:
		d.abort()
	case head.Close || extra > 0 || resp.status == http.StatusSwitchingProtocols:
		d.disconnect()
	}
	d.idleSince = time.Now()
	resp.ended = d.idleSince
	return resp
}

// readHead reads the head of the first response that is not an interim one. 101 is final, because the client never switches
// protocols.
func (d *directConn) readHead(method string) (*http.Response, error) {
	d.request.Method = method // the response to HEAD has no body
	for range maxInterim + 1 {
		head, err := http.ReadResponse(d.reader, &d.request)
		if err != nil {
			return nil, err
		}
		switch code := head.StatusCode; {
		case code < 100 || code > 599:
			return nil, errStatus
		case code >= 200 || code == http.StatusSwitchingProtocols:
			return head, nil
		}
	}
	return nil, errInterim
}

// readBody reads the body to its end, or to one byte after the limit.
func readBody(body io.Reader) (truncated bool, err error) {
	n, err := io.Copy(io.Discard, io.LimitReader(body, exchange.MaxBody+1))
	if n > exchange.MaxBody {
		return true, nil
	}
	return false, err
}

func isTimeout(err error) bool {
	var timer net.Error
	return errors.As(err, &timer) && timer.Timeout()
}
