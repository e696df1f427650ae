package emitter

import (
	"bytes"
	"strings"

	"artihook/emitter/exchange"
	"artihook/emitter/history"
	"artihook/emitter/signature"
)

// redactOutcome masks the secret in every part of the response and in the reason of a failure. It masks the parts one by one,
// because chunks can split the secret, and because a short secret can occur in the framing of the response. The raw bytes of
// a response with the secret are replaced by the parsed response, without its chunks. cut reports that the response may end
// within the secret.
func redactOutcome(d *history.Delivery, secret signature.Secret, cut bool) {
	redact := secret.Redact
	if cut {
		redact = secret.RedactCut
	}
	d.Reason = secret.RedactText(d.Reason)
	if d.Response == nil {
		return
	}
	r := *d.Response
	if r.Status == 0 { // not HTTP: the body is the whole response
		d.RawResponse = redact(d.RawResponse)
		d.Response.Body = redact(r.Body)
		return
	}
	found := !bytes.Equal(redact(d.RawResponse), d.RawResponse)
	r.Body = redact(r.Body)
	if !found && bytes.Equal(r.Body, d.Response.Body) {
		return
	}
	r.Reason = secret.RedactText(r.Reason)
	r.Headers = make(exchange.Headers, len(d.Response.Headers))
	for i, h := range d.Response.Headers {
		r.Headers[i] = redactHeader(h, secret)
	}
	d.Response, d.RawResponse = &r, r.AppendRaw(nil)
}

// redactHeader masks the secret in a header, but not in a valid length of the body.
func redactHeader(h exchange.Header, secret signature.Secret) exchange.Header {
	isLength := strings.EqualFold(h.Name, "Content-Length") && h.Value != "" && strings.Trim(h.Value, "0123456789") == ""
	isChunked := strings.EqualFold(h.Name, "Transfer-Encoding") && strings.EqualFold(h.Value, "chunked")
	if isLength || isChunked {
		return h
	}
	line := secret.RedactText(h.Name + ": " + h.Value)
	return exchange.Header{Name: line[:len(h.Name)], Value: line[len(h.Name)+2:]}
}
