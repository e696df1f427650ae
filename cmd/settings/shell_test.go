package settings

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	posix "mvdan.cc/sh/v3/shell"
)

func TestPOSIXLine(t *testing.T) {
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
		if got := posixShell.line([]string{word}); got != want {
			t.Errorf("%q is %s, want %s", word, got, want)
		}
	}
}

// FuzzPOSIXLine parses the line as bash does. The parser accepts no NUL byte.
func FuzzPOSIXLine(f *testing.F) {
	f.Add("run", "")
	f.Add("a\nb'\\\u202e\xff", "--var=x=\t1")
	f.Fuzz(func(t *testing.T, a, b string) {
		words := []string{"artihook", a, b}
		if strings.Contains(a+b, "\x00") || isVariable().MatchString(a) || isVariable().MatchString(b) {
			return
		}
		line := posixShell.line(words)
		if strings.ContainsFunc(line, unicode.IsControl) {
			t.Fatalf("%q is not one line", line)
		}
		if got, err := posix.Fields(line, nil); err != nil || !slices.Equal(got, words) {
			t.Fatalf("%s is parsed as %q, %v; want %q", line, got, err, words)
		}
	})
}

func TestWindowsLine(t *testing.T) {
	t.Parallel()
	for word, want := range map[string][3]string{
		"plain":              {"plain", "plain", "plain"},
		"":                   {`""`, "''", "''"},
		"a b":                {`"a b"`, "'a b'", "'a b'"},
		"it's":               {`"it's"`, "'it''s'", "'it''s'"},
		"http://h/?a=1&b=2":  {`"http://h/?a=1&b=2"`, "'http://h/?a=1&b=2'", "'http://h/?a=1&b=2'"},
		"@file.json":         {"@file.json", "'@file.json'", "'@file.json'"},
		"--url=http://h.org": {`"--url=http://h.org"`, "'--url=http://h.org'", "'--url=http://h.org'"},
		"100%":               {`^"100^%^"`, "'100%'", "'100%'"},
		`{"a": 1}`:           {`^"{\^"a\^": 1}^"`, `'{"a": 1}'`, `'{\"a\": 1}'`},
		`C:\my dir\`:         {`"C:\my dir\\"`, `'C:\my dir\'`, `'C:\my dir\\'`},
		`"$ARTIHOOK_URL"`:    {`"%ARTIHOOK_URL%"`, "$env:ARTIHOOK_URL", "$env:ARTIHOOK_URL"},
	} {
		for i, s := range []shell{cmdShell, powerShell, windowsPowerShell} {
			if got := s.line([]string{word}); got != want[i] {
				t.Errorf("%q is %s in shell %d, want %s", word, got, s, want[i])
			}
		}
	}
}

func TestShellOf(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		system string
		env    map[string]string
		want   shell
	}{
		{"linux", map[string]string{"PROMPT": "x"}, posixShell},
		{"windows", map[string]string{"PROMPT": "$P$G"}, cmdShell},
		{"windows", map[string]string{"PROMPT": "$P$G", "MSYSTEM": "MINGW64"}, posixShell},
		{"windows", map[string]string{"POWERSHELL_DISTRIBUTION_CHANNEL": "MSI:Windows 11"}, powerShell},
		{"windows", nil, windowsPowerShell},
	} {
		if got := shellOf(tt.system, func(name string) (string, bool) { value, ok := tt.env[name]; return value, ok }); got != tt.want {
			t.Errorf("%s with %v is %d, want %d", tt.system, tt.env, got, tt.want)
		}
	}
}
