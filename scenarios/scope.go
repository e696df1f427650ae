package scenarios

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"artihook/fixtures"
	"artihook/scenarios/report"
)

// scope is what the steps of one branch share: leads under way, variables, what was sent, and where random numbers come
// from. Branches that run at once have one each, so that what they make does not depend on who is faster.
type scope struct {
	p       *play
	vars    *variables
	leads   []*lead              // under way, the one started last at the end
	ended   *lead                // the one that ended last
	known   map[string]*lead     // by name, also when they have ended
	sent    map[string][]*parcel // by the id of their step
	seed    uint64
	made    uint64 // seeds taken so far
	path    string // before the number of a step: "4.2."
	label   string // before its name: "lead 2 › "
	results []report.Step
}

// nextSeed gives a seed that depends on the place in the scenario alone.
func (s *scope) nextSeed() uint64 {
	s.made++
	return fixtures.LeadSeed(s.seed, s.made-1)
}

// walk takes steps one after the other.
func (s *scope) walk(ctx context.Context, steps []*Step) {
	for i := 0; i < len(steps); i++ {
		if why := s.p.over(ctx); why != "" && !s.p.dry {
			s.skip(steps[i], why)
			continue
		}
		if ctx.Err() != nil {
			return
		}
		if n := s.together(steps[i:]); n > 1 {
			s.takeTogether(ctx, steps[i:i+n], i)
			i += n - 1
			continue
		}
		s.take(ctx, steps[i], s.path+strconv.Itoa(i+1))
	}
}

func (s *scope) skip(step *Step, why string) {
	if s.p.opt.Step == "" {
		s.results = append(s.results, report.Step{Name: s.label + step.title(), File: s.p.otherFile(step), Line: step.Line, Outcome: report.Skipped, Why: why})
	}
}

func (s *scope) take(ctx context.Context, step *Step, path string) {
	switch {
	case step.Repeat != nil:
		s.repeat(ctx, step, path)
	case step.Parallel != nil:
		s.parallel(ctx, step, path)
	case step.ForEach != nil:
		s.forEach(ctx, step, path)
	default:
		s.leaf(ctx, step, path)
	}
}

// repeat takes the rounds in this very scope.
func (s *scope) repeat(ctx context.Context, step *Step, path string) {
	outerPath, outerLabel := s.path, s.label
	defer func() { s.path, s.label = outerPath, outerLabel }()
	for n := 1; n <= step.Repeat.Times.N; n++ {
		before := len(s.p.faults)
		s.vars.setIndex(n)
		s.path, s.label = fmt.Sprintf("%s.%d.", path, n), fmt.Sprintf("%sround %d › ", outerLabel, n)
		s.walk(ctx, step.Repeat.Steps)
		if ctx.Err() != nil || s.p.dry && len(s.p.faults) > before {
			return
		}
	}
}

// child is a scope for what runs beside others.
func (s *scope) child(path, label string) *scope {
	return &scope{
		p: s.p, vars: s.vars.branch(), leads: slices.Clone(s.leads), sent: maps.Clone(s.sent), known: maps.Clone(s.known), seed: s.nextSeed(),
		path: path, label: s.label + label,
	}
}

func (s *scope) parallel(ctx context.Context, step *Step, path string) {
	var branches []*scope
	for i := range step.Parallel {
		branches = append(branches, s.child(fmt.Sprintf("%s.%d.", path, i+1), fmt.Sprintf("branch %d › ", i+1)))
	}
	var running sync.WaitGroup
	for i, b := range branches {
		if s.p.dry {
			b.walk(ctx, step.Parallel[i].Steps)
			continue
		}
		running.Go(func() { b.walk(ctx, step.Parallel[i].Steps) })
	}
	running.Wait()
	before := slices.Clone(s.leads)
	for _, b := range branches {
		s.join(before, b)
	}
}

// join takes over what a branch has left: its results, ids, captured variables, and leads that it started or ended.
func (s *scope) join(before []*lead, b *scope) {
	s.results = append(s.results, b.results...)
	maps.Copy(s.sent, b.sent)
	maps.Copy(s.known, b.known)
	s.vars.join(b.vars)
	s.leads = slices.DeleteFunc(s.leads, func(l *lead) bool {
		return slices.Contains(before, l) && !slices.Contains(b.leads, l)
	})
	for _, l := range b.leads {
		if !slices.Contains(before, l) {
			s.leads = append(s.leads, l)
		}
	}
}

