package emitter

import (
	"bytes"
	"context"
	"iter"
	"net/http"
	"slices"
	"time"

	"artihook/emitter/history"
	"artihook/emitter/payload"

	"github.com/google/uuid"
)

// Bulk sends many events to one webhook over a connection of its own, as fast as possible. It formats the common parts of
// the requests once, reuses memory, and records many events in one transaction. It is for one goroutine at a time.
type Bulk struct {
	e         *Emitter
	w         *Webhook
	opt       BulkOptions
	url       string // of the webhook
	proxy     string // for the history
	conn      *directConn
	stop      func()
	template  *requestTemplate
	encoder   payload.Encoder
	body      []byte
	current   *batch // is being sent
	following *batch // is being recorded meanwhile
}

// BulkOptions say which deliveries of a Bulk are recorded. The zero value records none.
type BulkOptions struct {
	Bot string // for the history

	// RecordAhead records every delivery before it is sent, and its outcome afterwards.
	RecordAhead bool
	// Record reports whether to record a delivery that has ended. nil, and an Emitter without a history, record none.
	// It is not called with RecordAhead.
	Record func(*BulkResult) bool
}

// BulkResult is the outcome of one event of a Bulk.
type BulkResult struct {
	Lead     uuid.UUID
	Action   payload.Action
	Status   int    // 0: no response
	Error    string // the name of the failure; "" for a complete response
	Reason   string // a sentence about Error
	Sent     int    // bytes of the request that were sent
	Received int    // bytes of the response, as far as they are recorded
	Began    time.Time
	Took     time.Duration
	Recorded bool // the history has the delivery, or will have it within 100 ms
}

// OK reports whether the receiver accepted the event.
func (r *BulkResult) OK() bool { return r.Error == "" && r.Status >= 200 && r.Status < 300 }

// batch holds events that are recorded in one transaction.
type batch struct {
	events   []pendingEvent
	next     int    // index in events
	buf      []byte // the requests, one after the other
	planned  []history.Delivery
	refs     []*history.Delivery // to planned
	planning history.Planning
}

func (b *batch) clear() {
	b.events, b.next, b.buf, b.planned, b.refs = b.events[:0], 0, b.buf[:0], b.planned[:0], b.refs[:0]
	b.planning = history.Planning{}
}

// pendingEvent is an event that waits to be sent.
type pendingEvent struct {
	action     payload.Action
	version    int
	lead       uuid.UUID
	edition    payload.Edition
	seed       uint64
	start, end int // of its request in buf
}

// Bulk returns a Bulk for the webhook. The end of ctx cancels the delivery in flight. The caller must call Close.
func (e *Emitter) Bulk(ctx context.Context, w *Webhook, opt BulkOptions) *Bulk {
	b := &Bulk{
		e: e, w: w, opt: opt, url: w.URL.String(),
		proxy: e.proxyName(w.URL.String()),
		conn:  newConn(e.client, w.origin()), template: newRequestTemplate(w), current: &batch{}, following: &batch{},
	}
	if e.opt.History == nil {
		b.opt.RecordAhead, b.opt.Record = false, nil
	}
	b.stop = b.conn.cancelOn(ctx)
	return b
}

// Close closes the connection. It removes the deliveries that were recorded and not sent from the history, also after ctx
// has ended. It must be called once.
func (b *Bulk) Close(ctx context.Context) error {
	b.stop()
	b.conn.disconnect()
	unsent := slices.Clone(b.current.refs[min(b.current.next, len(b.current.refs)):])
	if b.following.planning.Wait(ctx) == nil {
		unsent = append(unsent, b.following.refs...)
	}
	return b.e.Withdraw(ctx, unsent)
}

// Next reports whether Send has an event to send. After the last event of a batch, Next takes the next batch from events,
// which yields events with the seeds of their visitors and is called again for each batch. With RecordAhead, Next returns
// when the batch is recorded, and takes and starts to record the batch after it too. After an error, the batch is dropped
// and not recorded.
func (b *Bulk) Next(ctx context.Context, events iter.Seq2[*payload.Event, uint64]) (bool, error) {
	if b.current.next < len(b.current.events) {
		return true, nil
	}
	if len(b.following.events) == 0 {
		if err := b.prepare(ctx, events); err != nil {
			return false, err
		}
	}
	b.current.clear()
	if err := b.following.planning.Wait(ctx); err != nil {
		b.following.clear()
		return false, err
	}
	b.current, b.following = b.following, b.current
	if b.opt.RecordAhead {
		if err := b.prepare(ctx, events); err != nil {
			return false, err
		}
	}
	return len(b.current.events) > 0, nil
}

