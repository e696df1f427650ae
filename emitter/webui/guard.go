package webui

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// policy allows the page to use only its own files: nothing inline, and no frame around the page.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// guard sets the security headers of all responses. It rejects requests for another host name, which may resolve to this
// machine in a DNS rebinding attack.
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
		if !slices.ContainsFunc(hosts, func(host string) bool { return hostMatches(r.Host, host) }) {
			reject(w, r, http.StatusMisdirectedRequest, errOtherHost)
			return
		}
		next.ServeHTTP(w, r)
	})
}

var (
	errOtherHost = errors.New("this page is not served at this address; open the address that artihook ui has printed")
	errOtherSite = errors.New("requests of other sites are rejected")
)

// reject responds with an error: an object of the API, or a line of text.
func reject(w http.ResponseWriter, r *http.Request, status int, err error) {
	if isAPI(r) {
		writeError(w, status, err)
		return
	}
	http.Error(w, sentence(err.Error()), status)
}

// hostMatches reports whether a Host header is for the served address, which may be a name without a port.
func hostMatches(header, served string) bool {
	name, port := splitHost(header)
	if _, _, err := net.SplitHostPort(served); err != nil {
		return strings.EqualFold(name, strings.Trim(served, "[]"))
	}
	servedName, servedPort := splitHost(served)
	if port != servedPort {
		return false
	}
	if strings.EqualFold(name, servedName) || strings.EqualFold(name, "localhost") {
		return true
	}
	address, err := netip.ParseAddr(name)
	if err != nil {
		return false // another name
	}
	own, err := netip.ParseAddr(servedName)
	return address.IsLoopback() || err == nil && own.IsUnspecified()
}

// splitHost returns the name without the brackets of an IPv6 address, and the port. The default port is 80.
func splitHost(host string) (name, port string) {
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		name, port = strings.Trim(host, "[]"), "80"
	}
	return name, port
}
