package emitter

import (
	"bytes"
	"strconv"

	"artihook/emitter/signature"
)

// stencil is everything of a webhook's requests that is the same in all of them. It gives the very bytes that Plan and
// Request.AppendRaw give, without the detour over headers. It is for one goroutine at a time.
type stencil struct {
	signer *signature.Signer
	url    string // that is signed
	// The request is head, the body's length, middle, the signature, tail, the body. A webhook whose own headers take
	// the signature's place has everything in middle.
	head, middle, tail []byte
	signs              bool
}

// mark stands where the signature will: no URL and no header has such a character.
const mark = "\x00"

func newStencil(w *Webhook) *stencil {
	planned := Plan(w, Message{})
	for i := range planned.Request.Headers {
		if h := &planned.Request.Headers[i]; h.Name == signature.Header && !replaces(w, h.Name) {
			h.Value = mark
		}
	}
	raw := planned.Request.AppendRaw(nil)
	// Nobody can write this line into a header (a line break is none), so the first one is the right one.
	head, rest, _ := bytes.Cut(raw, []byte("\r\nContent-Length: 0\r\n"))
	s := &stencil{signer: signature.NewSigner(w.Secret, w.Scheme), url: w.signed().String()}
	s.head = append(head[:len(head):len(head)], "\r\nContent-Length: "...)
	s.middle, s.tail, s.signs = bytes.Cut(append([]byte("\r\n"), rest...), []byte(mark))
	return s
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
func (s *stencil) append(dst, body []byte) []byte {
	dst = append(dst, s.head...)
	dst = strconv.AppendInt(dst, int64(len(body)), 10)
	dst = append(dst, s.middle...)
	if s.signs {
		dst = s.signer.Append(dst, "POST", s.url, body)
		dst = append(dst, s.tail...)
	}
	return append(dst, body...)
}
