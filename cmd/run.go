package cmd

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"artihook/cmd/console"
	"artihook/cmd/settings"
	"artihook/emitter"
	"artihook/emitter/exchange"
	"artihook/emitter/history"
	"artihook/emitter/signature"
	"artihook/emitter/text"
	"artihook/fixtures/yamlfile"
	"artihook/scenarios"
	"artihook/scenarios/format"
	"artihook/scenarios/report"

	"github.com/spf13/cobra"
)

type runOptions struct {
	webhook      settings.WebhookFlags
	client       settings.ClientFlags
	wait         settings.WaitFlags
	conversation settings.ConversationFlags
	history      settings.HistoryFlags
	reports      settings.ReportFlags

	url      string
	vars     []string
	varsFile string
	tags     []string
	rounds   int
	watch    bool
	jobs     int
	failFast bool
	step     string
	dryRun   bool
	root     string

	used webhookSet
}

// webhookSet holds the webhooks that the scenarios have used, one for each name. It is safe for concurrent use.
type webhookSet struct {
	mu   sync.Mutex
	list []emitter.Webhook
}

func (s *webhookSet) add(w emitter.Webhook) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.ContainsFunc(s.list, func(other emitter.Webhook) bool { return other.Name == w.Name }) {
		s.list = append(s.list, w)
	}
}

func newRunCmd(a *app) *cobra.Command {
	opt := &runOptions{}
	cmd := &cobra.Command{
		Use:   "run FILE|DIR|NAME|-…",
		Short: "Run scenarios",
		Long: `Run plays scenarios: files, directories of files, ready ones by name, or - for stdin. A scenario describes what the visitor and
ArtiBot do and how the receiver must respond. If any file has an error, nothing is sent. The exit code is 1 if an expectation fails.
artihook scenarios --help shows a complete file.`,
		Example: `  artihook run happy-path --url localhost:3000/hook
  artihook run scenarios/ --url :3000/hook --jobs 4 --report-junit results.xml
  artihook run my.yaml --var company=Zed --wait-for http://localhost:3000
  artihook run my.yaml --url :3000/hook --watch`,
		Args: args(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error { return runRun(cmd.Context(), a, opt, args) },
	}
	opt.webhook.Add(cmd)
	opt.webhook.Where = "with --url"
	opt.client.Add(cmd)
	opt.wait.Add(cmd)
	opt.conversation.AddBot(cmd)
	opt.history.Add(cmd)
	opt.reports.Add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&opt.url, "url", "", "Send to this `URL`. Overrides the scenario")
	flags.StringArrayVar(&opt.vars, "var", nil, "Set a variable, `name=value`. Overrides the scenario (repeatable)")
	settings.AddFlag(flags, &opt.jobs, settings.FlagSpec[int]{Name: "jobs", Kind: "N", Preset: "1", Parse: settings.ParsePositive, Usage: "Run N scenarios at the same time. The steps of each stay in order"})
	flags.StringVar(&opt.varsFile, "vars-file", "", "Set the variables of this `FILE`, with one name=value on each line. --var overrides it")
	flags.StringArrayVar(&opt.tags, "tag", nil, "Run only scenarios with this `tag` (repeatable: with any of them)")
	settings.AddFlag(flags, &opt.rounds, settings.FlagSpec[int]{Name: "repeat", Kind: "N", Preset: "1", Parse: settings.ParsePositive, Usage: "Run each scenario N times, with new leads each time"})
	flags.BoolVar(&opt.watch, "watch", false, "Run again when a file of the scenarios changes or --wait-for responds again, and print what changed")
	flags.BoolVar(&opt.failFast, "fail-fast", false, "Start no further step after the first failed one")
	flags.StringVar(&opt.step, "step", "", "Send only the step with this `number`, 4 or 4.2.1, in run 2 of the file 2/4. Simulate the steps before it")
	flags.BoolVar(&opt.dryRun, "dry-run", false, "Print the requests; send and record nothing")
	settings.AddRoot(cmd, &opt.root)
	settings.MarkRunOnly(flags, "fail-fast", "jobs", "step", "tag", "watch")
	return cmd
}

