package cmd

import (
	"slices"
	"strings"

	"artihook/cmd/console"
	"artihook/emitter"
	"artihook/fixtures"
	"artihook/scenarios/check"
	"artihook/scenarios/format"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// strictBuiltins makes cobra's own commands, help and completion, report unknown arguments as usage errors.
func strictBuiltins(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, builtin := range root.Commands() {
		switch builtin.Name() {
		case "help":
			builtin.Run = nil
			builtin.RunE = func(_ *cobra.Command, topic []string) error {
				page, rest, err := root.Find(topic)
				if err != nil || len(rest) > 0 {
					return console.Usagef("unknown command %q", strings.Join(topic, " "))
				}
				return page.Help()
			}
		case "completion":
			builtin.Args = unknownCommand
			builtin.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
			for _, shell := range builtin.Commands() {
				shell.Args = args(cobra.NoArgs)
			}
		}
	}
}

// addCompletions adds the completions of flag values: the words in the help, ready bots, webhooks of artihook.yaml, and cases of
// check.
func addCompletions(a *app, cmd *cobra.Command) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		var words func() []string
		switch {
		case f.Name == "bot":
			words = fixtures.Bots
		case f.Name == "webhook":
			words = a.settings.WebhookNames
		case cmd.Name() == "check" && (f.Name == "only" || f.Name == "skip" || f.Name == "explain"):
			words = caseIDs
		case f.Name == "status" && f.Value.Type() == "status":
			words = func() []string { return append([]string{"2xx", "4xx", "5xx"}, emitter.StatusNames()...) }
		case f.Name == "since" || f.Name == "until":
			words = func() []string { return []string{"today", "yesterday", "1h", "1d", "7d"} }
		case f.Name == "scenario":
			words = format.Library
		case strings.Contains(f.Value.Type(), "|"):
			words = func() []string { return strings.Split(f.Value.Type(), "|") }
		default:
			return
		}
		// The error is that of an unknown flag.
		_ = cmd.RegisterFlagCompletionFunc(f.Name, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return words(), cobra.ShellCompDirectiveDefault
		})
	})
	for _, sub := range cmd.Commands() {
		addCompletions(a, sub)
	}
}

// caseIDs returns the groups and the IDs of the cases of check.
func caseIDs() []string {
	ids := slices.Clone(check.Groups[:])
	for _, c := range check.Cases() {
		ids = append(ids, c.ID)
	}
	return ids
}
