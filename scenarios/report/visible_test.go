package report

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestVisible(t *testing.T) {
	for _, c := range []struct{ in, line, lines string }{
		{"plain", "plain", "plain"},
		{"é 日本 👩‍👧", "é 日本 👩‍👧", "é 日本 👩‍👧"},
		{"a\r\nb\tc\rd", `a\r\nb\tc\rd`, "a\nb\tc\\rd"},
		{"\x1b[2J\x00\x7f", `\x1b[2J\x00\x7f`, `\x1b[2J\x00\x7f`},
		{"\xff\xfea", `\xff\xfea`, `\xff\xfea`},
		{"\u0085\u2028\u202e\ufeff\uffff", `\u0085\u2028\u202e\ufeff\uffff`, `\u0085\u2028\u202e\ufeff\uffff`},
		{"\U000e0041\U0010ffff", `\U000e0041\U0010ffff`, `\U000e0041\U0010ffff`},
		{"\ufffd", "\ufffd", "\ufffd"},
	} {
		if got := visible(c.in); got != c.line {
			t.Errorf("visible(%q) = %q, want %q", c.in, got, c.line)
		}
		if got := visibleLines(c.in); got != c.lines {
			t.Errorf("visibleLines(%q) = %q, want %q", c.in, got, c.lines)
		}
	}
}

func FuzzVisible(f *testing.F) {
	f.Add("a\r\n\x00\xff\u2028é\uffff")
	f.Fuzz(func(t *testing.T, s string) {
		one, many := visible(s), visibleLines(s)
		for _, got := range []string{one, many} {
			if !utf8.ValidString(got) {
				t.Fatalf("%q becomes %q, which is not UTF-8", s, got)
			}
			for _, r := range got {
				if r != '\n' && r != '\t' && hidden(r) {
					t.Fatalf("%q becomes %q, which holds %U", s, got, r)
				}
			}
		}
		if strings.ContainsAny(one, "\n\t") {
			t.Fatalf("%q becomes %q, which is not one line", s, one)
		}
		if visible(one) != one || visibleLines(many) != many {
			t.Fatalf("%q: twice is not once", s)
		}
	})
}

func TestBodyText(t *testing.T) {
	for _, c := range []struct {
		name, body string
		truncated  bool
		text, note string
	}{
		{"short", "abc", false, "abc", ""},
		{"cut between characters", "ab€€", false, "ab€", "cut: 5 of 8 bytes are shown"},
		{"cut inside one", "abc€€", false, "abc", "cut: 3 of 9 bytes are shown"},
		{"kept in part", "abc", true, "abc", "incomplete: it was longer than what was kept"},
		{"not text", "\xff\x80", false, `\xff\x80`, `not UTF-8: other bytes are shown as \xNN`},
	} {
		text, note := bodyText(Message{Body: []byte(c.body), Truncated: c.truncated}, 5)
		if text != c.text || note != c.note {
			t.Errorf("%s: got %q, %q, want %q, %q", c.name, text, note, c.text, c.note)
		}
	}
}

func TestClip(t *testing.T) {
	for _, c := range [][2]string{{"", ""}, {"abcd", "abcd"}, {"abcde", "abc…"}, {"éééé", "éééé"}, {"ééééé", "ééé…"}} {
		if got := clip(c[0], 4); got != c[1] {
			t.Errorf("clip(%q) = %q, want %q", c[0], got, c[1])
		}
	}
}

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 310 * time.Microsecond: "310µs", 3149 * time.Microsecond: "3.1ms",
		1239 * time.Millisecond: "1.24s", 90400 * time.Millisecond: "1m30s",
	} {
		if got := duration(d); got != want {
			t.Errorf("duration(%d) = %s, want %s", d, got, want)
		}
	}
}
