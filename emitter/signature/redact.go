package signature

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// minAnywhere is the length in bytes from which a secret is masked anywhere. A shorter secret is masked only as a whole
// word, because it may be a part of ordinary words.
const minAnywhere = 8

// minStart is the number of characters of the secret that are masked at the end of a text that was cut.
const minStart = 4

// matcher finds a secret in text from outside. It ignores letter case. Each character may be plain, percent-encoded,
// a JSON or HTML escape, or one byte of Latin-1.
type matcher struct {
	units   []unit
	first   [256]bool // the bytes that an occurrence can begin with
	encoded [][]byte  // the secret in hex and base64
	word    bool      // only whole words count
}

// unit is one character of the secret, or one byte of it that is not UTF-8 (then r is -1).
type unit struct {
	r    rune
	utf8 []byte
}

func newMatcher(secret string) *matcher {
	if secret == "" {
		return nil
	}
	m := &matcher{word: len(secret) < minAnywhere}
	for rest := secret; rest != ""; {
		r, n := utf8.DecodeRuneInString(rest)
		if r == utf8.RuneError && n == 1 {
			r = -1
		}
		m.units = append(m.units, unit{r, []byte(rest[:n])})
		rest = rest[n:]
	}
	first := m.units[0]
	for _, c := range []byte{first.utf8[0], lower(first.utf8[0]), upper(first.utf8[0]), '%', '\\', '&'} {
		m.first[c] = true
	}
	if first.isLatin1() {
		m.first[byte(first.r)] = true
	}
	if first.r == ' ' {
		m.first['+'] = true
	}
	if !m.word {
		m.encoded = encodings(secret)
	}
	return m
}

func (u unit) isLatin1() bool { return 0x80 <= u.r && u.r <= 0xff }

// encodings returns the secret in hex and in base64. The base64 forms lack the characters that depend on the bytes
// before and after the secret.
func encodings(secret string) [][]byte {
	digits := hex.EncodeToString([]byte(secret))
	list := []string{digits, strings.ToUpper(digits)}
	for before := range 3 {
		padded := strings.Repeat("\x00", before) + secret + "\x00\x00"
		from, to := (before*8+5)/6, (before+len(secret))*8/6
		for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
			list = append(list, encoding.EncodeToString([]byte(padded))[from:to])
		}
	}
	slices.Sort(list)
	var all [][]byte
	for _, text := range slices.Compact(list) {
		all = append(all, []byte(text))
	}
	return all
}

// Redact returns b with every occurrence of the secret overwritten by as many asterisks. It finds the secret regardless of
// letter case, also as URLs, JSON, HTML and Latin-1 spell it, and in hex and base64. A secret shorter than 8 bytes is
// masked only as a whole word, and not in hex and base64. If nothing matches, Redact returns b itself; it never edits b.
func (s Secret) Redact(b []byte) []byte { return s.redact(b, false) }

// RedactCut is Redact for a text that may end in the middle of the secret: it also masks the first characters of the
// secret at the end of b, if there are at least four.
func (s Secret) RedactCut(b []byte) []byte { return s.redact(b, true) }

// RedactText is Redact for a string.
func (s Secret) RedactText(text string) string {
	b := []byte(text)
	if masked := s.redact(b, false); !bytes.Equal(masked, b) {
		return string(masked)
	}
	return text
}

func (s Secret) redact(b []byte, cut bool) []byte {
	if s.held == nil || (*s.held).matcher == nil {
		return b
	}
	m := (*s.held).matcher
	stars := stars{in: b}
	var now, next []int // scratch space of match
	for i, c := range b {
		if !m.first[c] {
			continue
		}
		var end int
		if end, now, next = m.match(b, i, cut, now, next); end > 0 {
			stars.put(i, end)
		}
	}
	for _, text := range m.encoded {
		for at := 0; ; at++ {
			found := bytes.Index(b[at:], text)
			if found < 0 {
				break
			}
			at += found
			stars.put(at, at+len(text))
		}
	}
	if stars.out == nil {
		return b
	}
	return stars.out
}

// stars overwrites parts of a text with asterisks. It copies the text before the first one.
type stars struct{ in, out []byte }

func (s *stars) put(from, to int) {
	if s.out == nil {
		s.out = bytes.Clone(s.in)
	}
	for i := from; i < to; i++ {
		s.out[i] = '*'
	}
}

// match returns the end of the longest occurrence that begins at i, 0 if there is none. Several spellings of a
// character may match, so it follows several ends at the same time.
func (m *matcher) match(b []byte, i int, cut bool, now, next []int) (end int, _, _ []int) {
	now = append(now[:0], i)
	for n, u := range m.units {
		next = next[:0]
		for _, p := range now {
			next = u.ends(next, b, p)
		}
		if len(next) == 0 {
			if cut && !m.word && n >= minStart && slices.Max(now) == len(b) {
				return len(b), now, next
			}
			return 0, now, next
		}
		slices.Sort(next)
		next = slices.Compact(next)
		now, next = next, now
	}
	if !m.word {
		return now[len(now)-1], now, next
	}
	if isWord(m.units[0].r) && !startsWord(b[:i]) {
		return 0, now, next
	}
	for _, p := range slices.Backward(now) {
		if r, _ := utf8.DecodeRune(b[p:]); !isWord(m.units[len(m.units)-1].r) || p == len(b) || !isWord(r) {
			return p, now, next
		}
	}
	return 0, now, next
}

