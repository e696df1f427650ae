package check

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"artihook/emitter"
	"artihook/emitter/text"
	"artihook/scenarios/report"
)

// Scenario is what the history calls the deliveries of an examination; their step is the case's id.
const Scenario = "check"

const (
	DefaultPatience = 5 * time.Second // how long an answer may take
	DefaultSlow     = 2 * time.Second // over how long the slow sender stretches a body
	DefaultSettle   = 3 * time.Second // how long the probe may take to show what was accepted
)

// Options say whom to examine.
type Options struct {
	Emitter *emitter.Emitter // required; must not retry
	Webhook emitter.Webhook
	Cases   []Case // nil is all of them
	Probe   Probe  // nil: only what the receiver answers counts
	Seed    uint64 // of the leads; 0 draws one, so that a second examination is not all duplicates
	Now     func() time.Time

	Patience, Slow, Settle time.Duration // 0 are the defaults

	// Ended, if not nil, is given each result as it comes.
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
	o.Patience, o.Slow, o.Settle = orElse(o.Patience, DefaultPatience), orElse(o.Slow, DefaultSlow), orElse(o.Settle, DefaultSettle)
	return o
}

func orElse(d, preset time.Duration) time.Duration {
	if d == 0 {
		return preset
	}
	return d
}

// Result is what came of one case.
type Result struct {
	Case      Case
	Outcome   report.Outcome
	Sent      string // of a failure: what was sent
	Want      string // what should have come back
	Got       string // and what did
	Hint      string // a finding of this very failure; "" when there is none
	Skipped   string // why it did not run
	Started   time.Time
	Took      time.Duration
	Exchanges []report.Exchange
}

// mask replaces credentials in what the result says.
func (r *Result) mask() {
	for _, t := range []*string{&r.Sent, &r.Want, &r.Got, &r.Hint, &r.Skipped} {
		*t = text.Mask(*t)
	}
}

// Fails says whether the result fails the examination: a MUST always, a SHOULD where it is strict.
func (r *Result) Fails(strict bool) bool {
	return r.Outcome == report.Failed && (r.Case.Level == Must || strict)
}

// UnreachableError says that nobody can be examined: the first delivery did not get through.
type UnreachableError struct {
	Name, Reason string // of the failure, as in a delivery
}

func (e *UnreachableError) Error() string { return e.Name + ": " + e.Reason }

// Run runs the cases one after the other and returns their results, in order. The error is about this side: an Emitter
// that is nil or retries, a history that cannot be written, an error of Ended, the end of ctx, or an *UnreachableError.
// The results until then come with it.
func Run(ctx context.Context, opt Options) ([]Result, error) {
	switch {
	case opt.Emitter == nil:
		return nil, errors.New("check: the Emitter is nil")
	case opt.Emitter.Retries() > 0:
		return nil, errors.New("check: the Emitter retries, but a case is about one response; set its Retries to 0")
	}
	opt = opt.withDefaults()
	made, err := newVisitors(&opt)
	if err != nil {
		return nil, err
	}
	if opt.Probe != nil {
		opt.Probe = opt.Probe.redacted(opt.Webhook.Secret)
	}
	r := &run{opt: &opt, visitors: made}
	for _, c := range opt.Cases {
		result, err := r.one(ctx, c)
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

// run is one examination under way.
type run struct {
	opt      *Options
	visitors *visitors
	results  []Result

	sent   bool   // something has
	valid  int    // the status of the plain right delivery, once it is known
	trusts bool   // it took what somebody else has signed
	broke  string // the case since which every connection has broken off; "" where the last delivery was answered
	gone   string // the case after which nobody listened any more
	leaked leak   // the first thing that an answer told and should not

	lag         time.Duration // how long it took at most until the probe showed what was accepted
	probeBroken bool          // the probe has failed for as long as it may take to settle
}

func (r *run) one(ctx context.Context, c Case) (Result, error) {
	result := Result{Case: c, Outcome: report.Skipped, Started: time.Now()}
	if result.Skipped = r.pointless(&c); result.Skipped != "" {
		return result, nil
	}
	t := &trial{ctx: ctx, run: r, result: &result}
	if r.broke != "" {
		t.pause(r.opt.Settle / 10) // a receiver that is dying takes a moment
	}
	result.Outcome = report.Passed
	c.run(t)
	result.Took = time.Since(result.Started)
	result.mask()
	if t.err == nil {
		t.err = ctx.Err()
	}
	return result, t.err
}

// pointless says why a case has no sense any more, "" when it has.
func (r *run) pointless(c *Case) string {
	refused := r.valid == http.StatusUnauthorized || r.valid == http.StatusForbidden
	switch {
	case r.gone != "":
		return r.silence()
	case c.free || r.valid == 0 || r.valid < 300:
		return ""
	case refused:
		return "no right delivery is accepted yet; see signature-valid"
	case !c.root:
		return fmt.Sprintf("a right delivery is answered %d; see signature-valid", r.valid)
	}
	return ""
}

// silence says why nothing can be asked any more.
func (r *run) silence() string { return "nobody listens there any more, since " + r.gone }

// lost tells an unreachable receiver from one that has gone: in the case where connections began to break, if they did.
func (r *run) lost(name, reason, id string) error {
	switch name {
	case emitter.FailureRefused, emitter.FailureDNS, emitter.FailureUnreachable, emitter.FailureTLS:
		if !r.sent {
			return &UnreachableError{name, reason}
		}
		if name == emitter.FailureRefused {
			r.gone = cmp.Or(r.broke, id)
		}
	case emitter.FailureClosed, emitter.FailureReset:
		r.broke = cmp.Or(r.broke, id)
	}
	return nil
}
