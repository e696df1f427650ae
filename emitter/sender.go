package emitter

import (
	"context"
	"crypto/tls"
	"net"

	"artihook/emitter/history"
	"artihook/emitter/signature"
)

// sender puts finished requests on the wire and reads the answers: to the end, to the end of ctx, or to the bounds of
// what is recorded. A request is never sent twice, and no redirect is followed. The two senders, client and line, put
// the same bytes on the wire, those of Request.AppendRaw.
type sender interface {
	post(ctx context.Context, target signature.URL, request *history.Request) answer
	close()
}

// answer is what came back for one request, as it came.
type answer struct {
	raw []byte
	cut bool // the body is longer than history.MaxBody, or the whole longer than maxRecorded
	err error
}

// Direct gives an Emitter that sends over one connection of its own and into the same history: faster, and for one
// goroutine at a time. Whoever asks for it closes it. A manner other than the usual stays as it is.
func (e *Emitter) Direct() *Emitter {
	other := *e
	if e.client.how != (Manner{}) {
		return &other
	}
	other.sender = newLine(e.client)
	return &other
}

// dial opens a connection to the target's host, which for https speaks TLS from the start.
func dial(ctx context.Context, target signature.URL, config *tls.Config) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", target.Address())
	if err != nil || target.Scheme != "https" {
		return conn, err
	}
	return dialTLS(ctx, conn, target.Address(), config)
}

// dialTLS speaks TLS on a connection to the address, HTTP/1.1 alone.
func dialTLS(ctx context.Context, conn net.Conn, address string, config *tls.Config) (net.Conn, error) {
	config = config.Clone()
	config.NextProtos = []string{"http/1.1"}
	config.ServerName, _, _ = net.SplitHostPort(address)
	secure := tls.Client(conn, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		conn.Close()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, &handshakeError{err}
	}
	return secure, nil
}
