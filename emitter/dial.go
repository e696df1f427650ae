package emitter

import (
	"context"
	"crypto/tls"
	"net"
	"strings"
	"time"
)

// fallbackDelay is how long a connection to ::1 may take before 127.0.0.1 is tried at the same time (RFC 8305, section 8).
const fallbackDelay = 300 * time.Millisecond

// dialTCP connects to host:port. Of a name with several addresses, it uses the one that connects first.
func dialTCP(ctx context.Context, network, address string) (net.Conn, error) {
	return dialWith(ctx, new(net.Dialer), network, address)
}

// dialWith is dialTCP with a dialer for addresses other than this machine's.
func dialWith(ctx context.Context, dialer *net.Dialer, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err == nil && isLocalhost(host) {
		return dialLocalhost(ctx, network, port)
	}
	return dialer.DialContext(ctx, network, address)
}

// isLocalhost reports whether a name is that of this machine (RFC 6761, section 6.3).
func isLocalhost(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// dialLocalhost connects to ::1 or, if that fails or is slow, to 127.0.0.1, as browsers do. A server may listen on one of them
// only, and the hosts file may lack the other.
func dialLocalhost(ctx context.Context, network, port string) (net.Conn, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends the slower attempt
	type dialed struct {
		conn net.Conn
		err  error
	}
	results := make(chan dialed, 2)
	dial := func(host string) {
		conn, err := new(net.Dialer).DialContext(ctx, network, net.JoinHostPort(host, port))
		results <- dialed{conn, err}
	}
	go dial("::1")
	second := time.AfterFunc(fallbackDelay, func() { dial("127.0.0.1") })
	var err error
	for i := range 2 {
		d := <-results
		waiting := second.Stop()
		if d.err == nil {
			if i == 0 && !waiting {
				go func() {
					if slower := <-results; slower.conn != nil {
						slower.conn.Close()
					}
				}()
			}
			return d.conn, nil
		}
		if waiting {
			go dial("127.0.0.1")
		}
		err = d.err
	}
	return nil, err
}

// handshake starts TLS for HTTP/1.1 on a connection to the address.
func handshake(ctx context.Context, conn net.Conn, address string, config *tls.Config) (net.Conn, error) {
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
