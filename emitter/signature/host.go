package signature

import (
	"net/netip"
	"strings"

	"golang.org/x/net/idna"
)

// The limits of a name in bytes, RFC 1035 section 2.3.4.
const (
	maxName  = 253
	maxLabel = 63
)

// names maps a non-ASCII name to punycode as .NET and browsers do (UTS 46, non-transitional). isName checks the ASCII
// characters, because the check of idna rejects the underscore in the names of docker-compose services.
var names = idna.New(
	idna.MapForLookup(),
	idna.Transitional(false),
	idna.StrictDomainName(false),
	idna.BidiRule(),
)

// normaliseHost returns the canonical text of a name, an IPv4 address or an IPv6 address in brackets.
func normaliseHost(host string) (string, bool) {
	if inner, ok := strings.CutPrefix(host, "["); ok {
		return normaliseIPv6(inner)
	}
	if !isASCII(host) {
		mapped, err := names.ToASCII(host)
		if err != nil {
			return "", false
		}
		host = mapped
	}
	host = strings.ToLower(host)
	if endsInNumber(host) {
		addr, err := netip.ParseAddr(host)
		return host, err == nil && addr.Is4()
	}
	return host, isName(host)
}

func normaliseIPv6(inner string) (string, bool) {
	inner, closed := strings.CutSuffix(inner, "]")
	addr, err := netip.ParseAddr(inner)
	if !closed || err != nil || !addr.Is6() || addr.Zone() != "" {
		return "", false
	}
	return "[" + addr.String() + "]", true
}

// endsInNumber reports whether some parsers read the host as an IPv4 address, such as 127.1, 0x7f.1 and 2130706433
// (WHATWG URL, "ends in a number"). Of these hosts, only the plain form with four parts is accepted.
func endsInNumber(host string) bool {
	host = strings.TrimSuffix(host, ".")
	last := host[strings.LastIndexByte(host, '.')+1:]
	digits, isHex := strings.CutPrefix(last, "0x")
	for i := range len(digits) {
		c := digits[i]
		if c < '0' || c > '9' && (!isHex || !isHexDigit(c)) {
			return false
		}
	}
	return last != ""
}

// isName reports whether s is a host name (RFC 1123 section 2.1). It allows underscores and a dot at the end (the root).
func isName(host string) bool {
	host = strings.TrimSuffix(host, ".")
	if len(host) > maxName {
		return false
	}
	for label := range strings.SplitSeq(host, ".") {
		if !isLabel(label) {
			return false
		}
	}
	return true
}

func isLabel(label string) bool {
	if label == "" || len(label) > maxLabel || label[0] == '-' || label[len(label)-1] == '-' {
		return false
	}
	for i := range len(label) {
		if c := label[i]; !isAlphanumeric(c) && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return false
		}
	}
	return true
}

func isAlphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
