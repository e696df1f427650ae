package settings

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"artihook/emitter/exchange"
	"artihook/emitter/signature"

	"golang.org/x/net/http/httpguts"
)

// allHeaders returns the headers of the entry and then those of the flags, which override them.
func (f *WebhookFlags) allHeaders(set *Settings, entry *WebhookConfig) ([]exchange.Header, error) {
	var headers []exchange.Header
	for _, name := range slices.Sorted(maps.Keys(entry.Headers)) {
		s := entry.Headers[name]
		value, err := set.Config.expand(s, set.Env)
		if err != nil {
			return nil, err
		}
		h, err := checkHeader(name, value)
		if err != nil {
			return nil, set.Config.errorAt(s, err)
		}
		headers = append(headers, h)
	}
	for _, header := range f.headers {
		name, value, ok := strings.Cut(header, ":")
		if !ok {
			return nil, fmt.Errorf("header %q has no colon; write 'Name: value'", header)
		}
		h, err := checkHeader(name, strings.TrimSpace(value))
		if err != nil {
			return nil, err
		}
		headers = append(headers, h)
	}
	return headers, nil
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}

func checkHeader(name, value string) (exchange.Header, error) {
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