func runRun(ctx context.Context, a *app, opt *runOptions, args []string) error {
	plan, err := opt.plan(ctx, a)
	if err != nil {
		return console.Usage(err)
	}
	if err := opt.reports.Check(a.reportOutput()); err != nil {
		return console.Usage(err)
	}
	if plan.Probes, err = opt.client.HTTPClient(a.settings); err != nil {
		return console.Usage(err)
	}
	if opt.watch {
		return newWatch(a, opt, plan, args).run(ctx)
	}
	files, err := opt.load(ctx, a, args, plan)
	if err != nil {
		return err
	}
	if opt.dryRun {
		return scenarios.Preview(ctx, files, plan, func(d history.Delivery) error { return a.printer.Planned(&d) })
	}
	if err := a.await(ctx, &opt.wait, &opt.client); err != nil {
		return err
	}
	runs := 0
	for _, f := range files {
		runs += len(f.Runs()) * opt.rounds
	}
	bar := a.printer.Progress("scenarios", runs)
	plan.Ended = func(s *report.Suite) error { bar.Clear(); defer bar.Step(); return printSuite(a, s, runs == 1) }
	results, done, err := opt.runFiles(ctx, a, files, plan)
	bar.Clear()
	if results == nil {
		return settings.Ended(err, done())
	}
	return cmp.Or(settings.Ended(err, done()), runEnded(a, results, &opt.reports, plan.Seed, a.sendContext(opt.webhook.Cmd, false, opt.used.list...)))
}

// load returns the files of the command line, or all their problems.
func (opt *runOptions) load(ctx context.Context, a *app, args []string, plan scenarios.Options) ([]*format.File, error) {
	files, err := settings.Interruptible(ctx, func() ([]*format.File, error) { return loadScenarios(args, opt.root, a.system.Stdin) })
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return files, console.Usage(yamlfile.Join(err, scenarios.Lint(ctx, files, scenarios.Options{Vars: plan.Vars, Env: plan.Env, Now: plan.Now, Warn: plan.Warn})))
	}
	files, err = withTags(files, opt.tags)
	return files, console.Usage(err)
}

// runFiles runs the scenarios. The caller calls done.
func (opt *runOptions) runFiles(ctx context.Context, a *app, files []*format.File, plan scenarios.Options) (results *report.Report, done func() error, err error) {
	sender, done, err := a.openSender(ctx, history.SourceRun, &opt.client, &opt.history, opt.jobs)
	if err != nil {
		return nil, func() error { return nil }, err
	}
	plan.Emitter = sender
	results, err = scenarios.Run(ctx, files, plan)
	if results != nil {
		results.Tool = "artihook " + console.Version()
	}
	return results, done, err
}

// withTags returns the scenarios with any of the tags, or all if there are no tags.
func withTags(files []*format.File, tags []string) ([]*format.File, error) {
	if len(tags) == 0 {
		return files, nil
	}
	var chosen []*format.File
	var known []string
	for _, f := range files {
		for _, t := range f.Tags {
			known = append(known, t.Value)
		}
		if slices.ContainsFunc(f.Tags, func(t format.Text) bool { return slices.Contains(tags, t.Value) }) {
			chosen = append(chosen, f)
		}
	}
	for _, t := range tags {
		if len(chosen) == 0 || !slices.Contains(known, t) {
			slices.Sort(known)
			word := text.Unknown(fmt.Sprintf("no scenario has the tag %q", t), t, slices.Compact(known))
			if word.Near != "" {
				return nil, fmt.Errorf("%w; did you mean %q?", word, word.Near)
			}
			return nil, word
		}
	}
	return chosen, nil
}

