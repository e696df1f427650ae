package cmd

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
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
	"artihook/scenarios/probe"

	"github.com/spf13/cobra"
)

type fuzzOptions struct {
	webhook  settings.WebhookFlags
	client   settings.ClientFlags
	wait     settings.WaitFlags
	history  settings.HistoryFlags
	reports  settings.ReportFlags
	baseline settings.BaselineFlags

	args      []string // the URL or nothing
	only      []string
	runs      int
	duration  time.Duration
	rate      traffic.Rate
	replay    string
	bot       string
	recordAll bool
	yes       bool
	seed      *uint64
	now       *time.Time

	probe, probeIgnore string
	settle             time.Duration
}

// fuzzConnections is the largest number of connections at the same time.
const fuzzConnections = 4

func newFuzzCmd(a *app) *cobra.Command {
	opt := &fuzzOptions{}
	cmd := &cobra.Command{
		Use:   "fuzz [URL]",
		Short: "Find the smallest lead that breaks a receiver",
		Long: `Fuzz generates valid events and lead lives, posts them to URL, and judges the receiver by properties: it
accepts every valid event, does not crash, rejects an event with one wrong thing, and accepts a repeated event.
With --probe, the stored lead is judged too.

When a property fails, fuzz looks for the smallest example that fails in the same way, confirms it, and prints how it
differs from a plain event and how to repeat it. It reports at most ten causes. The exit code is 1 if it finds
one.

Only deliveries that repeat a failure are recorded in the history, unless --record is all.`,
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
		Usage: "Record in the history only the deliveries that repeat a failure, or all",
	})
	flags.BoolVar(&opt.yes, "yes", false, "Also send to a receiver outside this machine and private networks")
	settings.AddFlag(flags, &opt.seed, settings.FlagSpec[*uint64]{Name: "seed", Kind: "N", Parse: settings.ParseSeed, Usage: "Generate the examples from this seed (default random)"})
	settings.AddFlag(flags, &opt.now, settings.FlagSpec[*time.Time]{Name: "now", Kind: "time", Parse: settings.ParseNow, Usage: "Use this time in the events, in RFC 3339 form (default the current time)"})
	flags.StringVar(&opt.probe, "probe", "", "Read the stored lead from your system with this `COMMAND`, or from a URL with {lead}")
	flags.StringVar(&opt.probeIgnore, "probe-ignore", "", "Ignore texts that match this regular `expression` when two outputs of the probe are compared. Times are always ignored")
	settings.AddFlag(flags, &opt.settle, settings.FlagSpec[time.Duration]{
		Name: "settle", Kind: "duration", Parse: settings.ParseTimeout,
		Usage: "Wait this long for the probe to show an accepted event (default " + fuzz.DefaultSettle.String() + ", and less if earlier events were stored sooner)",
	})
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
	if plan.Probe, err = opt.probeOf(a, &plan.Webhook); err != nil {
		return console.Usage(err)
	}
	if err := opt.checkProbe(&plan); err != nil {
		return console.Usage(err)
	}
	if !opt.yes && !emitter.IsNear(ctx, plan.Webhook.URL) {
		return console.WithHint(fmt.Errorf("%s is not known to be on this machine or in a private network; %s would be sent to it",
			plan.Webhook.URL.Host, fuzzAmount(&plan)), "add --yes if you may test this receiver")
	}
	if err := opt.reports.Check(a.reportOutput()); err != nil {
		return console.Usage(err)
	}
	if err := opt.baseline.Read(); err != nil {
		return console.Usage(err)
	}
	wait, err := opt.wait.Start(a.settings, &opt.client)
	if err != nil {
		return console.Usage(err)
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
	if err := wait(ctx); err != nil {
		return settings.Ended(err, done())
	}
	opt.args = args
	result, err := runExamples(ctx, a, opt, plan)
	return fuzzEnded(a, opt, &plan, result, settings.Ended(err, done()))
}

// plan returns the options of the run that depend on flags only.
func (opt *fuzzOptions) plan(a *app) (plan fuzz.Options, err error) {
	plan = fuzz.Options{
		Runs: opt.runs, Duration: opt.duration, Rate: float64(opt.rate), Replay: opt.replay, Seed: uint64(rand.Uint32()) + 1, Now: a.system.Now, Settle: opt.settle,
	}
	if opt.runs == 0 && opt.duration == 0 {
		plan.Runs = fuzz.DefaultRuns
	}
	if opt.seed != nil {
		plan.Seed = *opt.seed
	}
	if opt.now != nil {
		plan.Now = func() time.Time { return *opt.now }
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
	if opt.probeIgnore != "" {
		if plan.ProbeIgnore, err = regexp.Compile(opt.probeIgnore); err != nil {
			return plan, fmt.Errorf("--probe-ignore %q is not a regular expression", opt.probeIgnore)
		}
	}
	if opt.bot != "" {
		plan.Bot, err = settings.LoadBot(opt.bot)
	}
	return plan, err
}

// probeOf returns the probe of --probe, which trusts the certificates that the deliveries trust.
func (opt *fuzzOptions) probeOf(a *app, w *emitter.Webhook) (check.Probe, error) {
	client, err := opt.client.HTTPClient(a.settings)
	if err != nil {
		return nil, err
	}
	return check.ParseProbe(opt.probe, &probe.Runner{Client: client, Timeout: opt.client.Timeout, Mask: w.Secret.Redact})
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
	return func(id string) string {
		words := []string{"artihook", "fuzz"}
		for _, url := range opt.args {
			if text.Mask(url) != url {
				url = settings.EnvReference("url")
			}
			words = append(words, url)
		}
		words = slices.Concat(words, a.settings.RepeatFlags(opt.webhook.Cmd, nil), []string{"--replay", id})
		return a.settings.ShellLine(words)
	}
}
