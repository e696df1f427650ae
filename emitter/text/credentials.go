package text

import (
	"regexp"
	"strings"
)

// Placeholder replaces a credential.
const Placeholder = "…"

// credentialHeaders matches the names of headers whose value is a credential. The signature of ArtiBot is not one: it
// proves nothing but the request that it belongs to.
const credentialHeaders = `(?:proxy-)?authorization|(?:set-)?cookie|(?:x-)?api-?key|x-(?:[a-z0-9]+-)*(?:auth|token|secret|password|key)(?:-[a-z0-9]+)*`

var (
	userInfo = regexp.MustCompile(`(://)[^\s/?#"'<>@]*(?:@[^\s/?#"'<>@]*)*@`)
	query    = regexp.MustCompile(`([?&;])([^\s=&;#"'<>?]+)=([^\s&;#"'<>]+)`)
	header   = regexp.MustCompile(`(?i)\b(` + credentialHeaders + `)(:[ \t]*)([^\r\n"']+)`)

	headerName = regexp.MustCompile(`(?i)^(?:` + credentialHeaders + `)$`)
)

// Mask returns s with every credential that it recognizes replaced by a placeholder: the user information of a URL,
// query values that [IsCredential] names, and the values of headers that [IsCredentialHeader] names. s may be any text that
// holds them, such as a URL, the head of a request, a command or an error.
func Mask(s string) string {
	if strings.Contains(s, "@") {
		s = userInfo.ReplaceAllString(s, "${1}"+Placeholder+"@")
	}
	if strings.Contains(s, "=") {
		s = query.ReplaceAllStringFunc(s, func(pair string) string {
			name, _, _ := strings.Cut(pair[1:], "=")
			if !IsCredential(name) {
				return pair
			}
			return pair[:1] + name + "=" + Placeholder
		})
	}
	if strings.Contains(s, ":") {
		s = header.ReplaceAllString(s, "${1}${2}"+Placeholder)
	}
	return s
}

// MaskHeader returns the value of a header, or a placeholder if it is a credential.
func MaskHeader(name, value string) string {
	if IsCredentialHeader(name) && value != "" {
		return Placeholder
	}
	return Mask(value)
}

// IsCredential reports whether a query value or field of this name usually is a credential.
func IsCredential(name string) bool {
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

// IsCredentialHeader reports whether the value of this header is a credential.
func IsCredentialHeader(name string) bool { return headerName.MatchString(name) }
