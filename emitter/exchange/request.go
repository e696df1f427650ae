package exchange

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
)

// Request is one HTTP/1.1 request. Method "" means POST and Target "" means
// "/". Target is the request target as signed (docs/contract.md, section 3), Host the
// Host header. Headers holds every other header but Content-Length, which follows
// from Body.
type Request struct {
	Method, Target, Host string
	Headers              Headers
	Body                 []byte
}

// AppendRaw appends the request as Go's net/http client puts it on the wire:
// request line, Host, User-Agent, Content-Length, then the other headers sorted
// by name in their own case, an empty line, the body. Like net/http it
// omits a header whose name is not a token, replaces line breaks in a value by
// spaces, and ignores Host, Content-Length, Transfer-Encoding and Trailer in
// Headers. It adds no User-Agent. It does not check Method, Target and Host.
func (r Request) AppendRaw(dst []byte) []byte {
	dst = append(dst, r.method()...)
	dst = append(dst, ' ')
	dst = append(dst, r.target()...)
	dst = append(dst, " HTTP/1.1\r\n"...)
	for name, value := range r.Lines() {
		dst = appendHeader(dst, name, value)
	}
	dst = append(dst, "\r\n"...)
	return append(dst, r.Body...)
}

func (r Request) method() string {
	if r.Method == "" {
		return "POST"
	}
	return r.Method
}

func (r Request) target() string {
	if r.Target == "" {
		return "/"
	}
	return r.Target
}

// Lines yields the name and value of each header that AppendRaw writes, in the order of the wire.
func (r Request) Lines() iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		if !yield("Host", r.Host) {
			return
		}
		if agent := r.userAgent(); agent != "" && !yield("User-Agent", agent) {
			return
		}
		if r.writesLength() && !yield("Content-Length", strconv.Itoa(len(r.Body))) {
			return
		}
		for _, h := range byName(r.Headers) {
			if isToken(h.Name) && !isWrittenFirst(h.Name) && !yield(h.Name, cleanValue(h.Value)) {
				return
			}
		}
	}
}

func (r Request) userAgent() string {
	for _, h := range r.Headers {
		if h.Name == "User-Agent" {
			return cleanValue(h.Value)
		}
	}
	return ""
}

// writesLength reports whether Content-Length is sent. Servers expect it, even for
// an empty body, with the methods that usually have a body.
func (r Request) writesLength() bool {
	switch r.method() {
	case "POST", "PUT", "PATCH":
		return true
	}
	return len(r.Body) > 0
}

// isWrittenFirst reports whether net/http excludes a name from the sorted headers.
// Case matters: a lower-case "host" is a header like any other.
func isWrittenFirst(name string) bool {
	switch name {
	case "Host", "User-Agent", "Content-Length", "Transfer-Encoding", "Trailer":
		return true
	}
	return false
}

// ParseRequest reads the output of [Request.AppendRaw]; writing the result again
// yields the same bytes. It also reads other HTTP/1.1 requests with a plain body, and
// keeps the order of their headers. Body shares its memory with raw. The error
// describes what is wrong with the bytes.
func ParseRequest(raw []byte) (Request, error) {
	r, err := parseRequest(raw)
	if err != nil {
		return Request{}, fmt.Errorf("reading a raw request: %w", err)
	}
	return r, nil
}

func parseRequest(raw []byte) (Request, error) {
	head, body, ok := bytes.Cut(raw, []byte("\r\n\r\n"))
	if len(head) > maxHead {
		return Request{}, errLongHead
	}
	if !ok {
		return Request{}, errors.New("it ends before its headers do")
	}
	first, lines, _ := strings.Cut(string(head), "\r\n")
	r, err := parseRequestLine(first)
	if err != nil {
		return Request{}, err
	}
	for lines != "" {
		var line string
		line, lines, _ = strings.Cut(lines, "\r\n")
		h, err := parseHeaderLine(line)
		if err != nil {
			return Request{}, err
		}
		r.Headers = append(r.Headers, h)
	}
	if len(body) > 0 {
		r.Body = body
	}
	return takeFraming(r)
}

func parseRequestLine(line string) (Request, error) {
	method, rest, _ := strings.Cut(line, " ")
	target, ok := strings.CutSuffix(rest, " HTTP/1.1")
	if !ok || !isToken(method) || target == "" || strings.ContainsFunc(target, isControl) {
		return Request{}, fmt.Errorf("request line %q, want METHOD target HTTP/1.1", shorten(line))
	}
	return Request{Method: method, Target: target}, nil
}

func parseHeaderLine(line string) (Header, error) {
	name, value, ok := strings.Cut(line, ":")
	if !ok || !isToken(name) || strings.ContainsAny(value, "\r\n") {
		return Header{}, fmt.Errorf("header line %q, want Name: value", shorten(line))
	}
	return Header{name, textproto.TrimString(value)}, nil
}

// takeFraming moves Host and Content-Length out of the headers, and checks the
// length.
func takeFraming(r Request) (Request, error) {
	for _, name := range []string{"Transfer-Encoding", "Trailer"} {
		for _, h := range r.Headers {
			if h.Name == name {
				return Request{}, fmt.Errorf("header %q, want a plain body with Content-Length", name)
			}
		}
	}
	host, err := take(&r.Headers, "Host", true)
	if err != nil {
		return Request{}, err
	}
	// Without a body, AppendRaw may write no Content-Length. A "content-length" is
	// then an ordinary header.
	length, err := take(&r.Headers, "Content-Length", len(r.Body) > 0)
	if err != nil {
		return Request{}, err
	}
	r.Host = host.Value
	if length.Name == "" {
		length.Value = "0"
	}
	if length.Value != strconv.Itoa(len(r.Body)) {
		return Request{}, fmt.Errorf("Content-Length %q, but the body has %d bytes", shorten(length.Value), len(r.Body))
	}
	return r, nil
}

// take removes and returns the header with exactly this name. If there is none and
// anyCase is set, it takes the first one whose name differs only in case. It returns
// the zero Header if there is none.
func take(headers *Headers, name string, anyCase bool) (Header, error) {
	at, exact := -1, false
	for i, h := range *headers {
		switch {
		case h.Name == name && exact:
			return Header{}, fmt.Errorf("header %q occurs twice, want it once", name)
		case h.Name == name:
			at, exact = i, true
		case at < 0 && anyCase && strings.EqualFold(h.Name, name):
			at = i
		}
	}
	if at < 0 {
		return Header{}, nil
	}
	h := (*headers)[at]
	*headers = slices.Delete(*headers, at, at+1)
	return h, nil
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }

// shorten bounds the length of a text in an error.
func shorten(s string) string {
	const limit = 60
	if len(s) > limit {
		return s[:limit] + "…"
	}
	return s
}
