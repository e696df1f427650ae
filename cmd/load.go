package cmd

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"artihook/cmd/console"
	"artihook/cmd/settings"
	"artihook/emitter/history"
	"artihook/emitter/text"
	"artihook/emitter/traffic"
	"artihook/scenarios/report"

	"github.com/spf13/cobra"
)

type loadOptions struct {
	webhook      settings.WebhookFlags
	client       settings.ClientFlags
	wait         settings.WaitFlags
	conversation settings.ConversationFlags
	history      settings.HistoryFlags

	rate        traffic.Rate
	ramp        time.Duration
	duration    time.Duration
	leads       int
	concurrency int
	abandon     float64
	record      traffic.Recording
	thresholds  []traffic.Threshold
	html        string
	export      string
}

// defaultLoadTime is the duration of a load without --duration and --leads.
const defaultLoadTime = 30 * time.Second

// maxRecordedErrors is the largest number of deliveries that --record errors records: if everything fails, more show nothing new.
const maxRecordedErrors = 10_000

func newLoadCmd(a *app) *cobra.Command {
	opt := &loadOptions{}
	cmd := &cobra.Command{
		Use:   "load [URL]",
		Short: "Load a receiver with unique, signed events in order",
		Long: `Load posts the events of many leads to URL and measures the responses. Every event is unique and
correctly signed. The events of a lead stay in order.

With --rate 500/s each event has a scheduled time and is sent then, even if earlier events are slow.
The latency counts from the scheduled time. With --rate max each connection sends its next event when
it has the response to the last. Ctrl-C stops the load and prints the report.

The exit code is 1 unless every threshold is met or, without --threshold, every response is 2xx.`,
		Example: `  artihook load :3000/hook --rate 500/s --threshold 'p99<200ms,errors<1%'
  artihook load localhost:3000/hook --concurrency 64 --record all
  artihook load :3000/hook --rate 2000/s --ramp 10s --report-html load.html
  artihook load https://staging.example/hook --rate 100/s --export k6 load`,
		Args: args(cobra.MaximumNArgs(2)),
		RunE: func(cmd *cobra.Command, args []string) error { return runLoad(cmd.Context(), a, opt, args) },
	}
	opt.webhook.Add(cmd)
	opt.client.AddConnection(cmd)
	opt.wait.Add(cmd)
	opt.conversation.Add(cmd)
	opt.history.Add(cmd)
	opt.add(cmd)
	return cmd
}

func (opt *loadOptions) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	settings.AddFlag(flags, &opt.rate, settings.FlagSpec[traffic.Rate]{Name: "rate", Kind: "N/s|max", Preset: traffic.MaxRate, Parse: traffic.ParseRate, Usage: "Send N events a second, or as many as the connections can carry"})
	settings.AddFlag(flags, &opt.duration, settings.FlagSpec[time.Duration]{
		Name: "duration", Kind: "duration", Parse: settings.ParseTimeout, Usage: fmt.Sprintf("Stop after this time (default %s, or when --leads are complete)", defaultLoadTime),
	})
	settings.AddFlag(flags, &opt.ramp, settings.FlagSpec[time.Duration]{Name: "ramp", Kind: "duration", Preset: "0s", Parse: settings.ParseDuration, Usage: "Increase the rate, or the number of connections, over this time"})
	settings.AddFlag(flags, &opt.leads, settings.FlagSpec[int]{Name: "leads", Kind: "N", Parse: settings.ParsePositive, Usage: "Stop after N conversations"})
	settings.AddFlag(flags, &opt.concurrency, settings.FlagSpec[int]{
		Name: "concurrency", Kind: "N", Parse: settings.ParsePositive,
		Usage: fmt.Sprintf("Use N connections (default %d; with --rate N/s at most %d)", traffic.DefaultConnections, traffic.DefaultLimit),
	})
	settings.AddFlag(flags, &opt.abandon, settings.FlagSpec[float64]{Name: "abandon", Kind: "share", Preset: "0", Parse: settings.ParseShare, Usage: "Leave this share of leads incomplete, 0.2 or 20%"})
	settings.AddFlag(flags, &opt.record, settings.FlagSpec[traffic.Recording]{Name: "record", Preset: "errors", Words: recordWords, Usage: "Record these deliveries in the history"})
	settings.AddFlag(flags, &opt.thresholds, settings.FlagSpec[[]traffic.Threshold]{
		Name: "threshold", Kind: "conditions", Parse: traffic.ParseThresholds, Usage: "Exit with code 1 unless these conditions hold: 'p99<200ms,errors<1%,rate>450/s'",
	})
	flags.StringVar(&opt.html, "report-html", "", "Write the report to this `FILE` as one HTML page. - is stdout")
	settings.MarkRunOnly(flags, "report-html")
	settings.AddFlag(flags, &opt.export, settings.FlagSpec[string]{
		Name: "export", Words: settings.Texts("k6"), Usage: "Write the load for this tool into the directory that follows, and send nothing",
	})
}

