package settings

import (
	"maps"
	"slices"

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

// RepeatCommand returns the command that repeats one case of this command line, whose arguments are args. Environment variables
// replace credentials.
func (set *Settings) RepeatCommand(cmd *cobra.Command, args []string, flags ...string) string {
	words := []string{"artihook", cmd.Name()}
	for _, url := range args {
		if text.Mask(url) != url {
			url = EnvReference("url")
		}
		words = append(words, url)
	}
	return set.ShellLine(slices.Concat(words, set.RepeatFlags(cmd, nil), flags))
}

// VerifyCommand returns the command that verifies a delivery of this command line, without the number of the delivery. The secret of
// --secret signed it, so the command has a placeholder for that of the receiver.
func (set *Settings) VerifyCommand(cmd *cobra.Command) string {
	words := []string{"artihook", "verify"}
	for _, name := range []string{"config", "history", "secret-file"} {
		if f := cmd.Flags().Lookup(name); f != nil && set.ChangedFlags[name] {
			words = append(words, repeatFlag(f)...)
		}
	}
	if set.ChangedFlags["secret"] {
		words = append(words, "--secret", "SECRET-OF-THE-RECEIVER")
	}
	return set.ShellLine(words)
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
