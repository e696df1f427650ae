package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"artihook/cmd/console"
	"artihook/cmd/settings"
	"artihook/emitter"
	"artihook/emitter/text"
	"artihook/fixtures/yamlfile"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// app holds what every command needs.
type app struct {
	system   *console.System
	settings *settings.Settings
	printer  *console.Printer
}

func newApp(system *console.System) *app {
	printer := console.NewPrinter(system)
	return &app{system, &settings.Settings{
		Env: system.Env, Now: system.Now, Stdin: system.Stdin, Notef: printer.Notef,
	}, printer}
}

// sendContext returns how a command sends, for hints. faulty is set if signatures are wrong on purpose.
func (a *app) sendContext(cmd *cobra.Command, faulty bool, webhooks ...emitter.Webhook) console.SendContext {
	return console.SendContext{Webhooks: webhooks, Faulty: faulty, Verify: a.settings.VerifyCommand(cmd)}
}

// await waits for the URL of --wait-for.
func (a *app) await(ctx context.Context, flags *settings.WaitFlags, client *settings.ClientFlags) error {
	wait, err := flags.Start(a.settings, client)
	if err != nil {
		return console.Usage(err)
	}
	if err := wait(ctx); err != nil && ctx.Err() == nil {
		return console.Failedf("%w", err)
	}
	return ctx.Err()
}

// checkNear returns an error without --yes if the receiver is not on this machine or in a private network. amount is what would be
// sent, such as "398 requests".
func (a *app) checkNear(ctx context.Context, flags *settings.ExaminationFlags, w *emitter.Webhook, amount string) error {
	if flags.Yes || emitter.IsNear(ctx, w.URL) {
		return nil
	}
	return console.WithHint(fmt.Errorf("%s is not known to be on this machine or in a private network; %s would be sent to it", w.URL.Host, amount),
		"add --yes if you may test this receiver")
}

// openSender opens the history and returns an emitter that records in it with the source of the command. Call done once.
func (a *app) openSender(ctx context.Context, source string, client *settings.ClientFlags, recorded *settings.HistoryFlags, connections int) (sender *emitter.Emitter, done func() error, err error) {
	opts, err := client.Options(a.settings, connections)
	if err != nil {
		return nil, nil, console.Usage(err)
	}
	store, err := recorded.Open(ctx)
	if err != nil {
		return nil, nil, err
	}
	sender, done = settings.NewSender(store, source, opts)
	return sender, done, nil
}

// reportOutput returns the destinations of reports besides files.
func (a *app) reportOutput() settings.ReportOutput {
	return settings.ReportOutput{UseStdout: a.printer.ReportToStdout, Verbatim: a.printer.Verbatim, Annotations: a.printer.Annotations()}
}

// Main runs the command line of the process and returns its exit code. The first interrupt cancels the command; the second
// ends the process at once, or the teardown of a scenario.
func Main() int {
	console.IgnoreSignals()
	log.SetOutput(io.Discard) // net/http would log unexpected responses
	ctx, stop := nextInterrupt()
	defer stop()
	context.AfterFunc(ctx, stop)
	return Run(ctx, console.Process())
}

// nextInterrupt returns a context that is done at the next interrupt. Until stop is called, an interrupt does not end the process.
func nextInterrupt() (ctx context.Context, stop context.CancelFunc) {
	return signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
}

// Run runs the command line of a system and returns the exit code.
func Run(ctx context.Context, system *console.System) int {
	a := newApp(system)
	root := newRootCmd(a)
	ran, err := root.ExecuteContextC(ctx)
	if err == nil {
		err = console.Usage(unknownTopic(ran)) // cobra does not check arguments before --help
	}
	code := console.ExitCode(err)
	if err == nil || errors.Is(err, console.ErrFailed) || errors.Is(err, syscall.EPIPE) {
		return code // the reader of stdout has gone
	}
	if code == console.ExitInterrupted {
		err = errors.New("interrupted")
	}
	a.annotateProblems(err)
	var problems yamlfile.Diagnostics
	if errors.As(err, &problems) {
		for _, problem := range problems { // in a form that editors recognise
			fmt.Fprintln(a.printer.Err, text.Printable(problem.Error()))
		}
		err = errors.New(text.Counted(len(problems), "error"))
		if ran.Flags().Lookup("timeout") != nil { // the command can send
			err = fmt.Errorf("%w; nothing was sent", err)
		}
	}
	fmt.Fprintf(a.printer.Err, "%s: %s\n", commandName(ran), text.Printable(strings.ReplaceAll(err.Error(), "\n", " ")))
	if hint := console.HintOf(err); hint != "" {
		fmt.Fprintf(a.printer.Err, "hint: %s\n", text.Printable(hint))
	}
	return code
}

