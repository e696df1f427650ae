package report

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	bodyLimit    = 64 << 10 // bytes of one body in JUnit, TAP and HTML
	messageLimit = 300      // characters of a failure in one line
)

// visible gives s as one line in which every character can be seen: what would
// move a cursor, turn the direction of reading or end the line is written out,
// and so is every byte that is not UTF-8. The result is valid UTF-8 and holds
// only characters that XML 1.0 allows (section 2.2).
func visible(s string) string {
	if plain(s, false) {
		return s
	}
	return string(appendVisible(make([]byte, 0, len(s)+16), s, false))
}

// visibleLines is [visible] for text of many lines: line feeds and tabs stay,
// and the carriage return of a CR LF is dropped.
func visibleLines(s string) string {
	if plain(s, true) {
		return s
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return string(appendVisible(make([]byte, 0, len(s)+16), s, true))
}

// plain says whether s is ASCII that needs no care, the usual case.
func plain(s string, lines bool) bool {
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
		case !hidden(r):
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

// hidden holds controls, invisible format characters (direction marks, byte
// order mark) and the other line separators. Joiners stay: Persian and many
// emoji are wrong without them.
func hidden(r rune) bool {
	const nonJoiner, joiner = '\u200c', '\u200d'
	if r == nonJoiner || r == joiner {
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) || r&0xfffe == 0xfffe
}

// clip shortens s to at most limit characters, with an ellipsis.
func clip(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	seen := 0
	for i := range s {
		if seen == limit-1 {
			if utf8.RuneCountInString(s[i:]) == 1 {
				return s
			}
			return s[:i] + "…"
		}
		seen++
	}
	return s
}

// bodyText gives the first limit bytes of a message's body as visible lines, and
// a note on what is not as it was: cut, incomplete, or not text. Either may be "".
func bodyText(m Message, limit int) (text, note string) {
	body := m.Body
	var notes []string
	if len(body) > limit {
		cut := limit
		for cut > limit-utf8.UTFMax && cut > 0 && !utf8.RuneStart(body[cut]) {
			cut--
		}
		body = body[:cut]
		notes = append(notes, fmt.Sprintf("cut: %d of %d bytes are shown", cut, len(m.Body)))
	}
	if m.Truncated {
		notes = append(notes, "incomplete: it was longer than what was kept")
	}
	if !utf8.Valid(m.Body) {
		notes = append(notes, `not UTF-8: other bytes are shown as \xNN`)
	}
	return visibleLines(string(body)), strings.Join(notes, "; ")
}

// messageText is a whole message for a text format: head, empty line, body, note.
func messageText(m Message, limit int) string {
	body, note := bodyText(m, limit)
	parts := make([]string, 0, 3)
	if head := strings.TrimRight(visibleLines(m.Head), "\n"); head != "" {
		parts = append(parts, head)
	}
	if body != "" {
		parts = append(parts, strings.TrimRight(body, "\n"))
	}
	if note != "" {
		parts = append(parts, "["+note+"]")
	}
	return strings.Join(parts, "\n\n")
}

// duration shows d with three digits or so, as people compare them.
func duration(d time.Duration) string {
	switch abs := d.Abs(); {
	case abs < time.Millisecond:
		d = d.Round(time.Microsecond)
	case abs < time.Second:
		d = d.Round(100 * time.Microsecond)
	case abs < time.Minute:
		d = d.Round(10 * time.Millisecond)
	default:
		d = d.Round(time.Second)
	}
	return d.String()
}

// orEmpty makes an empty value a word, so that its place is not overlooked.
func orEmpty(s string) string {
	if s == "" {
		return "(empty)"
	}
	return s
}

// capital gives a word as it begins a sentence.
func capital(word string) string {
	first, size := utf8.DecodeRuneInString(word)
	return string(unicode.ToUpper(first)) + word[size:]
}

// plural is "1 step" or "2 steps".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
