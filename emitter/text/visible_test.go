package text

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestVisible(t *testing.T) {
	t.Parallel()
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
		if got := Visible(c.in); got != c.line {
			t.Errorf("Visible(%q) = %q, want %q", c.in, got, c.line)
		}
		if got := VisibleLines(c.in); got != c.lines {
			t.Errorf("VisibleLines(%q) = %q, want %q", c.in, got, c.lines)
		}
	}
}

func FuzzVisible(f *testing.F) {
	f.Add("a\r\n\x00\xff\u2028é\uffff")
	f.Fuzz(func(t *testing.T, s string) {
		one, many := Visible(s), VisibleLines(s)
		for _, got := range []string{one, many} {
			if !utf8.ValidString(got) {
				t.Fatalf("%q becomes %q, which is not UTF-8", s, got)
			}
			for _, r := range got {
				if r != '\n' && r != '\t' && Hidden(r) {
					t.Fatalf("%q becomes %q, which has %U", s, got, r)
				}
			}
		}
		if strings.ContainsAny(one, "\n\t") {
			t.Fatalf("%q becomes %q, which is not one line", s, one)
		}
		if Visible(one) != one || VisibleLines(many) != many {
			t.Fatalf("%q: a second call changes the result", s)
		}
	})
}
