package cmd

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"

	"artihook/scenarios"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// app is what all commands share: the world, and the settings that every command has.
type app struct {
	world  World
	direct World  // the same, but what is written reaches CI as it is
	config config // artihook.yaml; empty when there is none
	look   lookFlags
	given  map[string]bool // flags that stand on the command line itself
	said   map[string]bool // those, and the ones that a variable sets
	stdin  bool            // it has been read
}

// Run runs one command line and gives the exit code.
func Run(ctx context.Context, world World) int {
	a := &app{world: world.withoutCommands(), direct: world}
	world = a.world
	root := newRootCmd(a)
	ran, err := root.ExecuteContextC(ctx)
	code := exitCode(err)
	if err == nil || errors.Is(err, errFailed) || errors.Is(err, syscall.EPIPE) {
		return code // whoever read the output has gone and needs no word
	}
	if code == exitInterrupted {
		err = errors.New("interrupted")
	}
	var faults scenarios.Faults
	if errors.As(err, &faults) {
		for _, fault := range faults { // in the form that editors can jump from
			fmt.Fprintln(world.Stderr, printable(fault.Error()))
		}
		err = fmt.Errorf("%s; nothing was sent", counted(len(faults), "fault"))
	}
	fmt.Fprintf(world.Stderr, "%s: %s\n", commandName(ran), printable(strings.ReplaceAll(err.Error(), "\n", " ")))
	var wrong *usageError
	if errors.As(err, &wrong) && wrong.hint != "" {
		fmt.Fprintf(world.Stderr, "hint: %s\n", printable(wrong.hint))
	} else if hint := historyHint(ran, err); hint != "" {
		fmt.Fprintf(world.Stderr, "hint: %s\n", hint)
	}
	return code
}

// commandName is how errors call a command: "history show", or the program's name when none was found.
func commandName(cmd *cobra.Command) string {
	if name, ok := strings.CutPrefix(cmd.CommandPath(), cmd.Root().Name()+" "); ok {
		return name
	}
	return cmd.Root().Name()
}

func newRootCmd(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "artihook",
		Short: "Plays ArtiBot's side of its lead webhooks",
		Long: `Artihook plays ArtiBot's side of its lead webhooks, so that you can test a receiver without a bot:
it makes realistic created, updated and completed lead events, signs and words them exactly as
ArtiBot does, posts them to your URL, and keeps a history of what was sent and what came back.`,
		Example: `  artihook demo                                 see it all in a second
  artihook send localhost:3000/hook             one event
  artihook play localhost:3000/hook --leads 10  whole conversations
  artihook history show last                    what was sent, what came back`,
		Args:              unknownCommand,
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		SilenceErrors:     true,
		SilenceUsage:      true,
		PersistentPreRunE: a.prepare,
	}
	root.SetArgs(a.world.Args)
	root.SetIn(a.world.Stdin)
	root.SetOut(a.world.Stdout)
	root.SetErr(a.world.Stderr)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		// What stands behind the equals sign may be a secret under a misspelt name.
		text, _, _ := strings.Cut(err.Error(), "=")
		if strings.HasPrefix(text, "unknown") {
			err = errors.New(text)
		}
		return hinted(err, fmt.Sprintf("see %s --help", cmd.CommandPath()))
	})
	root.CompletionOptions.HiddenDefaultCmd = false
	root.SuggestionsMinimumDistance = 2
	a.look.add(root)
	// To make all commands with their flags takes longer than the one that is named may need for its work.
	if named := commands()[firstOf(a.world.Args)]; named != nil {
		root.AddCommand(named(a))
		return root
	}
	for _, other := range commands() {
		root.AddCommand(other(a))
	}
	root.AddCommand(newManCmd(a)) // tells of all the others
	strictBuiltins(root)
	addCompletions(a, root)
	return root
}

func commands() map[string]func(*app) *cobra.Command {
	return map[string]func(*app) *cobra.Command{
		"demo": newDemoCmd, "send": newSendCmd, "play": newPlayCmd, "load": newLoadCmd, "run": newRunCmd, "scenarios": newScenariosCmd,
		"listen": newListenCmd, "check": newCheckCmd, "ui": newUICmd, "sign": newSignCmd, "verify": newVerifyCmd,
		"history": newHistoryCmd, "bots": newBotsCmd, "version": newVersionCmd,
	}
}

func firstOf(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}

// prepare runs before every command: it settles the flags that were not given from environment and file.
func (a *app) prepare(cmd *cobra.Command, _ []string) error {
	a.given = map[string]bool{}
	cmd.Flags().Visit(func(f *pflag.Flag) { a.given[f.Name] = true })
	if err := a.settleFromEnvironment(cmd); err != nil {
		return usage(err)
	}
	a.said = map[string]bool{}
	cmd.Flags().Visit(func(f *pflag.Flag) { a.said[f.Name] = true })
	if cmd.Name() == "demo" || cmd.Flags().Lookup("secret") == nil && cmd.Flags().Lookup("history") == nil {
		return nil // it takes nothing from the file, so a fault in it is no reason to stop
	}
	var err error
	if a.config, err = a.readConfig(); err != nil {
		return usage(err)
	}
	return usage(a.settleFromConfig(cmd))
}

func unknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	err := fmt.Errorf("unknown command %q", args[0])
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		return hinted(err, fmt.Sprintf("did you mean %s?", strings.Join(near, " or ")))
	}
	return hinted(err, fmt.Sprintf("see %s --help", cmd.CommandPath()))
}

// args wraps cobra's argument checks, whose errors have no type.
func args(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, given []string) error {
		if err := check(cmd, given); err != nil {
			return hinted(err, "usage: "+cmd.UseLine())
		}
		return nil
	}
}
