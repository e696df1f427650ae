package check

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"sync"
	"time"

	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/payload"
	"artihook/emitter/text"
	"artihook/scenarios/report"
)

// Scenario is the scenario name of the deliveries in the history. Their step is the id of the case.
const Scenario = "check"

// Defaults of [Options].
const (
	DefaultPatience = 5 * time.Second
	DefaultSlow     = 1200 * time.Millisecond
	DefaultSettle   = 10 * time.Second
	DefaultBudget   = 2 * time.Minute
	DefaultRestart  = 5 * time.Second
	DefaultLinger   = 25 * time.Millisecond
)

// Options configure [Run]. Emitter and Webhook are required.
type Options struct {
	Emitter *emitter.Emitter // sends the deliveries; it must not retry
	Webhook emitter.Webhook  // the receiver: its URL, secret, scheme and edition
	Cases   []Case           // the cases to run, in this order; nil means all
	Probe   LeadProbe        // reads the stored lead; nil means that only the responses are examined
	Seed    uint64           // of the generated leads; 0 means a random one, so that no run repeats the leads of another
	Now     func() time.Time // the clock for the times in the events; nil means time.Now

	// Rejection lists the statuses that a wrong signature must get. If it is empty, 401 and 403 are right, and 400 and 404
	// fail the case signature-status only.
	Rejection []int

	Patience time.Duration // the longest response time that passes http-in-time; 0 means DefaultPatience
	Slow     time.Duration // how long http-slow-sender takes to send a body; 0 means DefaultSlow
	Settle   time.Duration // the longest time until the probe must show an accepted event; 0 means DefaultSettle, and less if storing is fast
	Timeout  time.Duration // for one request; 0 means emitter.DefaultTimeout
	Budget   time.Duration // the longest run; cases that do not fit into it are inconclusive; 0 means DefaultBudget, and less if the first response takes longer than Patience
	Restart  time.Duration // how long a receiver that has stopped may take to start again; 0 means DefaultRestart
	Linger   time.Duration // how long after an accepted event a crash is still its effect; 0 means DefaultLinger

	ProbeIgnore *regexp.Regexp // matches what may differ between two outputs of the probe; nil means times only

	// Ended, if not nil, is called with each result when its case ends. An error stops the run.
	Ended func(Result) error
}

