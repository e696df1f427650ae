package traffic

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"artihook/emitter"
	"artihook/emitter/text"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
)

const (
	// DefaultConnections is how many connections carry a load whose rate is not given.
	DefaultConnections = 16
	// DefaultLimit is how many connections a load of a given rate opens at most when answers are late.
	DefaultLimit = 256

	// maxBatch deliveries are recorded before the first of them leaves, over all of a play or for one connection of a load.
	maxBatch = 256
	// maxQueued is that of all connections of a load: fewer would not fill the history's transactions.
	maxQueued = 512
	// maxBatchTime bounds how long a recorded delivery waits for its turn, as far as that can be told.
	maxBatchTime = 100 * time.Millisecond
	// grace is how long those who are under way may still be answered when a load is interrupted.
	grace = 2 * time.Second
)

// LoadOptions say how to load a receiver.
type LoadOptions struct {
	Emitter *emitter.Emitter
	Webhook *emitter.Webhook // gets the events that it wants, in its own edition
	Source  func() Source    // called once for each connection

	// Rate is an open model: each event has a time of its own at which it is to leave, whatever became of those before
	// it. 0 is a closed model: each connection sends its next event when it has the answer to the last.
	Rate        Rate
	Ramp        time.Duration // over which the rate, or the number of connections, grows from nothing
	Duration    time.Duration // after which nothing more leaves; 0 is no end
	Leads       int           // after as many conversations nothing more leaves; 0 is no end
	Concurrency int           // connections, with a Rate at most; 0 is DefaultConnections or DefaultLimit
	Keep        emitter.Keep
	KeepErrors  int              // with emitter.KeepErrors, how many are recorded at most; 0 is all
	Bot         string           // for the history
	Now         func() time.Time // the clock of the payloads; nil is time.Now

	// Tick, if not nil, is called about once a second with what came in since the last call.
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

// Load sends the events of many leads, each lead's in their order over one connection, and measures what comes back. It
// gives the report also when it ends early: with the error of a history that cannot be written, or with that of ctx,
// whose end leaves those under way two seconds for their answers.
func Load(ctx context.Context, opt LoadOptions) (*LoadReport, error) {
	opt = opt.withDefaults()
	hard, release := context.WithCancel(context.WithoutCancel(ctx))
	defer release()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(grace, release) })()
	group, soft := errgroup.WithContext(ctx)
	l := &load{opt: opt, hard: hard, soft: soft, group: group, measure: newMeasure(opt.every, opt.Tick)}
	l.schedule = schedule{opt.Rate, opt.Ramp}
	stop := l.measure.begin()
	l.start = l.measure.start
	first := opt.Concurrency
	if opt.Rate > 0 {
		first = 1
		l.idle.Store(1)
	}
	for range first {
		l.grow()
	}
	err := group.Wait()
	stop()
	if err == nil {
		err = ctx.Err()
	}
	return l.report(), err
}

type load struct {
	opt        LoadOptions
	soft, hard context.Context // the end of soft ends the sending, that of hard the waiting for answers
	group      *errgroup.Group
	schedule   schedule
	start      time.Time
	measure    *measure

	slots  atomic.Int64 // of the schedule that somebody has taken
	leads  atomic.Int64 // that somebody has begun to make
	sent   atomic.Int64 // leads of which something has left
	opened atomic.Int64 // connections
	idle   atomic.Int64 // connections of an open load that can take the next slot, or soon will
	kept   atomic.Int64 // deliveries that went into the history
}

// grow opens one more connection, up to the limit.
func (l *load) grow() bool {
	n := l.opened.Add(1)
	if n > int64(l.opt.Concurrency) {
		l.opened.Add(-1)
		return false
	}
	l.group.Go(func() error { return l.work(int(n - 1)) })
	return true
}

// work sends events over a connection of its own until there is nothing more to send.
func (l *load) work(number int) error {
	w := &loadWorker{load: l, source: l.opt.Source(), perEvent: maxBatchTime}
	w.bulk = l.opt.Emitter.Bulk(l.hard, l.opt.Webhook, emitter.BulkOptions{Keep: l.opt.Keep, Bot: l.opt.Bot})
	defer w.bulk.Close()
	if l.opt.Rate == 0 && l.opt.Ramp > 0 {
		if text.Wait(l.soft, l.opt.Ramp*time.Duration(number)/time.Duration(l.opt.Concurrency)) != nil {
			return nil
		}
	}
	err := w.run()
	return errors.Join(err, w.bulk.Withdraw(l.hard))
}

// ended reports whether nothing more is to leave at that time.
func (l *load) ended(at time.Time) bool {
	return l.soft.Err() != nil || l.opt.Duration > 0 && at.Sub(l.start) >= l.opt.Duration
}

