package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"artihook/emitter/text"
)

const (
	bodyLimit    = 64 << 10 // bytes of one body in JUnit, TAP and HTML
	messageLimit = 300      // characters of a failure in one line
)

func visible(s string) string { return text.Visible(s) }

func visibleLines(s string) string { return text.VisibleLines(s) }

// clip shortens s to at most limit characters, with an ellipsis.
func clip(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	count := 0
	for i := range s {
		if count == limit-1 {
			if utf8.RuneCountInString(s[i:]) == 1 {
				return s
			}
			return s[:i] + "…"
		}
		count++
	}
	return s
}

// bodyText returns the first limit bytes of a body as visible lines, and a note if the
// body is cut, incomplete or not text. Either may be "".
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
		notes = append(notes, "incomplete: only the start of the body was recorded")
	}
	if !utf8.Valid(m.Body) {
		notes = append(notes, `not UTF-8: other bytes are shown as \xNN`)
	}
	return visibleLines(string(body)), strings.Join(notes, "; ")
}

// messageText returns a message for a text format: head, empty line, body, note.
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

// orEmpty makes an empty value a word, so that its place is not overlooked.
func orEmpty(s string) string {
	if s == "" {
		return "(empty)"
	}
	return s
}

// capital returns a word with its first letter in upper case.
func capital(word string) string {
	first, size := utf8.DecodeRuneInString(word)
	return string(unicode.ToUpper(first)) + word[size:]
}