// commandName returns the name of a command in errors, such as "history show", or the name of the program.
func commandName(cmd *cobra.Command) string {
	if name, ok := strings.CutPrefix(cmd.CommandPath(), cmd.Root().Name()+" "); ok {
		return name
	}
	return cmd.Root().Name()
}

func newRootCmd(a *app) *cobra.Command {
	var printVersion bool
	root := &cobra.Command{
		Use:   "artihook",
		Short: "Send the lead webhooks of ArtiBot to your receiver",
		Long: `Artihook plays ArtiBot's side of its lead webhooks, so that you can test a receiver without a bot.
It generates realistic created, updated and completed lead events, formats and signs them exactly as
ArtiBot does, posts them to your URL, and records each request and response in a history.

A flag overrides its environment variable, and the variable overrides the file artihook.yaml.`,
		Example: `  artihook demo                                 a quick demonstration
  artihook send localhost:3000/hook             one event
  artihook play localhost:3000/hook --leads 10  whole conversations
  artihook history show last                    the last request and response`,
		Args: unknownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if printVersion {
				return runVersion(a)
			}
			return cmd.Help()
		},
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			a.settings.Verbose = a.printer.Verbose
			return console.Usage(a.settings.Resolve(cmd))
		},
	}
	root.SetArgs(a.system.Args)
	root.SetIn(a.system.Stdin)
	root.SetOut(a.system.Stdout)
	root.SetErr(a.system.Stderr)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		// Leave out the value: it may be a secret after a misspelt flag.
		problem, _, _ := strings.Cut(err.Error(), "=")
		if strings.HasPrefix(problem, "unknown") {
			err = errors.New(problem)
		}
		var repeated *repeatedError
		if errors.As(err, &repeated) {
			return repeated.usage(cmd)
		}
		if problem == "unknown flag: --all" && cmd.Name() == "send" {
			return console.WithHint(err, "play --all --leads 1 --events created sends one event to every webhook")
		}
		if problem == "unknown flag: --url" && strings.Contains(cmd.Use, "URL") {
			return console.WithHint(err, "the URL is an argument: "+cmd.UseLine())
		}
		if near := nearestFlag(cmd, problem); near != "" {
			return console.WithHint(err, fmt.Sprintf("did you mean --%s?", near))
		}
		return console.WithHint(err, fmt.Sprintf("see %s --help", cmd.CommandPath()))
	})
	setHelp(a, root)
	root.SetGlobalNormalizationFunc(flagAlias)
	root.Flags().BoolVar(&printVersion, "version", false, "Print the version")
	root.CompletionOptions.HiddenDefaultCmd = false
	root.SuggestionsMinimumDistance = 2
	addOutputFlags(root.PersistentFlags(), a.printer)
	settings.MarkRunOnly(root.PersistentFlags()) // all of the output flags
	a.settings.AddFlags(root.PersistentFlags())
	// Building all commands can take longer than running one, so build the named command only.
	if newCmd := commands()[firstOf(a.system.Args)]; newCmd != nil {
		root.AddCommand(newCmd(a))
		rejectRepeated(root)
		return root
	}
	for _, newCmd := range commands() {
		root.AddCommand(newCmd(a))
	}
	root.AddCommand(newManCmd(a)) // describes all commands
	strictBuiltins(root)
	rejectRepeated(root)
	if strings.HasPrefix(firstOf(a.system.Args), cobra.ShellCompRequestCmd) {
		addCompletions(a, root)
	}
	return root
}

// flagAlias returns the flag of a name that curl or Hurl uses for it.
func flagAlias(_ *pflag.FlagSet, name string) pflag.NormalizedName {
	switch name {
	case "cacert":
		name = "ca-cert"
	case "data-binary":
		name = "data"
	case "max-time":
		name = "timeout"
	case "retry":
		name = "retries"
	case "variable":
		name = "var"
	case "variables-file":
		name = "vars-file"
	}
	return pflag.NormalizedName(name)
}

// otherFlags are names that people try for a flag.
var otherFlags = map[string]string{
	"body": "data", "count": "leads", "data-raw": "data", "event": "action", "format": "output", "json": "output json",
	"no-color": "color never", "parallel": "jobs", "payload": "data", "port": "addr", "silent": "quiet", "type": "action",
	"vars": "var", "workers": "concurrency",
}

