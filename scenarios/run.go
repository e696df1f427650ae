package scenarios

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"artihook/emitter/history"
	"artihook/emitter/text"
	"artihook/fixtures/yamlfile"
	"artihook/scenarios/format"
	"artihook/scenarios/report"

	"golang.org/x/sync/errgroup"
)

// Run runs scenarios and returns their report, in their order. It validates all of them before it sends anything: the error is
// [yamlfile.Diagnostics] if one of them has a problem, and a [*StepError] if none has the step of the options. If the history
// cannot be written or ctx is done, Run returns an error and the report of the steps that ran.
func Run(ctx context.Context, files []*format.File, opts Options) (*report.Report, error) {
	if opts.Emitter == nil || opts.Webhook == nil {
		return nil, errors.New("scenarios: Run needs an Emitter and a Webhook")
	}
	r, runs, err := newRunner(opts, files)
	if err != nil {
		return nil, err
	}
	if err := r.validate(ctx, runs, false); err != nil {
		return nil, err
	}
	return r.runAll(ctx, runs)
}

// Preview calls each with every delivery that Run would send, in the order of the files, as far as they do not depend on
// responses. It sends nothing and does not wait. It stops at the first error of each. If the files have problems, it returns
// [yamlfile.Diagnostics] and does not call each.
func Preview(ctx context.Context, files []*format.File, opts Options, each func(history.Delivery) error) error {
	r, runs, err := newRunner(opts, files)
	if err != nil {
		return err
	}
	if err := r.validate(ctx, runs, false); err != nil {
		return err
	}
	var failed error
	r.preview = func(d history.Delivery) error {
		if failed == nil {
			failed = each(d)
		}
		return failed
	}
	if err := r.validate(ctx, runs, false); failed == nil {
		return err
	}
	return failed
}

// Lint validates scenarios as Run does before it sends: bots, files, answers, variables. The error is [yamlfile.Diagnostics].
// Lint requires no option. It accepts an unset variable if its name has no lower-case letter, as those of the environment.
func Lint(ctx context.Context, files []*format.File, opts Options) error {
	r, runs, err := newRunner(opts, files)
	if err != nil {
		return err
	}
	return r.validate(ctx, runs, true)
}

// StepError reports that no scenario has a step with this number.
type StepError struct{ Step string }

func (e *StepError) Error() string {
	return fmt.Sprintf("there is no step %q that could be run alone; steps are numbered from 1, those inside others as 4.2.1, "+
		"those of the second run of a file as 2/4", e.Step)
}

// runner is one call of Run, Preview or Lint.
type runner struct {
	opts    Options
	actions map[string]action
	bots    *botCache
	preview func(history.Delivery) error // gets the deliveries of a dry run; nil is not called
	mu      sync.Mutex                   // guards the calls of opts.Ended, and targets
	targets map[string]bool              // the URLs of the receivers
	failed  atomic.Bool                  // a step has failed
	step    string                       // the only step to send, or ""
	stepOf  int                          // the number of its run; 0 means every run
}

// newRunner returns a runner and the runs of the files.
func newRunner(opts Options, files []*format.File) (*runner, []plannedRun, error) {
	r := &runner{opts: opts.withDefaults(), actions: actionTable(), bots: newBotCache(), targets: map[string]bool{}}
	var err error
	if r.stepOf, r.step, err = splitStep(opts.Step); err != nil {
		return nil, nil, err
	}
	runs, err := r.plan(files)
	return r, runs, err
}

