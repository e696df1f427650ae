package emitter

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// proxyFor returns the proxy for connections to a server, or nil for no proxy. find is Options.Proxy.
func proxyFor(find func(*url.URL) (*url.URL, error), to origin) (*url.URL, error) {
	if find == nil {
		return nil, nil
	}
	proxy, err := find(&url.URL{Scheme: to.scheme, Host: to.host})
	if err != nil {
		return nil, &proxyError{reason: err.Error()}
	}
	return proxy, nil
}

// proxyName returns the proxy for a URL as the history records it, without user and password; "" is none.
func (e *Emitter) proxyName(target string) string {
	if e.opt.Proxy == nil {
		return ""
	}
	u, err := url.Parse(target)
	if err != nil {
		return ""
	}
	proxy, err := e.opt.Proxy(u)
	if err != nil || proxy == nil {
		return ""
	}
	return nameOf(proxy)
}

func nameOf(proxy *url.URL) string { return proxy.Scheme + "://" + proxy.Host }

// proxyError is the failure of a proxy to connect to the receiver.
type proxyError struct {
	reason string
	err    error // of the connection to the proxy; nil if there is none
}

func (e *proxyError) Error() string { return e.reason }
func (e *proxyError) Unwrap() error { return e.err }

// tunnels reports whether a proxy connects to the server with CONNECT. A proxy replaces Host by the host of the URL (RFC 9112,
// section 3.2.2), which would make the signature of a request with another Host invalid.
func tunnels(to origin) bool { return to.scheme == "https" || to.renamed }

// absoluteForm returns a request with its target in absolute form and the credentials of the proxy (RFC 9112, section 3.2.2).
func absoluteForm(raw []byte, to origin, proxy *url.URL) []byte {
	method, rest, _ := bytes.Cut(raw, []byte(" "))
	end := bytes.Index(rest, []byte("\r\n"))
	out := append(bytes.Clone(method), ' ')
	if bytes.HasPrefix(rest, []byte("/")) {
		out = append(out, to.scheme+"://"+to.host...)
	}
	out = append(out, rest[:end+2]...)
	out = append(out, authorization(proxy)...)
	return append(out, rest[end+2:]...)
}

// authorization returns the Proxy-Authorization header line for the user and password of the proxy, or "" if it has none.
func authorization(proxy *url.URL) string {
	if proxy.User == nil {
		return ""
	}
	password, _ := proxy.User.Password()
	return "Proxy-Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(proxy.User.Username()+":"+password)) + "\r\n"
}

// dial opens a connection to the server, through the proxy if there is one, with TLS for https.
func (c *client) dial(ctx context.Context, to origin, proxy *url.URL, config *tls.Config) (conn net.Conn, err error) {
	switch {
	case proxy == nil:
		conn, err = dialWith(ctx, c.dialer, "tcp", to.address())
	case tunnels(to):
		conn, err = dialTunnel(ctx, to.address(), proxy, config)
	default:
		return dialProxy(ctx, proxy, config)
	}
	if err != nil || to.scheme != "https" {
		return conn, err
	}
	return handshake(ctx, conn, to.address(), config)
}

// dialProxy opens a connection to the proxy, with TLS for https. The client certificate is for the receiver only.
func dialProxy(ctx context.Context, proxy *url.URL, config *tls.Config) (net.Conn, error) {
	address := proxyAddress(proxy)
	conn, err := dialTCP(ctx, "tcp", address)
	if err == nil && proxy.Scheme == "https" {
		config = config.Clone()
		config.GetClientCertificate = nil
		conn, err = handshake(ctx, conn, address, config)
	}
	if err != nil {
		return nil, &proxyError{reason: "there is no connection to the proxy " + nameOf(proxy), err: err}
	}
	return conn, nil
}

func proxyAddress(proxy *url.URL) string {
	port := proxy.Port()
	switch {
	case port != "":
	case proxy.Scheme == "https":
		port = "443"
	default:
		port = "80"
	}
	return net.JoinHostPort(proxy.Hostname(), port)
}

// dialTunnel opens a connection to the address through the proxy (RFC 9110, section 9.3.6).
func dialTunnel(ctx context.Context, address string, proxy *url.URL, config *tls.Config) (net.Conn, error) {
	conn, err := dialProxy(ctx, proxy, config)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	err = connectTo(conn, address, proxy)
	if !stop() {
		err = ctx.Err()
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// connectTo makes the proxy connect to the address.
func connectTo(conn net.Conn, address string, proxy *url.URL) error {
	if _, err := fmt.Fprintf(conn, "CONNECT %s HTTP/1.1\r\nHost: %[1]s\r\n%s\r\n", address, authorization(proxy)); err != nil {
		return &proxyError{reason: fmt.Sprintf("the proxy %s closed the connection", nameOf(proxy)), err: err}
	}
	reader := bufio.NewReader(io.LimitReader(conn, maxResponseHead))
	response, err := http.ReadResponse(reader, &http.Request{Method: http.MethodConnect})
	switch {
	case err != nil:
		return &proxyError{reason: fmt.Sprintf("the proxy %s sent no valid response to CONNECT", nameOf(proxy)), err: err}
	case response.StatusCode < 200 || response.StatusCode > 299:
		return tunnelError(proxy, response.StatusCode, address)
	case reader.Buffered() > 0:
		return &proxyError{reason: fmt.Sprintf("the proxy %s sent data before the request", nameOf(proxy))}
	}
	return nil
}

// tunnelError returns the error of a proxy that responds to CONNECT with this status.
func tunnelError(proxy *url.URL, status int, address string) error {
	reason := fmt.Sprintf("the proxy %s responded %d %s to CONNECT %s", nameOf(proxy), status, http.StatusText(status), address)
	if status == http.StatusProxyAuthRequired {
		reason += "; write user and password into its URL, http://USER:PASSWORD@HOST:PORT"
	}
	return &proxyError{reason: reason}
}