// nearestFlag returns the flag of the command that the error of an unknown flag probably means, or "".
func nearestFlag(cmd *cobra.Command, problem string) string {
	name, unknown := strings.CutPrefix(problem, "unknown flag: --")
	if !unknown {
		return ""
	}
	meant := otherFlags[name]
	if flag, _, _ := strings.Cut(meant, " "); cmd.Flags().Lookup(flag) != nil {
		return meant
	}
	var known []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, f.Name) })
	return text.Nearest(name, known)
}

// addOutputFlags adds the flags that set how results are printed. Every command has them.
func addOutputFlags(flags *pflag.FlagSet, p *console.Printer) {
	settings.AddFlag(flags, &p.Format, settings.FlagSpec[console.Format]{
		Name: "output", Short: "o", Preset: "text", Usage: "Print text, or JSON with one object a line",
		Words: []settings.Word[console.Format]{{Text: "text", Value: console.FormatText}, {Text: "json", Value: console.FormatJSON}},
	})
	flags.BoolVarP(&p.Verbose, "verbose", "v", false, "Print requests (>) and responses (<)")
	flags.BoolVarP(&p.Quiet, "quiet", "q", false, "Print no progress, hints or summary; play prints failures and its summary")
	settings.AddFlag(flags, &p.Color, settings.FlagSpec[console.Color]{
		Name: "color", Preset: "auto", Usage: "Colour stdout. auto depends on the terminal, NO_COLOR and FORCE_COLOR",
		Words: []settings.Word[console.Color]{{Text: "auto", Value: console.ColorAuto}, {Text: "always", Value: console.ColorAlways}, {Text: "never", Value: console.ColorNever}},
	})
}

// commands returns the constructors of the commands by name.
func commands() map[string]func(*app) *cobra.Command {
	return map[string]func(*app) *cobra.Command{
		"demo": newDemoCmd, "send": newSendCmd, "play": newPlayCmd, "load": newLoadCmd, "run": newRunCmd, "scenarios": newScenariosCmd,
		"listen": newListenCmd, "check": newCheckCmd, "fuzz": newFuzzCmd, "ui": newUICmd, "sign": newSignCmd, "verify": newVerifyCmd,
		"history": newHistoryCmd, "bots": newBotsCmd, "schema": newSchemaCmd, "init": newInitCmd, "version": newVersionCmd,
	}
}

func firstOf(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}

func unknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	err := fmt.Errorf("unknown command %q", args[0])
	if near := nearCommands(cmd, args[0]); len(near) > 0 {
		return console.WithHint(err, fmt.Sprintf("did you mean %s?", strings.Join(near, " or ")))
	}
	if strings.ContainsAny(args[0], ":/") {
		return console.WithHint(err, fmt.Sprintf("%s send %s sends one event to this URL", cmd.Root().Name(), args[0]))
	}
	return console.WithHint(err, fmt.Sprintf("see %s --help", cmd.CommandPath()))
}

// unknownTopic returns the error if --help follows a word that is no command of cmd.
func unknownTopic(cmd *cobra.Command) error {
	if !cmd.HasSubCommands() {
		return nil
	}
	return unknownCommand(cmd, cmd.Flags().Args())
}

// otherNames are words that people try for a command.
var otherNames = map[string]string{
	"compare": "history diff", "create": "init", "dashboard": "ui", "diagnose": "verify", "event": "send", "log": "history", "logs": "history", "post": "send", "receive": "listen",
	"replay": "history resend", "retry": "history resend", "serve": "listen", "server": "listen", "simulate": "play", "test": "check",
	"validate": "check", "web": "ui",
}

// nearCommands returns the commands that the word probably means: those below a command of cmd with exactly this name, otherwise those of
// cmd with a similar one.
func nearCommands(cmd *cobra.Command, word string) (near []string) {
	if name := otherNames[word]; name != "" && (!cmd.HasParent() || strings.HasPrefix(name, cmd.Name()+" ")) {
		return []string{name}
	}
	for _, sub := range cmd.Commands() {
		for _, below := range sub.Commands() {
			if below.Name() == word {
				near = append(near, sub.Name()+" "+word)
			}
		}
	}
	if len(near) > 0 {
		return near
	}
	return cmd.SuggestionsFor(word)
}

// oneURL is the argument check of a command that sends to one URL.
func oneURL(_ *cobra.Command, args []string) error {
	if len(args) > 1 {
		return console.WithHint(fmt.Errorf("got %d URLs, want one", len(args)), "list several webhooks in artihook.yaml; play --all sends to all of them")
	}
	return nil
}

// args returns an argument check whose errors are usage errors.
func args(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return console.WithHint(err, "usage: "+cmd.UseLine())
		}
		return nil
	}
}
