package emitter

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"artihook/emitter/exchange"
	"artihook/emitter/signature"
)

// idleLimit is how long an idle connection can be used again. It is shorter than the keep-alive time of common servers (two
// seconds and more), so that the receiver is not closing the connection when the next request is sent.
const idleLimit = time.Second

// client sends requests over a pool of HTTP/1.1 connections. It follows no redirect, and sends exactly the bytes of
// Request.AppendRaw. It is safe for concurrent use.
type client struct {
	config    *tls.Config
	proxy     func(*url.URL) (*url.URL, error) // Options.Proxy
	dialer    *net.Dialer
	size      int // the maximum number of idle connections for each host
	idleLimit time.Duration

	mu       sync.Mutex
	idle     map[origin][]*directConn // the most recently used one is the last
	sweeping bool                     // sweep is scheduled
}

// origin is the server of a connection.
type origin struct {
	scheme, host string // of the URL to connect to
	renamed      bool   // the requests have another Host
}

// originOf returns the origin of a connection for requests to the target with this Host.
func originOf(target signature.URL, host string) origin {
	return origin{target.Scheme, target.Host, host != target.Host}
}

// address returns host:port of the server.
func (o origin) address() string { return signature.URL{Scheme: o.scheme, Host: o.host}.Address() }

func newClient(opt *Options) *client {
	return &client{
		config: tlsConfig(opt), proxy: opt.Proxy, dialer: opt.dialer(), size: max(opt.Connections, 1), idleLimit: idleLimit, idle: map[origin][]*directConn{},
	}
}

func tlsConfig(opt *Options) *tls.Config {
	config := &tls.Config{RootCAs: opt.RootCAs, InsecureSkipVerify: opt.Insecure}
	if opt.Certificate != nil {
		// Certificates would leave it out if the receiver names other authorities. As with curl, the receiver decides.
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return opt.Certificate, nil }
	}
	return config
}

var errRequest = errors.New("the method, the target or the host has a character that HTTP does not allow in it")

// do sends the request to the target's host and reads the response. raw is the request as it is sent; nil is that of
// Request.AppendRaw. The end of ctx cancels both.
func (c *client) do(ctx context.Context, target signature.URL, request *exchange.Request, raw []byte, opt SendOptions) response {
	if !isValid(request) {
		return response{err: errRequest}
	}
	to := originOf(target, request.Host)
	d := newConn(c, to)
	if opt.NewConnection {
		defer d.disconnect()
	} else {
		d = c.take(to)
		defer c.put(d)
	}
	if d.out = append(d.out[:0], raw...); raw == nil {
		d.out = request.AppendRaw(d.out)
	}
	r := outgoing{raw: d.out, method: request.Method, close: request.Headers.Closes()}
	if body := len(request.Body); body > 0 && (opt.SlowBody > 0 || opt.Cut) {
		r.throttle = &throttledWriter{SendOptions: opt, body: body}
	}
	stop := d.cancelOn(ctx)
	defer stop()
	deadline, _ := ctx.Deadline()
	resp := d.exchange(ctx, deadline, r)
	resp.raw = slices.Clone(resp.raw)
	return resp
}

// isValid reports whether the start line and the Host header are one line each. An imported request can have any bytes.
func isValid(r *exchange.Request) bool {
	special := func(c rune) bool { return c <= ' ' || c == 0x7f }
	return !strings.ContainsFunc(r.Method, special) && !strings.ContainsFunc(r.Target, special) && !strings.ContainsFunc(r.Host, special)
}

// take returns an idle connection, or a new one.
func (c *client) take(to origin) *directConn {
	c.mu.Lock()
	defer c.mu.Unlock()
	idle := c.idle[to]
	if len(idle) == 0 {
		return newConn(c, to)
	}
	last := len(idle) - 1
	c.idle[to] = idle[:last]
	return idle[last]
}

// put returns a connection of take to the pool.
func (c *client) put(d *directConn) {
	if d.conn == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	idle := c.idle[d.to]
	if len(idle) == c.size {
		d.disconnect()
		return
	}
	if cap(d.out) > maxDirect {
		d.out = nil // do not hold the memory of a large request
	}
	c.idle[d.to] = append(idle, d)
	if !c.sweeping {
		c.sweeping = true
		time.AfterFunc(c.idleLimit, c.sweep)
	}
}

// connected reports whether an idle connection to the server is open.
func (c *client) connected(to origin) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.ContainsFunc(c.idle[to], (*directConn).connAlive)
}

// sweep closes the connections that have been idle for too long. It is scheduled again while there are idle connections.
func (c *client) sweep() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for to, idle := range c.idle {
		c.idle[to] = slices.DeleteFunc(idle, func(d *directConn) bool {
			expired := time.Since(d.idleSince) >= c.idleLimit
			if expired {
				d.disconnect()
			}
			return expired
		})
		if len(c.idle[to]) == 0 {
			delete(c.idle, to)
		}
	}
	if c.sweeping = len(c.idle) > 0; c.sweeping {
		time.AfterFunc(c.idleLimit, c.sweep)
	}
}

// close closes the idle connections.
func (c *client) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, idle := range c.idle {
		for _, d := range idle {
			d.disconnect()
		}
	}
	clear(c.idle)
}
