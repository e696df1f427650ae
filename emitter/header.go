package emitter

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"artihook/emitter/exchange"
	"artihook/emitter/signature"

	"golang.org/x/net/http/httpguts"
)

// NewHeader returns a header that a webhook can set. An empty value removes the header. The error does not have the value, except for
// that of Host.
func NewHeader(name, value string) (exchange.Header, error) {
	switch strings.ToLower(name) {
	case "content-length", "transfer-encoding", "trailer":
		return exchange.Header{}, fmt.Errorf("header %q cannot be set: it depends on the body", name)
	case "host":
		if _, err := signature.ParseURL("http://" + value); value != "" && (err != nil || strings.ContainsAny(value, "/?#@ ") || !isASCII(value)) {
			return exchange.Header{}, fmt.Errorf("header %q: %q is not a host; want one like crm.example or localhost:3000", name, value)
		}
	}
	if !httpguts.ValidHeaderFieldName(name) {
		return exchange.Header{}, fmt.Errorf("%q is not a header name", name)
	}
	if !httpguts.ValidHeaderFieldValue(value) {
		return exchange.Header{}, fmt.Errorf("the value of header %q contains a control character", name)
	}
	return exchange.Header{Name: name, Value: value}, nil
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}