type loadWorker struct {
	load         *load
	bulk         *emitter.Bulk
	source       Source
	conversation Conversation  // that goes on; nil is none
	perEvent     time.Duration // about how long one takes, waiting for its time included
	last         time.Time     // when the last event was answered
	lead         uuid.UUID     // whose it was
	sent         bool          // there was one
	ready        bool          // it has asked for its first turn
}

func (w *loadWorker) run() error {
	l := w.load
	w.last = time.Now()
	for {
		if w.bulk.Unsent() == 0 {
			if more, err := w.advance(); err != nil || !more {
				return err
			}
		}
		due, ok := w.nextSlot()
		if !ok {
			return nil
		}
		l.measure.inFlight.Add(1)
		o, err := w.bulk.Send(l.hard)
		l.measure.inFlight.Add(-1)
		w.note(&o, due)
		if err != nil {
			return err
		}
	}
}

// advance goes on to the next batch; false is when there is none. Where batches are recorded, the one after it is made
// before it is sent, so that the history has the time in which it is sent.
func (w *loadWorker) advance() (more bool, err error) {
	l := w.load
	if l.ended(w.last) {
		return false, nil
	}
	if l.keptEnough() {
		w.bulk.StopRecording()
	}
	if w.bulk.Queued() == 0 {
		err = w.prepare()
	}
	if err == nil {
		err = w.bulk.Advance(l.soft)
	}
	if err == nil && l.opt.Keep == emitter.KeepAll {
		err = w.prepare()
	}
	return w.bulk.Unsent() > 0, unlessOver(l.soft, err)
}

// prepare makes a batch and begins to record it.
func (w *loadWorker) prepare() error {
	w.fill()
	return w.bulk.Record(w.load.soft)
}

func (w *loadWorker) note(o *emitter.BulkResult, due time.Time) {
	l := w.load
	now := o.Began.Add(o.Took)
	w.perEvent += (now.Sub(w.last) - w.perEvent) / 8
	w.last = now
	l.measure.add(o, due)
	if o.Recorded {
		l.kept.Add(1)
	}
	if !w.sent || o.Lead != w.lead {
		w.lead, w.sent = o.Lead, true
		l.sent.Add(1)
	}
}

func (l *load) keptEnough() bool {
	return l.opt.Keep == emitter.KeepErrors && l.opt.KeepErrors > 0 && l.kept.Load() >= int64(l.opt.KeepErrors)
}

// unlessOver drops the error of a recording that was not begun because the load has ended.
func unlessOver(ctx context.Context, err error) error {
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		return nil
	}
	return err
}

// fill makes the events of the next batch, none when there are no more.
func (w *loadWorker) fill() {
	for ahead := w.batchSize(); w.bulk.Queued() < ahead; {
		if w.conversation == nil && !w.nextConversation() {
			return
		}
		event := w.conversation.Next()
		if event == nil {
			w.conversation = nil
		} else if w.load.opt.Webhook.Wants(event.Action) {
			w.bulk.Add(event, w.conversation.Seed())
		}
	}
}

// batchSize gives how many events are recorded together. Where nothing is, each is made when its turn has come.
func (w *loadWorker) batchSize() int {
	if w.load.opt.Keep != emitter.KeepAll {
		return 1
	}
	share := maxQueued / max(w.load.opened.Load(), 1)
	return int(max(1, min(share, maxBatch, int64(maxBatchTime/max(w.perEvent, time.Microsecond)))))
}

// nextConversation begins the next conversation.
func (w *loadWorker) nextConversation() bool {
	n := w.load.leads.Add(1) - 1
	if limit := w.load.opt.Leads; limit > 0 && n >= int64(limit) || w.load.soft.Err() != nil {
		w.load.leads.Add(-1)
		return false
	}
	w.conversation = w.source(uint64(n), w.load.opt.Now())
	return true
}

// nextSlot waits for the time at which the next event is to leave, and gives it. In a closed load that is now. Where nobody
// is left who could take the turn after it in time, one more connection is opened, one after the other.
func (w *loadWorker) nextSlot() (due time.Time, ok bool) {
	l := w.load
	if l.opt.Rate == 0 {
		return time.Time{}, !l.ended(w.last)
	}
	if !w.ready {
		w.ready = true
		l.idle.Add(-1)
	}
	due = l.start.Add(l.schedule.due(l.slots.Add(1) - 1))
	if l.ended(due) {
		return due, false
	}
	ok = true
	if left := time.Until(due); left > 0 {
		l.idle.Add(1)
		ok = text.Wait(l.soft, left) == nil
		l.idle.Add(-1)
	}
	if ok && l.idle.Load() == 0 {
		l.idle.Add(1) // the new one, from now until its first turn
		if !l.grow() {
			l.idle.Add(-1)
		}
	}
	return due, ok
}
