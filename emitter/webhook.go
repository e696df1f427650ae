package emitter

import (
	"slices"

	"artihook/emitter/exchange"
	"artihook/emitter/payload"
	"artihook/emitter/signature"
)

// Webhook says where events go and how they are signed: one entry of ArtiBot's webhook settings.
type Webhook struct {
	Name    string            // "" for one that has only a URL
	URL     signature.URL     // where to connect and post to
	SignURL signature.URL     // the public URL that is signed and whose Host is sent; zero means URL
	Secret  signature.Secret  // may be empty
	Events  []payload.Action  // those that it receives; none means all
	Scheme  signature.Scheme  // zero is the scheme of ArtiBot's samples
	Edition payload.Edition   // of the payload; zero is 2019
	Headers []exchange.Header // added to the contract's, or in place of them; an empty value takes one away
}

// Wants reports whether the webhook receives events of the action. Lead versions go on counting without it
// (docs/contract.md, section 2).
func (w *Webhook) Wants(action payload.Action) bool {
	return len(w.Events) == 0 || slices.Contains(w.Events, action)
}

// signed is the URL that the receiver is to rebuild.
func (w *Webhook) signed() signature.URL {
	if w.SignURL != (signature.URL{}) {
		return w.SignURL
	}
	return w.URL
}

// target is the request target. A URL without a path of its own takes that of the signed URL, so that a tunnel can be
// named by host and port alone.
func (w *Webhook) target() string {
	if w.URL.Target == "/" {
		return w.signed().Target
	}
	return w.URL.Target
}
