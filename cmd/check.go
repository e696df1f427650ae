package cmd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"artihook/cmd/console"
	"artihook/cmd/settings"
	"artihook/emitter/history"
	"artihook/emitter/text"
	"artihook/scenarios/check"

	"github.com/spf13/cobra"
)

type checkOptions struct {
	webhook settings.WebhookFlags
	client  settings.ClientFlags
	wait    settings.WaitFlags
	history settings.HistoryFlags
	reports settings.ReportFlags

	examination settings.ExaminationFlags
	baseline    settings.BaselineFlags

	args       []string // the URL or nothing
	list       bool
	explain    string
	only, skip []string
	strict     bool
	budget     time.Duration
	rejection  []int
}

// checkConnections is the largest number of connections that a case opens.
const checkConnections = 50

func newCheckCmd(a *app) *cobra.Command {
	opt := &checkOptions{}
	cmd := &cobra.Command{
		Use:   "check [URL]",
		Short: "Test whether a receiver behaves correctly",
		Long: `Check sends valid and invalid deliveries and compares each response with that of a correct receiver. Each failure
shows the request, the expected and the actual response, and how to fix it. The exit code is 1 if a MUST case fails.

With --probe, the cases of group life also compare the lead that your system has stored. The probe is a URL with {lead}
in it, or a command that gets the ID of the lead as its argument, as $ARTIHOOK_LEAD or as {lead}. It returns everything that
you store of the lead.

A case is inconclusive if its result would not be its own, for example because the receiver limits the rate. Inconclusive
cases fail the run too. With --baseline, failures that the file lists do not.`,
		Example: `  artihook check localhost:3000/hook --secret s3cret
  artihook check localhost:3000/hook --only signature --only body-unicode
  artihook check localhost:3000/hook --probe http://localhost:3000/leads/{lead}
  artihook check localhost:3000/hook --report-junit check.xml
  artihook check localhost:3000/hook --baseline known.json
  artihook check --explain body-null-place
  artihook check --list`,
		Args: oneURL,
		RunE: func(cmd *cobra.Command, args []string) error { return runCheck(cmd.Context(), a, opt, args) },
	}
	opt.webhook.Add(cmd)
	opt.client.AddConnection(cmd)
	opt.wait.Add(cmd)
	opt.history.Add(cmd)
	flags := cmd.Flags()
	flags.BoolVar(&opt.list, "list", false, "List the cases and send nothing")
	flags.StringSliceVar(&opt.only, "only", nil, "Run only these cases: an `ID`, a group or a pattern like 'life-*' (repeatable)")
	flags.StringSliceVar(&opt.skip, "skip", nil, "Skip these cases: an `ID`, a group or a pattern (repeatable)")
	flags.BoolVar(&opt.strict, "strict", false, "Exit with code 1 also if a SHOULD case fails")
	opt.examination.Add(flags, check.DefaultSettle)
	opt.reports.Add(cmd)
	flags.StringVar(&opt.explain, "explain", "", "Explain the case with this `ID` and send nothing: why it matters, what it sends, how to fix a failure")
	settings.AddFlag(flags, &opt.budget, settings.FlagSpec[time.Duration]{
		Name: "budget", Kind: "duration", Parse: settings.ParseTimeout,
		Usage: "End the run after this time. Cases that do not fit are inconclusive (default " + check.DefaultBudget.String() + ", and less if the first response takes longer than " + check.DefaultPatience.String() + ")",
	})
	flags.IntSliceVar(&opt.rejection, "rejection", nil, "Expect one of these `statuses` for a wrong signature (default 401,403; 400 and 404 are a failed SHOULD)")
	opt.baseline.Add(flags)
	settings.MarkRunOnly(flags, "only", "skip", "explain", "baseline", "write-baseline")
	return cmd
}

