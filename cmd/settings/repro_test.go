package settings

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"mvdan.cc/sh/v3/shell"
)

func TestShellLine(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{
		"plain":           "plain",
		"":                "''",
		"a b":             "'a b'",
		"it's":            `'it'\''s'`,
		"naïve":           "'naïve'",
		"two\nlines":      `$'two\nlines'`,
		"--var=x=a\n'\\b": `$'--var=x=a\n\'\\b'`,
		"\x1b[2J\t\xff":   `$'\033[2J\011\377'`,
		"\u202e\u2028":    `$'\342\200\256\342\200\250'`,
		`"$ARTIHOOK_URL"`: `"$ARTIHOOK_URL"`,
		`"$HOME"`:         `'"$HOME"'`,
	} {
		if got := ShellLine([]string{word}); got != want {
			t.Errorf("%q is %s, want %s", word, got, want)
		}
	}
}

// FuzzShellLine parses the line as bash does. The parser accepts no NUL byte.
func FuzzShellLine(f *testing.F) {
	f.Add("run", "")
	f.Add("a\nb'\\\u202e\xff", "--var=x=\t1")
	f.Fuzz(func(t *testing.T, a, b string) {
		words := []string{"artihook", a, b}
		if strings.Contains(a+b, "\x00") || isVariable().MatchString(a) || isVariable().MatchString(b) {
			return
		}
		line := ShellLine(words)
		if strings.ContainsFunc(line, unicode.IsControl) {
			t.Fatalf("%q is not one line", line)
		}
		if got, err := shell.Fields(line, nil); err != nil || !slices.Equal(got, words) {
			t.Fatalf("%s is parsed as %q, %v; want %q", line, got, err, words)
		}
	})
}
