package cmd

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"artihook/cmd/console"
	"artihook/cmd/settings"
	"artihook/emitter"
	"artihook/emitter/exchange"
	"artihook/emitter/history"
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
		Use:   "run FILE|DIR|NAME…",
		Short: "Run scenarios",
		Long: `Run plays scenarios: files, directories of files, or ready ones by name. A scenario describes what the visitor and
ArtiBot do and how the receiver must respond. If any file has an error, nothing is sent. The exit code is 1 if an expectation fails.`,
		Example: `  artihook run happy-path --url localhost:3000/hook
  artihook run scenarios/ --url :3000/hook --jobs 4 --report-junit results.xml
  artihook run my.yaml --var company=Zed --wait-for http://localhost:3000`,
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
	flags.BoolVar(&opt.failFast, "fail-fast", false, "Start no further step after the first failed one")
	flags.StringVar(&opt.step, "step", "", "Send only the step with this `number`, 4 or 4.2.1. Simulate the steps before it")
	flags.BoolVar(&opt.dryRun, "dry-run", false, "Print the requests; send and record nothing")
	settings.AddRoot(cmd, &opt.root)
	settings.MarkRunOnly(flags, "fail-fast", "jobs", "step")
	return cmd
}

func runRun(ctx context.Context, a *app, opt *runOptions, args []string) error {
	plan, err := opt.plan(a)
	if err != nil {
		return console.Usage(err)
	}
	files, err := settings.Interruptible(ctx, func() ([]*format.File, error) { return loadScenarios(args, opt.root) })
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return console.Usage(yamlfile.Join(err, scenarios.Lint(ctx, files, scenarios.Options{Vars: plan.Vars, Env: plan.Env, Now: plan.Now, Warn: plan.Warn})))
	}
	if opt.dryRun {
		return scenarios.Preview(ctx, files, plan, func(d history.Delivery) error { return a.printer.Planned(&d) })
	}
	if err := opt.reports.Check(a.reportOutput()); err != nil {
		return console.Usage(err)
	}
	if plan.Probes, err = opt.client.HTTPClient(a.settings); err != nil {
		return console.Usage(err)
	}
	if err := a.await(ctx, &opt.wait, &opt.client); err != nil {
		return err
	}
	sender, done, err := a.openSender(ctx, history.SourceRun, &opt.client, &opt.history, opt.jobs)
	if err != nil {
		return err
	}
	plan.Emitter = sender
	bar := a.printer.Progress("scenarios", len(files))
	plan.Ended = func(s *report.Suite) error { bar.Clear(); defer bar.Step(); return printSuite(a, s, len(files) == 1) }
	results, err := scenarios.Run(ctx, files, plan)
	bar.Clear()
	if results == nil {
		return settings.Ended(err, done())
	}
	results.Tool = "artihook " + console.Version()
	return cmp.Or(settings.Ended(err, done()), runEnded(a, results, &opt.reports, plan.Seed, a.sendContext(opt.webhook.Cmd, false, opt.used.list...)))
}

// loadScenarios reads files and folders; any other argument is the name of a ready scenario. It returns the files that could be
// read together with the problems of all files.
func loadScenarios(args []string, root string) ([]*format.File, error) {
	var files []*format.File
	var problems error
	for len(args) > 0 {
		n := slices.IndexFunc(args, isReadyName)
		if n < 0 {
			n = len(args)
		}
		more, err := format.Load(args[:n], root)
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
func isReadyName(arg string) bool { return !settings.FileExists(arg) && !settings.IsBotFile(arg) }

// plan returns the options that the flags set. The files set the rest.
func (opt *runOptions) plan(a *app) (scenarios.Options, error) {
	fixed, err := opt.conversation.Options(opt.webhook.Edition)
	if err != nil {
		return scenarios.Options{}, err
	}
	p := scenarios.Options{
		Webhook: opt.target(a), SetFlags: maps.Clone(a.settings.SetFlags), Vars: map[string]string{}, Env: a.system.Env,
		Bot: opt.conversation.Bot, Seed: fixed.Seed, Now: opt.conversation.Clock(a.settings), Timeout: opt.client.Timeout,
		Jobs: opt.jobs, FailFast: opt.failFast, Step: opt.step, Exchanges: opt.reports.Whole() || a.printer.Verbose || a.printer.JSON(),
		Repeat: opt.repeat(a), Warn: a.warn,
	}
	p.SetFlags["secret"] = p.SetFlags["secret"] || p.SetFlags["secret-file"]
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

// repeat returns a function that returns the command for one step alone.
func (opt *runOptions) repeat(a *app) func(*format.File, string, map[string]string, func(string) string) string {
	return func(f *format.File, step string, captured map[string]string, redact func(string) string) string {
		words := []string{"artihook", "run", filepath.ToSlash(f.File), "--step", step}
		words = append(words, a.settings.RepeatFlags(opt.webhook.Cmd, captured)...)
		if !a.settings.SetFlags["seed"] && (f.Defaults == nil || !f.Defaults.Seed.Given()) {
			words = append(words, "--seed", fmt.Sprint(*opt.conversation.Seed))
		}
		for i := range words {
			words[i] = redact(words[i])
		}
		return settings.ShellLine(words)
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
	if e := rejected(results); e != nil {
		a.printer.Hint(&history.Delivery{ID: e.Number, Status: e.Status, Request: exchange.Request{Body: e.Request.Body}}, sending)
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

// rejected returns the first exchange of a failed step with the status of a rejected signature; nil if there is none.
func rejected(results *report.Report) *report.Exchange {
	for i := range results.Suites {
		for _, step := range results.Suites[i].Steps {
			for j := range step.Exchanges {
				e := &step.Exchanges[j]
				if step.Outcome == report.Failed && (e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden) {
					return e
				}
			}
		}
	}
	return nil
}
