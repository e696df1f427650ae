package emitter

import (
	"bytes"
	"strconv"

	"artihook/emitter/signature"
)

// requestTemplate holds what all requests of a webhook have in common. It makes the very bytes that Plan and
// Request.AppendRaw make, in less time. It is for one goroutine at a time.
type requestTemplate struct {
	signer *signature.Signer
	url    string // the signed one
	close  bool   // each request announces that its connection ends with it
	// A request is head, the body's length, middle, the signature, tail, the body. If the webhook's own headers replace
	// the signature, signs is false and tail is empty.
	head, middle, tail []byte
	signs              bool
}

// mark holds the place of the signature. No URL and no header has this character.
const mark = "\x00"

func newRequestTemplate(w *Webhook) *requestTemplate {
	planned := Plan(w, Message{})
	for i := range planned.Request.Headers {
		if h := &planned.Request.Headers[i]; h.Name == signature.Header && !replaces(w, h.Name) {
			h.Value = mark
		}
	}
	raw := planned.Request.AppendRaw(nil)
	// No header can hold this line, because it has line breaks: the first one found is the header itself.
	head, rest, _ := bytes.Cut(raw, []byte("\r\nContent-Length: 0\r\n"))
	t := &requestTemplate{
		signer: signature.NewSigner(w.Secret, w.Scheme), url: w.signed().String(), close: planned.Request.Headers.Closes(),
	}
	t.head = append(head[:len(head):len(head)], "\r\nContent-Length: "...)
	t.middle, t.tail, t.signs = bytes.Cut(append([]byte("\r\n"), rest...), []byte(mark))
	return t
}

// replaces reports whether the webhook's own headers have one of that very name.
func replaces(w *Webhook, name string) bool {
	for _, h := range w.Headers {
		if h.Name == name {
			return true
		}
	}
	return false
}

// append appends the request that carries the body.
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
