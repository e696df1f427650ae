package emitter

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"time"

	"artihook/emitter/history"
	"artihook/emitter/payload"

	"github.com/google/uuid"
)

// Keep says which deliveries of a Bulk go into the history.
type Keep uint8

const (
	KeepAll    Keep = iota // every one, before it leaves and again when its outcome is known
	KeepErrors             // those that failed, once they have: a killed process leaves no trace of what it had under way
	KeepNone
)

// Bulk sends many events to one webhook over a connection of its own, as fast as possible: it formats what they have in
// common once, reuses memory, and records many events together. Events are added to a batch, recorded together while
// the batch before is sent, and sent one by one in their order. It is for one goroutine at a time.
type Bulk struct {
	e         *Emitter
	w         *Webhook
	keep      Keep
	bot       string
	url       string // of the webhook
	conn      *directConn
	stop      func()
	template  *requestTemplate
	encoder   payload.Encoder
	body      []byte
	current   *batch // is being sent
	following *batch // is being filled and recorded meanwhile
}

// batch holds events that are recorded together.
type batch struct {
	events   []pendingEvent
	next     int    // of events
	buf      []byte // the requests, one after the other
	planned  []history.Delivery
	refs     []*history.Delivery // to planned
	planning history.Planning
}

func (b *batch) waiting() int { return len(b.events) - b.next }

func (b *batch) clear() {
	b.events, b.next, b.buf, b.planned, b.refs = b.events[:0], 0, b.buf[:0], b.planned[:0], b.refs[:0]
	b.planning = history.Planning{}
}

// pendingEvent is an event that waits to be sent.
type pendingEvent struct {
	action  payload.Action
	version int
	lead    uuid.UUID
	edition payload.Edition
	seed    uint64
	start   int // of its request in buf
	end     int
}

// BulkOptions say what a Bulk records.
type BulkOptions struct {
	Keep Keep
	Bot  string // for the history
}

// BulkResult is what came of one event of a Bulk.
type BulkResult struct {
	Lead     uuid.UUID
	Action   payload.Action
	Status   int    // 0: no response
	Error    string // one of the names of failures, "" for a complete response
	Reason   string // Error as a plain sentence
	Sent     int    // bytes of the request that have left
	Received int    // bytes of the response that were kept
	Began    time.Time
	Took     time.Duration
	Recorded bool // it is, or will be within 100 ms, in the history
}

// OK reports whether the receiver accepted the event.
func (o *BulkResult) OK() bool { return o.Error == "" && o.Status >= 200 && o.Status < 300 }

// Bulk makes a Bulk for the webhook. The end of ctx ends what is under way. The caller closes it.
func (e *Emitter) Bulk(ctx context.Context, w *Webhook, opt BulkOptions) *Bulk {
	b := &Bulk{
		e: e, w: w, keep: opt.Keep, bot: opt.Bot, url: w.URL.String(),
		conn: newConn(e.client, w.URL), template: newRequestTemplate(w), current: &batch{}, following: &batch{},
	}
	if e.opt.History == nil {
		b.keep = KeepNone
	}
	b.stop = b.conn.cancelOn(ctx)
	return b
}

// Close closes the connection. No event may be unsent or queued.
func (b *Bulk) Close() {
	b.stop()
	b.conn.disconnect()
}

// StopRecording makes Add and Send record nothing from now on. No recorded event may be unsent.
func (b *Bulk) StopRecording() { b.keep = KeepNone }

// Unsent returns how many events of the current batch have not been sent.
func (b *Bulk) Unsent() int { return b.current.waiting() }

// Queued returns how many events the following batch has.
func (b *Bulk) Queued() int { return b.following.waiting() }

// Add encodes an event in the webhook's edition, signs it, and adds it to the following batch.
func (b *Bulk) Add(e *payload.Event, seed uint64) {
	if e.Edition != b.w.Edition {
		other := e.In(b.w.Edition)
		e = &other
	}
	c := b.following
	p := pendingEvent{action: e.Action, lead: e.Lead.ID, version: e.Lead.Version, edition: e.Edition, seed: seed, start: len(c.buf)}
	b.body = b.encoder.AppendJSON(b.body[:0], e)
	c.buf = b.template.append(c.buf, b.body)
	p.end = len(c.buf)
	c.events = append(c.events, p)
}

