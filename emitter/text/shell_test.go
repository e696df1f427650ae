package text

import "testing"

func TestShellWord(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{
		"":                       "''",
		"http://h:80/a,b+c@d%20": "http://h:80/a,b+c@d%20",
		"--var=x":                "--var=x",
		"=ls":                    "'=ls'",
		"a b":                    "'a b'",
		"it's":                   `'it'\''s'`,
		"a\nb":                   "'a\nb'",
		"~/$x":                   "'~/$x'",
	} {
		if got := ShellWord(word); got != want {
			t.Errorf("%q is %s, want %s", word, got, want)
		}
	}
}
