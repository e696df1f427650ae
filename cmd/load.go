package cmd

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/signature"
	"artihook/emitter/traffic"

	"github.com/spf13/cobra"
)

type loadOptions struct {
	webhook      webhookFlags
	client       clientFlags
	conversation conversationFlags
	history      historyFlags

	rate        traffic.Rate
	ramp        time.Duration
	duration    time.Duration
	leads       int
	concurrency int
	abandon     float64
	keep        emitter.Keep
	thresholds  []traffic.Threshold
	html        string
	export      string
}

// defaultLoadTime is how long a load lasts that nothing else ends.
const defaultLoadTime = 30 * time.Second

// maxKeptErrors bounds what --record errors writes: where everything fails, the first of them tell all.
const maxKeptErrors = 10_000

func newLoadCmd(a *app) *cobra.Command {
	opt := &loadOptions{}
	cmd := &cobra.Command{
		Use:   "load [URL]",
		Short: "Load a receiver: every event unique, signed and in order",
		Long: `Load posts the events of many leads to URL and measures the answers. Each event is another lead's or
another version's, rightly signed; a lead's events stay in order.

With --rate 500/s each event has a time of its own at which it leaves, whatever became of those
before it; the latency counts from that time. With --rate max each connection sends its next event
when it has the answer to the last. Ctrl-C ends a load in order, and it reports.

Exit code 1 unless every threshold is met, or, without --threshold, unless every answer is 2xx.`,
		Example: `  artihook load localhost:3000/hook --rate 500/s --duration 1m --threshold 'p99<200ms,errors<1%'
  artihook load localhost:3000/hook --concurrency 64 --record all
  artihook load localhost:3000/hook --rate 2000/s --ramp 10s --report-html load.html
  artihook load https://staging.example/hook --rate 100/s --export k6 load`,
		Args: args(cobra.MaximumNArgs(2)),
		RunE: func(cmd *cobra.Command, args []string) error { return runLoad(cmd.Context(), a, opt, args) },
	}
	opt.webhook.add(cmd)
	opt.client.addTravel(cmd)
	opt.conversation.add(cmd)
	opt.history.add(cmd)
	opt.add(cmd)
	return cmd
}

func (opt *loadOptions) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	addFlag(flags, &opt.rate, flagSpec[traffic.Rate]{name: "rate", kind: "N/s|max", preset: traffic.MaxRate, parse: traffic.ParseRate, usage: "events a second, or as many as the connections carry"})
	addFlag(flags, &opt.duration, flagSpec[time.Duration]{
		name: "duration", kind: "duration", parse: parseTimeout, usage: fmt.Sprintf("how long (default %s, or until --leads have talked)", defaultLoadTime),
	})
	addFlag(flags, &opt.ramp, flagSpec[time.Duration]{name: "ramp", kind: "duration", preset: "0s", parse: parseDuration, usage: "let the rate, or the number of connections, grow over this time"})
	addFlag(flags, &opt.leads, flagSpec[int]{name: "leads", kind: "N", parse: parsePositive, usage: "end after so many conversations"})
	addFlag(flags, &opt.concurrency, flagSpec[int]{
		name: "concurrency", kind: "N", parse: parsePositive,
		usage: fmt.Sprintf("connections (default %d; with --rate N/s at most %d)", traffic.DefaultConnections, traffic.DefaultLimit),
	})
	addFlag(flags, &opt.abandon, flagSpec[float64]{name: "abandon", kind: "share", preset: "0", parse: parseShare, usage: "share of leads that never complete, 0.2 or 20%"})
	addFlag(flags, &opt.keep, flagSpec[emitter.Keep]{name: "record", kind: "all|errors|none", preset: "errors", parse: parseKeep, usage: "which deliveries go into the history"})
	addFlag(flags, &opt.thresholds, flagSpec[[]traffic.Threshold]{
		name: "threshold", kind: "conditions", parse: traffic.ParseThresholds, usage: "what decides the exit code: 'p99<200ms,errors<1%,rate>450/s'",
	})
	flags.StringVar(&opt.html, "report-html", "", "write the report as one page to this `FILE`; - is stdout")
	flags.StringVar(&opt.export, "export", "", "write a load for another `TOOL`, k6, into the folder that follows, and send nothing")
}

func parseKeep(s string) (emitter.Keep, error) {
	keep, ok := map[string]emitter.Keep{"all": emitter.KeepAll, "errors": emitter.KeepErrors, "none": emitter.KeepNone}[s]
	if !ok {
		return 0, errors.New("want all, errors or none")
	}
	return keep, nil
}