func runCheck(ctx context.Context, a *app, opt *checkOptions, args []string) error {
	if opt.explain != "" {
		return explainCases(a, opt.explain)
	}
	cases, err := check.Select(opt.only, opt.skip)
	if err != nil {
		return console.Usage(err)
	}
	if len(cases) == 0 {
		return console.Usagef("no case is left; --skip excludes every case that --only selects")
	}
	if opt.list {
		return listCases(a, cases)
	}
	plan, err := opt.plan(a)
	if err != nil {
		return console.Usage(err)
	}
	plan.Cases = cases
	if plan.Webhook, err = opt.webhook.One(a.settings, args); err != nil {
		return console.Usage(err)
	}
	if plan.Probe, err = opt.examination.Probe(a.settings, &opt.client, &plan.Webhook); err != nil {
		return console.Usage(err)
	}
	if err := a.checkNear(ctx, &opt.examination, &plan.Webhook, text.Counted(check.Requests(cases), "request")); err != nil {
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
	sender, done, err := a.openSender(ctx, history.SourceCheck, &opt.client, &opt.history, checkConnections)
	if err != nil {
		return err
	}
	plan.Emitter = sender
	opt.args = args
	results, err := runCases(ctx, a, opt, plan)
	return checkEnded(a, opt, &plan, results, settings.Ended(err, done()))
}

// plan returns the options of the run that depend on flags only.
func (opt *checkOptions) plan(a *app) (plan check.Options, err error) {
	plan = check.Options{
		Now: opt.examination.Clock(a.system.Now), Seed: opt.examination.Seed(), Timeout: opt.client.Timeout, Settle: opt.examination.Settle,
		Budget: opt.budget, Rejection: opt.rejection,
	}
	for _, status := range opt.rejection {
		if status < 400 || status > 499 {
			return plan, fmt.Errorf("--rejection %d: want statuses from 400 to 499", status)
		}
	}
	plan.ProbeIgnore, err = opt.examination.ProbeIgnore()
	return plan, err
}

// runCases runs the cases and prints each failure at once.
func runCases(ctx context.Context, a *app, opt *checkOptions, plan check.Options) ([]check.Result, error) {
	a.printer.Notef("%s with %s to %s", text.Counted(len(plan.Cases), "case"), text.Counted(check.Requests(plan.Cases), "request"), plan.Webhook.URL)
	a.printer.Notef("artihook %s, seed %d, %s", console.Version(), plan.Seed, plan.Now().UTC().Format(time.RFC3339))
	if plan.Webhook.Secret.Empty() {
		a.printer.Notef(console.NoSecret)
	}
	bar := a.printer.Progress("cases", len(plan.Cases))
	reported := opt.reportOptions(a, &plan)
	plan.Ended = func(r check.Result) error {
		bar.Clear()
		opt.baseline.Known.Mark(&r)
		if err := printResult(a, &r, &reported); err != nil {
			return err
		}
		bar.Step()
		return nil
	}
	results, err := check.Run(ctx, plan)
	bar.Clear()
	for i := range results {
		opt.baseline.Known.Mark(&results[i])
	}
	return results, err
}

// reportOptions returns the options of the report, except how the run ended.
func (opt *checkOptions) reportOptions(a *app, plan *check.Options) check.ReportOptions {
	return check.ReportOptions{
		Tool: "artihook " + console.Version(), Target: plan.Webhook.URL.String(), Seed: plan.Seed, Strict: opt.strict, Secret: plan.Webhook.Secret,
		Repeat: opt.repeat(a),
	}
}

// checkEnded prints the table, writes the reports and returns the error for the exit code.
func checkEnded(a *app, opt *checkOptions, plan *check.Options, results []check.Result, err error) error {
	w, planned := plan.Webhook, len(plan.Cases)
	interrupted := errors.Is(err, context.Canceled)
	if unreachable := new(check.UnreachableError); errors.As(err, &unreachable) {
		a.printer.Notef("%s", unreachable)
		a.printer.Notef("nothing was examined at %s", w.URL)
		err = console.ErrFailed
	} else if len(results) > 0 {
		if printErr := printTable(a, results, planned, opt); printErr != nil && err == nil {
			err = printErr
		}
	}
	reportOpt := opt.reportOptions(a, plan)
	reportOpt.Interrupted = interrupted
	if writeErr := opt.reports.Write(a.settings, a.reportOutput(), check.Report(results, reportOpt)); writeErr != nil {
		return settings.Ended(err, writeErr)
	}
	if err == nil {
		err = opt.baseline.Write(results, reportOpt.Tool, reportOpt.Target)
	}
	if err != nil {
		return err
	}
	for i := range results {
		if results[i].Fails(opt.strict) {
			return console.ErrFailed
		}
	}
	return nil
}

// repeat returns a function that returns the command for one case alone.
func (opt *checkOptions) repeat(a *app) func(id string) string {
	return func(id string) string { return a.settings.RepeatCommand(opt.webhook.Cmd, opt.args, "--only", id) }
}
