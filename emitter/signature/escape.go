package signature

import (
	"strings"
	"unicode/utf8"
)

// unescaped has the characters besides letters and digits that are not escaped in a path or query: the unreserved and
// reserved ones of RFC 3986. Square brackets are among them, as in .NET.
const unescaped = "-._~" + "!$&'()*+,;=" + ":@/?[]"

// escape returns a path or a query in the signed form: forbidden and non-ASCII characters are percent-encoded as
// UTF-8, a needless escape of an unreserved character is undone, escapes of a non-ASCII character get upper-case hex,
// other escapes stay as they are, and a percent sign that begins no escape becomes %25. escape(escape(s)) equals escape(s).
func escape(text string) string {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		c := text[i]
		coded, isEscape := escapedByte(text[i:])
		switch {
		case isEscape && isUnreserved(coded):
			out = append(out, coded)
			i += 2
		case isEscape:
			escaped := text[i : i+3]
			if n := escapedRune(text[i:]); n > 0 {
				escaped = strings.ToUpper(text[i : i+n])
			}
			out = append(out, escaped...)
			i += len(escaped) - 1
		case isAlphanumeric(c) || strings.IndexByte(unescaped, c) >= 0:
			out = append(out, c)
		default:
			out = append(out, '%', upperHex[c>>4], upperHex[c&15])
		}
	}
	return string(out)
}

// escapedByte returns the byte that the escape at the start of text encodes.
func escapedByte(text string) (coded byte, ok bool) {
	if len(text) < 3 || text[0] != '%' || !isHexDigit(text[1]) || !isHexDigit(text[2]) {
		return 0, false
	}
	return unhex(text[1])<<4 | unhex(text[2]), true
}

// escapedRune returns the length of the escapes at the start of text that encode one non-ASCII character as UTF-8, and
// 0 if they do not.
func escapedRune(text string) int {
	var encoded []byte
	for len(encoded) < utf8.UTFMax {
		c, ok := escapedByte(text[3*len(encoded):])
		if !ok {
			break
		}
		encoded = append(encoded, c)
	}
	r, size := utf8.DecodeRune(encoded)
	if r < utf8.RuneSelf || r == utf8.RuneError && size == 1 {
		return 0
	}
	return 3 * size
}

// removeDots resolves "." and ".." in a path that starts with a slash (RFC 3986 section 5.2.4). It keeps empty
// segments.
func removeDots(path string) string {
	segments := strings.Split(path[1:], "/")
	out := segments[:0]
	for i, segment := range segments {
		last := i == len(segments)-1
		dots := segment == "." || segment == ".."
		if segment == ".." && len(out) > 0 {
			out = out[:len(out)-1]
		}
		if !dots {
			out = append(out, segment)
		} else if last {
			out = append(out, "") // "/a/." and "/a/b/.." both end with a slash
		}
	}
	return "/" + strings.Join(out, "/")
}

func isUnreserved(c byte) bool { return isAlphanumeric(c) || strings.IndexByte("-._~", c) >= 0 }

func isHexDigit(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

// unhex returns the value of a hex digit.
func unhex(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c <= 'F':
		return c - 'A' + 10
	}
	return c - 'a' + 10
}
