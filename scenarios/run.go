package scenarios

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"artihook/emitter/history"
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
	r := newRunner(opts)
	if err := r.validate(ctx, files, false); err != nil {
		return nil, err
	}
	return r.runAll(ctx, files)
}

// Preview calls each with every delivery that Run would send, in the order of the files, as far as they do not depend on
// responses. It sends nothing and does not wait. It stops at the first error of each. If the files have problems, it returns
// [yamlfile.Diagnostics] and does not call each.
func Preview(ctx context.Context, files []*format.File, opts Options, each func(history.Delivery) error) error {
	r := newRunner(opts)
	if err := r.validate(ctx, files, false); err != nil {
		return err
	}
	var failed error
	r.preview = func(d history.Delivery) error {
		if failed == nil {
			failed = each(d)
		}
		return failed
	}
	if err := r.validate(ctx, files, false); failed == nil {
		return err
	}
	return failed
}

// Lint validates scenarios as Run does before it sends: bots, files, answers, variables. The error is [yamlfile.Diagnostics].
// Lint requires no option. It accepts an unset variable if its name has no lower-case letter, as those of the environment.
func Lint(ctx context.Context, files []*format.File, opts Options) error {
	return newRunner(opts).validate(ctx, files, true)
}

// StepError reports that no scenario has a step with this number.
type StepError struct{ Step string }

func (e *StepError) Error() string {
	return fmt.Sprintf("there is no step %q that could be run alone; steps are numbered from 1, those inside others as 4.2.1", e.Step)
}

// runner is one call of Run, Preview or Lint.
type runner struct {
	opts    Options
	actions map[string]action
	bots    *botCache
	preview func(history.Delivery) error // gets the deliveries of a dry run; nil is not called
	mu      sync.Mutex                   // guards the calls of opts.Ended
	failed  atomic.Bool                  // a step has failed
}

func newRunner(opts Options) *runner {
	return &runner{opts: opts.withDefaults(), actions: actionTable(), bots: newBotCache()}
}

// validate runs every scenario without sending, several at a time.
func (r *runner) validate(ctx context.Context, files []*format.File, lint bool) error {
	states := make([]*runState, len(files))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	if r.preview != nil {
		group.SetLimit(1) // in the order of the files
	}
	for i := range files {
		group.Go(func() error {
			states[i] = r.dryRun(ctx, files[i], lint)
			return ctx.Err()
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	var diags yamlfile.Diagnostics
	stepFound := false
	for _, s := range states {
		if s.fatal != nil {
			return s.fatal
		}
		diags = append(diags, s.diagnostics...)
		r.warn(s.warnings)
		stepFound = stepFound || s.stepFound
	}
	if err := diags.Err(); err != nil {
		return err
	}
	if r.opts.Step != "" && !stepFound {
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

func (r *runner) dryRun(ctx context.Context, f *format.File, lint bool) *runState {
	s := r.newScenarioRun(f)
	s.dryRun, s.root.vars.dryRun, s.root.vars.lenient = true, true, lint
	s.run(ctx)
	return s.state
}

// runAll runs every scenario, several at a time.
func (r *runner) runAll(ctx context.Context, files []*format.File) (*report.Report, error) {
	started := time.Now()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	suites := make([]*report.Suite, len(files))
	var jobs errgroup.Group
	jobs.SetLimit(max(r.opts.Jobs, 1))
	for i := range files {
		jobs.Go(func() error {
			if ctx.Err() != nil || r.opts.FailFast && r.failed.Load() {
				return nil
			}
			suite, err := r.runOne(ctx, files[i])
			suites[i] = suite
			if err != nil {
				cancel(err)
			}
			return err
		})
	}
	_ = jobs.Wait() // its error is the cause of ctx, too
	err := context.Cause(ctx)
	rep := &report.Report{Started: started, Took: time.Since(started), Interrupted: errors.Is(err, context.Canceled)}
	for _, s := range suites {
		if s != nil {
			rep.Suites = append(rep.Suites, *s)
		}
	}
	return rep, err
}

// runOne runs one scenario. The error is one that ends the whole run.
func (r *runner) runOne(ctx context.Context, f *format.File) (*report.Suite, error) {
	s := r.newScenarioRun(f)
	suite := &report.Suite{Name: f.Name.Value, Description: f.Description.Value, Started: time.Now()}
	if f.Ready == nil {
		suite.File = f.File
	}
	s.run(ctx)
	suite.Steps, suite.Took = s.root.results, time.Since(suite.Started)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.opts.Ended != nil && s.state.fatal == nil {
		return suite, r.opts.Ended(suite)
	}
	return suite, s.state.fatal
}

// seed returns the seed of a scenario. It depends on the name of the scenario, so that its leads do not depend on the other
// scenarios of the run.
func (r *runner) seed(f *format.File) uint64 {
	seed := r.opts.Seed
	if d := f.Defaults; d != nil && d.Seed.Given() && !r.opts.isSet(settingSeed) {
		seed = d.Seed.Value
	}
	name := fnv.New64a()
	name.Write([]byte(f.Name.Value))
	return seed ^ name.Sum64()
}

// clock returns the clock of a scenario's payloads.
func (r *runner) clock(f *format.File) func() time.Time {
	if d := f.Defaults; d != nil && d.Now.Given() && !r.opts.isSet(settingNow) {
		return func() time.Time { return d.Now.Value }
	}
	return r.opts.Now
}
