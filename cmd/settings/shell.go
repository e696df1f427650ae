package settings

import (
	"fmt"
	"runtime"
	"strings"
	"unicode/utf8"

	"artihook/emitter/text"
)

// shell is a command interpreter that quotes words in its own way.
type shell int

const (
	posixShell        shell = iota
	cmdShell                // cmd.exe
	powerShell              // PowerShell 7.3 or later
	windowsPowerShell       // PowerShell 5, which passes quotes on to programs without escaping them
)

// shellOf returns the shell from which a program is probably run, by the variables that the shells of Windows set.
func shellOf(system string, env func(string) (string, bool)) shell {
	has := func(name string) bool { value, _ := env(name); return value != "" }
	switch {
	case system != "windows", has("MSYSTEM"), has("SHELL"):
		return posixShell
	case has("POWERSHELL_DISTRIBUTION_CHANNEL"):
		return powerShell
	case has("PROMPT"):
		return cmdShell
	}
	return windowsPowerShell
}

// EnvReference returns a word for the value of a flag's environment variable. ShellLine writes it as the shell does.
func EnvReference(flag string) string {
	return `"$` + EnvName(flag) + `"`
}

var isVariable = text.Regexp(`^"\$(` + EnvPrefix + `[A-Z_]+)"$`)

// ShellLine joins words to one command line for the shell of the user. It quotes each word, except those of EnvReference.
func (set *Settings) ShellLine(words []string) string {
	return shellOf(runtime.GOOS, set.Env).line(words)
}

func (s shell) line(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		if m := isVariable().FindStringSubmatch(w); m != nil {
			quoted[i] = s.variable(m[1])
		} else {
			quoted[i] = s.word(w)
		}
	}
	return strings.Join(quoted, " ")
}

// variable returns a reference to an environment variable.
func (s shell) variable(name string) string {
	switch s {
	case cmdShell:
		return `"%` + name + `%"`
	case powerShell, windowsPowerShell:
		return "$env:" + name
	}
	return `"$` + name + `"`
}

// word quotes a word if necessary. For the shells of Windows, which cannot escape them, it replaces invisible characters.
func (s shell) word(w string) string {
	if s == posixShell {
		return posixWord(w)
	}
	if w != "" && !strings.ContainsFunc(w, s.needsQuotes) && (s < powerShell || !strings.HasPrefix(w, "-") || !strings.ContainsAny(w, ".:")) {
		return w
	}
	switch s {
	case cmdShell:
		return cmdWord(text.Printable(w))
	case windowsPowerShell:
		return powerShellWord(escapeQuotes(text.Printable(w)))
	}
	return powerShellWord(text.Printable(w))
}

func (s shell) needsQuotes(r rune) bool {
	plain := `-_./\:=+`
	if s == cmdShell {
		plain = `-_./\:@+`
	}
	return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune(plain, r))
}

// cmdWord quotes a word for programs of Windows, and escapes the characters that cmd.exe replaces within quotes.
func cmdWord(w string) string {
	quoted := `"` + escapeQuotes(w) + `"`
	if !strings.ContainsAny(w, `"%!`) {
		return quoted
	}
	var b strings.Builder
	for _, r := range quoted {
		if strings.ContainsRune(`()%!^"<>&|`, r) {
			b.WriteByte('^')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// escapeQuotes writes quotes, and the backslashes before them and at the end, as programs of Windows read them within quotes.
func escapeQuotes(w string) string {
	var b strings.Builder
	backslashes := 0
	for _, r := range w {
		switch r {
		case '\\':
			backslashes++
		case '"':
			b.WriteString(strings.Repeat(`\`, backslashes+1))
			backslashes = 0
		default:
			backslashes = 0
		}
		b.WriteRune(r)
	}
	return b.String() + strings.Repeat(`\`, backslashes)
}

func powerShellWord(w string) string { return "'" + strings.ReplaceAll(w, "'", "''") + "'" }

// posixWord quotes a word if necessary. It writes invisible characters as octal escapes within $'…', so that the result is one line.
func posixWord(w string) string {
	if utf8.ValidString(w) && !strings.ContainsFunc(w, text.Hidden) {
		return text.ShellWord(w)
	}
	out := []byte("$'")
	for i := 0; i < len(w); {
		r, n := utf8.DecodeRuneInString(w[i:])
		switch {
		case r == '\'' || r == '\\':
			out = append(out, '\\', byte(r))
		case r == '\n':
			out = append(out, `\n`...)
		case r == utf8.RuneError && n == 1 || text.Hidden(r):
			for _, c := range []byte(w[i : i+n]) {
				out = fmt.Appendf(out, `\%03o`, c)
			}
		default:
			out = append(out, w[i:i+n]...)
		}
		i += n
	}
	return string(append(out, '\''))
}
