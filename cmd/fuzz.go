package cmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"artihook/cmd/console"
	"artihook/cmd/settings"
	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/text"
	"artihook/emitter/traffic"
	"artihook/scenarios/check"
	"artihook/scenarios/fuzz"

	"github.com/spf13/cobra"
)

type fuzzOptions struct {
	webhook  settings.WebhookFlags
	client   settings.ClientFlags
	wait     settings.WaitFlags
	history  settings.HistoryFlags
	reports  settings.ReportFlags
	baseline settings.BaselineFlags

	examination settings.ExaminationFlags

	args      []string // the URL or nothing
	only      []string
	runs      int
	duration  time.Duration
	rate      traffic.Rate
	replay    string
	bot       string
	recordAll bool
}

// fuzzConnections is the largest number of connections at the same time.
const fuzzConnections = 4

func newFuzzCmd(a *app) *cobra.Command {
	opt := &fuzzOptions{}
	cmd := &cobra.Command{
		Use:   "fuzz [URL]",
		Short: "Find the smallest lead that breaks a receiver",
		Long: `Fuzz generates valid events and lead lives, posts them to URL, and judges the receiver by properties: it
accepts every valid event, does not crash, rejects an event with one mistake, and accepts a repeated event.
With --probe, the stored lead is judged too.

When a property fails, fuzz looks for the smallest example that fails in the same way, confirms it, and prints how it
differs from a plain event and how to repeat it. It reports at most ten causes. The exit code is 1 if it finds
one.

Only deliveries that fail, and those that repeat a failure, are recorded in the history, unless --record is all.`,
		Example: `  artihook fuzz localhost:3000/hook --secret s3cret
  artihook fuzz localhost:3000/hook --runs 10000 --seed 7
  artihook fuzz :3000/hook --only accepts --only no-crash --bot my-bot.yaml
  artihook fuzz localhost:3000/hook --probe http://localhost:3000/leads/{lead}
  artihook fuzz localhost:3000/hook --replay aABsBAABfA`,
		Args: oneURL,
		RunE: func(cmd *cobra.Command, args []string) error { return runFuzz(cmd.Context(), a, opt, args) },
	}
	opt.webhook.Add(cmd)
	opt.client.AddConnection(cmd)
	opt.wait.Add(cmd)
	opt.history.Add(cmd)
	opt.reports.Add(cmd)
	opt.addFlags(cmd)
	return cmd
}

// addFlags adds the flags of the examples and of the run.
func (opt *fuzzOptions) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringSliceVar(&opt.only, "only", nil, "Judge only this `property` (repeatable): no-crash, accepts, rejects, idempotent; with --probe also stored, newest-wins, once")
	settings.AddFlag(flags, &opt.runs, settings.FlagSpec[int]{
		Name: "runs", Kind: "N", Parse: settings.ParsePositive, Usage: fmt.Sprintf("Send this many examples (default %d; no limit with --duration)", fuzz.DefaultRuns),
	})
	settings.AddFlag(flags, &opt.duration, settings.FlagSpec[time.Duration]{Name: "duration", Kind: "duration", Parse: settings.ParseTimeout, Usage: "Send examples for this time"})
	settings.AddFlag(flags, &opt.rate, settings.FlagSpec[traffic.Rate]{
		Name: "rate", Kind: "rate", Preset: traffic.MaxRate, Parse: traffic.ParseRate, Usage: "Send at most this many requests, such as 20/s",
	})
	flags.StringVar(&opt.replay, "replay", "", "Send the example of a failure again: the `ID` that fuzz printed")
	flags.StringVar(&opt.bot, "bot", "", "Use the fields of this bot for half of the answers: the `name` of a ready bot or a YAML file")
	settings.AddFlag(flags, &opt.recordAll, settings.FlagSpec[bool]{
		Name: "record", Preset: "failures", Words: []settings.Word[bool]{{Text: "failures", Value: false}, {Text: "all", Value: true}},
		Usage: "Record in the history only the deliveries that fail or repeat a failure, or all",
	})
	opt.examination.Add(flags, fuzz.DefaultSettle)
	opt.baseline.Add(flags)
	settings.MarkRunOnly(flags, "only", "runs", "duration", "replay", "record", "seed", "baseline", "write-baseline")
}

func runFuzz(ctx context.Context, a *app, opt *fuzzOptions, args []string) error {
	plan, err := opt.plan(a)
	if err != nil {
		return console.Usage(err)
	}
	if plan.Webhook, err = opt.webhook.One(a.settings, args); err != nil {
		return console.Usage(err)
	}
	if plan.Probe, err = opt.examination.Probe(a.settings, &opt.client, &plan.Webhook); err != nil {
		return console.Usage(err)
	}
	if err := opt.checkProbe(&plan); err != nil {
		return console.Usage(err)
	}
	if err := a.checkNear(ctx, &opt.examination, &plan.Webhook, fuzzAmount(&plan)); err != nil {
		return err
	}
	if err := opt.reports.Check(a.reportOutput()); err != nil {
		return console.Usage(err)
	}
	if err := opt.baseline.Read(); err != nil {
		return console.Usage(err)
	}
	if err := a.await(ctx, &opt.wait, &opt.client); err != nil {
		return err
	}
	recorded, done, err := a.openSender(ctx, history.SourceFuzz, &opt.client, &opt.history, fuzzConnections)
	if err != nil {
		return err
	}
	plan.Emitter, plan.Recorded = recorded, recorded
	if !opt.recordAll {
		sendOpt, err := opt.client.Options(a.settings, fuzzConnections)
		if err != nil {
			return settings.Ended(console.Usage(err), done())
		}
		plan.Emitter = emitter.New(sendOpt)
		defer plan.Emitter.Close()
	}
	opt.args = args
	result, err := runExamples(ctx, a, opt, plan)
	return fuzzEnded(a, opt, &plan, result, settings.Ended(err, done()))
}