// recordWords are the values of --record.
var recordWords = []settings.Word[traffic.Recording]{
	{Text: "all", Value: traffic.RecordAll}, {Text: "errors", Value: traffic.RecordErrors}, {Text: "none", Value: traffic.RecordNone},
}

func runLoad(ctx context.Context, a *app, opt *loadOptions, args []string) error {
	args, folder, err := opt.exportFolder(args)
	if err != nil {
		return console.Usage(err)
	}
	w, err := opt.webhook.One(a.settings, args)
	if err != nil {
		return console.Usage(err)
	}
	recipe, err := opt.conversation.Recipe(a.settings, opt.conversation.Bot, w.Edition)
	if err != nil {
		return console.Usage(err)
	}
	recipe.Opt.Abandon = opt.abandon
	source, err := recipe.Source()
	if err != nil {
		return console.Usage(err)
	}
	plan := traffic.LoadOptions{
		Webhook: &w, Source: source, Rate: opt.rate, Ramp: opt.ramp, Duration: opt.length(), Leads: opt.leads, Concurrency: opt.concurrency,
		Record: opt.record, MaxErrors: maxRecordedErrors, Bot: opt.conversation.Bot, Now: opt.conversation.Clock(a.settings),
	}
	if folder != "" {
		return exportLoad(a, opt, folder, plan)
	}
	if opt.html == settings.StdoutName {
		if err := a.printer.ReportToStdout(); err != nil {
			return console.Usage(err)
		}
	}
	report, err := runPlan(ctx, a, opt, plan)
	if report == nil {
		return err
	}
	return loadEnded(a, report, opt, err)
}

// exportFolder returns the directory of --export and the other arguments.
func (opt *loadOptions) exportFolder(args []string) (rest []string, folder string, err error) {
	switch {
	case opt.export == "" && len(args) > 1:
		return nil, "", fmt.Errorf("unexpected argument %q; load takes one URL", args[1])
	case opt.export == "":
		return args, "", nil
	case opt.html != "":
		return nil, "", fmt.Errorf("--export %s sends nothing, so there is no report; leave out --report-html", opt.export)
	case len(args) == 0:
		return nil, "", fmt.Errorf("--export %s needs a directory to write into: --export %[1]s DIR", opt.export)
	}
	return args[:len(args)-1], args[len(args)-1], nil
}

// length returns the duration of the load; 0 is until all leads are complete.
func (opt *loadOptions) length() time.Duration {
	if opt.duration == 0 && opt.leads == 0 {
		return defaultLoadTime
	}
	return opt.duration
}

