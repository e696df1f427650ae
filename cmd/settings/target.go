package settings

import (
	"net"
	"strings"

	"artihook/emitter/signature"
)

// ParseTarget parses a URL in the short forms that curl accepts: localhost:3000/hook, :3000.
func ParseTarget(s string) (signature.URL, error) { return signature.ParseURL(signature.Complete(s)) }

// IsLoopback reports whether the host of the URL is this machine, by its name or its address. It does not look up names.
func IsLoopback(url signature.URL) bool {
	host, _, err := net.SplitHostPort(url.Address())
	return err == nil && (host == "localhost" || strings.HasSuffix(host, ".localhost") || net.ParseIP(host).IsLoopback())
}
