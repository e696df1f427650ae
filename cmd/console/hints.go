package console

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"artihook/emitter"
	"artihook/emitter/history"
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
	case d.Status == http.StatusBadRequest:
		if reason := emitter.WrongScheme(context.Background(), d); reason != "" { // found in the body of the response
			hint = fmt.Sprintf("%d: %s", d.Status, reason)
		}
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
