package explain

import (
	"fmt"
	"strings"
	"unicode"

	"artihook/emitter/signature"
)

// bodyPrefix precedes the digits in the header of signature.SchemeBody.
const bodyPrefix = "sha1="

// header is the value of the signature header, read leniently.
type header struct {
	text     string   // without what surrounds the digits
	prefix   string   // such as "sha1="
	tidied   []string // what had to be removed, as the end of the sentence "the header …"
	readings []digestReading
}

// digestReading is one way to read the text as a digest.
type digestReading struct {
	digest []byte
	kind   *hashKind
	fault  string // as the end of the sentence "the header …"; "" if the text is hex
}

func readHeader(value string) header {
	var h header
	h.text = h.tidy(value)
	h.text = h.cutPrefix(h.text)
	h.text = h.tidy(h.text)
	h.readings = readDigest(h.text, value)
	return h
}

// wrappers surround a header value where it was copied from.
var wrappers = []struct{ open, close, what string }{
	{`["`, `"]`, "has the brackets of a JSON array around it, as Delivery History shows it"},
	{`['`, `']`, "has the brackets of an array around it"},
	{`[`, `]`, "has brackets around it"},
	{`b'`, `'`, "is Python's text of bytes: decode it"},
	{`b"`, `"`, "is Python's text of bytes: decode it"},
	{`\"`, `\"`, "has quotes around it"},
	{`"`, `"`, "has quotes around it"},
	{`'`, `'`, "has quotes around it"},
	{"`", "`", "has quotes around it"},
	{"“", "”", "has quotes around it"},
	{"<Buffer ", ">", "is the printed text of a Buffer: use toString('hex')"},
	{"<", ">", "has angle brackets around it"},
	{"(", ")", "has parentheses around it"},
	{"{", "}", "has braces around it"},
}

// tidy removes what does not belong to a header value.
func (h *header) tidy(value string) string {
	take := func(after, what string) {
		if after != value {
			value = after
			h.tidied = append(h.tidied, what)
		}
	}
	const around, inside = "has white space around it", "has white space inside its quotes"
	space := around
	for before := ""; before != value; {
		before = value
		take(strings.TrimFunc(value, unicode.IsSpace), space)
		take(strings.Trim(value, "\x00"+byteOrderMark+"\u200b"), "has invisible characters around it")
		if name := signature.Header; len(value) > len(name) && strings.EqualFold(value[:len(name)], name) {
			take(strings.TrimLeft(value[len(name):], ":= \t"), "contains the header's name too")
		}
		for _, w := range wrappers {
			if len(value) > len(w.open)+len(w.close) && strings.HasPrefix(value, w.open) && strings.HasSuffix(value, w.close) {
				take(value[len(w.open):len(value)-len(w.close)], w.what)
				space = inside
				break
			}
		}
		if len(value) == 2 && strings.ContainsAny(value, "\"'`") && value[0] == value[1] {
			take("", "has quotes around it")
		}
		take(strings.TrimRight(value, ",;."), "has punctuation after it")
	}
	return value
}

// minDigits is the number of hex digits from which a part of a digest proves something.
const minDigits = 12

// cutPrefix removes a word before the digits, such as sha1=.
func (h *header) cutPrefix(text string) string {
	if rest, ok := strings.CutPrefix(strings.ToLower(text), "0x"); ok && isHex(rest) {
		h.prefix = text[:2]
		return text[2:]
	}
	i := strings.IndexAny(text, "=: ")
	if i < 1 || len(text)-i < minDigits || i > 20 || isHex(text[:i]) && i%2 == 0 {
		return text
	}
	for _, r := range text[:i] {
		if r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' && r != '_' {
			return text
		}
	}
	h.prefix = text[:i+1]
	return strings.TrimLeft(text[i+1:], " ")
}

// faults returns what is wrong with the header's form if its digest is the one of this reading and form.
func (h *header) faults(f form, kind *hashKind) []string {
	faults := h.tidied
	body := f.order == "B"
	switch {
	case body && h.prefix == "":
		faults = append(faults, `misses "sha1=", which scheme "body" has before the digits`)
	case body && kind.size == hashKinds[0].size && h.prefix != bodyPrefix:
		faults = append(faults, fmt.Sprintf(`says %q where scheme "body" has "sha1="`, h.prefix))
	case !body && h.prefix != "":
		faults = append(faults, fmt.Sprintf(`has %q before the digits, which scheme "url" does not`, h.prefix))
	}
	return faults
}

// malformed returns what is wrong with a header that contains no digest of SHA-1. ok is false if nothing is.
func (h *header) malformed(secret signature.Secret) (f Finding, ok bool) {
	const expected = `ArtiBot writes 40 hex digits, in scheme "body" with sha1= before them`
	plain := string(secret.Bytes())
	switch digits := len(h.text); {
	case h.text == "":
		return Finding{ID: "header-missing", Text: "there is no signature: the header " + signature.Header +
			" is missing or empty (not sent, or dropped by a proxy?)"}, true
	case h.text == plain:
		return Finding{ID: "header-not-hex", Text: "the header contains the secret itself, not a signature: " + expected +
			"; change the secret, because it was sent unprotected"}, true
	case len(h.readings) > 0 && h.readings[0].kind == &hashKinds[0]:
		return Finding{}, false
	case len(h.readings) > 0:
		return Finding{ID: "header-length", Text: fmt.Sprintf(
			"the header has %d hex digits, the length of %s: ArtiBot signs with HMAC-SHA1, 40 digits",
			2*len(h.readings[0].digest), h.readings[0].kind.name)}, true
	case isHex(h.text):
		return Finding{ID: "header-length", Text: fmt.Sprintf(
			"the header has %d hex digits where HMAC-SHA1 has 40: it is cut or has too many digits", digits)}, true
	case !secret.Empty() && strings.Contains(h.text, plain):
		return Finding{ID: "header-not-hex", Text: "the header is not hex: " + expected}, true
	}
	if at := strings.IndexFunc(h.text, func(r rune) bool { return !isHex(string(r)) }); mostlyHex(h.text) {
		stray := []rune(h.text[at:])[0]
		return Finding{ID: "header-not-hex", Text: fmt.Sprintf("the header has the character %q at position %d, which is no hex digit: %s",
			stray, at+1, expected)}, true
	}
	return Finding{ID: "header-not-hex", Text: fmt.Sprintf("the header %q is not hex: %s", shortened(h.text), expected)}, true
}

func isHex(text string) bool { return strings.Trim(text, "0123456789abcdefABCDEF") == "" }

// mostlyHex reports whether the text can be a damaged digest.
func mostlyHex(text string) bool {
	digits := 0
	for i := range len(text) {
		if isHex(text[i : i+1]) {
			digits++
		}
	}
	return digits >= minDigits && len(text) <= 2*maxDigest && digits*5 >= len(text)*4
}

// shortened cuts a text for an error.
func shortened(text string) string {
	const most = 60
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
