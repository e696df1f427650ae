package console

import (
	"fmt"
	"net/http"
	"strings"

	"artihook/emitter"
	"artihook/emitter/history"
)

// SendContext describes how deliveries are sent, for hints. The zero value is a delivery signed with a secret.
type SendContext struct {
	NoSecret bool // the secret is empty
	Faulty   bool // the signature is wrong on purpose
}

// NoSecret is the note of commands that sign without a secret.
const NoSecret = "no secret is set, so the empty one signs; set ARTIHOOK_SECRET, --secret or --secret-file"

// NoEventSent is the note if --events or the events of the webhook exclude every event.
const NoEventSent = "no event was sent: no conversation has one of the selected events"

// failureHint returns why a delivery failed and what to try; "" if there is nothing to add to the line of the delivery.
func failureHint(d *history.Delivery, sending SendContext) string {
	rejected := d.Error == "" && (d.Status == http.StatusUnauthorized || d.Status == http.StatusForbidden)
	switch {
	case d.Error == emitter.FailureTLS && strings.Contains(d.Reason, "authority"):
		return d.Error + ": " + d.Reason + "; --ca-cert FILE trusts its certificate, --insecure trusts any"
	case d.Error != "":
		return d.Error + ": " + d.Reason
	case d.Status >= 300 && d.Status < 400:
		return fmt.Sprintf("%d: the redirect to %q is not followed, because ArtiBot follows none; use the URL that it leads to", d.Status, d.Response.Headers.Get("Location"))
	case rejected && sending.Faulty:
		return ""
	case rejected && sending.NoSecret:
		return fmt.Sprintf("%d: %s", d.Status, NoSecret)
	case rejected:
		return fmt.Sprintf("%d: the receiver rejected the signature; do both sides have the same secret and URL? artihook verify --help", d.Status)
	}
	return ""
}
