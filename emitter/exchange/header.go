package exchange

import (
	"bytes"
	"errors"
	"net/textproto"
	"slices"
	"strings"
)

// maxHead bounds the request or status line with all headers, in bytes.
const maxHead = 1 << 20

// Header is one header line. The name keeps its case, the value has no space
// around it.
type Header struct {
	Name, Value string
}

// get returns the value of the first header with that name, whatever its case,
// or "" when there is none.
func get(headers []Header, name string) string {
	if i := slices.IndexFunc(headers, func(h Header) bool { return strings.EqualFold(h.Name, name) }); i >= 0 {
		return headers[i].Value
	}
	return ""
}

func has(headers []Header, name string) bool {
	return slices.ContainsFunc(headers, func(h Header) bool { return strings.EqualFold(h.Name, name) })
}

// byName is the order in which net/http writes headers: bytewise, and values of
// one name in the order given.
func byName(headers []Header) []Header {
	compare := func(a, b Header) int { return strings.Compare(a.Name, b.Name) }
	if slices.IsSortedFunc(headers, compare) {
		return headers
	}
	sorted := slices.Clone(headers)
	slices.SortStableFunc(sorted, compare)
	return sorted
}

// cleanValue does what net/http does before it writes a value: a line break
// would end the header, so it becomes a space.
func cleanValue(v string) string {
	if strings.ContainsAny(v, "\r\n") {
		v = strings.NewReplacer("\r", " ", "\n", " ").Replace(v)
	}
	return textproto.TrimString(v)
}

// isToken tells whether s can be a header name or a method (RFC 9110, 5.6.2).
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

// cutLine returns the first line without its line break, and what follows.
// whole is false when raw ends before the line does.
func cutLine(raw []byte) (line, rest []byte, whole bool) {
	line, rest, whole = bytes.Cut(raw, []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r")), rest, whole
}
