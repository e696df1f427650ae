package scenarios

import (
	"context"
	"errors"
	"time"

	"artihook/emitter/history"
	"artihook/emitter/text"
	"artihook/scenarios/format"
	"artihook/scenarios/report"
)

// stepRun is one step while it runs. It has no steps inside it.
type stepRun struct {
	branch      *branchRun
	step        *format.Step
	action      action
	path        string
	silent      bool          // it is only prepared: it sends nothing and does not wait
	leadID      string        // the value of ${lead}
	lastSent    *pendingEvent // the value of ${sent}
	deliveries  []delivery
	attempts    []history.Delivery
	result      report.Step
	unreachable bool // a check failed because the receiver cannot be reached
}

func (b *branchRun) newStepRun(step *format.Step, path string) *stepRun {
	b.vars.guessed = false
	result := b.newResult(step)
	result.Started, result.Outcome = time.Now(), report.Passed
	return &stepRun{
		branch: b, step: step, action: b.scenario.runner.actions[step.Action], path: path,
		silent: b.scenario.isSilent(path), result: result,
	}
}

// isSilent reports whether the step is only prepared: in a dry run, or if only another step runs.
func (s *scenarioRun) isSilent(path string) bool {
	selected := s.runner.step
	if selected == path {
		s.state.foundStep()
	}
	return s.dryRun || selected != "" && selected != path
}

func (s *stepRun) scenario() *scenarioRun { return s.branch.scenario }

func (s *stepRun) vars() *variables { return s.branch.vars }

// prepare advances the lead and signs the deliveries of the step. It sends nothing.
func (s *stepRun) prepare() error {
	if s.action.prepare == nil {
		return nil
	}
	events, err := s.action.prepare(s)
	if err != nil || len(events) == 0 {
		return err
	}
	if s.step.ID.Given() {
		s.branch.sent[s.step.ID.Value] = events
	}
	s.leadID = s.vars().known[varLead]
	err = s.planDeliveries(events)
	if !s.step.Drop.Value {
		s.branch.lastSent = events[len(events)-1]
	}
	s.lastSent = s.branch.lastSent
	return err
}

func (s *stepRun) execute(ctx context.Context) error {
	if s.scenario().dryRun && s.step.Expect != nil {
		if err := s.vars().checkExpect(s.step.Expect); err != nil {
			return err
		}
	}
	if s.action.execute == nil {
		return nil
	}
	return s.action.execute(s, ctx)
}

func (s *stepRun) wait(ctx context.Context) error { return s.pause(ctx, s.step.Wait.Value) }

// pause waits for d, unless the step is silent.
func (s *stepRun) pause(ctx context.Context, d time.Duration) error {
	if s.silent || d == 0 {
		return nil
	}
	return text.Wait(ctx, d)
}

// finish reports the step. err is the error of prepare or execute.
func (s *stepRun) finish(ctx context.Context, err error) {
	switch {
	case s.scenario().dryRun:
		if err != nil && !s.vars().guessed && !errors.Is(err, errNotStarted) {
			s.scenario().addDiagnostic(s.step.Place, err)
		}
		return
	case s.silent && err == nil:
		return
	}
	s.setOutcome(ctx, err)
	r := &s.result
	s.scenario().stepEnded(r.Outcome, s.path, s.unreachable)
	if r.Outcome == report.Passed && !s.scenario().opts().Exchanges {
		r.Checks, r.Exchanges = nil, nil
	} else {
		for i := range s.attempts {
			r.Exchanges = append(r.Exchanges, deliveryExchange(&s.attempts[i]))
		}
	}
	r.Mask(s.scenario().redact)
	s.branch.results = append(s.branch.results, *r)
}

func (s *stepRun) setOutcome(ctx context.Context, err error) {
	r := &s.result
	r.Took = time.Since(r.Started)
	switch {
	case err != nil && ctx.Err() != nil:
		r.Outcome, r.Why = report.Skipped, "interrupted"
	case err != nil:
		r.Outcome, r.Why = report.Failed, err.Error()
	case anyFailed(r.Checks):
		r.Outcome = report.Failed
	}
	if repeat := s.scenario().opts().Repeat; repeat != nil && r.Outcome == report.Failed {
		run := &s.scenario().run
		r.Repeat, r.RepeatNew = repeat(RepeatOptions{
			File: s.scenario().file, Step: run.stepNumber(s.path), Run: run.stepNumber(""), Vars: s.vars().usedCaptures(), Redact: s.scenario().redactText,
		})
	}
}

func anyFailed(checks []report.Check) bool {
	for _, c := range checks {
		if c.Outcome == report.Failed {
			return true
		}
	}
	return false
}

// defaultEvery is the time between two attempts of a step.
const defaultEvery = 250 * time.Millisecond

// retry calls try until the expectation of the step holds, and at least once. It ends when the retries of the step are used up and the
// time of its probe is over.
func (s *stepRun) retry(ctx context.Context, try func() error) error {
	every, end := defaultEvery, time.Now()
	if p := s.step.Probe; p != nil {
		end = end.Add(p.For.Value)
		if p.Every.Given() {
			every = p.Every.Value
		}
	}
	for n := 0; ; n++ {
		s.result.Checks, s.unreachable = nil, false
		if err := try(); err != nil || !anyFailed(s.result.Checks) {
			return err
		}
		left := time.Until(end)
		if n >= s.step.Retry.Value && left <= 0 {
			return nil
		}
		if left > 0 && n >= s.step.Retry.Value {
			every = min(every, left)
		}
		if err := text.Wait(ctx, every); err != nil {
			return err
		}
	}
}

// evaluate adds the checks of a response, with label as the prefix of their names, and captures variables from it.
func (s *stepRun) evaluate(r *response, label string) error {
	checks, err := evaluateExpect(s.step.Expect, r, s.vars())
	if err != nil {
		return diagnosticAt(s.step.Expect.Place, err)
	}
	s.unreachable = s.unreachable || anyFailed(checks) && r.unreachable()
	for i := range s.step.Capture {
		if r.failure != "" {
			break
		}
		c := &s.step.Capture[i]
		value, check := captureFrom(&c.Value, c.Key, r)
		if check.Outcome == report.Passed {
			s.vars().capture(c.Key, value)
		}
		checks = append(checks, check)
	}
	for _, c := range checks {
		c.What = label + c.What
		s.result.Checks = append(s.result.Checks, c)
	}
	return nil
}
