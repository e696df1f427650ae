package traffic

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"artihook/emitter"
	"artihook/emitter/payload"
	"artihook/emitter/text"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
)

const (
	// DefaultConnections is how many connections a load without a rate uses.
	DefaultConnections = 16
	// DefaultLimit is how many connections a load with a rate opens at most, when responses are late.
	DefaultLimit = 256

	// maxBatch is how many deliveries are recorded together at most, by all workers of a play or for one connection of a load.
	maxBatch = 256
	// maxQueued is the limit for all connections of a load together. With fewer, the transactions of the history are not full.
	maxQueued = 512
	// maxBatchTime bounds how long a recorded delivery waits until it is sent, as far as that can be estimated.
	maxBatchTime = 100 * time.Millisecond
	// grace is how long requests in flight may still take when a load is interrupted.
	grace = 2 * time.Second
)

// Recording selects the deliveries of a load that are recorded.
type Recording uint8

const (
	// RecordAll records every delivery before it is sent, and its outcome afterwards.
	RecordAll Recording = iota
	// RecordErrors records the deliveries that failed, when they have ended. The history of a killed process has none of
	// those in flight.
	RecordErrors
	RecordNone
)

// LoadOptions configure a load.
type LoadOptions struct {
	Emitter *emitter.Emitter
	Webhook *emitter.Webhook // gets the events that it wants, in its edition
	Source  func() Source    // called once for each connection

	// Rate is an open model: each event has a scheduled time, which does not depend on the events before it. 0 is a closed
	// model: each connection sends its next event when it has the response to the last one.
	Rate        Rate
	Ramp        time.Duration // while the rate, or the number of connections, grows from 0
	Duration    time.Duration // nothing is sent after this time; 0 is no limit
	Leads       int           // how many conversations; 0 is no limit
	Concurrency int           // connections, with a Rate at most; 0 is DefaultConnections or DefaultLimit
	Record      Recording
	MaxErrors   int              // how many deliveries RecordErrors records at most; 0 is no limit
	Bot         string           // for the history
	Now         func() time.Time // the clock of the payloads; nil is time.Now

	// Tick, if not nil, is called about once a second with the results since the last call.
	Tick func(Point)

	every time.Duration // between two points; 0 is a second
}

func (o LoadOptions) withDefaults() LoadOptions {
	if o.Concurrency == 0 {
		o.Concurrency = DefaultConnections
		if o.Rate > 0 {
			o.Concurrency = DefaultLimit
		}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.every == 0 {
		o.every = time.Second
	}
	return o
}

// Load sends the events of many leads and measures the responses. The events of a lead are sent in order over one
// connection. Load also returns the report if it ends early: with the error of a history that cannot be written, or with
// that of ctx. When ctx ends, requests in flight have two seconds to complete.
func Load(ctx context.Context, opt LoadOptions) (*LoadReport, error) {
	opt = opt.withDefaults()
	requests, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })()
	group, sending := errgroup.WithContext(ctx)
	l := &load{opt: opt, requests: requests, sending: sending, group: group, measure: newMeasure(opt.every, opt.Tick)}
	l.schedule = schedule{opt.Rate, opt.Ramp}
	stop := l.measure.begin()
	l.start = l.measure.start
	first := opt.Concurrency
	if opt.Rate > 0 {
		first = 1
		l.idle.Store(1)
	}
	for range first {
		l.addWorker()
	}
	err := group.Wait()
	stop()
	if err == nil {
		err = ctx.Err()
	}
	return l.report(), err
}

type load struct {
	opt      LoadOptions
	sending  context.Context // its end stops the sending of new requests
	requests context.Context // its end cancels the requests in flight
	group    *errgroup.Group
	schedule schedule
	start    time.Time
	measure  *measure

	slots  atomic.Int64 // slots of the schedule that a worker has taken
	leads  atomic.Int64 // leads that a worker has begun to generate
	sent   atomic.Int64 // leads of which an event was sent
	opened atomic.Int64 // connections
	idle   atomic.Int64 // connections of an open load that can take the next slot, or will soon
	failed atomic.Int64 // deliveries, with RecordErrors
}

// addWorker opens one more connection, and reports false at the limit.
func (l *load) addWorker() bool {
	n := l.opened.Add(1)
	if n > int64(l.opt.Concurrency) {
		l.opened.Add(-1)
		return false
	}
	l.group.Go(func() error { return l.work(int(n - 1)) })
	return true
}

