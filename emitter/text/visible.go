package text

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Visible returns s as one line in which every character can be seen. Control characters, line separators, invisible
// format characters such as bidirectional controls, and bytes that are not UTF-8 are escaped: \n, \x1b, \u202e. The
// result is valid UTF-8 and holds only characters that XML 1.0 allows (section 2.2).
func Visible(s string) string {
	if isPlain(s, false) {
		return s
	}
	return string(appendVisible(make([]byte, 0, len(s)+16), s, false))
}

// VisibleLines is [Visible] for text of several lines: line feeds and tabs stay, and CR LF becomes LF.
func VisibleLines(s string) string {
	if isPlain(s, true) {
		return s
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return string(appendVisible(make([]byte, 0, len(s)+16), s, true))
}

// isPlain reports whether s is ASCII that needs no escape, the usual case.
func isPlain(s string, lines bool) bool {
	for i := range len(s) {
		c := s[i]
		if (c < ' ' && (!lines || c != '\n' && c != '\t')) || c >= 0x7f {
			return false
		}
	}
	return true
}

func appendVisible(dst []byte, s string, lines bool) []byte {
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			dst = fmt.Appendf(dst, `\x%02x`, s[i])
		case r == '\n' || r == '\t':
			if lines {
				dst = append(dst, byte(r))
			} else if r == '\n' {
				dst = append(dst, `\n`...)
			} else {
				dst = append(dst, `\t`...)
			}
		case r == '\r':
			dst = append(dst, `\r`...)
		case !Hidden(r):
			dst = append(dst, s[i:i+n]...)
		case r < 0x80:
			dst = fmt.Appendf(dst, `\x%02x`, r)
		case r < 0x10000:
			dst = fmt.Appendf(dst, `\u%04x`, r)
		default:
			dst = fmt.Appendf(dst, `\U%08x`, r)
		}
		i += n
	}
	return dst
}

// Hidden reports whether r is a control character, a line separator, an invisible format character (direction controls,
// byte order mark) or a noncharacter. The two joiners are not: Persian and many emoji need them.
func Hidden(r rune) bool {
	const nonJoiner, joiner = '\u200c', '\u200d'
	if r == nonJoiner || r == joiner {
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) || r&0xfffe == 0xfffe
}

// Printable returns untrusted text as one line that cannot control a terminal, without credentials: [Visible] and [Mask]
// together.
func Printable(s string) string { return Visible(Mask(s)) }
