package settings

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"artihook/emitter/text"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// notAgain are flags that a repeated step or case does without: they say how the whole was run and reported.
var notAgain = []string{
	"fail-fast", "jobs", "quiet", "verbose", "output", "color", "report-html", "report-json", "report-junit", "report-tap",
	"step", "only", "skip", "wait-for", "wait-timeout",
}

// givenAgain returns the flags of this command line once more, with variables as they were captured. A credential is
// replaced: a variable of the environment stands for the flag that holds it.
func (set *Settings) Again(cmd *cobra.Command, vars map[string]string) []string {
	var words []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		switch {
		case !set.ChangedFlags[f.Name] || slices.Contains(notAgain, f.Name):
		case f.Name == "secret":
			words = append(words, "--secret", VariableOf(f.Name))
		case f.NoOptDefVal != "" && f.NoOptDefVal == f.Value.String():
			words = append(words, "--"+f.Name)
		default:
			words = append(words, flagAgain(f)...)
		}
	})
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		words = append(words, "--var="+name+"="+vars[name])
	}
	return words
}

func flagAgain(f *pflag.Flag) []string {
	list, ok := f.Value.(pflag.SliceValue)
	if !ok {
		value := f.Value.String()
		if text.Mask(value) != value {
			return []string{"--" + f.Name, VariableOf(f.Name)}
		}
		return []string{"--" + f.Name + "=" + value}
	}
	var words []string
	for _, value := range list.GetSlice() {
		words = append(words, "--"+f.Name+"="+text.Mask(value))
	}
	return words
}

// VariableOf is the variable that sets a flag, as a word for the shell.
func VariableOf(flag string) string {
	return `"$` + EnvPrefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_")) + `"`
}

var isVariable = regexp.MustCompile(`^"\$` + EnvPrefix + `[A-Z_]+"$`).MatchString

// ShellLine joins words to a command line for a POSIX shell.
func ShellLine(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = w
		if !isVariable(w) {
			quoted[i] = shellWord(w)
		}
	}
	return strings.Join(quoted, " ")
}

// shellWord quotes a word. What is hidden in it is written as octal escapes within $'…', so that it stays one line.
func shellWord(w string) string {
	switch {
	case w != "" && !strings.ContainsFunc(w, needsQuotes):
		return w
	case utf8.ValidString(w) && !strings.ContainsFunc(w, text.Hidden):
		return "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
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

func needsQuotes(r rune) bool {
	return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("-_./:=@,+%", r))
}
