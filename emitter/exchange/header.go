package exchange

import (
	"bytes"
	"errors"
	"net/textproto"
	"slices"
	"strings"
)

// maxHead is the limit for the request or status line with all headers, in bytes.
const maxHead = 1 << 20

// Header is one header line. The name keeps its case; the value has no white space
// around it.
type Header struct {
	Name, Value string
}

// Headers are the headers of one message in the order of the wire. All methods
// ignore the case of names.
type Headers []Header

// Get returns the value of the first header with the name, or "" if there is none.
func (hs Headers) Get(name string) string {
	value, _ := hs.Lookup(name)
	return value
}

// Lookup returns the value of the first header with the name, and reports whether
// there is one.
func (hs Headers) Lookup(name string) (value string, ok bool) {
	for _, h := range hs {
		if strings.EqualFold(h.Name, name) {
			return h.Value, true
		}
	}
	return "", false
}

// Has reports whether there is a header with the name.
func (hs Headers) Has(name string) bool {
	_, ok := hs.Lookup(name)
	return ok
}

// Set changes the value of every header with the name, in place. It adds none.
func (hs Headers) Set(name, value string) {
	for i := range hs {
		if strings.EqualFold(hs[i].Name, name) {
			hs[i].Value = value
		}
	}
}

// Delete returns the headers without those with the name. It reuses the memory of hs.
func (hs Headers) Delete(name string) Headers {
	return slices.DeleteFunc(hs, func(h Header) bool { return strings.EqualFold(h.Name, name) })
}

// Closes reports whether the headers contain "Connection: close".
func (hs Headers) Closes() bool {
	return slices.ContainsFunc(hs, func(h Header) bool {
		return strings.EqualFold(h.Name, "Connection") && strings.EqualFold(strings.TrimSpace(h.Value), "close")
	})
}

// byName returns the headers in the order in which net/http writes them: sorted
// bytewise by name, the values of one name in their order.
func byName(headers Headers) Headers {
	compare := func(a, b Header) int { return strings.Compare(a.Name, b.Name) }
	if slices.IsSortedFunc(headers, compare) {
		return headers
	}
	sorted := slices.Clone(headers)
	slices.SortStableFunc(sorted, compare)
	return sorted
}

// cleanValue returns a value as net/http writes it: line breaks, which would end the
// header, become spaces.
func cleanValue(v string) string {
	if strings.ContainsAny(v, "\r\n") {
		v = strings.NewReplacer("\r", " ", "\n", " ").Replace(v)
	}
	return textproto.TrimString(v)
}

// isToken reports whether s can be a header name or a method (RFC 9110, 5.6.2).
func isToken(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		digit := '0' <= c && c <= '9'
		if !letter && !digit && strings.IndexByte("!#$%&'*+-.^_`|~", c) < 0 {
			return false
		}
	}
	return s != ""
}

func appendHeader(dst []byte, name, value string) []byte {
	dst = append(dst, name...)
	dst = append(dst, ": "...)
	dst = append(dst, value...)
	return append(dst, "\r\n"...)
}

var errLongHead = errors.New("the head is longer than 1 MiB")

// cutLine returns the first line without its line break, and the rest of raw.
// whole is false if raw ends before the line does.
func cutLine(raw []byte) (line, rest []byte, whole bool) {
	line, rest, whole = bytes.Cut(raw, []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r")), rest, whole
}
