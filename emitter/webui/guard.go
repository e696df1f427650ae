package webui

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// policy lets the page use its own files and nothing else; nothing inline, no frame around it.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// guard sets what every answer carries, and refuses requests that were meant for another host: a foreign name that
// leads to this machine is how DNS rebinding gets in.
func guard(hosts []string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range map[string]string{
			"Content-Security-Policy":      policy,
			"X-Content-Type-Options":       "nosniff",
			"Referrer-Policy":              "no-referrer",
			"Cache-Control":                "no-store",
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
		} {
			w.Header().Set(name, value)
		}
		if !slices.ContainsFunc(hosts, func(host string) bool { return meant(r.Host, host) }) {
			http.Error(w, "This page is served to this machine only; open it by the address that artihook ui has told.", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// meant tells whether a Host header means the place where the page is served.
func meant(header, served string) bool {
	name, port := splitHost(header)
	servedName, servedPort := splitHost(served)
	if port != servedPort {
		return false
	}
	if strings.EqualFold(name, servedName) || strings.EqualFold(name, "localhost") {
		return true
	}
	address, err := netip.ParseAddr(name)
	if err != nil {
		return false // a name that we were not given
	}
	own, err := netip.ParseAddr(servedName)
	return address.IsLoopback() || err == nil && own.IsUnspecified()
}

// splitHost takes the brackets off an IPv6 address, and fills in the port of http.
func splitHost(host string) (name, port string) {
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		name, port = strings.Trim(host, "[]"), "80"
	}
	return name, port
}
