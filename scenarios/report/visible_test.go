package report

import (
	"testing"
)

func TestBodyText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, body string
		truncated  bool
		text, note string
	}{
		{"short", "abc", false, "abc", ""},
		{"cut between characters", "ab€€", false, "ab€", "cut: 5 of 8 bytes are shown"},
		{"cut inside one", "abc€€", false, "abc", "cut: 3 of 9 bytes are shown"},
		{"incomplete", "abc", true, "abc", "incomplete: only the start of the body was recorded"},
		{"not text", "\xff\x80", false, `\xff\x80`, `not UTF-8: other bytes are shown as \xNN`},
	} {
		text, note := bodyText(Message{Body: []byte(c.body), Truncated: c.truncated}, 5)
		if text != c.text || note != c.note {
			t.Errorf("%s: got %q, %q, want %q, %q", c.name, text, note, c.text, c.note)
		}
	}
}

func TestClip(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]string{{"", ""}, {"abcd", "abcd"}, {"abcde", "abc…"}, {"éééé", "éééé"}, {"ééééé", "ééé…"}} {
		if got := clip(c[0], 4); got != c[1] {
			t.Errorf("clip(%q) = %q, want %q", c[0], got, c[1])
		}
	}
}
