package explain

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"

	"artihook/emitter/signature"
)

// bodyPrefix precedes the digits in the header of signature.SchemeBody.
const bodyPrefix = "sha1="

// minCut is the number of hex digits from which the beginning of a digest proves something.
const minCut = 12

// readingOfHeader is the header value read as kindly as possible.
type readingOfHeader struct {
	text   string   // without what stands around it and without prefix
	tidied []string // what had to be taken away, as the end of the sentence "the header …"
	prefix string   // "sha1=" and the like, as it stood there
	digest []byte   // nil when no form gave one of a known length
	hash   hashKind
}

func readHeader(value string) readingOfHeader {
	var r readingOfHeader
	r.text = r.tidy(value)
	if name, digits, ok := strings.Cut(r.text, "="); ok && isHashName(name) && digits != "" {
		r.prefix = name + "="
		r.text = digits
	}
	r.decode()
	return r
}

// isHashName recognises sha1, SHA256 and the like.
func isHashName(name string) bool {
	return len(name) <= len("sha-512") && strings.HasPrefix(strings.ToLower(name), "sha")
}

// tidy takes away what does not belong to a header value.
func (r *readingOfHeader) tidy(value string) string {
	take := func(after, what string) {
		if after != value {
			value = after
			r.tidied = append(r.tidied, what)
		}
	}
	take(strings.TrimSpace(value), "has white space around it")
	if len(value) > len(signature.Header) && strings.EqualFold(value[:len(signature.Header)], signature.Header) {
		take(strings.TrimLeft(value[len(signature.Header):], ": \t"), "holds the header's name too")
	}
	if len(value) >= 2 && strings.ContainsRune("\"'`", rune(value[0])) && value[len(value)-1] == value[0] {
		take(value[1:len(value)-1], "has quotes around it")
		take(strings.TrimSpace(value), "has white space inside its quotes")
	}
	return value
}

func (r *readingOfHeader) decode() {
	if isHex(r.text) {
		digest, _ := hex.DecodeString(r.text)
		r.take(digest, "")
		return
	}
	// Some tools print a digest as pairs of digits, or break it into lines.
	if digest, err := hex.DecodeString(separators.Replace(r.text)); err == nil {
		r.take(digest, "has separators between its digits")
		return
	}
	text := strings.TrimRight(r.text, "=")
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		if digest, err := encoding.DecodeString(text); err == nil && r.take(digest, "is base64 where ArtiBot writes hex") {
			return
		}
	}
}

// take keeps the digest if some hash has this length.
func (r *readingOfHeader) take(digest []byte, tidied string) bool {
	kind, ok := hashOf(digest)
	if !ok {
		return false
	}
	r.digest, r.hash = digest, kind
	if tidied != "" {
		r.tidied = append(r.tidied, tidied)
	}
	return true
}

var separators = strings.NewReplacer(":", "", "-", "", " ", "", "\n", "", "\r", "", "\t", "")

// faults says what is wrong with the header's form, given what its digest turned out to be.
func (r readingOfHeader) faults(f form) []string {
	faults := r.tidied
	switch {
	case f == formBody && r.prefix == "":
		faults = append(faults, `misses "sha1=", which scheme "body" has before the digits`)
	case f == formBody && r.hash == hashSHA1 && r.prefix != bodyPrefix:
		faults = append(faults, fmt.Sprintf(`says %q where scheme "body" has "sha1="`, r.prefix))
	case f == formURL && r.prefix != "":
		faults = append(faults, fmt.Sprintf(`has %q before the digits, which scheme "url" does not`, r.prefix))
	}
	return faults
}

// visible says what is wrong with a header that holds no digest.
func (r readingOfHeader) visible(secret signature.Secret) Finding {
	const expected = `ArtiBot writes 40 hex digits, in scheme "body" with sha1= before them`
	held := string(secret.Bytes())
	switch {
	case r.text == "":
		return Finding{ID: "header-missing", Text: "there is no signature: the header " + signature.Header +
			" is missing or empty (not sent, or dropped by a proxy?)"}
	case r.text == held:
		return Finding{ID: "header-not-hex", Text: "the header holds the secret itself, not a signature: " + expected +
			"; change the secret, it has been sent in the open"}
	case !isHex(r.text) && !secret.Empty() && strings.Contains(r.text, held):
		return Finding{ID: "header-not-hex", Text: "the header is not hex: " + expected}
	case !isHex(r.text):
		return Finding{ID: "header-not-hex", Text: fmt.Sprintf("the header %q is not hex: %s", shortened(r.text), expected)}
	}
	return Finding{ID: "header-length", Text: fmt.Sprintf(
		"the header has %d hex digits where HMAC-SHA1 has 40: it is cut, or no digest", len(r.text))}
}

// cutFrom says whether the header is the beginning of the right one.
func (r readingOfHeader) cutFrom(base trial) bool {
	if r.digest != nil {
		return false
	}
	whole := hex.EncodeToString(base.digest(hashSHA1.new))
	return len(r.text) >= minCut && len(r.text) < len(whole) && strings.EqualFold(whole[:len(r.text)], r.text)
}

func isHex(text string) bool { return strings.Trim(text, "0123456789abcdefABCDEF") == "" }

// shortened keeps an error on one line of sensible length.
func shortened(text string) string {
	const most = 60
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
