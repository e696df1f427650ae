package signature

import "strings"

// kept are the characters, beside letters and digits, that stand in a path or query as they are: the
// unreserved and reserved ones of RFC 3986, square brackets among them as in .NET.
const kept = "-._~" + "!$&'()*+,;=" + ":@/?[]"

// escape writes a path or a query in the signed form: forbidden characters and non-ASCII are percent-encoded as
// UTF-8, a needless escape of an unreserved character is undone, other escapes stay letter by letter, and a
// percent that begins no escape becomes %25. Escaping the result again changes nothing.
func escape(text string) string {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '%' && i+2 < len(text) && isHexDigit(text[i+1]) && isHexDigit(text[i+2]):
			if coded := unhex(text[i+1])<<4 | unhex(text[i+2]); isUnreserved(coded) {
				out = append(out, coded)
			} else {
				out = append(out, text[i:i+3]...)
			}
			i += 2
		case isAlphanumeric(c) || strings.IndexByte(kept, c) >= 0:
			out = append(out, c)
		default:
			out = append(out, '%', upperHex[c>>4], upperHex[c&15])
		}
	}
	return string(out)
}

// removeDots resolves "." and ".." in a path that starts with a slash (RFC 3986 section 5.2.4). Empty segments
// are segments like others.
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

// unhex gives the value of a hex digit.
func unhex(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c <= 'F':
		return c - 'A' + 10
	}
	return c - 'a' + 10
}
