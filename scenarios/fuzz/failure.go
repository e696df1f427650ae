package fuzz

import (
	"context"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"artihook/emitter/history"
	"artihook/emitter/text"
)

// Failure is a cause for which a property does not hold, with the smallest example that shows it.
type Failure struct {
	Property   Property
	ID         string   // repeats the example: Options.Replay
	Case       string   // names the cause: the same in each run if property, status and response are the same
	Sentence   string   // such as "an answer that contains a line feed gets 500"
	Difference []string // from a plain event, one line for each field
	Schema     []string // the rules of the schema of events that the event violates; ArtiBot may still send it
	Want, Got  string   // the response
	Failed     int      // how often the example failed
	Tried      int      // of this number of repetitions
	Steps      int      // the number of examples that were sent to find a smaller one
	Hint       string   // another fact about the failure; may be ""
	Deliveries []Delivery
	Started    time.Time
	Took       time.Duration
}

// Delivery is one delivery of an example.
type Delivery struct {
	history.Delivery
	Title string // the event, for people
	Fails bool   // its response, or what the probe showed after it, is the failure

	body    string // of the genuine event
	same    bool   // it is sent at the same time as the one before
	forgery forgery
}

// Stable reports whether the example failed each time.
func (f *Failure) Stable() bool { return f.Failed == f.Tried }

// confirmations is how often the smallest example must fail again.
const confirmations = 3

// attemptsIfUnstable is how often an example is repeated that did not fail each time.
const attemptsIfUnstable = 10

// finding is a failure under investigation.
type finding struct {
	attempt       *attempt // the smallest one
	failed, tried int      // repetitions
	steps         int
	hint          string
	started       time.Time
}

// investigate repeats an example that failed, shrinks it, and reports it. last is the example before it.
func (r *run) investigate(ctx context.Context, a, last *attempt) error {
	if err := r.record(ctx, a); err != nil {
		return err
	}
	a, err := r.withoutDisorder(ctx, a)
	if err != nil || a == nil {
		return err
	}
	f := &finding{attempt: a, started: time.Now()}
	err = r.examine(ctx, f, last)
	if err != nil && ctx.Err() == nil {
		return err
	}
	if err != nil {
		f.hint = "the run ended before the failure was confirmed"
	}
	if reported := r.report(context.WithoutCancel(ctx), f); reported != nil {
		return reported
	}
	return err
}

// record adds an example of the run to the history. Examples of repetitions were recorded when they were sent.
func (r *run) record(ctx context.Context, a *attempt) error {
	if r.opt.Recorded == r.opt.Emitter || a.example.number < 0 {
		return nil
	}
	var sent []*history.Delivery
	for i := range a.deliveries {
		if d := &a.deliveries[i]; !d.Time.IsZero() { // it was sent before the property was violated
			sent = append(sent, d)
		}
	}
	return r.opt.Recorded.RecordSent(ctx, sent)
}

func (r *run) examine(ctx context.Context, f *finding, last *attempt) error {
	alive, err := r.awaitReceiver(ctx)
	if err != nil {
		return err
	}
	if !alive {
		r.result.Stopped = "the receiver does not accept a plain event since this failure"
		f.hint = r.result.Stopped
		if last != nil && history.NotConnected(f.attempt.deliveries[0].Error) {
			f.attempt, f.hint = last.died(f.attempt.violation), "the receiver stopped after this example and did not start again"
			return r.record(ctx, last)
		}
		return nil
	}
	if err := r.repeat(ctx, f, 1); err != nil {
		return err
	}
	if f.failed == 0 && last != nil && isBroken(f.attempt.violation) {
		if late, err := r.lateEffect(ctx, last); err != nil || late != nil {
			if late != nil {
				f.attempt, f.failed, f.tried, f.hint = late, 2, 2, "the receiver stops a moment after its response to this example"
			}
			return err
		}
	}
	if f.failed > 0 {
		if err := r.shrink(ctx, f); err != nil {
			return err
		}
		f.failed, f.tried, r.patient = 0, 0, true
		defer func() { r.patient = false }()
		if err := r.repeat(ctx, f, confirmations); err != nil {
			return err
		}
	}
	if f.failed < f.tried {
		return r.repeat(ctx, f, attemptsIfUnstable-f.tried)
	}
	return nil
}

// withoutDisorder returns the attempt with its last event only, if that is not stored either: then the order of the events is not the
// cause. It returns nil if the cause is known.
func (r *run) withoutDisorder(ctx context.Context, a *attempt) (*attempt, error) {
	if a.violation.property != NewestWins || !r.selected[Stored] {
		return a, nil
	}
	for shape := range uint64(2) {
		values := allValues(a.choices)
		values[0], values[1] = shape, 0 // see generator.example
		alone, err := r.attempt(ctx, values)
		switch {
		case err != nil:
			return nil, err
		case alone.violation == nil || alone.violation.property != Stored:
		case r.known[alone.violation.cause()]:
			return nil, nil
		default:
			return alone, nil
		}
	}
	return a, nil
}

