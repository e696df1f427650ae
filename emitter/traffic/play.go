package traffic

import (
	"context"
	"iter"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/payload"
	"artihook/emitter/text"

	"golang.org/x/sync/errgroup"
)

// Conversation is the events of one lead, in order.
type Conversation interface {
	Next() *payload.Event // nil after the last event; valid until the next call
	Seed() uint64         // of the visitor, for the history
}

// Source returns the conversation of lead number n, from 0, as if it began at the given time. It is called by one goroutine,
// which does not use a conversation after it has asked for the next one.
type Source func(n uint64, at time.Time) Conversation

// Options configure a play.
type Options struct {
	Emitter     *emitter.Emitter  // should have Concurrency idle connections
	Webhooks    []emitter.Webhook // each gets the events that it wants, in its edition
	Source      func() Source     // called once for each worker
	Leads       int               // how many conversations
	Concurrency int               // conversations at the same time; 0 is 1, with Every no limit
	Every       time.Duration     // the interval between the starts of conversations; 0 starts one when another one ends
	Pace        Pace
	Actions     []payload.Action // send only these; none is all
	Bot         string           // for the history
	Now         func() time.Time // the clock of the payloads; nil is time.Now

	// Edit, if not nil, returns the changed body of an event. Calls are concurrent.
	Edit func(body []byte) []byte

	// Each, if not nil, is called with every delivery that has ended. Its error ends the play. LeadEnded, if not nil, is
	// called after each conversation. Calls are not concurrent.
	Each      func(history.Delivery) error
	LeadEnded func()
}

// Pace is the time between the events of a lead. The zero value is no time.
type Pace struct {
	Between time.Duration
	Real    bool // send each event at its own time, and ignore Between
}

func (opt *Options) now() time.Time {
	if opt.Now == nil {
		return time.Now()
	}
	return opt.Now()
}

// wanting yields the webhooks that receive an event of the action.
func (opt *Options) wanting(action payload.Action) iter.Seq[*emitter.Webhook] {
	return func(yield func(*emitter.Webhook) bool) {
		if len(opt.Actions) > 0 && !slices.Contains(opt.Actions, action) {
			return
		}
		for i := range opt.Webhooks {
			if w := &opt.Webhooks[i]; w.Wants(action) && !yield(w) {
				return
			}
		}
	}
}

// message returns the message of the event in the webhook's edition.
func (opt *Options) message(w *emitter.Webhook, event *payload.Event, seed uint64) emitter.Message {
	inEdition := event.In(w.Edition)
	m := emitter.EventMessage(&inEdition)
	if opt.Edit != nil {
		m.Body = opt.Edit(m.Body)
		m.Summary = payload.Summarize(m.Body)
	}
	m.Bot, m.Seed = opt.Bot, seed
	return m
}

// Play plays the conversations and returns the tally of their deliveries. It also returns the tally if it ends early: with
// the error of a history that cannot be written, an error of Each, or that of ctx.
func Play(ctx context.Context, opt Options) (Tally, error) {
	p := &player{opt: opt, tally: newTally(), start: time.Now(), workers: min(max(opt.Concurrency, 1), max(opt.Leads, 1))}
	workers, ctx := errgroup.WithContext(ctx)
	if opt.Every > 0 {
		workers.Go(func() error { return p.beginEach(ctx, workers) })
	} else {
		for range p.workers {
			workers.Go(func() error { return p.newWorker().run(ctx) })
		}
	}
	err := workers.Wait()
	p.tally.Took = time.Since(p.start)
	return p.tally, err
}

type player struct {
	opt     Options
	start   time.Time
	workers int
	claimed atomic.Int64 // leads that a worker has begun
	mu      sync.Mutex   // guards tally and the callbacks
	tally   Tally
}

func (p *player) newWorker() *playWorker {
	return &playWorker{player: p, source: p.opt.Source(), perEvent: maxBatchTime}
}

// beginEach begins a conversation at each interval of Options.Every, whether others have ended or not. If Options.Concurrency
// conversations are in progress, it waits until one has ended.
func (p *player) beginEach(ctx context.Context, workers *errgroup.Group) error {
	idle := make(chan *playWorker, p.opt.Leads)
	created := 0
	for n := range p.opt.Leads {
		if err := text.Wait(ctx, time.Until(p.start.Add(time.Duration(n)*p.opt.Every))); err != nil {
			return err
		}
		var w *playWorker
		select {
		case w = <-idle:
		default:
		}
		switch {
		case w != nil:
		case p.opt.Concurrency == 0 || created < p.opt.Concurrency:
			w = p.newWorker()
			created++
		default:
			select {
			case w = <-idle:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		workers.Go(func() error {
			defer func() { idle <- w }()
			return w.play(ctx, n)
		})
	}
	return nil
}

func (p *player) leadEnded() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tally.Leads++
	if p.opt.LeadEnded != nil {
		p.opt.LeadEnded()
	}
}

func (p *player) attemptEnded(d history.Delivery) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tally.Deliveries++
	if d.Attempt > 1 {
		p.tally.Retries++
	}
	if p.opt.Each == nil {
		return nil
	}
	return p.opt.Each(d)
}
