package cmd

import (
	"maps"
	"slices"
	"strings"

	"artihook/emitter/exchange"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// notAgain are flags that a repeated step or case does without: they say how the whole was run and reported.
var notAgain = []string{
	"fail-fast", "jobs", "quiet", "verbose", "output", "color", "report-html", "report-json", "report-junit", "report-tap",
	"step", "only", "skip", "wait-for", "wait-timeout",
}

// givenAgain gives the flags of this command line once more, with variables as they were captured. The secret stays out:
// the environment has it.
func (a *app) givenAgain(cmd *cobra.Command, vars map[string]string) []string {
	var words []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		switch {
		case !a.given[f.Name] || slices.Contains(notAgain, f.Name):
		case f.Name == "secret":
			words = append(words, "--secret", secretVariable)
		case f.NoOptDefVal != "" && f.NoOptDefVal == f.Value.String():
			words = append(words, "--"+f.Name)
		default:
			for _, value := range flagValues(f) {
				words = append(words, "--"+f.Name+"="+value)
			}
		}
	})
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		words = append(words, "--var="+name+"="+vars[name])
	}
	return words
}

// secretVariable stands for a secret that was given as a flag.
const secretVariable = `"$` + envPrefix + `SECRET"`

func flagValues(f *pflag.Flag) []string {
	if list, ok := f.Value.(pflag.SliceValue); ok {
		return list.GetSlice()
	}
	return []string{f.Value.String()}
}

// shellLine joins words to a command line for a POSIX shell.
func shellLine(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = w
		if w != secretVariable && strings.ContainsFunc(w, needsQuotes) {
			quoted[i] = exchange.Quote(w)
		}
	}
	return strings.Join(quoted, " ")
}

func needsQuotes(r rune) bool {
	return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("-_./:=@,+%", r))
}
