package emitter

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"time"

	"artihook/emitter/history"
	"artihook/emitter/signature"
)

const (
	// maxResponseHead bounds the head of a response, in bytes.
	maxResponseHead = 64 << 10
	// maxRecorded bounds what is kept of one response as it came: the largest body, the largest head, and what
	// chunks of a sane size add.
	maxRecorded = history.MaxBody + maxResponseHead + 64<<10
	// idleTimeout is shorter than the keep-alive of common servers (two seconds and up), so that no event meets a
	// connection that the receiver is just closing.
	idleTimeout = time.Second
)

// client posts finished requests over kept-alive HTTP/1.1 connections and keeps what came back byte by byte. It is safe
// for concurrent use.
type client struct {
	transport *http.Transport
	config    *tls.Config
	how       Manner
}

func newClient(config *tls.Config, connections int) *client {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	dialer := &net.Dialer{}
	return &client{config: config, transport: &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dialer.DialContext(ctx, network, address)
			return tapped(conn, err)
		},
		DialTLSContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dialer.DialContext(ctx, network, address)
			if err == nil {
				conn, err = dialTLS(ctx, conn, address, config)
			}
			return tapped(conn, err)
		},
		DisableCompression:     true, // no Accept-Encoding (docs/contract.md, section 1)
		Protocols:              protocols,
		MaxIdleConnsPerHost:    max(connections, 1),
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: maxResponseHead,
	}}
}

// HTTPClient gives a client for GETs beside the deliveries: it trusts whom opt trusts, and follows redirects.
func HTTPClient(opt Options) *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = nil
	transport.TLSClientConfig = &tls.Config{RootCAs: opt.RootCAs, InsecureSkipVerify: opt.Insecure}
	return &http.Client{Transport: transport}
}

func tapped(conn net.Conn, err error) (net.Conn, error) {
	if err != nil {
		return nil, err
	}
	return &tappedConn{Conn: conn, tape: new(tape)}, nil
}

func (c *client) close() { c.transport.CloseIdleConnections() }

// post sends request to the target's host and reads the answer until its end, the context's, or the bounds above.
// Redirects are not followed. The request is never sent twice.
func (c *client) post(ctx context.Context, target signature.URL, request *history.Request) answer {
	how := c.how
	played := new(tape) // of the connection that carries the request
	var unusual *travel
	if (how.SlowBody > 0 || how.Cut) && len(request.Body) > 0 {
		body := len(request.Body)
		unusual = &travel{Manner: how, ctx: ctx, head: len(request.AppendRaw(nil)) - body, body: body}
	}
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) { played = info.Conn.(*tappedConn).next(info.Reused, unusual) },
	})
	r := httpRequest(ctx, target, request)
	if len(request.Body) > 0 {
		// net/http asks for the body again when a kept-alive connection broke. Only where nothing has left may it have it.
		r.GetBody = func() (io.ReadCloser, error) {
			if played.left() {
				return nil, io.EOF
			}
			return io.NopCloser(bytes.NewReader(request.Body)), nil
		}
	}
	response, err := c.transport.RoundTrip(r)
	if err != nil {
		switch { // net/http may notice a broken connection before it hears why
		case unusual != nil && ctx.Err() != nil:
			err = ctx.Err()
		case unusual != nil && how.Cut:
			err = errCut
		}
		raw, cut := played.bytes()
		return answer{raw, cut, err}
	}
	defer response.Body.Close()
	n, err := io.Copy(io.Discard, io.LimitReader(response.Body, history.MaxBody+1))
	if n > history.MaxBody {
		err = nil
	}
	raw, cut := played.bytes()
	return answer{raw, cut || n > history.MaxBody, err}
}

// httpRequest is request in the terms of net/http, which puts the very bytes of request.AppendRaw on the wire.
func httpRequest(ctx context.Context, target signature.URL, request *history.Request) *http.Request {
	path, query, hasQuery := strings.Cut(request.Target, "?")
	decoded, err := url.PathUnescape(path)
	if err != nil {
		decoded = path // signature.ParseURL leaves no lone percent, so this is another tool's recording
	}
	header := make(http.Header, len(request.Headers)+1)
	for _, h := range request.Headers {
		header[h.Name] = append(header[h.Name], h.Value)
	}
	if header["User-Agent"] == nil {
		header["User-Agent"] = nil // else net/http names itself
	}
	r := &http.Request{
		Method:        request.Method,
		URL:           &url.URL{Scheme: target.Scheme, Host: target.Address(), Path: decoded, RawPath: path, RawQuery: query, ForceQuery: hasQuery},
		Host:          request.Host,
		Header:        header,
		ContentLength: int64(len(request.Body)),
		Body:          http.NoBody,
	}
	if len(request.Body) > 0 {
		r.Body = io.NopCloser(bytes.NewReader(request.Body))
	}
	return r.WithContext(ctx)
}

// tappedConn writes what is read from it on a tape, one tape a request.
type tappedConn struct {
	net.Conn
	mu      sync.Mutex
	tape    *tape
	unusual *travel // of the request that is leaving; nil is the usual way
}

func (c *tappedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.mu.Lock()
	c.tape.write(p[:n])
	c.mu.Unlock()
	return n, err
}

func (c *tappedConn) Write(p []byte) (int, error) {
	c.mu.Lock()
	unusual := c.unusual
	c.mu.Unlock()
	write := c.Conn.Write
	if unusual != nil {
		write = func(p []byte) (int, error) { return unusual.write(c.Conn, p) }
	}
	n, err := write(p)
	if n > 0 {
		c.mu.Lock()
		c.tape.leave()
		c.mu.Unlock()
	}
	return n, err
}

// next gives the tape of the request that is about to leave. What a receiver says on a new connection before it is
// asked belongs to the first one.
func (c *tappedConn) next(reused bool, unusual *travel) *tape {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.unusual = unusual
	if reused {
		c.tape = new(tape)
	}
	return c.tape
}

// tape keeps up to maxRecorded bytes of what came, and whether anything of the request had left.
type tape struct {
	mu      sync.Mutex
	content []byte
	cut     bool
	sent    bool
}

func (t *tape) leave() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sent = true
}

func (t *tape) left() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.sent
}

func (t *tape) write(p []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if room := maxRecorded - len(t.content); len(p) > room {
		p, t.cut = p[:room], true
	}
	t.content = append(t.content, p...)
}

// bytes gives what is on the tape so far; later writes do not change it.
func (t *tape) bytes() ([]byte, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return bytes.Clone(t.content), t.cut
}