// runPlan runs the load. The report is nil if the load did not start.
func runPlan(ctx context.Context, a *app, opt *loadOptions, plan traffic.LoadOptions) (*traffic.LoadReport, error) {
	opts, err := opt.client.Options(a.settings, 1)
	if err != nil {
		return nil, console.Usage(err)
	}
	if err := a.await(ctx, &opt.wait, &opt.client); err != nil {
		return nil, err
	}
	var store *history.Store
	if plan.Record != traffic.RecordNone {
		if store, err = opt.history.Open(ctx); err != nil {
			return nil, err
		}
	}
	sender, done := settings.NewSender(store, history.SourceLoad, opts)
	plan.Emitter = sender
	a.printer.Notef("%s", loadIntent(&plan, store))
	live := a.printer.StatusLine()
	plan.Tick = live.Show
	defer tuneForLoad(connections(&plan))()
	report, err := traffic.Load(ctx, plan)
	live.Clear()
	if report != nil {
		report.Target = text.Mask(plan.Webhook.URL.String())
	}
	return report, settings.Ended(err, done())
}

// connections returns the largest number of connections of the load.
func connections(plan *traffic.LoadOptions) int {
	switch {
	case plan.Concurrency > 0:
		return plan.Concurrency
	case plan.Rate > 0:
		return traffic.DefaultLimit
	}
	return traffic.DefaultConnections
}

// loadIntent describes the load before it starts.
func loadIntent(plan *traffic.LoadOptions, store *history.Store) string {
	var b strings.Builder
	fmt.Fprintf(&b, "loading %s", plan.Webhook.URL)
	if plan.Rate > 0 {
		fmt.Fprintf(&b, " with %s", plan.Rate)
	} else {
		fmt.Fprintf(&b, " as fast as possible with %s", text.Counted(connections(plan), "connection"))
	}
	if plan.Duration > 0 {
		fmt.Fprintf(&b, " for %s", plan.Duration)
	}
	if plan.Leads > 0 {
		fmt.Fprintf(&b, ", %s at most", text.Counted(plan.Leads, "lead"))
	}
	b.WriteString("; Ctrl-C ends it")
	if !settings.IsLoopback(plan.Webhook.URL) {
		b.WriteString("\nthe receiver is not on this machine; make sure that its owner allows this load")
	}
	switch {
	case store == nil:
		b.WriteString("\nnothing is recorded")
	case plan.Record == traffic.RecordErrors:
		fmt.Fprintf(&b, "\nonly failed deliveries are recorded, the first %d of them; --record all records every delivery", maxRecordedErrors)
	default:
		b.WriteString("\nevery delivery is recorded in " + store.Path())
	}
	return b.String()
}

// loadEnded prints and writes the report, also if the load was interrupted or the history is incomplete.
func loadEnded(a *app, measured *traffic.LoadReport, opt *loadOptions, err error) error {
	met := measured.Judge(opt.thresholds)
	measured.Tool, measured.Seed = "artihook "+console.Version(), fmt.Sprint(*opt.conversation.Seed)
	if printErr := printReport(a, measured); printErr != nil {
		return errors.Join(err, printErr)
	}
	if opt.html != "" {
		var writeErr error
		if opt.html == settings.StdoutName {
			writeErr = a.printer.Verbatim(measured.WriteHTML)
		} else {
			writeErr = writeFile(opt.html, measured.WriteHTML)
		}
		if writeErr != nil {
			return errors.Join(err, writeErr)
		}
	}
	for _, v := range measured.Thresholds {
		if !v.OK {
			a.annotate(report.Annotation{Title: "load: missed threshold", Message: fmt.Sprintf("%s (%s)", v.Text, v.Shown())})
		}
	}
	if a.printer.Annotations() != nil {
		err = errors.Join(err, a.settings.WriteStepOutputs([]settings.StepOutput{{Name: "summary", Value: measured.Headline()}, {Name: "report-html", Value: opt.html}}))
	}
	a.printer.Notef("seed %d", *opt.conversation.Seed)
	switch {
	case err != nil:
		return err
	case measured.Requests == 0:
		a.printer.Notef(console.NoEventSent)
		return console.ErrFailed
	case !met, len(opt.thresholds) == 0 && measured.Errors > 0:
		return console.ErrFailed
	}
	return nil
}

func printReport(a *app, report *traffic.LoadReport) error {
	if a.printer.JSON() {
		return a.printer.WriteJSON(report)
	}
	return report.WriteText(a.printer.Out)
}
