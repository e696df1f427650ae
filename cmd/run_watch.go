package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"artihook/cmd/console"
	"artihook/cmd/settings"
	"artihook/emitter"
	"artihook/emitter/text"
	"artihook/scenarios"
	"artihook/scenarios/format"
	"artihook/scenarios/report"

	"github.com/fsnotify/fsnotify"
)

// watch runs scenarios again and again.
type watch struct {
	app  *app
	opt  *runOptions
	plan scenarios.Options
	args []string

	files  map[string]bool   // the absolute paths of the files that matter
	before map[string]string // the results of the last run, by scenario and step
	errors string            // the problems of the files in the last run
}

func newWatch(a *app, opt *runOptions, plan scenarios.Options, args []string) *watch {
	return &watch{app: a, opt: opt, plan: plan, args: args, files: map[string]bool{}}
}

// run runs the scenarios, and again after each change, until ctx is done.
func (w *watch) run(ctx context.Context) error {
	if slices.Contains(w.args, settings.StdinName) || w.opt.dryRun {
		return console.Usagef("--watch cannot be used with --dry-run or a scenario from stdin")
	}
	changes, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watching files: %w", err)
	}
	defer changes.Close()
	if err := w.app.await(ctx, &w.opt.wait, &w.opt.client); err != nil {
		return err
	}
	receiver := make(chan struct{}, 1)
	if url := w.opt.wait.URL(); url != "" {
		go watchReceiver(ctx, w.plan.Probes, url, receiver)
	}
	for {
		if err := w.once(ctx, changes); err != nil {
			return err
		}
		why, err := w.wait(ctx, changes, receiver)
		if err != nil {
			return err
		}
		w.app.printer.Notef("%s: running again", why)
	}
}

// once runs the scenarios once. A failed expectation or a problem of a file is no error.
func (w *watch) once(ctx context.Context, changes *fsnotify.Watcher) error {
	files, problems := w.opt.load(ctx, w.app, w.args, w.plan)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	w.follow(files, changes) // before the run, so that no change is missed
	if problems == nil {
		results, done, err := w.opt.runFiles(ctx, w.app, files, w.plan)
		switch problems = cmp.Or(err, done()); {
		case ctx.Err() != nil:
			return ctx.Err()
		case results != nil && problems == nil:
			w.errors = ""
			if err := w.print(results); err != nil {
				return err
			}
		case console.ExitCode(problems) == console.ExitTool:
			return problems
		}
	}
	if problems != nil && problems.Error() != w.errors {
		w.errors = problems.Error()
		for line := range strings.Lines(w.errors) {
			fmt.Fprintln(w.app.printer.Err, text.Printable(strings.TrimSuffix(line, "\n")))
		}
	}
	w.follow(files, changes) // a run opens more files
	return nil
}

// follow watches the folders of all files that the scenarios have opened, so that also a file that an editor replaces is seen.
func (w *watch) follow(files []*format.File, changes *fsnotify.Watcher) {
	paths := slices.Clone(w.args)
	if w.opt.varsFile != "" {
		paths = append(paths, w.opt.varsFile)
	}
	for _, f := range files {
		paths = append(paths, f.Opened()...)
	}
	for _, path := range paths {
		absolute, err := filepath.Abs(path)
		if err != nil {
			continue
		}
		w.files[absolute] = true
		folder := absolute
		if info, err := os.Stat(absolute); err != nil || !info.IsDir() {
			folder = filepath.Dir(absolute)
		}
		_ = changes.Add(folder) // it may be missing; then the file in it is, too
	}
}

// settleTime is how long no file may change before the scenarios run again: editors write a file in several steps.
const settleTime = 100 * time.Millisecond

// wait waits for a change and returns what has changed.
func (w *watch) wait(ctx context.Context, changes *fsnotify.Watcher, receiver <-chan struct{}) (why string, err error) {
	var settled <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-settled:
			return why, nil
		case <-receiver:
			return "the receiver responds again", nil
		case err := <-changes.Errors:
			return "", fmt.Errorf("watching files: %w", err)
		case e := <-changes.Events:
			if w.matters(e) {
				why, settled = filepath.Base(e.Name)+" has changed", time.After(settleTime)
			}
		}
	}
}

// matters reports whether a change is one of a file of the scenarios, or of a scenario in a folder of the command line.
func (w *watch) matters(e fsnotify.Event) bool {
	if e.Op == fsnotify.Chmod {
		return false
	}
	path, err := filepath.Abs(e.Name)
	if err != nil {
		return false
	}
	ext := filepath.Ext(path)
	return w.files[path] || w.files[filepath.Dir(path)] && (ext == ".yaml" || ext == ".yml")
}

// watchEvery is the time between two requests of watchReceiver.
const watchEvery = 200 * time.Millisecond

// watchReceiver sends to again when anything responds at a URL after a time without a response.
func watchReceiver(ctx context.Context, client *http.Client, url string, again chan<- struct{}) {
	down := false
	for text.Wait(ctx, watchEvery) == nil {
		err := emitter.Await(ctx, client, url, 0)
		if err == nil && down {
			select {
			case again <- struct{}{}:
			default: // the next run sees it
			}
		}
		down = err != nil
	}
}

// print prints the steps whose result differs from the run before, all of them in the first run.
func (w *watch) print(results *report.Report) error {
	changed := *results
	changed.Suites = nil
	now := map[string]string{}
	for _, s := range results.Suites {
		different := s
		different.Steps = nil
		for i, step := range s.Steps {
			key := fmt.Sprintf("%s\x00%s\x00%d", s.File, s.Name, i)
			now[key] = stepResult(&step)
			if old, ok := w.before[key]; !ok || old != now[key] {
				different.Steps = append(different.Steps, step)
			}
		}
		if len(different.Steps) > 0 {
			changed.Suites = append(changed.Suites, different)
			if err := printSuite(w.app, &different, false); err != nil {
				return err
			}
		}
	}
	w.before = now
	if len(changed.Suites) == 0 {
		w.app.printer.Notef("nothing changed: %d passed, %d failed", results.Count().Passed, results.Count().Failed)
	}
	err := runEnded(w.app, &changed, &settings.ReportFlags{}, w.plan.Seed, w.app.sendContext(w.opt.webhook.Cmd, false, w.opt.used.list...))
	if err == nil || errors.Is(err, console.ErrFailed) {
		err = w.opt.reports.Write(w.app.settings, w.app.reportOutput(), results)
	}
	return err
}

// stepResult returns a text that differs if a step has another name or fails in another way.
func stepResult(s *report.Step) string {
	result := s.Name + "\x00" + string(s.Outcome) + "\x00" + s.Why
	for _, c := range s.Checks {
		if c.Outcome != report.Passed {
			result += "\x00" + c.What + "\x00" + c.Expected
		}
	}
	return result
}
