package explain

import (
	"net/http"
	"slices"
	"strings"
)

// maxProxyURLs is the maximum number of URLs from the headers of a proxy.
const maxProxyURLs = 120

// proxyURL is a URL that the headers of a proxy tell.
type proxyURL struct {
	parts  urlParts
	header string // the names of the headers
	cost   cost
}

// forwardedValue is a part of the original URL, and the header that contains it.
type forwardedValue struct{ value, header string }

// The headers in which proxies pass on the parts of the original URL.
var (
	hostHeaders   = []string{"X-Forwarded-Host", "X-Original-Host", "X-Host", "X-Forwarded-Server", "Host"}
	protoHeaders  = []string{"X-Forwarded-Proto", "X-Forwarded-Scheme", "X-Scheme", "X-Forwarded-Protocol", "X-Url-Scheme", "Cloudfront-Forwarded-Proto"}
	onHeaders     = []string{"X-Forwarded-Ssl", "Front-End-Https"}
	prefixHeaders = []string{"X-Forwarded-Prefix", "X-Script-Name", "X-Forwarded-Path", "X-Ingress-Path"}
	targetHeaders = []string{"X-Original-Url", "X-Rewrite-Url", "X-Original-Uri", "X-Forwarded-Uri", "X-Envoy-Original-Path", "X-Forwarded-Path", "X-Real-Uri"}
)

// ProxyHeaders returns the headers with which a proxy passes on the original URL, as "Name: value".
func ProxyHeaders(headers http.Header) []string {
	var list []string
	names := slices.Concat([]string{"Forwarded", "X-Forwarded-Port"}, hostHeaders, protoHeaders, onHeaders, prefixHeaders, targetHeaders)
	for i, name := range names {
		if value := headers.Get(name); value != "" && slices.Index(names, name) == i {
			list = append(list, name+": "+value)
		}
	}
	return list
}

// proxyURLs returns the URLs that the headers of a proxy tell for a request for this URL.
func proxyURLs(headers http.Header, expected urlParts) []proxyURL {
	hosts := append([]forwardedValue{{expected.host, ""}}, headerValues(headers, hostHeaders, "host")...)
	schemes := append([]forwardedValue{{expected.scheme, ""}}, headerValues(headers, protoHeaders, "proto")...)
	for _, name := range onHeaders {
		if value := headers.Get(name); strings.EqualFold(value, "on") || value == "1" {
			schemes = append(schemes, forwardedValue{"https", name})
		}
	}
	targets := []forwardedValue{{expected.target(), ""}}
	for _, prefix := range headerValues(headers, prefixHeaders, "") {
		targets = append(targets, forwardedValue{strings.TrimRight(prefix.value, "/") + expected.target(), prefix.header})
	}
	targets = append(targets, headerValues(headers, targetHeaders, "")...)
	ports := append([]forwardedValue{{"", ""}}, headerValues(headers, []string{"X-Forwarded-Port"}, "")...)
	var urls []proxyURL
	for _, host := range hosts {
		for _, scheme := range schemes {
			for _, target := range targets {
				for _, port := range ports {
					u := joinForwarded(expected, scheme, host, port, target)
					if u.header != "" && len(urls) < maxProxyURLs {
						urls = append(urls, u)
					}
				}
			}
		}
	}
	return urls
}

func joinForwarded(expected urlParts, scheme, host, port, target forwardedValue) proxyURL {
	p := splitURL(scheme.value + "://" + host.value + target.value)
	if strings.Contains(target.value, "://") {
		p = splitURL(target.value)
	} else if host.header == "" {
		p.port = expected.port
	}
	if port.value != "" {
		p.port = port.value
	}
	var names []string
	for _, v := range []forwardedValue{scheme, host, port, target} {
		if v.header != "" {
			names = append(names, v.header)
		}
	}
	return proxyURL{p, strings.Join(names, " and "), likely}
}

// headerValues returns the values of these headers, each element of a list for itself, and of a parameter of Forwarded
// (RFC 7239).
func headerValues(headers http.Header, names []string, parameter string) []forwardedValue {
	var values []forwardedValue
	add := func(value, name string) {
		if value = strings.Trim(strings.TrimSpace(value), `"`); value != "" && len(values) < 8 {
			values = append(values, forwardedValue{value, name})
		}
	}
	for _, name := range names {
		for _, value := range headers.Values(name) {
			for element := range strings.SplitSeq(value, ",") {
				add(element, name)
			}
		}
	}
	if parameter == "" {
		return values
	}
	for _, value := range headers.Values("Forwarded") {
		for pair := range strings.FieldsFuncSeq(value, func(r rune) bool { return r == ',' || r == ';' }) {
			if key, text, ok := strings.Cut(strings.TrimSpace(pair), "="); ok && strings.EqualFold(key, parameter) {
				add(text, "Forwarded")
			}
		}
	}
	return values
}
