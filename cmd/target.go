package cmd

import (
	"strings"

	"artihook/emitter/signature"
)

// parseTarget reads a URL that may leave out what curl lets one leave out: localhost:3000/hook, :3000.
func parseTarget(s string) (signature.URL, error) { return signature.ParseURL(wholeURL(s)) }

// wholeURL fills in what a short URL leaves out; the rest keeps its spelling.
func wholeURL(s string) string {
	switch s = strings.TrimSpace(s); {
	case strings.Contains(s, "://"):
		return s
	case strings.HasPrefix(s, ":"):
		return "http://localhost" + s
	default:
		return "http://" + strings.TrimLeft(s, "/")
	}
}