// validate runs every scenario without sending, several at a time.
func (r *runner) validate(ctx context.Context, runs []plannedRun, lint bool) error {
	states := make([]*runState, len(runs))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	if r.preview != nil {
		group.SetLimit(1) // in the order of the files
	}
	for i := range runs {
		group.Go(func() error {
			states[i] = r.dryRun(ctx, runs[i], lint)
			return ctx.Err()
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	var diags, warnings yamlfile.Diagnostics
	stepFound := false
	for _, s := range states {
		if s.fatal != nil {
			return s.fatal
		}
		diags = append(diags, s.diagnostics...)
		for _, w := range s.warnings {
			if !warnings.Has(yamlfile.Place{File: w.File, Line: w.Line, Column: w.Column}) { // another run of the file has it, too
				warnings = append(warnings, w)
			}
		}
		stepFound = stepFound || s.stepFound
	}
	r.warn(warnings)
	if err := diags.Err(); err != nil {
		return err
	}
	if r.step != "" && !stepFound || r.stepOf != 0 && len(runs) == 0 {
		return &StepError{r.opts.Step}
	}
	return nil
}

// warn passes warnings to Options.Warn. A preview has passed them before.
func (r *runner) warn(warnings yamlfile.Diagnostics) {
	if r.opts.Warn != nil && r.preview == nil {
		for _, w := range warnings {
			r.opts.Warn(w)
		}
	}
}

func (r *runner) dryRun(ctx context.Context, run plannedRun, lint bool) *runState {
	s := r.newScenarioRun(run)
	s.dryRun, s.root.vars.dryRun, s.root.vars.lenient = true, true, lint
	s.execute(ctx)
	return s.state
}

// runAll runs every scenario, several at a time.
func (r *runner) runAll(ctx context.Context, runs []plannedRun) (*report.Report, error) {
	started := time.Now()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	suites := make([]*report.Suite, len(runs))
	var jobs errgroup.Group
	jobs.SetLimit(max(r.opts.Jobs, 1))
	for i := range runs {
		jobs.Go(func() error {
			if ctx.Err() != nil || r.opts.FailFast && r.failed.Load() {
				return nil
			}
			suite, err := r.runOne(ctx, runs[i])
			suites[i] = suite
			if err != nil {
				cancel(err)
			}
			return err
		})
	}
	_ = jobs.Wait() // its error is the cause of ctx, too
	err := context.Cause(ctx)
	rep := &report.Report{
		Command: "run", Target: r.target(), Seed: strconv.FormatUint(r.opts.Seed, 10),
		Started: started, Took: time.Since(started), Interrupted: errors.Is(err, context.Canceled),
	}
	for _, s := range suites {
		if s != nil {
			rep.Suites = append(rep.Suites, *s)
		}
	}
	return rep, err
}

// maxTargets is the number of receivers that a report names.
const maxTargets = 5

// target returns the receivers for the report.
func (r *runner) target() string {
	urls := slices.Sorted(maps.Keys(r.targets))
	more := ""
	if n := len(urls) - maxTargets; n > 0 {
		urls, more = urls[:maxTargets], fmt.Sprintf(" and %d more", n)
	}
	return strings.Join(urls, ", ") + more
}

// runOne runs one scenario. The error is one that ends the whole run.
func (r *runner) runOne(ctx context.Context, run plannedRun) (*report.Suite, error) {
	s := r.newScenarioRun(run)
	suite := &report.Suite{Name: s.name, Description: s.file.Description.Value, Started: time.Now()}
	if run.file.Ready == nil {
		suite.File = filepath.ToSlash(s.file.File)
	}
	s.execute(ctx)
	suite.Name = s.redactText(suite.Name)
	if len(s.secrets) > 0 { // steps before the one that used a credential may show it, too
		for i := range s.root.results {
			s.root.results[i].Mask(s.redact)
		}
	}
	suite.Steps, suite.Took = s.root.results, time.Since(suite.Started)
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range s.webhooks {
		r.targets[s.redactText(text.Mask(s.webhooks[i].URL.String()))] = true
	}
	if r.opts.Ended != nil && s.state.fatal == nil {
		return suite, r.opts.Ended(suite)
	}
	return suite, s.state.fatal
}

// clock returns the clock of a scenario's payloads.
func (r *runner) clock(f *format.File) func() time.Time {
	if d := f.Defaults; d != nil && d.Now.Given() && !r.opts.isSet(settingNow) {
		return func() time.Time { return d.Now.Value }
	}
	return r.opts.Now
}
