package text

import (
	"strings"
)

// Placeholder replaces a credential.
const Placeholder = "…"

// credentialHeaders matches the names of headers whose value is a credential. The signature of ArtiBot is not one: it is valid
// only for its own request.
const credentialHeaders = `(?:proxy-)?authorization|(?:set-)?cookie|(?:x-)?api-?key|x-(?:[a-z0-9]+-)*(?:auth|token|secret|password|key)(?:-[a-z0-9]+)*`

var (
	userInfo    = Regexp(`(://)[^\s/?#"'<>@]*(?:@[^\s/?#"'<>@]*)*@`)
	query       = Regexp(`([?&;])([^\s=&;#"'<>?]+)=([^\s&;#"'<>]*[^\s&;#"'<>:,.)])`) // without the punctuation after a URL
	quotedURL   = Regexp(`"[A-Za-z][A-Za-z0-9+.-]*://[^"\r\n]* [^"\r\n]*"`)
	spacedQuery = Regexp(`([?&;])([^\s=&;#"'<>?]+)=([^&;#"\r\n]*)`) // in a quoted URL, where a value may have spaces
	header      = Regexp(`(?i)\b(` + credentialHeaders + `)(:[ \t]*)([^\r\n"']+)`)
)

// Mask returns s with every credential that it recognizes replaced by a placeholder: the user information of a URL, query
// values with a name like "token", and the values of headers like Authorization and Cookie. s may be any text, such as a URL,
// the head of a request, a command or an error.
func Mask(s string) string {
	if strings.Contains(s, "@") {
		s = userInfo().ReplaceAllString(s, "${1}"+Placeholder+"@")
	}
	if strings.Contains(s, "=") {
		s = quotedURL().ReplaceAllStringFunc(s, func(url string) string { return spacedQuery().ReplaceAllStringFunc(url, maskPair) })
		s = query().ReplaceAllStringFunc(s, maskPair)
	}
	if mayHaveHeader(s) {
		s = header().ReplaceAllString(s, "${1}${2}"+Placeholder)
	}
	return s
}

// maskPair masks the value of a name and value after ? or & if the name is that of a credential.
func maskPair(pair string) string {
	name, _, _ := strings.Cut(pair[1:], "=")
	if !isCredential(name) {
		return pair
	}
	return pair[:1] + name + "=" + Placeholder
}

// mayHaveHeader reports whether s has a colon that is not part of a URL or a time. Most lines have no other colon.
func mayHaveHeader(s string) bool {
	for i := range len(s) - 1 {
		if s[i] == ':' && s[i+1] != '/' && (s[i+1] < '0' || s[i+1] > '9') {
			return true
		}
	}
	return false
}

// isCredential reports whether a query value of this name usually is a credential.
func isCredential(name string) bool {
	name = strings.NewReplacer("-", "", "_", "", ".", "", "%5F", "", "%2D", "").Replace(name)
	name = strings.ToLower(name)
	switch name {
	case "key", "sig", "auth", "pwd", "pass", "code", "sid", "session", "sessionid", "jwt":
		return true
	}
	for _, part := range []string{"token", "secret", "passw", "apikey", "accesskey", "authkey", "privatekey", "signature", "credential"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return false
}
