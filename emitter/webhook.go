package emitter

import (
	"slices"
	"strings"

	"artihook/emitter/exchange"
	"artihook/emitter/payload"
	"artihook/emitter/signature"
)

// Webhook is one entry of ArtiBot's webhook settings: where to post events and how to sign them.
type Webhook struct {
	Name    string            // "" for a webhook that has only a URL
	URL     signature.URL     // to connect and post to
	SignURL signature.URL     // the public URL, which is signed and whose Host is sent; zero is URL
	Secret  signature.Secret  // may be empty
	Events  []payload.Action  // the events that it receives; none is all
	Scheme  signature.Scheme  // zero is the scheme of ArtiBot's samples
	Edition payload.Edition   // of the payload; zero is 2019
	Headers []exchange.Header // added to the headers of the contract or replacing them; an empty value removes one
}

// Wants reports whether the webhook receives events of the action. Events that it does not receive count in the lead's
// version too (docs/contract.md, section 2).
func (w *Webhook) Wants(action payload.Action) bool {
	return len(w.Events) == 0 || slices.Contains(w.Events, action)
}

// signed returns the URL that the receiver must rebuild.
func (w *Webhook) signed() signature.URL {
	if w.SignURL != (signature.URL{}) {
		return w.SignURL
	}
	return w.URL
}

// target returns the request target. If URL has no path, it is that of the signed URL: the address of a tunnel needs no path.
func (w *Webhook) target() string {
	if w.URL.Target == "/" {
		return w.signed().Target
	}
	return w.URL.Target
}

// host returns the Host header of the requests.
func (w *Webhook) host() string {
	host := w.signed().Host
	for _, h := range w.Headers {
		if strings.EqualFold(h.Name, "Host") && h.Value != "" {
			host = h.Value
		}
	}
	return host
}

// origin returns the server of the requests.
func (w *Webhook) origin() origin { return originOf(w.URL, w.host()) }