// work sends events over a connection of its own until the load ends.
func (l *load) work(number int) error {
	if l.opt.Rate == 0 && l.opt.Ramp > 0 {
		if text.Wait(l.sending, l.opt.Ramp*time.Duration(number)/time.Duration(l.opt.Concurrency)) != nil {
			return nil
		}
	}
	opt := emitter.BulkOptions{Bot: l.opt.Bot, RecordAhead: l.opt.Record == RecordAll}
	if l.opt.Record == RecordErrors {
		opt.Record = func(r *emitter.BulkResult) bool {
			return !r.OK() && (l.failed.Add(1) <= int64(l.opt.MaxErrors) || l.opt.MaxErrors == 0)
		}
	}
	w := &loadWorker{load: l, source: l.opt.Source(), perEvent: maxBatchTime, bulk: l.opt.Emitter.Bulk(l.requests, l.opt.Webhook, opt)}
	err := w.run()
	return errors.Join(err, w.bulk.Close(l.requests))
}

// ended reports whether nothing is sent at that time.
func (l *load) ended(at time.Time) bool {
	return l.sending.Err() != nil || l.opt.Duration > 0 && at.Sub(l.start) >= l.opt.Duration
}

type loadWorker struct {
	load         *load
	bulk         *emitter.Bulk
	source       Source
	conversation Conversation  // the current one; nil is none
	perEvent     time.Duration // moving average of the time for one event, with the wait for its slot
	last         time.Time     // the last response
	lead         uuid.UUID     // of the last event
	sent         bool          // there was an event
	ready        bool          // it has taken its first slot
}

func (w *loadWorker) run() error {
	l := w.load
	w.last = time.Now()
	for !l.ended(w.last) {
		more, err := w.bulk.Next(l.sending, w.batch)
		if err != nil || !more {
			return ignoreEnd(l.sending, err)
		}
		due, ok := w.nextSlot()
		if !ok {
			return nil
		}
		l.measure.inFlight.Add(1)
		r, err := w.bulk.Send(l.requests)
		l.measure.inFlight.Add(-1)
		w.count(&r, due)
		if err != nil {
			return err
		}
	}
	return nil
}

// count adds the result of an event.
func (w *loadWorker) count(r *emitter.BulkResult, due time.Time) {
	l := w.load
	now := r.Began.Add(r.Took)
	w.perEvent += (now.Sub(w.last) - w.perEvent) / 8
	w.last = now
	l.measure.add(r, due)
	if !w.sent || r.Lead != w.lead {
		w.lead, w.sent = r.Lead, true
		l.sent.Add(1)
	}
}

// ignoreEnd returns nil for the error of a recording that was not started because the load has ended.
func ignoreEnd(ctx context.Context, err error) error {
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		return nil
	}
	return err
}

// batch yields the events that are recorded together, with the seeds of their visitors.
func (w *loadWorker) batch(yield func(*payload.Event, uint64) bool) {
	for left := w.batchSize(); left > 0; {
		if w.conversation == nil && !w.nextConversation() {
			return
		}
		event := w.conversation.Next()
		if event == nil {
			w.conversation = nil
			continue
		}
		if w.load.opt.Webhook.Wants(event.Action) {
			left--
			if !yield(event, w.conversation.Seed()) {
				return
			}
		}
	}
}

// batchSize returns how many events are recorded together. An event that is not recorded is generated just before it is sent.
func (w *loadWorker) batchSize() int {
	if w.load.opt.Record != RecordAll {
		return 1
	}
	share := maxQueued / max(w.load.opened.Load(), 1)
	return int(max(1, min(share, maxBatch, int64(maxBatchTime/max(w.perEvent, time.Microsecond)))))
}

// nextConversation begins the next conversation, and reports false if there is none.
func (w *loadWorker) nextConversation() bool {
	n := w.load.leads.Add(1) - 1
	if limit := w.load.opt.Leads; limit > 0 && n >= int64(limit) || w.load.sending.Err() != nil {
		w.load.leads.Add(-1)
		return false
	}
	w.conversation = w.source(uint64(n), w.load.opt.Now())
	return true
}

// nextSlot waits for the scheduled time of the next event and returns it. In a closed load, that is now (the zero time). If
// no other connection can take the slot after it in time, nextSlot opens one.
func (w *loadWorker) nextSlot() (due time.Time, ok bool) {
	l := w.load
	if l.opt.Rate == 0 {
		return time.Time{}, true
	}
	if !w.ready {
		w.ready = true
		l.idle.Add(-1)
	}
	due = l.start.Add(l.schedule.due(l.slots.Add(1) - 1))
	if l.ended(due) {
		return due, false
	}
	if left := time.Until(due); left > 0 {
		l.idle.Add(1)
		err := text.Wait(l.sending, left)
		l.idle.Add(-1)
		if err != nil {
			return due, false
		}
	}
	if l.idle.Load() == 0 {
		l.idle.Add(1) // the new connection, until it takes its first slot
		if !l.addWorker() {
			l.idle.Add(-1)
		}
	}
	return due, true
}