// loadScenarios reads files and folders, and stdin for "-"; any other argument is the name of a ready scenario. It returns the files
// that could be read together with the problems of all files.
func loadScenarios(args []string, root string, stdin io.Reader) ([]*format.File, error) {
	var files []*format.File
	var problems error
	for len(args) > 0 {
		n := slices.IndexFunc(args, isReadyName)
		if n < 0 {
			n = len(args)
		}
		more, err := settings.LoadScenarios(args[:n], root, stdin)
		problems = yamlfile.Join(problems, err)
		files = append(files, more...)
		if n < len(args) {
			ready, err := format.LoadLibrary(args[n])
			if err != nil {
				return nil, fmt.Errorf("%w (a file has .yaml at its end)", err)
			}
			files = append(files, ready)
			n++
		}
		args = args[n:]
	}
	return files, problems
}

// isReadyName reports whether an argument is the name of a ready scenario and not a file or folder.
func isReadyName(arg string) bool {
	return arg != settings.StdinName && !settings.FileExists(arg) && !settings.IsBotFile(arg)
}

// plan returns the options that the flags set. The files set the rest.
func (opt *runOptions) plan(ctx context.Context, a *app) (scenarios.Options, error) {
	fixed, err := opt.conversation.Options(opt.webhook.Edition)
	if err != nil {
		return scenarios.Options{}, err
	}
	p := scenarios.Options{
		Webhook: opt.target(a), SetFlags: maps.Clone(a.settings.SetFlags), Vars: map[string]string{}, Env: a.system.Env,
		Bot: opt.conversation.Bot, Seed: fixed.Seed, Now: opt.conversation.Clock(a.settings), Timeout: opt.client.Timeout,
		NextInterrupt: nextInterrupt,
		Jobs:          opt.jobs, FailFast: opt.failFast, Rounds: opt.rounds, Step: opt.step, Exchanges: opt.reports.Whole() || a.printer.Verbose || a.printer.JSON(),
		Repeat: opt.repeat(a), Warn: a.warn,
	}
	p.SetFlags["secret"] = p.SetFlags["secret"] || p.SetFlags["secret-file"]
	if opt.varsFile != "" {
		if err := readVars(ctx, opt.varsFile, p.Vars); err != nil {
			return p, err
		}
	}
	for _, v := range opt.vars {
		name, value, ok := strings.Cut(v, "=")
		if !ok || name == "" {
			return p, fmt.Errorf("--var %q: want name=value", v)
		}
		p.Vars[name] = value
	}
	return p, nil
}

// target returns a function that returns the webhook of a scenario: that of the flags, the one that the scenario names, its own
// URL, or the only one of artihook.yaml.
func (opt *runOptions) target(a *app) func(name, url string) (emitter.Webhook, error) {
	return func(name, url string) (emitter.Webhook, error) {
		flags := opt.webhook
		flags.Name = cmp.Or(flags.Name, name)
		w, err := flags.One(a.settings, slices.DeleteFunc([]string{cmp.Or(opt.url, url)}, func(s string) bool { return s == "" }))
		if err == nil {
			opt.used.add(w)
		}
		return w, console.Usage(err)
	}
}

// repeat returns a function that returns the commands for a failed step: one sends the step alone, for the same lead, and one the whole
// scenario, for new leads.
func (opt *runOptions) repeat(a *app) func(scenarios.RepeatOptions) (same, fresh string) {
	return func(r scenarios.RepeatOptions) (same, fresh string) {
		line := func(words []string) string {
			for i := range words {
				words[i] = r.Redact(words[i])
			}
			return a.settings.ShellLine(words)
		}
		words := []string{"artihook", "run", filepath.ToSlash(r.File.File), "--step", r.Step}
		words = append(words, a.settings.RepeatFlags(opt.webhook.Cmd, r.Vars)...)
		seed := *opt.conversation.Seed
		inFile := r.File.Defaults != nil && r.File.Defaults.Seed.Given()
		if !a.settings.SetFlags["seed"] && !inFile {
			words = append(words, "--seed", fmt.Sprint(seed))
		}
		again := []string{"artihook", "run", filepath.ToSlash(r.File.File)}
		if r.Run != "" {
			again = append(again, "--step", r.Run)
		}
		flags := a.settings.RepeatFlags(opt.webhook.Cmd, nil)
		again = append(again, slices.DeleteFunc(flags, func(word string) bool { return strings.HasPrefix(word, "--seed=") })...)
		return line(words), line(append(again, "--seed", fmt.Sprint(seed+1)))
	}
}

