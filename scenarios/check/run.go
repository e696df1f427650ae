package check

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"artihook/emitter"
	"artihook/emitter/text"
	"artihook/scenarios/report"
)

// Scenario is the scenario name of the deliveries in the history. Their step is the id of the case.
const Scenario = "check"

// Defaults of [Options].
const (
	DefaultPatience = 5 * time.Second
	DefaultSlow     = 2 * time.Second
	DefaultSettle   = 3 * time.Second
)

// Options configure [Run]. Emitter and Webhook are required.
type Options struct {
	Emitter *emitter.Emitter // sends the deliveries; it must not retry
	Webhook emitter.Webhook  // the receiver: its URL, secret, scheme and edition
	Cases   []Case           // the cases to run, in this order; nil means all
	Probe   Probe            // reads the stored lead; nil means that only the responses are examined
	Seed    uint64           // of the generated leads; 0 means a random one, so that no run repeats the leads of another
	Now     func() time.Time // the clock for the times in the events; nil means time.Now

	// Rejection lists the statuses that a wrong signature must get. If it is empty, 401 and 403 are right, and 400 and 404
	// fail the case signature-status only.
	Rejection []int

	Patience time.Duration // the longest response time that passes http-in-time; 0 means DefaultPatience
	Slow     time.Duration // how long http-slow-sender takes to send a body; 0 means DefaultSlow
	Settle   time.Duration // the longest time until the probe must show an accepted event; 0 means DefaultSettle

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
	o.Settle = cmp.Or(o.Settle, DefaultSettle)
	return o
}

// Result is the result of one case.
type Result struct {
	Case    Case
	Outcome report.Outcome // report.Passed, report.Failed, report.Inconclusive or report.Skipped

	// Sent, Want and Got describe a failure: the request, the expected response and the actual one, each in one line.
	Sent, Want, Got string

	Hint      string            // the cause of this failure, if Run found it
	Reason    string            // why the case was skipped or is inconclusive
	Started   time.Time         // when the case started
	Took      time.Duration     // how long it ran
	Exchanges []report.Exchange // the requests of the case with their responses
}

// mask masks credentials in the texts of the result.
func (r *Result) mask() {
	for _, t := range []*string{&r.Sent, &r.Want, &r.Got, &r.Hint, &r.Reason} {
		*t = text.Mask(*t)
	}
}

// Fails reports whether the result fails the whole run: a failed MUST and an inconclusive case always do, a failed SHOULD only
// if strict.
func (r *Result) Fails(strict bool) bool {
	return r.Outcome == report.Inconclusive || r.Outcome == report.Failed && (r.Case.Level == Must || strict)
}

// UnreachableError is the error of [Run] if the first delivery could not reach the receiver.
type UnreachableError struct {
	Name   string // of the failure, such as emitter.FailureRefused
	Reason string // in one line
}

// Error returns the name and the reason.
func (e *UnreachableError) Error() string { return e.Name + ": " + e.Reason }

// Run runs the cases one after the other and returns their results in this order. A failed case is not an error. The
// error is an [*UnreachableError], the error of ctx or of Options.Ended, or says that an option is not valid or that the
// history could not be written. With an error, Run returns the results of the cases that ended before it.
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
	r := &run{opt: &opt, visitors: visitors}
	for _, c := range opt.Cases {
		result, err := r.runCase(ctx, c)
		if err != nil {
			return r.results, err
		}
		r.results = append(r.results, result)
		if opt.Ended != nil {
			if err := opt.Ended(result); err != nil {
				return r.results, err
			}
		}
	}
	return r.results, nil
}

// run is the state of one call of Run.
type run struct {
	opt      *Options
	visitors *visitors
	results  []Result

	sent             bool   // a request was sent
	validStatus      int    // of the response to a plain valid delivery; 0 before it was sent
	acceptsForgeries bool   // the receiver accepted a signature made with another secret
	brokenSince      string // the case since which every connection broke; "" if the last delivery had a response
	goneSince        string // the case since which connections are refused
	leaked           leak   // the first leak in a response
	rejections       []rejection

	lag         time.Duration // the longest time until the probe showed an accepted event
	probeBroken bool          // the probe failed for the whole of Options.Settle
}

func (r *run) runCase(ctx context.Context, c Case) (Result, error) {
	result := Result{Case: c, Outcome: report.Inconclusive, Started: time.Now()}
	if result.Reason = r.inconclusive(&c); result.Reason != "" {
		return result, nil
	}
	running := &caseRun{ctx: ctx, run: r, result: &result}
	if r.brokenSince != "" {
		running.pause(r.opt.Settle / 10) // a process that crashes keeps its port for a moment
	}
	result.Outcome = report.Passed
	c.run(running)
	result.Took = time.Since(result.Started)
	result.mask()
	if running.err == nil {
		running.err = ctx.Err()
	}
	return result, running.err
}

// inconclusive returns why the case cannot have a conclusive result, or "" if it can.
func (r *run) inconclusive(c *Case) string {
	if r.goneSince != "" {
		return r.goneText()
	}
	for i := range r.results {
		if earlier := &r.results[i]; earlier.Outcome == report.Failed && slices.Contains(c.needs, earlier.Case.ID) {
			return earlier.Case.ID + " failed; this case would fail for the same reason"
		}
	}
	switch {
	case c.independent || r.validStatus == 0 || r.validStatus < 300:
		return ""
	case r.validStatus == http.StatusUnauthorized || r.validStatus == http.StatusForbidden:
		return "the receiver rejects valid deliveries; see signature-valid"
	case !c.diagnostic:
		return fmt.Sprintf("the receiver responds %d to a valid delivery; see signature-valid", r.validStatus)
	}
	return ""
}

func (r *run) goneText() string { return "connections are refused since " + r.goneSince }

// connectionFailed records that a connection of the case failed. It returns an *UnreachableError if no request was sent
// before. If connections broke before they were refused, the receiver is gone since the case in which they first broke.
func (r *run) connectionFailed(name, reason, id string) error {
	switch {
	case emitter.NotConnected(name) && !r.sent:
		return &UnreachableError{name, reason}
	case name == emitter.FailureRefused:
		r.goneSince = cmp.Or(r.brokenSince, id)
	case name == emitter.FailureClosed, name == emitter.FailureReset:
		r.brokenSince = cmp.Or(r.brokenSince, id)
	}
	return nil
}