// forEach gives every lead a scope without the others'.
func (s *scope) forEach(ctx context.Context, step *Step, path string) {
	f := step.ForEach
	base := &scope{p: s.p, vars: s.vars, seed: s.nextSeed(), sent: s.sent, known: map[string]*lead{}, label: s.label}
	worlds := make([]*scope, f.Leads.N)
	turns := make(chan struct{}, max(f.AtATime.N, 1))
	var running sync.WaitGroup
	for i := range worlds {
		turns <- struct{}{}
		before := len(s.p.faults)
		w := base.child(fmt.Sprintf("%s.%d.", path, i+1), fmt.Sprintf("lead %d › ", i+1))
		w.vars.setIndex(i + 1)
		worlds[i] = w
		if s.p.dry {
			w.walk(ctx, f.Steps)
			if ctx.Err() != nil || len(s.p.faults) > before {
				return
			}
			worlds[i] = nil
			<-turns
			continue
		}
		running.Go(func() { w.walk(ctx, f.Steps); w.vars, w.sent, w.leads = nil, nil, nil; <-turns })
	}
	running.Wait()
	for _, w := range worlds {
		if w != nil {
			s.results = append(s.results, w.results...)
		}
	}
}

// alone says whether the step is to happen without sending: the file is only looked at, or another step runs alone.
func (s *scope) alone(path string) bool {
	if s.p.opt.Step == path {
		s.p.mu.Lock()
		s.p.found = true
		s.p.mu.Unlock()
	}
	return s.p.dry || s.p.opt.Step != "" && s.p.opt.Step != path
}

// leaf takes one step that holds no others, and reports it.
func (s *scope) leaf(ctx context.Context, step *Step, path string) {
	if step.faulty { // only looked at, and not fit for more
		return
	}
	a := s.newAct(step, path)
	err := a.prepare()
	if err == nil {
		err = a.do(ctx)
	}
	switch {
	case s.p.dry && err != nil && !s.vars.guessed && !errors.Is(err, errNotStarted):
		s.p.blame(step.Place, err)
	case !s.p.dry && (!a.silent || err != nil):
		a.finish(ctx, err)
	}
}

func (s *scope) newAct(step *Step, path string) *act {
	s.vars.guessed = false
	a := &act{scope: s, step: step, path: path, silent: s.alone(path)}
	a.result = report.Step{Name: s.label + step.title(), File: s.p.otherFile(step), Line: step.Line, Started: time.Now(), Outcome: report.Passed}
	return a
}

// finish settles the outcome of a step.
func (a *act) finish(ctx context.Context, err error) {
	r := &a.result
	r.Took = time.Since(r.Started)
	for _, c := range r.Checks {
		if c.Outcome == report.Failed {
			r.Outcome = report.Failed
		}
	}
	if err != nil {
		r.Outcome, r.Why = report.Failed, err.Error()
		if ctx.Err() != nil {
			r.Outcome, r.Why = report.Skipped, "interrupted"
		}
	}
	if r.Outcome == report.Failed && a.p.opt.Repeat != nil {
		r.Repeat = a.p.opt.Repeat(a.p.file, a.path, a.capturedBefore(), a.p.redactText)
	}
	a.p.note(r, a.unreachable, a.path)
	if r.Outcome == report.Passed && !a.p.opt.Exchanges {
		r.Checks, r.Exchanges = nil, nil
	} else {
		for i := range a.posted {
			r.Exchanges = append(r.Exchanges, exchangeOf(&a.posted[i]))
		}
	}
	r.Mask(a.p.redact)
	a.results = append(a.results, *r)
}

// capturedBefore gives the variables that this step and those before it took from earlier responses: to repeat the step,
// those before it happen again too.
func (a *act) capturedBefore() map[string]string {
	used := map[string]string{}
	for name := range a.vars.used {
		if value, ok := a.vars.known[name]; ok {
			used[name] = value
		}
	}
	return used
}