func (o Options) withDefaults() Options {
	if o.Cases == nil {
		o.Cases = Cases()
	}
	if o.Seed == 0 {
		o.Seed = uint64(rand.Uint32()) + 1
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Patience = cmp.Or(o.Patience, DefaultPatience)
	o.Slow = cmp.Or(o.Slow, DefaultSlow)
	o.Timeout = cmp.Or(o.Timeout, emitter.DefaultTimeout)
	o.Restart = cmp.Or(o.Restart, DefaultRestart)
	o.Linger = cmp.Or(o.Linger, DefaultLinger)
	return o
}

// Result is the result of one case.
type Result struct {
	Case    Case
	Outcome report.Outcome // report.Passed, report.Failed, report.Inconclusive or report.Skipped

	// Sent, Want and Got describe a failure: the request, the expected response and the actual one, each in one line.
	Sent, Want, Got string

	Hint      string            // the cause of this failure, or the response of the receiver, if Run knows it
	Fix       string            // how to fix this failure, if it has another cause than Case.Fix
	Known     bool              // the baseline lists the failure (see [Baseline.Mark])
	Note      string            // what the receiver may do, but most receivers do not; it is no failure
	Reason    string            // why the case was skipped or is inconclusive
	Started   time.Time         // when the case started
	Took      time.Duration     // how long it ran
	Exchanges []report.Exchange // the requests of the case with their responses
}

// mask masks credentials in the texts of the result.
func (r *Result) mask() {
	for _, t := range []*string{&r.Sent, &r.Want, &r.Got, &r.Hint, &r.Fix, &r.Note, &r.Reason} {
		*t = text.Mask(*t)
	}
}

// Fails reports whether the result fails the whole run: a failed MUST and an inconclusive case do, a failed SHOULD only if
// strict, a known failure never.
func (r *Result) Fails(strict bool) bool {
	return !r.Known && (r.Outcome == report.Inconclusive || r.Outcome == report.Failed && (r.Case.Level == Must || strict))
}

// UnreachableError is the error of [Run] if the first delivery could not reach the receiver, or reached it with http in place of https.
type UnreachableError struct {
	Name   string // of the failure, such as history.FailureRefused, or the status
	Reason string // in one line
}

// Error returns the name and the reason.
func (e *UnreachableError) Error() string { return e.Name + ": " + e.Reason }

// Unreachable returns an [*UnreachableError] if the delivery has not reached the receiver, and nil otherwise.
func Unreachable(ctx context.Context, d *history.Delivery) error {
	if history.NotConnected(d.Error) {
		return &UnreachableError{d.Error, d.Reason}
	}
	if reason := emitter.WrongScheme(ctx, d); reason != "" {
		return &UnreachableError{cmp.Or(d.Error, fmt.Sprint(d.Status)), reason}
	}
	return nil
}

// Run runs the cases one after the other and returns their results in this order. A failed case is not an error. The
// error is an [*UnreachableError], the error of ctx or of Options.Ended, or an error about an option or about
// writing the history. With an error, Run returns the results of the cases that ended before it.
//
// After each case, Run sends a plain valid delivery. If the receiver does not accept it as before, the case has caused a crash
// or another lasting effect, and fails.
func Run(ctx context.Context, opt Options) ([]Result, error) {
	switch {
	case opt.Emitter == nil:
		return nil, errors.New("check: the Emitter is nil")
	case opt.Emitter.Retries() > 0:
		return nil, errors.New("check: the Emitter retries, but a case is about one response; set its Retries to 0")
	}
	opt = opt.withDefaults()
	visitors, err := newVisitors(&opt)
	if err != nil {
		return nil, err
	}
	if opt.Probe != nil {
		opt.Probe = opt.Probe.redacted(opt.Webhook.Secret)
	}
	r := &run{opt: &opt, visitors: visitors, started: time.Now(), health: health{once: map[string]string{}}}
	r.setBudget(cmp.Or(opt.Budget, DefaultBudget))
	err = r.runAll(ctx)
	if ended := r.reportUntil(len(r.results)); err == nil {
		err = ended
	}
	return r.results, err
}

// run is the state of one call of Run.
type run struct {
	opt      *Options
	visitors *visitors
	results  []Result
	reported int // the number of results that Options.Ended has got
	started  time.Time
	budget   time.Duration
	deadline time.Time // the end of the budget, without the time for the reports

	health
	acceptsForgeries bool              // the receiver accepted a signature made with another secret
	rejections       []rejection       // of wrong signatures
	forged           bool              // forgery is known
	forgery          *history.Delivery // the receiver's response to a wrong signature; nil if it accepted it
	leaked           leak              // the first leak in a response
	hidden           hiddenError       // the first error in the text of a 2xx response

	mu          sync.Mutex       // guards visitors, sent, leaked, hidden and the fields below, while cases run at the same time
	unchecked   []*payload.Event // accepted events that were not stored soon
	lag         time.Duration    // the longest time until the probe showed an accepted event
	probeWorked bool             // the probe has shown an accepted event
	probeBroken string           // the case since which the probe has failed
}

func (r *run) runAll(ctx context.Context) error {
	cases := r.opt.Cases
	if len(cases) > 0 && cases[0].ID != validCase {
		if err := r.open(ctx, cases[0]); err != nil {
			return err
		}
	}
	for len(r.results) < len(cases) {
		i := len(r.results)
		if n := r.together(i); n > 1 {
			if err := r.runTogether(ctx, cases[i:i+n]); err != nil {
				return err
			}
			continue
		}
		result, err := r.runCase(ctx, cases[i])
		if err != nil {
			return err
		}
		if err := r.add(result); err != nil {
			return err
		}
	}
	return nil
}

// add adds a result, and reports the earlier ones that no later case can change any more.
func (r *run) add(result Result) error {
	r.results = append(r.results, result)
	last := len(r.results) - 1
	for now := time.Now(); last > 0 && r.mayChange(last-1, now); {
		last--
	}
	return r.reportUntil(last)
}

// reportUntil passes the first n results to Options.Ended, except those that it has got.
func (r *run) reportUntil(n int) error {
	for r.opt.Ended != nil && r.reported < n {
		r.reported++
		if err := r.opt.Ended(r.results[r.reported-1]); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) runCase(ctx context.Context, c Case) (Result, error) {
	inconclusive := Result{Case: c, Outcome: report.Inconclusive, Started: time.Now()}
	if inconclusive.Reason = r.dependsOn(&c); inconclusive.Reason != "" {
		return inconclusive, nil
	}
	works, err := r.recovered(ctx, c)
	if err != nil {
		return Result{}, err
	}
	if !works {
		inconclusive.Reason = r.trouble.text()
		return inconclusive, nil
	}
	result, err := r.attempt(ctx, c, c.ID)
	if err == nil && len(result.Exchanges) > 0 {
		err = r.examineAfter(ctx, &result)
	}
	result.Took = time.Since(result.Started)
	result.mask()
	return result, err
}

// attempt runs the case once. The leads depend on the name.
func (r *run) attempt(ctx context.Context, c Case, name string) (Result, error) {
	return r.try(ctx, &caseRun{name: name}, c)
}

func (r *run) try(ctx context.Context, running *caseRun, c Case) (Result, error) {
	result := Result{Case: c, Outcome: report.Passed, Started: time.Now()}
	running.ctx, running.run, running.result = ctx, r, &result
	c.run(running)
	result.Took = time.Since(result.Started)
	if running.err == nil {
		running.err = ctx.Err()
	}
	return result, running.err
}

// dependsOn returns why the result of the case would not be its own, or "".
func (r *run) dependsOn(c *Case) string {
	if i := slices.IndexFunc(c.needs, r.failed); i >= 0 {
		return c.needs[i] + " failed; this case would fail for the same reason"
	}
	if c.ID != validCase && !c.independent && r.usual != nil && !r.usual.OK() && c.ID != r.cause {
		see := validCase
		if r.runs(r.cause) {
			see = r.cause
		}
		return "the receiver does not accept a plain valid delivery; see " + see
	}
	return r.overBudget(c)
}

// failed reports whether the case with this id has failed.
func (r *run) failed(id string) bool {
	return slices.ContainsFunc(r.results, func(earlier Result) bool { return earlier.Outcome == report.Failed && earlier.Case.ID == id })
}

// timeout returns how long a request may take. It shrinks when the first response has shown how fast the receiver is.
func (r *run) timeout() time.Duration {
	switch {
	case r.usual == nil:
		return r.opt.Timeout
	case r.usual.Error != "":
		return min(r.opt.Timeout, r.opt.Patience)
	}
	return min(r.opt.Timeout, max(2*r.opt.Patience, 3*r.usual.Duration, shortTimeout))
}

// shortTimeout is the shortest timeout of a request.
const shortTimeout = 2 * DefaultPatience

// overBudget returns why the case does not fit into the budget, or "".
func (r *run) overBudget(c *Case) string {
	if r.usual == nil {
		return ""
	}
	took := r.usual.Duration
	needed := time.Duration(min(c.Requests, sequential)) * took
	if time.Until(r.deadline) > needed {
		return ""
	}
	return fmt.Sprintf("it does not fit into the budget of %s, since a response takes %s; --budget allows more", r.budget, took.Round(time.Millisecond))
}

// The budget if each response takes longer than Options.Patience: slowBudget, or slowResponses of them if that is longer. The slow response
// is the failure to report: a run of two minutes would examine only a few more cases.
const (
	slowBudget    = 30 * time.Second
	slowResponses = 5
)

func (r *run) setBudget(d time.Duration) {
	r.budget, r.deadline = d, r.started.Add(d-min(time.Second, d/20))
}

// setUsual stores the first plain valid delivery, which the later ones are compared with.
func (r *run) setUsual(d *history.Delivery) {
	if r.usual = d; r.opt.Budget == 0 && d.Duration > r.opt.Patience {
		r.setBudget(min(DefaultBudget, max(slowBudget, slowResponses*d.Duration)))
	}
}

// sequential bounds the number of requests of a case that count for the budget. Cases with more send them at the same time.
const sequential = 10
