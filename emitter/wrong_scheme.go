package emitter

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"strings"
	"time"

	"artihook/emitter/history"
	"artihook/emitter/signature"
	"artihook/emitter/text"
)

// expectsTLS is the reason of a failure because the URL has http in place of https.
const expectsTLS = "the receiver expects TLS on this port; write https instead of http"

// plainOnTLS matches the response of Go, nginx and Apache to an http request on a port for TLS.
var plainOnTLS = text.Regexp(`(?i)http request (?:to an HTTPS server|was sent to HTTPS port)|speaking plain HTTP to an SSL`)

// WrongScheme returns why a delivery has failed and what to write, if its URL has http in place of https or the other way round.
// Otherwise it returns "". Many servers close the connection of an http request on a port for TLS: WrongScheme connects to the
// receiver to find out, and sends no request.
func WrongScheme(ctx context.Context, d *history.Delivery) string {
	switch {
	case d.Error == "" && d.Status == http.StatusBadRequest && d.Response != nil && plainOnTLS().Match(d.Response.Body):
		return expectsTLS
	case d.Error != history.FailureClosed && d.Error != history.FailureReset && d.Error != history.FailureMalformed:
		return ""
	case strings.HasSuffix(d.Reason, isPlain):
		return d.Reason
	}
	url, err := signature.ParseURL(d.URL)
	if err != nil || url.Scheme != "http" || d.Proxy != "" {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, tlsTimeout)
	defer cancel()
	if !speaksTLS(ctx, url) {
		return ""
	}
	return expectsTLS
}

// tlsTimeout is how long WrongScheme waits for the handshake.
const tlsTimeout = 2 * time.Second

// speaksTLS reports whether a TLS server listens at the address of the URL.
func speaksTLS(ctx context.Context, target signature.URL) bool {
	conn, err := dialTCP(ctx, "tcp", target.Address())
	if err != nil {
		return false
	}
	defer conn.Close()
	_, err = handshake(ctx, conn, target.Address(), &tls.Config{InsecureSkipVerify: true})
	var alert *net.OpError
	return err == nil || errors.As(err, &alert) && alert.Op == "remote error"
}
