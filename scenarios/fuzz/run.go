package fuzz

import (
	"cmp"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"regexp"
	"time"

	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/text"
	"artihook/fixtures"
	"artihook/scenarios/check"
)

// Scenario is the scenario name of the deliveries in the history. Their step describes the event.
const Scenario = "fuzz"

// Defaults of [Options].
const (
	DefaultRuns    = 1000
	DefaultSettle  = 10 * time.Second // see check.DefaultSettle
	DefaultRestart = check.DefaultRestart
	DefaultShrink  = 30 * time.Second
)

// MaxFailures is the number of causes after which a run ends.
const MaxFailures = 10

// Options configure [Run]. Emitter and Webhook are required.
type Options struct {
	Emitter  *emitter.Emitter // sends the examples; it must not retry
	Recorded *emitter.Emitter // records the deliveries that failed, and sends those that repeat a failure; nil means Emitter
	Webhook  emitter.Webhook  // the receiver: its URL, secret, scheme and edition
	Bot      *fixtures.Bot    // its fields are in half of the answers; nil means none
	Probe    check.LeadProbe  // reads the stored lead; nil means that only the responses are judged

	Properties []Property       // to judge; nil means all
	Runs       int              // the number of examples; 0 means DefaultRuns, or any number if Duration is set
	Duration   time.Duration    // the run ends after this time; 0 means no limit
	Rate       float64          // the largest number of requests a second; 0 means no limit
	Seed       uint64           // of the examples; 0 means a random one
	Now        func() time.Time // the clock for the times in the events; nil means time.Now
	Replay     string           // the id of a failure: run its example only

	ProbeIgnore *regexp.Regexp // matches what may differ between two outputs of the probe; nil means times only
	Settle      time.Duration  // the longest time until the probe must show an event; 0 means DefaultSettle, and less if storing is fast
	Restart     time.Duration  // how long a receiver that has stopped may take to start again; 0 means DefaultRestart
	Shrink      time.Duration  // the longest time to look for a smaller example; 0 means DefaultShrink

	// Found, if not nil, is called with each failure when it is known. An error stops the run.
	Found func(Failure) error
	// Ran, if not nil, is called after each example.
	Ran func()
}