// printSuite prints a scenario that has ended.
func printSuite(a *app, s *report.Suite, alone bool) error {
	if a.printer.JSON() {
		return report.WriteSuiteJSON(a.printer.Out, s)
	}
	if a.printer.Quiet {
		return nil
	}
	opts := report.TextOptions{Color: a.printer.Colored(), Fold: !alone && !a.printer.Verbose, Brief: true}
	if err := report.WriteSuiteText(a.printer.Out, s, opts); err != nil || !a.printer.Verbose {
		return err
	}
	for i := range s.Steps {
		for _, e := range s.Steps[i].Exchanges {
			if err := printReported(a, &e); err != nil {
				return err
			}
		}
	}
	return nil
}

func crlf(head string) string { return strings.ReplaceAll(head, "\n", "\r\n") }

// printReported prints an exchange of a scenario.
func printReported(a *app, e *report.Exchange) error {
	head := cmp.Or(crlf(e.Request.Head), e.Title) // a command has no head
	if err := a.printer.Message(">", head, e.Request.Body); err != nil {
		return err
	}
	if e.Response.Head == "" && len(e.Response.Body) == 0 {
		return nil
	}
	return a.printer.Message("<", crlf(e.Response.Head), e.Response.Body)
}

// runEnded prints all failures once more in one place, writes the reports and returns the error for the exit code.
func runEnded(a *app, results *report.Report, to *settings.ReportFlags, seed uint64, sending console.SendContext) error {
	if failed := results.Count().Failed > 0; !a.printer.JSON() && (failed || !a.printer.Quiet) {
		if failed && !a.printer.Quiet {
			if _, err := fmt.Fprintln(a.printer.Out); err != nil {
				return err
			}
		}
		if err := report.WriteText(a.printer.Out, results, report.TextOptions{Color: a.printer.Colored()}); err != nil {
			return err
		}
	}
	if e := failedExchange(results, isRejected); e != nil {
		a.printer.Hint(&history.Delivery{ID: e.Number, Status: e.Status, Request: exchange.Request{Body: e.Request.Body}}, sending)
	}
	if e := failedExchange(results, mayHaveWrongScheme); e != nil {
		d := history.Delivery{URL: e.URL, Status: e.Status, Error: e.Error, Reason: e.Reason, Response: &exchange.Response{Body: e.Response.Body}}
		if reason := emitter.WrongScheme(context.Background(), &d); reason != "" {
			a.printer.Notef("%s: %s", cmp.Or(e.Error, strconv.Itoa(e.Status)), reason)
		}
	}
	a.printer.Notef("seed %d", seed)
	if err := to.Write(a.settings, a.reportOutput(), results); err != nil {
		return err
	}
	switch {
	case results.Interrupted:
		return context.Canceled
	case results.Count().Failed > 0:
		return console.ErrFailed
	}
	return nil
}

// failedExchange returns the first exchange of a failed step that fits; nil if there is none.
func failedExchange(results *report.Report, fits func(*report.Exchange) bool) *report.Exchange {
	for i := range results.Suites {
		for _, step := range results.Suites[i].Steps {
			for j := range step.Exchanges {
				if e := &step.Exchanges[j]; step.Outcome == report.Failed && fits(e) {
					return e
				}
			}
		}
	}
	return nil
}

// isRejected reports whether the exchange is signed and has the status of a rejected signature.
func isRejected(e *report.Exchange) bool {
	return strings.Contains(e.Request.Head, "\n"+signature.Header+": ") && (e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden)
}

// mayHaveWrongScheme reports whether a wrong scheme of the URL may be the reason of the exchange's failure.
func mayHaveWrongScheme(e *report.Exchange) bool {
	return e.Error != "" || e.Status == http.StatusBadRequest
}
