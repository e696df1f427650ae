package emitter

import (
	"bytes"
	"strconv"

	"artihook/emitter/signature"
)

// requestTemplate has the common parts of all requests to a webhook. It appends the same bytes as Plan and
// Request.AppendRaw, in less time. It is for one goroutine at a time.
type requestTemplate struct {
	signer *signature.Signer
	url    string // the signed URL
	close  bool   // the requests have "Connection: close"
	// A request is head, the body's length, middle, the signature, tail, the body. If a header of the webhook replaces the
	// signature, signs is false and tail is empty.
	head, middle, tail []byte
	signs              bool
	tampered           string // the Tampered of the deliveries
}

// mark is the placeholder of the signature. No URL and no header has this character.
const mark = "\x00"

func newRequestTemplate(w *Webhook) *requestTemplate {
	planned := Plan(w, Message{})
	for i := range planned.Request.Headers {
		if h := &planned.Request.Headers[i]; h.Name == signature.Header && !replaces(w, h.Name) {
			h.Value = mark
		}
	}
	raw := planned.Request.AppendRaw(nil)
	// No header value has line breaks, so the first match is the header itself.
	head, rest, _ := bytes.Cut(raw, []byte("\r\nContent-Length: 0\r\n"))
	t := &requestTemplate{
		signer: signature.NewSigner(w.Secret, w.Scheme), url: w.signed().String(), close: planned.Request.Headers.Closes(),
		tampered: planned.Tampered,
	}
	t.head = append(head[:len(head):len(head)], "\r\nContent-Length: "...)
	t.middle, t.tail, t.signs = bytes.Cut(append([]byte("\r\n"), rest...), []byte(mark))
	return t
}

// replaces reports whether the webhook has a header of exactly that name.
func replaces(w *Webhook, name string) bool {
	for _, h := range w.Headers {
		if h.Name == name {
			return true
		}
	}
	return false
}

// append appends the request with that body.
func (t *requestTemplate) append(dst, body []byte) []byte {
	dst = append(dst, t.head...)
	dst = strconv.AppendInt(dst, int64(len(body)), 10)
	dst = append(dst, t.middle...)
	if t.signs {
		dst = t.signer.Append(dst, "POST", t.url, body)
		dst = append(dst, t.tail...)
	}
	return append(dst, body...)
}