// Record starts to record the following batch. Nothing may be added to it afterwards.
func (b *Bulk) Record(ctx context.Context) (err error) {
	c := b.following
	if b.keep != KeepAll || len(c.events) == 0 {
		return ctx.Err()
	}
	var lead string
	for i := range c.events {
		if i == 0 || c.events[i].lead != c.events[i-1].lead {
			lead = c.events[i].lead.String()
		}
		d := b.delivery(c, &c.events[i], lead)
		d.Time = b.e.opt.Now()
		c.planned = append(c.planned, d)
	}
	for i := range c.planned {
		c.refs = append(c.refs, &c.planned[i])
	}
	if c.planning, err = b.e.opt.History.PlanAhead(ctx, c.refs); err != nil {
		c.clear()
	}
	return err
}

// Advance waits until the following batch is recorded and makes it the current one. The current batch must have been
// sent. If it returns an error, nothing of the following batch was recorded, and its events are dropped.
func (b *Bulk) Advance(ctx context.Context) error {
	b.current.clear()
	if err := b.following.planning.Wait(ctx); err != nil {
		b.following.clear()
		return err
	}
	b.current, b.following = b.following, b.current
	return nil
}

func (b *Bulk) delivery(from *batch, p *pendingEvent, lead string) history.Delivery {
	return history.Delivery{
		Webhook: b.w.Name, URL: b.url, SignURL: b.template.url, Attempt: 1,
		Event: p.action.Event(), Lead: lead, Version: p.version,
		Scheme: b.w.Scheme.String(), Edition: p.edition.String(), Bot: b.bot, Seed: p.seed,
		RawRequest: from.buf[p.start:p.end],
	}
}

// Send sends the next event. Its error is about this side, as Emitter.Send's: what the receiver or the network did wrong
// is in the result, and so is the end of ctx.
func (b *Bulk) Send(ctx context.Context) (BulkResult, error) {
	n := b.current
	p := &n.events[n.next]
	request := n.buf[p.start:p.end]
	began := time.Now()
	resp := b.conn.exchange(ctx, began.Add(b.e.opt.Timeout), outgoing{raw: request, method: http.MethodPost, close: b.template.close})
	o := BulkResult{
		Lead: p.lead, Action: p.action, Status: resp.status, Sent: resp.sent, Received: len(resp.raw), Began: began, Took: resp.ended.Sub(began),
	}
	if resp.err != nil {
		if ctx.Err() != nil {
			resp.err = ctx.Err()
		}
		f := failureOf(resp.err, b.e.opt.Timeout, len(resp.raw) > 0)
		o.Error, o.Reason = f.name, f.reason
	}
	n.next++
	if b.keep == KeepNone || b.keep == KeepErrors && o.OK() {
		return o, nil
	}
	o.Recorded = true
	if b.keep == KeepErrors {
		return o, b.recordLate(ctx, p, &o, resp)
	}
	return o, b.finish(ctx, &n.planned[n.next-1], &o, resp)
}

// recordLate puts a delivery that failed into the history. It has ended, so that ctx does not count any more.
func (b *Bulk) recordLate(ctx context.Context, p *pendingEvent, o *BulkResult, resp response) error {
	ctx = context.WithoutCancel(ctx)
	d := b.delivery(b.current, p, p.lead.String())
	d.Time = b.e.opt.Now().Add(-o.Took)
	if err := b.e.opt.History.Plan(ctx, []*history.Delivery{&d}); err != nil {
		return err
	}
	return b.finish(ctx, &d, o, resp)
}

// finish records the outcome. A plain response without the secret is kept as it came. Any other is parsed first, because
// chunks may hold a part of the secret each.
func (b *Bulk) finish(ctx context.Context, d *history.Delivery, o *BulkResult, resp response) error {
	d.Duration = o.Took.Truncate(time.Microsecond)
	if resp.err == nil && !resp.truncated && resp.plain && bytes.Equal(b.w.Secret.Redact(resp.raw), resp.raw) {
		d.Status, d.RawResponse = o.Status, resp.raw
	} else {
		b.e.outcome(d, resp, b.w.Secret)
	}
	return b.e.opt.History.Finish(context.WithoutCancel(ctx), d)
}

// Withdraw removes all events that were recorded and not sent from the history. It works after ctx has ended.
func (b *Bulk) Withdraw(ctx context.Context) error {
	left := slices.Clone(b.current.refs[min(b.current.next, len(b.current.refs)):])
	if b.following.planning.Wait(ctx) == nil {
		left = append(left, b.following.refs...)
	}
	b.current.clear()
	b.following.clear()
	return b.e.Withdraw(ctx, left)
}