func (o Options) withDefaults() Options {
	if o.Runs == 0 && o.Duration == 0 {
		o.Runs = DefaultRuns
	}
	if o.Seed == 0 {
		o.Seed = uint64(rand.Uint32()) + 1
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Recorded == nil {
		o.Recorded = o.Emitter
	}
	if o.Properties == nil {
		o.Properties = Properties[:]
	}
	if o.Probe != nil {
		o.Probe = o.Probe.Redacted(o.Webhook.Secret)
	}
	o.Restart = cmp.Or(o.Restart, DefaultRestart)
	o.Shrink = cmp.Or(o.Shrink, DefaultShrink)
	return o
}

// Result is the result of a run.
type Result struct {
	Seed     uint64
	Runs     int              // examples, without those of shrinking
	Requests int              // all requests
	Judged   map[Property]int // how often each property held
	Failures []Failure        // one for each cause
	Stopped  string           // why the run ended early; "" if it did not
	Started  time.Time
	Took     time.Duration
}

// Run sends generated examples to the receiver and judges its responses. It returns one failure for each cause, with the smallest
// example that fails in this way. A failure is not an error. The error is a [*check.UnreachableError] if the first delivery could not
// reach the receiver, the error of ctx or of Options.Found, or an error about an option or about writing the history. Run returns the
// result with an error too.
func Run(ctx context.Context, opt Options) (*Result, error) {
	opt = opt.withDefaults()
	r := newRun(&opt)
	switch {
	case opt.Emitter == nil:
		return r.result, errors.New("fuzz: the Emitter is nil")
	case opt.Emitter.Retries() > 0:
		return r.result, errors.New("fuzz: the Emitter retries, but a property is about one response; set its Retries to 0")
	}
	var replayed []uint64
	if opt.Replay != "" {
		var err error
		if replayed, err = decodeID(opt.Replay); err != nil {
			return r.result, err
		}
	}
	err := r.open(ctx)
	switch {
	case err != nil || r.result.Stopped != "":
	case opt.Replay != "":
		err = r.replay(ctx, replayed)
	default:
		err = r.runAll(ctx)
	}
	r.result.Took = time.Since(r.result.Started)
	return r.result, err
}

// maxCounted is how many examples Requests generates.
const maxCounted = 2000

// Requests returns the number of requests that the examples of a run need if no property is violated, without those to the probe. It
// is exact up to 2000 examples, and an estimate for more.
func Requests(opt Options) (n int, exact bool) {
	opt = opt.withDefaults()
	r := newRun(&opt)
	counted := min(opt.Runs, maxCounted)
	for i := range counted {
		n += len(r.generate(r.random(i), i).steps)
	}
	if opt.Runs > counted {
		n = int(float64(n) / float64(counted) * float64(opt.Runs))
	}
	return n + 1, opt.Runs == counted // one more for the plain event
}

// run is the state of one call of Run.
type run struct {
	opt      *Options
	result   *Result
	selected map[Property]bool
	judged   map[Property]int
	known    map[string]bool // the causes that were found
	next     time.Time       // when the next request may leave, with Options.Rate
	repeats  int             // examples that were sent because of a failure

	texts, names *deck // the special texts and fields
	probing
}

func newRun(opt *Options) *run {
	judged := map[Property]int{}
	r := &run{
		opt: opt, judged: judged, selected: map[Property]bool{}, known: map[string]bool{},
		result: &Result{Seed: opt.Seed, Judged: judged, Started: time.Now()},
	}
	shuffle := rand.New(rand.NewPCG(opt.Seed, math.MaxUint64))
	r.texts, r.names = newDeck(specialTexts, shuffle), newDeck(specialFields, shuffle)
	for _, p := range opt.Properties {
		r.selected[p] = !p.NeedsProbe() || opt.Probe != nil
	}
	return r
}

// random returns the choices of example number n.
func (r *run) random(n int) *choices {
	return &choices{random: rand.New(rand.NewPCG(r.opt.Seed, uint64(n)))}
}

// generate generates example number n from the choices. Repeated examples have numbers below 0, so that each has new ids.
func (r *run) generate(c *choices, n int) *example { return r.generateAt(c, n, r.opt.Now()) }

func (r *run) generateAt(c *choices, n int, now time.Time) *example {
	g := &generator{
		choices: c, bot: r.opt.Bot, edition: r.opt.Webhook.Edition, forge: r.selected[Rejects] || r.selected[NoCrash], now: now,
		ids: rand.New(rand.NewPCG(^r.opt.Seed, uint64(n))), texts: r.texts, names: r.names,
	}
	e := g.example()
	e.number, e.now = n, now
	return e
}

// open sends a plain event. Without a response like that of a correct receiver there is nothing to compare with.
func (r *run) open(ctx context.Context) error {
	a, err := r.attempt(ctx, nil)
	if err == nil {
		err = check.Unreachable(ctx, &a.deliveries[0])
	}
	switch {
	case err != nil:
		return err
	case a.violation != nil:
		r.result.Stopped = "the receiver does not accept a plain event"
		return r.report(ctx, &finding{attempt: a})
	}
	return r.openProbe(ctx)
}

func (r *run) runAll(ctx context.Context) error {
	end := r.result.Started.Add(r.opt.Duration)
	var last *attempt
	for n := 0; r.opt.Runs == 0 || n < r.opt.Runs; n++ {
		if r.opt.Duration > 0 && time.Now().After(end) {
			return nil
		}
		c := r.random(n)
		a, err := r.send(ctx, r.opt.Emitter, r.generate(c, n), c)
		if err != nil {
			return err
		}
		r.result.Runs++
		if a.violation != nil && !r.known[a.violation.cause()] {
			if err := r.investigate(ctx, a, last); err != nil {
				return err
			}
			if len(r.result.Failures) == MaxFailures {
				r.result.Stopped = "ten causes were found"
			}
			if r.result.Stopped != "" {
				return nil
			}
		}
		last = a
		if r.opt.Ran != nil {
			r.opt.Ran()
		}
	}
	return nil
}

// replay sends the example of an earlier failure.
func (r *run) replay(ctx context.Context, values []uint64) error {
	a, err := r.attempt(ctx, values)
	if err != nil {
		return err
	}
	r.result.Runs++
	if a.violation == nil {
		return nil
	}
	f := &finding{attempt: a, failed: 1, tried: 1, started: r.result.Started}
	if err := r.repeat(ctx, f, confirmations-1); err != nil {
		return err
	}
	return r.report(ctx, f)
}

// attempt is an example that was sent.
type attempt struct {
	example    *example
	choices    *choices
	deliveries []history.Delivery
	violation  *violation // nil if all properties held
}

// attempt sends the example of the choices with new ids.
func (r *run) attempt(ctx context.Context, values []uint64) (*attempt, error) {
	c := &choices{replay: values}
	return r.send(ctx, r.opt.Recorded, r.generate(c, r.nextRepeat()), c)
}

// nextRepeat returns the number of the next repeated example.
func (r *run) nextRepeat() int {
	r.repeats++
	return -r.repeats
}

// pace waits until the next request may leave.
func (r *run) pace(ctx context.Context) error {
	if r.opt.Rate <= 0 {
		return ctx.Err()
	}
	now := time.Now()
	if r.next.Before(now) {
		r.next = now
	}
	wait := r.next.Sub(now)
	r.next = r.next.Add(time.Duration(float64(time.Second) / r.opt.Rate))
	return text.Wait(ctx, wait)
}
