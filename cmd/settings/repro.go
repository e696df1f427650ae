package settings

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"artihook/emitter/text"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// runOnlyFlag marks flags that control one run and not what it sends, such as where its reports go.
const runOnlyFlag = "run-only"

// MarkRunOnly marks flags that control a run as a whole: which parts of it run, and how it is printed and reported. The command
// that repeats a single step leaves them out. Without names, MarkRunOnly marks every flag of the set.
func MarkRunOnly(flags *pflag.FlagSet, names ...string) {
	flags.VisitAll(func(f *pflag.Flag) {
		if len(names) == 0 || slices.Contains(names, f.Name) {
			annotate(f, runOnlyFlag)
		}
	})
}

// annotate marks a flag. The mark has no value.
func annotate(f *pflag.Flag, mark string) {
	if f.Annotations == nil {
		f.Annotations = map[string][]string{}
	}
	f.Annotations[mark] = []string{}
}

// hasMark reports whether annotate has marked the flag.
func hasMark(f *pflag.Flag, mark string) bool { return f.Annotations[mark] != nil }

// RepeatFlags returns the flags of this command line for a command that repeats one step or case, with vars as --var flags.
// Flags that MarkRunOnly marked are left out. Environment variables replace credentials.
func (set *Settings) RepeatFlags(cmd *cobra.Command, vars map[string]string) []string {
	var words []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if set.ChangedFlags[f.Name] && !hasMark(f, runOnlyFlag) {
			words = append(words, repeatFlag(f)...)
		}
	})
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		words = append(words, "--var="+name+"="+vars[name])
	}
	return words
}

// VerifyCommand returns the command that verifies a delivery of this command line, without the number of the delivery. Environment
// variables replace credentials.
func (set *Settings) VerifyCommand(cmd *cobra.Command) string {
	words := []string{"artihook", "verify"}
	for _, name := range []string{"config", "history", "secret", "secret-file"} {
		if f := cmd.Flags().Lookup(name); f != nil && set.ChangedFlags[name] {
			words = append(words, repeatFlag(f)...)
		}
	}
	return ShellLine(words)
}

// repeatFlag returns a flag with its value, once for each value of a list.
func repeatFlag(f *pflag.Flag) []string {
	switch {
	case f.Name == "secret":
		return []string{"--secret", EnvReference(f.Name)}
	case f.NoOptDefVal != "" && f.NoOptDefVal == f.Value.String():
		return []string{"--" + f.Name}
	}
	list, ok := f.Value.(pflag.SliceValue)
	if !ok {
		value := f.Value.String()
		if text.Mask(value) != value || f.Name == "proxy" && showProxy(value) != value {
			return []string{"--" + f.Name, EnvReference(f.Name)}
		}
		return []string{"--" + f.Name + "=" + value}
	}
	var words []string
	for _, value := range list.GetSlice() {
		words = append(words, "--"+f.Name+"="+text.Mask(value))
	}
	return words
}

// EnvReference returns the environment variable of a flag as a quoted word for a POSIX shell, such as "$ARTIHOOK_SECRET".
func EnvReference(flag string) string {
	return `"$` + envName(flag) + `"`
}

var isVariable = text.Regexp(`^"\$` + EnvPrefix + `[A-Z_]+"$`)

// ShellLine joins words to one command line for a POSIX shell. It quotes each word, except those of EnvReference.
func ShellLine(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = w
		if !isVariable().MatchString(w) {
			quoted[i] = shellWord(w)
		}
	}
	return strings.Join(quoted, " ")
}

// shellWord quotes a word if necessary. It writes invisible characters as octal escapes within $'…', so that the result is one
// line.
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
