package signature

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// URL is a webhook's URL in the one form that is both signed and sent (docs/contract.md, section 3): what a receiver
// rebuilds from scheme, Host header and request target. Create it with ParseURL. The zero value is no URL.
type URL struct {
	Scheme string // "http" or "https"
	Host   string // the Host header: lower case, punycode, without the default port
	Target string // the request target: path and query; starts with a slash
}

// String returns the signed URL.
func (u URL) String() string {
	if u == (URL{}) {
		return ""
	}
	return u.Scheme + "://" + u.Host + u.Target
}

// Address returns host:port for dialling. The port is the default of the scheme if the URL has none.
func (u URL) Address() string {
	if u == (URL{}) {
		return ""
	}
	host, port := splitPort(u.Host)
	if port == "" {
		port = defaultPort(u.Scheme)
	}
	return net.JoinHostPort(strings.Trim(host, "[]"), port)
}

// URLError is the reason why a text is not a URL that can be signed and posted to.
type URLError struct {
	URL    string // the text that may be shown: without user info and without the values of the query
	Reason string
}

// Error returns one line with the URL and the reason.
func (e *URLError) Error() string { return fmt.Sprintf("bad URL %q: %s", e.URL, e.Reason) }

// Complete adds the parts that a typed URL may leave out: localhost:3000/hook, :3000. The rest is unchanged.
func Complete(short string) string {
	switch short = strings.TrimSpace(short); {
	case strings.Contains(short, "://"):
		return short
	case strings.HasPrefix(short, ":"):
		return "http://localhost" + short
	default:
		return "http://" + strings.TrimLeft(short, "/")
	}
}

// ParseURL returns a URL in its signed form. It follows .NET's Uri.AbsoluteUri, except for the choices in
// docs/contract.md, section 3. It removes spaces around the URL, user info and the fragment. Parsing the result again
// returns the same URL. The error is a *URLError.
func ParseURL(raw string) (URL, error) {
	u, reason := normalise(strings.Trim(raw, " "))
	if reason != "" {
		return URL{}, &URLError{URL: showable(raw), Reason: reason}
	}
	return u, nil
}

// normalise returns the URL, or the reason why there is none. A reason quotes nothing after the scheme, because that
// text may be a part of a password.
func normalise(text string) (u URL, reason string) {
	if reason := forbiddenCharacter(text); reason != "" {
		return URL{}, reason
	}
	scheme, rest, ok := strings.Cut(text, "://")
	scheme = strings.ToLower(scheme)
	switch {
	case !ok || !isScheme(scheme):
		return URL{}, "it must start with http:// or https://"
	case scheme != "http" && scheme != "https":
		return URL{}, fmt.Sprintf("scheme %q is not supported, use http or https", scheme)
	}
	rest, _, _ = strings.Cut(rest, "#")
	authority, path, query := splitTarget(rest)
	host, reason := normaliseAuthority(authority, defaultPort(scheme))
	if reason != "" {
		return URL{}, reason
	}
	return URL{Scheme: scheme, Host: host, Target: removeDots(escape(path)) + escape(query)}, ""
}

func forbiddenCharacter(text string) (reason string) {
	switch {
	case !utf8.ValidString(text):
		return "it is not valid UTF-8"
	case strings.ContainsFunc(text, unicode.IsControl):
		return "it contains a control character, write it percent-encoded"
	case strings.Contains(text, `\`):
		return `it contains a backslash, write / or %5C`
	}
	return ""
}

// splitTarget splits the text after "://" into authority, path (never empty) and query with its question mark.
func splitTarget(rest string) (authority, path, query string) {
	if i := strings.IndexByte(rest, '?'); i >= 0 {
		rest, query = rest[:i], rest[i:]
	}
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		return rest[:i], rest[i:], query
	}
	return rest, "/", query
}

// normaliseAuthority returns the Host header for user:password@HOST:port.
func normaliseAuthority(authority, standard string) (host, reason string) {
	authority = authority[strings.LastIndexByte(authority, '@')+1:]
	host, port := splitPort(authority)
	if host == "" {
		return "", "it has no host"
	}
	host, ok := normaliseHost(host)
	if !ok {
		return "", "the host is neither a name nor a plain IP address (write IPv6 in brackets, without a zone)"
	}
	if port == "" {
		return host, ""
	}
	port, ok = normalisePort(port)
	switch {
	case !ok:
		return "", "the port is not a number from 1 to 65535"
	case port == standard:
		return host, ""
	}
	return host + ":" + port, ""
}

// splitPort splits host:port. An IPv6 host keeps its brackets. A colon with nothing after it is no port (RFC 3986
// section 3.2.3).
func splitPort(authority string) (host, port string) {
	i := strings.LastIndexByte(authority, ':')
	if i < strings.LastIndexByte(authority, ']') || i < 0 {
		return authority, ""
	}
	return authority[:i], authority[i+1:]
}

func normalisePort(digits string) (string, bool) {
	for _, c := range digits {
		if c < '0' || c > '9' {
			return "", false
		}
	}
	digits = strings.TrimLeft(digits, "0")
	if _, err := strconv.ParseUint(digits, 10, 16); err != nil {
		return "", false
	}
	return digits, true
}

func defaultPort(scheme string) string {
	if scheme == "https" {
		return "443"
	}
	return "80"
}

// isScheme reports whether s is a scheme (RFC 3986 section 3.1).
func isScheme(text string) bool {
	for i, c := range text {
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (i == 0 || !('0' <= c && c <= '9') && !strings.ContainsRune("+-.", c)) {
			return false
		}
	}
	return text != ""
}

// maxShown is the number of bytes that an error shows of a URL.
const maxShown = 200

// showable returns a bad URL without the parts that must not be shown: user info and the query. A password may contain
// a slash or a question mark, so if an @ follows them, only the scheme is shown.
func showable(raw string) string {
	prefix, rest := "", strings.Trim(raw, " ")
	if scheme, after, ok := strings.Cut(rest, "://"); ok && isScheme(scheme) {
		prefix, rest = scheme+"://", after
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	if strings.Contains(rest[end:], "@") {
		return prefix + "…"
	}
	rest = rest[strings.LastIndexByte(rest, '@')+1:]
	if i := strings.IndexAny(rest, "?#"); i >= 0 {
		rest = rest[:i+1] + "…"
	}
	shown := prefix + rest
	if len(shown) > maxShown {
		shown = strings.ToValidUTF8(shown[:maxShown], "") + "…"
	}
	return shown
}
