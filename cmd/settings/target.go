package settings

import (
	"fmt"
	"net"
	"strings"

	"artihook/emitter/signature"
	"artihook/emitter/text"
)

// ParseTarget parses a URL in the short forms that curl accepts: localhost:3000/hook, :3000. A path alone is an error.
func ParseTarget(s string) (signature.URL, error) {
	if IsPath(s) {
		return signature.URL{}, &signature.URLError{URL: s, Reason: "it is a path; give the whole URL, with scheme and host"}
	}
	if m := misspelt().FindStringSubmatch(s); m != nil {
		return signature.URL{}, fmt.Errorf("the URL begins with %q; write %s://", m[1]+m[2], m[1])
	}
	return signature.ParseURL(signature.Complete(s))
}

// IsPath reports whether a URL is a path alone, such as /api/hook.
func IsPath(url string) bool {
	url = strings.TrimSpace(url)
	return strings.HasPrefix(url, "/") && !strings.HasPrefix(url, "//")
}

// misspelt matches the begin of a URL with a misspelt "://". http:8000 is a host.
var misspelt = text.Regexp(`(?i)^ *(https?)(:/|//|:)(?:$|[^/0-9])`)

// IsLoopback reports whether the host of the URL is this machine, by its name or its address. It does not look up names.
func IsLoopback(url signature.URL) bool {
	host, _, err := net.SplitHostPort(url.Address())
	return err == nil && isLoopback(host)
}

func isLoopback(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	ip := net.ParseIP(host) // a connection to an unspecified address goes to loopback
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip.IsLoopback() || ip.IsUnspecified()
}
