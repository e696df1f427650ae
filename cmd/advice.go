package cmd

import (
	"fmt"
	"net/http"
	"strings"

	"artihook/emitter"
	"artihook/emitter/history"
)

// failureAdvice says why a delivery failed and what may help; "" when there is nothing to add to its line.
func failureAdvice(d *history.Delivery) string {
	switch {
	case d.Error == emitter.FailureTLS:
		return d.Error + ": " + printable(d.Reason) + "; --ca-cert FILE trusts a certificate, --insecure trusts all"
	case d.Error != "":
		return d.Error + ": " + printable(d.Reason)
	case d.Status >= 300 && d.Status < 400:
		return fmt.Sprintf("%d: the redirect to %q is not followed, as ArtiBot follows none; set the webhook to its end", d.Status, printable(location(d)))
	case d.Status == http.StatusUnauthorized || d.Status == http.StatusForbidden:
		return fmt.Sprintf("%d: the receiver refused the signature; do both sides have the same secret and URL? artihook verify --help", d.Status)
	}
	return ""
}

func location(d *history.Delivery) string {
	for _, h := range d.Response.Headers {
		if strings.EqualFold(h.Name, "Location") {
			return h.Value
		}
	}
	return ""
}