// prepare fills the following batch and, with RecordAhead, starts to record it.
func (b *Bulk) prepare(ctx context.Context, events iter.Seq2[*payload.Event, uint64]) (err error) {
	for event, seed := range events {
		b.add(event, seed)
	}
	f := b.following
	if !b.opt.RecordAhead || len(f.events) == 0 {
		return ctx.Err()
	}
	var lead string
	for i := range f.events {
		if i == 0 || f.events[i].lead != f.events[i-1].lead {
			lead = f.events[i].lead.String()
		}
		d := b.delivery(f, &f.events[i], lead)
		d.Time = b.e.opt.Now()
		f.planned = append(f.planned, d)
	}
	for i := range f.planned {
		f.refs = append(f.refs, &f.planned[i])
	}
	if f.planning, err = b.e.opt.History.PlanAhead(ctx, f.refs); err != nil {
		f.clear()
	}
	return err
}

// add encodes an event in the webhook's edition, signs it, and adds it to the following batch.
func (b *Bulk) add(e *payload.Event, seed uint64) {
	if e.Edition != b.w.Edition {
		other := e.In(b.w.Edition)
		e = &other
	}
	f := b.following
	p := pendingEvent{action: e.Action, lead: e.Lead.ID, version: e.Lead.Version, edition: e.Edition, seed: seed, start: len(f.buf)}
	b.body = b.encoder.AppendJSON(b.body[:0], e)
	f.buf = b.template.append(f.buf, b.body)
	p.end = len(f.buf)
	f.events = append(f.events, p)
}

func (b *Bulk) delivery(from *batch, p *pendingEvent, lead string) history.Delivery {
	return history.Delivery{
		Webhook: b.w.Name, URL: b.url, SignURL: b.template.url, Attempt: 1,
		Event: p.action.Event(), Lead: lead, Version: p.version,
		Scheme: b.w.Scheme.String(), Edition: p.edition.String(), Bot: b.opt.Bot, Seed: p.seed,
		Source: b.e.opt.Source, Tampered: b.template.tampered, Proxy: b.proxy,
		RawRequest: from.buf[p.start:p.end],
	}
}

// Send sends the event that Next has prepared. Failures of the receiver and of the network, and the end of ctx, are in the
// result. The error is that of a history that cannot be written.
func (b *Bulk) Send(ctx context.Context) (BulkResult, error) {
	c := b.current
	p := &c.events[c.next]
	began := time.Now()
	resp := b.conn.exchange(ctx, began.Add(b.e.opt.Timeout), outgoing{raw: c.buf[p.start:p.end], method: http.MethodPost, close: b.template.close})
	r := BulkResult{
		Lead: p.lead, Action: p.action, Status: resp.status, Sent: resp.sent, Received: len(resp.raw), Began: began, Took: resp.ended.Sub(began),
	}
	if resp.err != nil {
		if ctx.Err() != nil {
			resp.err = ctx.Err()
		}
		f := failureOf(resp.err, b.e.opt.Timeout, len(resp.raw) > 0)
		r.Error, r.Reason = f.name, f.reason
	}
	c.next++
	if b.opt.RecordAhead {
		r.Recorded = true
		return r, b.finish(ctx, &c.planned[c.next-1], &r, resp)
	}
	if b.opt.Record == nil || !b.opt.Record(&r) {
		return r, nil
	}
	r.Recorded = true
	return r, b.recordEnded(ctx, p, &r, resp)
}

// recordEnded records a delivery that has ended, also after ctx has ended.
func (b *Bulk) recordEnded(ctx context.Context, p *pendingEvent, r *BulkResult, resp response) error {
	ctx = context.WithoutCancel(ctx)
	d := b.delivery(b.current, p, p.lead.String())
	d.Time = b.e.opt.Now().Add(-r.Took)
	if err := b.e.opt.History.Plan(ctx, []*history.Delivery{&d}); err != nil {
		return err
	}
	return b.finish(ctx, &d, r, resp)
}

// finish records the outcome. It stores a response without chunks and without the secret as it was received. Other
// responses are parsed first, because the secret can be split between chunks.
func (b *Bulk) finish(ctx context.Context, d *history.Delivery, r *BulkResult, resp response) error {
	d.Duration = r.Took.Truncate(time.Microsecond)
	if resp.err == nil && !resp.truncated && resp.plain && bytes.Equal(b.w.Secret.Redact(resp.raw), resp.raw) {
		d.Status, d.RawResponse = r.Status, resp.raw
	} else {
		b.e.outcome(d, resp, b.w.Secret)
	}
	return b.e.opt.History.Finish(context.WithoutCancel(ctx), d)
}