func runLoad(ctx context.Context, a *app, opt *loadOptions, args []string) error {
	args, folder, err := opt.exportFolder(args)
	if err != nil {
		return usage(err)
	}
	w, err := opt.webhook.one(a, args)
	if err != nil {
		return usage(err)
	}
	recipe, err := opt.conversation.recipe(a, opt.conversation.bot, w.Edition)
	if err != nil {
		return usage(err)
	}
	recipe.opt.Abandon = opt.abandon
	source, err := recipe.source()
	if err != nil {
		return usage(err)
	}
	plan := traffic.LoadOptions{
		Webhook: &w, Source: source, Rate: opt.rate, Ramp: opt.ramp, Duration: opt.length(), Leads: opt.leads, Concurrency: opt.concurrency,
		Keep: opt.keep, KeepErrors: maxKeptErrors, Bot: opt.conversation.bot, Now: opt.conversation.clock(a),
	}
	if folder != "" {
		return a.exportLoad(folder, plan, traffic.K6Options{Thresholds: opt.thresholds, Timeout: opt.client.timeout, Insecure: opt.client.insecure})
	}
	if opt.html == stdoutName {
		if err := a.reportToStdout(); err != nil {
			return usage(err)
		}
	}
	report, err := a.load(ctx, opt, plan)
	if report == nil {
		return err
	}
	return a.loadEnded(report, opt, err)
}

// exportFolder takes the folder of --export off the arguments.
func (opt *loadOptions) exportFolder(args []string) (rest []string, folder string, err error) {
	switch {
	case opt.export == "" && len(args) > 1:
		return nil, "", fmt.Errorf("one URL too many: %q", args[1])
	case opt.export == "":
		return args, "", nil
	case opt.export != "k6":
		return nil, "", fmt.Errorf("--export %q: want k6 and a folder, --export k6 DIR", opt.export)
	case len(args) == 0:
		return nil, "", errors.New("--export k6 needs a folder to write into: --export k6 DIR")
	}
	return args[:len(args)-1], args[len(args)-1], nil
}

// length is how long the load lasts; 0 is until all leads have talked.
func (opt *loadOptions) length() time.Duration {
	if opt.duration == 0 && opt.leads == 0 {
		return defaultLoadTime
	}
	return opt.duration
}

// load sends. The report is nil when nothing was begun.
func (a *app) load(ctx context.Context, opt *loadOptions, plan traffic.LoadOptions) (*traffic.LoadReport, error) {
	how, err := opt.client.options(a, 1)
	if err != nil {
		return nil, err
	}
	var store *history.Store
	if plan.Keep != emitter.KeepNone {
		if store, err = opt.history.open(ctx); err != nil {
			return nil, err
		}
	}
	sender, done := newSender(store, how)
	plan.Emitter = sender
	a.say("%s", loadIntent(&plan, store))
	live := a.liveLine()
	plan.Tick = live.show
	defer tuneForLoad(connections(&plan))()
	report, err := traffic.Load(ctx, plan)
	live.clear()
	return report, ended(err, done())
}

// connections gives how many there may be.
func connections(plan *traffic.LoadOptions) int {
	switch {
	case plan.Concurrency > 0:
		return plan.Concurrency
	case plan.Rate > 0:
		return traffic.DefaultLimit
	}
	return traffic.DefaultConnections
}

// loadIntent says what is about to happen, above all what a user may not expect.
func loadIntent(plan *traffic.LoadOptions, store *history.Store) string {
	var b strings.Builder
	fmt.Fprintf(&b, "loading %s", plan.Webhook.URL)
	if plan.Rate > 0 {
		fmt.Fprintf(&b, " with %s", plan.Rate)
	} else {
		n := connections(plan)
		fmt.Fprintf(&b, " as fast as %s", counted(n, "connection"))
		b.WriteString(map[bool]string{true: " carries", false: " carry"}[n == 1])
	}
	if plan.Duration > 0 {
		fmt.Fprintf(&b, " for %s", plan.Duration)
	}
	if plan.Leads > 0 {
		fmt.Fprintf(&b, ", %s at most", counted(plan.Leads, "lead"))
	}
	b.WriteString("; Ctrl-C ends it")
	if !isLoopback(plan.Webhook.URL) {
		b.WriteString("\nthat is not this machine: make sure that its owner knows of this load")
	}
	switch {
	case store == nil:
		b.WriteString("\nnothing is recorded")
	case plan.Keep == emitter.KeepErrors:
		fmt.Fprintf(&b, "\nonly deliveries that fail are recorded, the first %d of them; --record all keeps every one", maxKeptErrors)
	default:
		b.WriteString("\nevery delivery is recorded in " + store.Path())
	}
	return b.String()
}

func isLoopback(url signature.URL) bool {
	host, _, err := net.SplitHostPort(url.Address())
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

// loadEnded reports. A load that was interrupted, or whose history is not whole, reports too.
func (a *app) loadEnded(report *traffic.LoadReport, opt *loadOptions, err error) error {
	met := report.Judge(opt.thresholds)
	if shown := a.showReport(report); shown != nil {
		return errors.Join(err, shown)
	}
	if opt.html != "" {
		wrote := error(nil)
		if opt.html == stdoutName {
			wrote = a.verbatim(report.WriteHTML)
		} else {
			wrote = writeFile(opt.html, report.WriteHTML)
		}
		if wrote != nil {
			return errors.Join(err, wrote)
		}
	}
	a.say("seed %d", *opt.conversation.seed)
	switch {
	case err != nil:
		return err
	case report.Requests == 0:
		a.say("no event was sent: none of the conversations had one that is wanted")
		return errFailed
	case !met, len(opt.thresholds) == 0 && report.Errors > 0:
		return errFailed
	}
	return nil
}

func (a *app) showReport(report *traffic.LoadReport) error {
	if a.json() {
		return a.showJSON(report)
	}
	return report.WriteText(a.out())
}