// plan returns the options of the run that depend on flags only.
func (opt *fuzzOptions) plan(a *app) (plan fuzz.Options, err error) {
	plan = fuzz.Options{
		Runs: opt.runs, Duration: opt.duration, Rate: float64(opt.rate), Replay: opt.replay,
		Seed: opt.examination.Seed(), Now: opt.examination.Clock(a.system.Now), Settle: opt.examination.Settle,
	}
	if opt.runs == 0 && opt.duration == 0 {
		plan.Runs = fuzz.DefaultRuns
	}
	for _, name := range opt.only {
		property, err := fuzz.ParseProperty(name)
		if err != nil {
			return plan, fmt.Errorf("--only: %w", err)
		}
		plan.Properties = append(plan.Properties, property)
	}
	if opt.replay != "" {
		if err := fuzz.CheckID(opt.replay); err != nil {
			return plan, fmt.Errorf("--replay %q: %w", opt.replay, err)
		}
	}
	if plan.ProbeIgnore, err = opt.examination.ProbeIgnore(); err != nil {
		return plan, err
	}
	if opt.bot != "" {
		plan.Bot, err = settings.LoadBot(opt.bot)
	}
	return plan, err
}

// checkProbe returns an error if only properties that need a probe are selected, and there is none.
func (opt *fuzzOptions) checkProbe(plan *fuzz.Options) error {
	if plan.Probe == nil && len(plan.Properties) > 0 && !slices.ContainsFunc(plan.Properties, func(p fuzz.Property) bool { return !p.NeedsProbe() }) {
		return fmt.Errorf("--only %s needs --probe", plan.Properties[0])
	}
	return nil
}

// fuzzAmount returns the number of requests in words.
func fuzzAmount(plan *fuzz.Options) string {
	switch {
	case plan.Replay != "":
		return "one example"
	case plan.Runs == 0:
		return "examples for " + plan.Duration.String()
	}
	about := ""
	n, exact := fuzz.Requests(*plan)
	if !exact {
		about = "about "
	}
	return fmt.Sprintf("%s with %s%s", text.Counted(plan.Runs, "example"), about, text.Counted(n, "request"))
}

// runExamples runs the examples and prints each failure at once.
func runExamples(ctx context.Context, a *app, opt *fuzzOptions, plan fuzz.Options) (*fuzz.Result, error) {
	a.printer.Notef("%s to %s, and more if a property fails", fuzzAmount(&plan), plan.Webhook.URL)
	a.printer.Notef("artihook %s, seed %d, %s", console.Version(), plan.Seed, plan.Now().UTC().Format(time.RFC3339))
	if plan.Webhook.Secret.Empty() {
		a.printer.Notef(console.NoSecret)
	}
	bar := a.printer.Progress("examples", plan.Runs)
	reported := opt.reportOptions(a, &plan)
	plan.Found = func(f fuzz.Failure) error {
		bar.Clear()
		return printFailure(a, &f, &reported, &opt.client)
	}
	plan.Ran = bar.Step
	result, err := fuzz.Run(ctx, plan)
	bar.Clear()
	return result, err
}

// reportOptions returns the options of the report, except how the run ended.
func (opt *fuzzOptions) reportOptions(a *app, plan *fuzz.Options) fuzz.ReportOptions {
	return fuzz.ReportOptions{
		Tool: "artihook " + console.Version(), Target: plan.Webhook.URL.String(), Known: opt.baseline.Known, Secret: plan.Webhook.Secret, Repeat: opt.repeat(a),
	}
}

// fuzzEnded prints the summary, writes the reports and returns the error for the exit code.
func fuzzEnded(a *app, opt *fuzzOptions, plan *fuzz.Options, result *fuzz.Result, err error) error {
	reportOpt := opt.reportOptions(a, plan)
	reportOpt.Interrupted = errors.Is(err, context.Canceled)
	if unreachable := new(check.UnreachableError); errors.As(err, &unreachable) {
		a.printer.Notef("%s", unreachable)
		a.printer.Notef("nothing was sent to %s", plan.Webhook.URL)
		err = console.ErrFailed
	} else if printErr := printFuzzed(a, result, plan, &reportOpt); printErr != nil && err == nil {
		err = printErr
	}
	if writeErr := opt.reports.Write(a.settings, a.reportOutput(), fuzz.Report(result, reportOpt)); writeErr != nil {
		return settings.Ended(err, writeErr)
	}
	if err == nil {
		err = opt.baseline.Write(result.Checked(), reportOpt.Tool, reportOpt.Target)
	}
	if err != nil {
		return err
	}
	if slices.ContainsFunc(result.Failures, func(f fuzz.Failure) bool { return opt.baseline.Known.Cases[f.Case] == "" }) {
		return console.ErrFailed
	}
	return nil
}

// repeat returns a function from the id of a failure to the command that repeats it.
func (opt *fuzzOptions) repeat(a *app) func(id string) string {
	return func(id string) string { return a.settings.RepeatCommand(opt.webhook.Cmd, opt.args, "--replay", id) }
}
