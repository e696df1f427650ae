package scenarios

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/scenarios/report"

	"golang.org/x/sync/errgroup"
)

// Options say how scenarios are run. What the user said with the run itself is marked in Given and wins over the files.
type Options struct {
	Emitter *emitter.Emitter
	// Webhook gives the webhook of that name in artihook.yaml, for "" the one that the run was given; url, if not "",
	// stands in place of its own.
	Webhook func(name, url string) (emitter.Webhook, error)
	Probes  *http.Client // asks the user's own system; nil is emitter.HTTPClient with no options
	Given   map[Setting]bool
	Vars    map[string]string                // ${name}, before all others
	Env     func(name string) (string, bool) // ${NAME}, after all others; nil has none
	Bot     string                           // for scenarios that name none; "" is fixtures.DefaultBot
	Seed    uint64
	Now     func() time.Time // the clock of the payloads; nil is time.Now
	Timeout time.Duration    // of one delivery, if Given; and of a probe's GET

	Jobs     int    // scenarios at a time; 0 is 1
	FailFast bool   // nothing more begins after the first failed step
	Step     string // "4" or "4.2.1": only this step sends, those before it only happen; "" is all

	// Exchanges keeps request and response of steps that passed, too. Without it the memory does not grow with what is
	// sent.
	Exchanges bool
	// Repeat returns the command that repeats one step, with the variables that it took from responses. It passes each
	// word through redact, which masks the secrets, before it quotes the word.
	Repeat func(f *File, step string, vars map[string]string, redact func(string) string) string
	// Ended, if not nil, is called with every scenario as it ends, never two at a time. Its error ends the run.
	Ended func(*report.Suite) error
}

func (o *Options) said(s Setting) bool { return o.Given[s] }

// Run runs scenarios and reports them in their order. Before anything is sent, all of them are looked at: the error is
// [Faults] when one of them cannot run. Other errors are of this side (a history that cannot be written) or that of ctx;
// the report then holds what ran.
func Run(ctx context.Context, files []*File, opt Options) (*report.Report, error) {
	if opt.Emitter == nil || opt.Webhook == nil {
		return nil, errors.New("scenarios: Run needs an Emitter and a Webhook")
	}
	r := &run{opt: opt.withDefaults(), bots: newBots()}
	if err := r.lookAt(ctx, files, false); err != nil {
		return nil, err
	}
	return r.all(ctx, files)
}

// Preview gives each delivery that Run would make as far as no response decides it, in the order of the files. It sends
// nothing and does not wait. It stops at the first error of each; [Faults] come before the first delivery.
func Preview(ctx context.Context, files []*File, opt Options, each func(history.Delivery) error) error {
	r := &run{opt: opt.withDefaults(), bots: newBots()}
	if err := r.lookAt(ctx, files, false); err != nil {
		return err
	}
	var failed error
	r.preview = func(d history.Delivery) error {
		if failed == nil {
			failed = each(d)
		}
		return failed
	}
	if err := r.lookAt(ctx, files, false); failed == nil {
		return err
	}
	return failed
}

// Lint looks at scenarios as Run does before it sends: bots, files, answers, variables. Of the options it needs none; a
// variable that looks like one of the environment may be missing.
func Lint(ctx context.Context, files []*File, opt Options) error {
	r := &run{opt: opt.withDefaults(), bots: newBots()}
	return r.lookAt(ctx, files, true)
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Env == nil {
		o.Env = func(string) (string, bool) { return "", false }
	}
	if o.Probes == nil {
		o.Probes = emitter.HTTPClient(emitter.Options{})
	}
	return o
}

// run is one call of Run.
type run struct {
	opt     Options
	bots    *bots
	preview func(history.Delivery) error // nil shows nothing
	mu      sync.Mutex                   // guards the callback
	failed  atomic.Bool
}

// lookAt plays every scenario without sending, several at a time: nothing is sent before all of them have been looked at.
func (r *run) lookAt(ctx context.Context, files []*File, lint bool) error {
	plays := make([]*play, len(files))
	look := func(i int) {
		p := r.newPlay(files[i])
		p.dry, p.vars.dry, p.vars.lenient = true, true, lint
		p.perform(ctx)
		plays[i] = &play{faults: p.faults, found: p.found, broken: p.broken}
	}
	var looking errgroup.Group
	looking.SetLimit(runtime.GOMAXPROCS(0))
	if r.preview != nil {
		looking.SetLimit(1) // which keeps the order
	}
	for i := range files {
		looking.Go(func() error { look(i); return ctx.Err() })
	}
	if err := looking.Wait(); err != nil {
		return err
	}
	var faults Faults
	found := false
	for _, p := range plays {
		if p.broken != nil {
			return p.broken
		}
		faults = append(faults, p.faults...)
		found = found || p.found
	}
	if err := faults.orNil(); err != nil {
		return err
	}
	if r.opt.Step != "" && !found {
		return &StepError{r.opt.Step}
	}
	return nil
}

// StepError says that there is no step of that number.
type StepError struct{ Step string }

func (e *StepError) Error() string {
	return fmt.Sprintf("there is no step %q that could be run alone; steps are numbered from 1, those inside others as 4.2.1", e.Step)
}

// all runs every scenario, several at a time.
func (r *run) all(ctx context.Context, files []*File) (*report.Report, error) {
	started := time.Now()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	suites := make([]*report.Suite, len(files))
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(max(r.opt.Jobs, 1), max(len(files), 1)) {
		workers.Go(func() {
			for i := range next {
				if ctx.Err() != nil || r.opt.FailFast && r.failed.Load() {
					continue
				}
				suite, err := r.one(ctx, files[i])
				suites[i] = suite
				if err != nil {
					cancel(err)
				}
			}
		})
	}
	for i := range files {
		select {
		case next <- i:
			continue
		case <-ctx.Done():
		}
		break
	}
	close(next)
	workers.Wait()
	err := context.Cause(ctx)
	rep := &report.Report{Started: started, Took: time.Since(started), Interrupted: errors.Is(err, context.Canceled)}
	for _, s := range suites {
		if s != nil {
			rep.Suites = append(rep.Suites, *s)
		}
	}
	return rep, err
}

// one runs one scenario. The error is one that ends the run.
func (r *run) one(ctx context.Context, f *File) (*report.Suite, error) {
	p := r.newPlay(f)
	suite := &report.Suite{Name: f.Name.Value, Description: f.Description.Value, Started: time.Now()}
	if !f.Ready {
		suite.File = f.File
	}
	p.perform(ctx)
	suite.Steps, suite.Took = p.results, time.Since(suite.Started)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.opt.Ended != nil && p.broken == nil {
		p.broken = r.opt.Ended(suite)
	}
	return suite, p.broken
}

// seedOf gives each scenario of a run leads of its own, whatever runs beside it.
func (r *run) seedOf(f *File) uint64 {
	seed := r.opt.Seed
	if d := f.Defaults; d != nil && d.Seed.Given() && !r.opt.said(SettingSeed) {
		seed = d.Seed.N
	}
	name := fnv.New64a()
	name.Write([]byte(f.Name.Value))
	return seed ^ name.Sum64()
}

// clockOf gives the clock of a scenario's payloads.
func (r *run) clockOf(f *File) func() time.Time {
	if d := f.Defaults; d != nil && d.Now.Given() && !r.opt.said(SettingNow) {
		return func() time.Time { return d.Now.Time }
	}
	return r.opt.Now
}
