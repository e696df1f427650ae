package console

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/signature"
	"artihook/emitter/text"
)

// SendContext describes how deliveries are sent, for hints. The zero value is a delivery signed with a secret.
type SendContext struct {
	Webhooks []emitter.Webhook // for which deliveries are sent; empty if that is not known
	Faulty   bool              // the signature is wrong on purpose
	Verify   string            // the command that explains a rejected signature, without the number of the delivery; "" if there is none
}

// NoSecret is the note of commands that sign without a secret.
const NoSecret = "no secret is set, so the empty one signs; set ARTIHOOK_SECRET, --secret or --secret-file"

// NoEventSent is the note if --events or the events of the webhook exclude every event.
const NoEventSent = "no event was sent: no conversation has one of the selected events"

// failureHint returns why a delivery failed and what to try; "" if there is nothing to add to the line of the delivery. Hints
// with the same cause are the same for a person.
func failureHint(d *history.Delivery, sending *SendContext) (hint, cause string) {
	switch {
	case d.Error != "":
		hint = d.Error + ": " + d.Reason
		if flags := CertificateHint(d.Error, d.Reason); flags != "" {
			hint += "; " + flags
		}
	case d.Status == http.StatusBadRequest && d.Response != nil && isPlainOnTLS().Match(d.Response.Body):
		hint = fmt.Sprintf("%d: %s", d.Status, useHTTPS)
	case d.Status == http.StatusProxyAuthRequired && d.Proxy != "":
		hint = fmt.Sprintf("%d: the proxy %s requires a user and a password; write them into its URL, http://USER:PASSWORD@HOST:PORT", d.Status, d.Proxy)
	case d.Status >= 300 && d.Status < 400:
		hint = fmt.Sprintf("%d: the redirect to %q is not followed, because ArtiBot follows none; use the URL that it leads to", d.Status, d.Response.Headers.Get("Location"))
	case isRejected(d) && !sending.Faulty:
		return rejectionHint(d, sending)
	}
	return hint, hint
}

// CertificateHint returns the flags that help with a failure of TLS; "" if none do.
func CertificateHint(failure, reason string) string {
	switch {
	case failure == history.FailureTLS && strings.Contains(reason, "authority"):
		return "--ca-cert FILE trusts its certificate, --insecure trusts any"
	case failure == history.FailureTLS && strings.Contains(reason, "client certificate"):
		return "--cert FILE and --key FILE send a client certificate"
	}
	return ""
}

const useHTTPS = "the receiver expects TLS on this port; write https instead of http"

// isPlainOnTLS matches the response of Go, nginx and Apache to an http request on a port for TLS.
var isPlainOnTLS = text.Regexp(`(?i)http request (?:to an HTTPS server|was sent to HTTPS port)|speaking plain HTTP to an SSL`)

// tlsTimeout is the timeout of expectsTLS.
const tlsTimeout = 2 * time.Second

// expectsTLS reports whether an http delivery has failed because its port is one for TLS. Many servers then close the connection.
// It connects to the receiver to find out.
func expectsTLS(d *history.Delivery) bool {
	if d.Proxy != "" || d.Error != history.FailureClosed && d.Error != history.FailureReset && d.Error != history.FailureMalformed {
		return false
	}
	url, err := signature.ParseURL(d.URL)
	if err != nil || url.Scheme != "http" {
		return false
	}
	ctx, cancel := context.WithTimeout(context.Background(), tlsTimeout)
	defer cancel()
	return emitter.SpeaksTLS(ctx, url)
}