// isBroken reports whether a connection broke.
func isBroken(v *violation) bool {
	return history.NotConnected(v.outcome) || v.outcome == history.FailureClosed || v.outcome == history.FailureReset
}

// died returns the attempt as the reason why the receiver is gone.
func (a *attempt) died(v *violation) *attempt {
	blamed := *a
	reason := *v
	reason.step = len(a.example.steps) - 1
	blamed.violation = &reason
	return &blamed
}

// lateEffect repeats an example twice, and returns it with the violation if the next plain event fails each time.
func (r *run) lateEffect(ctx context.Context, last *attempt) (*attempt, error) {
	var found *violation
	for range 2 {
		if _, err := r.attempt(ctx, last.choices.values()); err != nil {
			return nil, err
		}
		if err := text.Wait(ctx, restartPoll/2); err != nil {
			return nil, err
		}
		plain, err := r.attempt(ctx, nil)
		if err != nil || plain.violation == nil {
			return nil, err
		}
		found = plain.violation
		if alive, err := r.awaitReceiver(ctx); err != nil || !alive {
			return nil, err
		}
	}
	return last.died(found), nil
}

// repeat sends the example of the finding n more times.
func (r *run) repeat(ctx context.Context, f *finding, n int) error {
	for range n {
		again, failed, err := r.failsAgain(ctx, f.attempt.choices.values(), f.attempt.violation.cause())
		if err != nil {
			return err
		}
		if f.tried++; failed {
			f.failed++
			f.attempt = again
		}
	}
	return nil
}

// failsAgain sends the example of the choices, and reports whether it fails for this cause.
func (r *run) failsAgain(ctx context.Context, values []uint64, cause string) (*attempt, bool, error) {
	a, err := r.attempt(ctx, values)
	if err != nil {
		return nil, false, err
	}
	failed := a.violation != nil && a.violation.cause() == cause
	if a.violation != nil && isBroken(a.violation) { // the receiver may start again
		if alive, err := r.awaitReceiver(ctx); err != nil || !alive {
			return a, failed, err
		}
	}
	return a, failed, nil
}

// shrink replaces the attempt of the finding by the smallest that fails for the same cause.
func (r *run) shrink(ctx context.Context, f *finding) error {
	cause, end := f.attempt.violation.cause(), time.Now().Add(r.opt.Shrink)
	var failed error
	s := &shrinker{best: f.attempt.choices, tried: map[string]bool{}}
	s.generate = func(values []uint64) *choices {
		c := &choices{replay: values}
		r.generate(c, 0)
		return c
	}
	s.fails = func(values []uint64) bool {
		if failed != nil || time.Now().After(end) {
			return false
		}
		f.steps++
		a, fails, err := r.failsAgain(ctx, values, cause)
		failed = err
		if fails {
			f.attempt = a
		}
		return fails
	}
	if p := f.attempt.violation.property; p == Idempotent || p == Once { // one event that is delivered twice is the plainest life
		for shape := range uint64(2) {
			values := allValues(s.best)
			values[0], values[1] = shape, 1 // see generator.example
			s.try(values)
		}
	}
	s.shrink()
	return failed
}

// report adds the failure to the result.
func (r *run) report(ctx context.Context, f *finding) error {
	v := f.attempt.violation
	r.known[v.cause()] = true
	if f.started.IsZero() {
		f.started = time.Now()
	}
	failure := Failure{
		Property: v.property, ID: encodeID(f.attempt.choices.values()), Case: caseName(v), Sentence: v.sentence(f.attempt.example), Want: v.want, Got: v.got,
		Failed: f.failed, Tried: f.tried, Steps: f.steps, Hint: f.hint, Started: f.started, Took: time.Since(f.started),
		Difference: r.difference(f.attempt), Schema: violatedRules(f.attempt),
	}
	for i := range f.attempt.deliveries {
		s := &f.attempt.example.steps[i]
		failure.Deliveries = append(failure.Deliveries, Delivery{
			Delivery: f.attempt.deliveries[i], Title: s.title(), Fails: i == v.step,
			body: string(s.event.AppendJSON(nil)), same: s.same, forgery: s.forgery,
		})
		if i == v.step {
			break
		}
	}
	r.result.Failures = append(r.result.Failures, failure)
	if r.opt.Found == nil {
		return nil
	}
	return r.opt.Found(failure)
}

func (s *step) title() string {
	title := fmt.Sprintf("%s v%d", s.event.Action.Event(), s.event.Lead.Version)
	switch {
	case s.forgery != genuine:
		title += ", " + forgeryNotes[s.forgery]
	case s.again:
		title += ", again"
	case s.other:
		title += ", another lead"
	}
	return title
}

// caseName returns a name for the cause, such as "no-crash-500" or "accepts-422-1f3c".
func caseName(v *violation) string {
	name := string(v.property) + "-" + strings.ToLower(strings.ReplaceAll(v.outcome, " ", "-"))
	if v.response == "" {
		return name
	}
	hash := fnv.New32a()
	hash.Write([]byte(v.response))
	return fmt.Sprintf("%s-%04x", name, hash.Sum32()&0xffff)
}
