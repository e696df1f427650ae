package cmd

import (
	"fmt"

	"artihook/cmd/console"
	"artihook/cmd/settings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// singleFlags are flags with one value whose repetition is a mistake: the value that is ignored could be the one that matters.
var singleFlags = []string{"webhook", "url", "secret"}

// rejectRepeated makes the second use of a flag of singleFlags an error, for the commands below cmd.
func rejectRepeated(cmd *cobra.Command) {
	for _, sub := range cmd.Commands() {
		for _, name := range singleFlags {
			if f := sub.Flags().Lookup(name); f != nil && f.Value.Type() == "string" {
				f.Value = &singleValue{Value: f.Value, flag: f}
			}
		}
		rejectRepeated(sub)
	}
}

// singleValue is a value that can be set once.
type singleValue struct {
	pflag.Value
	flag *pflag.Flag
	set  bool
}

// Set sets the value. The second call returns a [*repeatedError].
func (v *singleValue) Set(text string) error {
	if v.set {
		return &repeatedError{v.flag}
	}
	v.set = true
	return v.Value.Set(text)
}

// repeatedError is the error of a flag that was given more than once. It has no value, which may be a secret.
type repeatedError struct{ flag *pflag.Flag }

func (e *repeatedError) Error() string {
	return fmt.Sprintf("--%s is given more than once", e.flag.Name)
}

// usage returns the usage error for a command.
func (e *repeatedError) usage(cmd *cobra.Command) error {
	if e.flag.Name == "webhook" && !settings.IsFilter(e.flag) {
		return console.WithHint(e, "give one webhook; play --all sends to every webhook of "+settings.ConfigName)
	}
	return console.WithHint(e, fmt.Sprintf("give it once; see %s --help", cmd.CommandPath()))
}