func isWord(r rune) bool {
	return r == '_' || r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

// startsWord reports whether a word can begin after b: b does not end in a letter or digit, or it ends in an escape.
func startsWord(b []byte) bool {
	r, _ := utf8.DecodeLastRune(b)
	if len(b) == 0 || !isWord(r) {
		return true
	}
	for _, escape := range []struct {
		sign   string
		digits int
	}{{`%`, 2}, {`\x`, 2}, {`\u`, 4}} {
		at := len(b) - len(escape.sign) - escape.digits
		if at >= 0 && string(b[at:at+len(escape.sign)]) == escape.sign {
			if _, ok := hexValue(b, len(b)-escape.digits, escape.digits); ok {
				return true
			}
		}
	}
	return len(b) > 1 && b[len(b)-2] == '\\' && strings.IndexByte("abfnrtv0", b[len(b)-1]) >= 0
}

// ends appends the end of each spelling of u that begins at p.
func (u unit) ends(dst []int, b []byte, p int) []int {
	if p >= len(b) {
		return dst
	}
	q := p
	for _, c := range u.utf8 {
		switch n := percent(b, q, c); {
		case q < len(b) && lower(b[q]) == lower(c):
			q++
		case n > 0:
			q += n
		default:
			q = len(b) + 1
		}
	}
	if q <= len(b) {
		dst = append(dst, q)
	}
	if n := percent(b, p, u.utf8[0]); n > 0 && len(u.utf8) == 1 {
		dst = append(dst, p+n)
	}
	switch {
	case u.r < 0:
	case u.isLatin1() && b[p] == byte(u.r):
		dst = append(dst, p+1)
	case u.isLatin1() && percent(b, p, byte(u.r)) > 0:
		dst = append(dst, p+percent(b, p, byte(u.r)))
	case u.r == ' ' && b[p] == '+':
		dst = append(dst, p+1)
	case b[p] == '\\':
		dst = u.escaped(dst, b, p)
	case b[p] == '&':
		dst = u.entity(dst, b, p)
	}
	return dst
}

// percent returns the length of the percent-encoded byte c at p, 0 if there is none. It may be encoded several times.
func percent(b []byte, p int, c byte) int {
	if p >= len(b) || b[p] != '%' {
		return 0
	}
	for q := p + 1; ; q += 2 {
		value, ok := hexValue(b, q, 2)
		switch {
		case !ok:
			return 0
		case lower(byte(value)) == lower(c):
			return q + 2 - p
		case value != '%':
			return 0
		}
	}
}

// escaped matches the escapes of JSON and of programming languages. JSON inside a JSON string doubles the backslashes.
func (u unit) escaped(dst []int, b []byte, p int) []int {
	q := p
	for ; q < len(b) && b[q] == '\\'; q++ {
		if n := q + 1 - p; u.r == '\\' && n&(n-1) == 0 { // 1, 2, 4 …
			dst = append(dst, q+1)
		}
	}
	if q == len(b) {
		return dst
	}
	if i := strings.IndexByte("bfnrt", b[q]); i >= 0 && u.r == rune("\b\f\n\r\t"[i]) || u.r == rune(b[q]) && !isWord(u.r) {
		return append(dst, q+1)
	}
	digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[b[q]]
	if digits == 0 {
		return dst
	}
	value, ok := hexValue(b, q+1, digits)
	switch {
	case !ok:
	case sameLetter(value, u.r):
		dst = append(dst, q+1+digits)
	case utf16High(u.r) == value: // the low half has its own escape
		low := unit{r: 0xdc00 + (u.r-0x10000)&0x3ff}
		if q += 1 + digits; q < len(b) && b[q] == '\\' {
			dst = low.escaped(dst, b, q)
		}
	}
	return dst
}

// utf16High returns the first of the two UTF-16 units of r, or -1 if r needs only one.
func utf16High(r rune) rune {
	if r < 0x10000 {
		return -1
	}
	return 0xd800 + (r-0x10000)>>10
}

// entity matches the character references of HTML and XML.
func (u unit) entity(dst []int, b []byte, p int) []int {
	end := bytes.IndexByte(b[p:min(len(b), p+12)], ';')
	if end < 0 {
		return dst
	}
	name := string(b[p+1 : p+end])
	named := map[string]rune{"amp": '&', "lt": '<', "gt": '>', "quot": '"', "apos": '\''}[name]
	if named == u.r && named != 0 || numbered(name) >= 0 && sameLetter(numbered(name), u.r) {
		return append(dst, p+end+1)
	}
	return dst
}

// numbered returns the character of "#123" or "#x7b", -1 for any other text.
func numbered(name string) rune {
	digits, ok := strings.CutPrefix(name, "#")
	if !ok || digits == "" {
		return -1
	}
	if strings.HasPrefix(digits, "x") || strings.HasPrefix(digits, "X") {
		if value, ok := hexValue([]byte(digits), 1, len(digits)-1); ok && len(digits) > 1 {
			return value
		}
		return -1
	}
	value := rune(0)
	for _, c := range digits {
		if c < '0' || c > '9' || value > unicode.MaxRune {
			return -1
		}
		value = value*10 + c - '0'
	}
	return value
}

// hexValue reads that many hex digits at p, at most eight.
func hexValue(b []byte, p, digits int) (value rune, ok bool) {
	if p < 0 || p+digits > len(b) || digits > 8 {
		return 0, false
	}
	for _, c := range b[p : p+digits] {
		i := strings.IndexByte("0123456789abcdef", lower(c))
		if i < 0 {
			return 0, false
		}
		value = value<<4 | rune(i)
	}
	return value, true
}

func sameLetter(a, b rune) bool {
	if a >= 0x80 || b >= 0x80 || a < 0 || b < 0 {
		return a == b
	}
	return lower(byte(a)) == lower(byte(b))
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func upper(c byte) byte {
	if 'a' <= c && c <= 'z' {
		return c + 'A' - 'a'
	}
	return c
}
