package history

import (
	"context"
	"fmt"
	"time"

	"artihook/emitter/exchange"
)

// intent is a delivery before it is sent, ready to be written.
type intent struct {
	time             time.Time
	lead             string
	setting          setting
	event            string
	version, attempt int
	seed             uint64
	request          []byte
	origin           origin

	// The numbers of its rows, which the writer sets.
	id, leadID, settingID int64 // leadID is 0 for none
}

// origin is the origin of a delivery; most have none.
type origin struct {
	scenario, step string
	resendOf       int64
}

// outcome is the outcome of a delivery. Its response is a copy: the sender continues
// while the outcome is in the queue.
type outcome struct {
	id            int64
	status        int
	duration      time.Duration
	truncated     bool
	error, reason string
	response      []byte
}

// setting is what deliveries to one webhook have in common.
type setting struct {
	webhook, url, signURL, scheme, edition, bot string
	source, tampered, proxy                     string
}

// Plan commits the intent to send these deliveries, all of them or none, sets the ID
// and the state Planned of each, and returns when they are on the disk. Each needs a
// Time, and a Request or a RawRequest. Bulk senders plan up to 256 at once.
//
// After an error nothing has been recorded. ctx has no effect once the writer has
// taken the deliveries.
func (s *Store) Plan(ctx context.Context, deliveries []*Delivery) error {
	p, err := s.plan(ctx, deliveries, false)
	if err != nil {
		return err
	}
	return p.Wait(ctx)
}

// Planning is a PlanAhead in progress.
type Planning struct {
	store      *Store
	job        *job // nil if there is nothing to wait for
	deliveries []*Delivery
}

// PlanAhead starts a Plan, so that the caller can send other deliveries meanwhile.
// These deliveries must not be sent or changed before Wait has returned.
func (s *Store) PlanAhead(ctx context.Context, deliveries []*Delivery) (Planning, error) {
	return s.plan(ctx, deliveries, true)
}

func (s *Store) plan(ctx context.Context, deliveries []*Delivery, ahead bool) (Planning, error) {
	if err := ctx.Err(); err != nil || len(deliveries) == 0 {
		return Planning{}, err
	}
	j := &job{intents: make([]intent, len(deliveries)), done: make(chan error, 1), ahead: ahead}
	for i, d := range deliveries {
		if d.Time.IsZero() {
			return Planning{}, fmt.Errorf("planning a delivery to %q: it has no time", d.URL)
		}
		j.intents[i] = newIntent(d)
	}
	if s.writer == nil {
		return Planning{}, s.notForWriting()
	}
	return Planning{s, j, deliveries}, s.writer.enqueue(ctx, j)
}

// Wait returns when the deliveries are on the disk. It makes the writer commit if that
// is waiting for more. Call Wait exactly once, even if ctx is done. After an error
// nothing has been recorded.
func (p Planning) Wait(ctx context.Context) error {
	if p.job == nil {
		return nil
	}
	if p.job.ahead && len(p.job.done) == 0 {
		if err := p.store.writer.enqueue(ctx, &job{flushes: p.job}); err != nil && p.job.claimed.CompareAndSwap(false, true) {
			return err
		}
	}
	if err := p.store.await(ctx, p.job); err != nil {
		return err
	}
	for i, d := range p.deliveries {
		d.ID = p.job.first + int64(i)
		d.State = Planned
	}
	return nil
}

func newIntent(d *Delivery) intent {
	raw := d.RawRequest
	if raw == nil {
		raw = d.Request.AppendRaw(nil)
	}
	return intent{
		time: d.Time, lead: d.Lead,
		setting: setting{d.Webhook, d.URL, d.SignURL, d.Scheme, d.Edition, d.Bot, d.Source, d.Tampered, d.Proxy},
		event:   d.Event, version: d.Version, attempt: d.Attempt, seed: d.Seed,
		request: raw, origin: origin{d.Scenario, d.Step, d.ResendOf},
	}
}

// Withdraw removes planned deliveries that will not be sent, and returns when they are
// removed. Their numbers are not used again. Do not withdraw deliveries that may have
// been sent.
func (s *Store) Withdraw(ctx context.Context, deliveries []*Delivery) error {
	j := &job{done: make(chan error, 1)}
	for _, d := range deliveries {
		if d.ID <= 0 || d.State != Planned {
			return fmt.Errorf("withdrawing a delivery to %q: it is not planned", d.URL)
		}
		j.withdrawn = append(j.withdrawn, d.ID)
	}
	if len(deliveries) == 0 {
		return ctx.Err()
	}
	return s.submit(ctx, j)
}

// Finish records the outcome of a planned delivery: Status, Error, Reason, Duration
// and the response. It may return before the commit, which follows at once, or within
// 100 ms while many deliveries are being recorded. The delivery may be changed when
// Finish has returned. If an outcome could not be written, later calls and Close
// return the error. ctx has an effect only while the queue is full.
func (s *Store) Finish(ctx context.Context, d *Delivery) error {
	if d.ID <= 0 {
		return fmt.Errorf("finishing a delivery to %q: it has not been planned", d.URL)
	}
	j := &job{outcome: newOutcome(d)}
	if len(j.outcome.response) > largeResponse {
		j.done = make(chan error, 1)
	}
	if err := s.submit(ctx, j); err != nil {
		return err
	}
	d.State = Done
	return nil
}

func newOutcome(d *Delivery) *outcome {
	o := &outcome{
		id: d.ID, status: d.Status, duration: d.Duration,
		error: d.Error, reason: d.Reason,
	}
	switch {
	case d.RawResponse != nil:
		n := min(len(d.RawResponse), maxRawResponse)
		o.response = append([]byte(nil), d.RawResponse[:n]...)
		o.truncated = n < len(d.RawResponse)
	case d.Response != nil:
		o.response = d.Response.AppendRaw(nil)
	}
	if d.Response != nil {
		o.truncated = o.truncated || d.Response.Truncated
	}
	return o
}

// maxRawResponse is the limit for a stored response, in bytes: the longest body and a
// large head.
const maxRawResponse = exchange.MaxBody + exchange.MaxBody/4

// Flush returns when everything that was finished before is committed.
func (s *Store) Flush(ctx context.Context) error {
	if s.writer == nil {
		return ctx.Err()
	}
	return s.submit(ctx, &job{done: make(chan error, 1)})
}

// submit puts a job into the queue and, if it has a done channel, waits for it.
func (s *Store) submit(ctx context.Context, j *job) error {
	if s.writer == nil {
		return s.notForWriting()
	}
	if err := s.writer.enqueue(ctx, j); err != nil || j.done == nil {
		return err
	}
	return s.await(ctx, j)
}

func (s *Store) notForWriting() error {
	return &Error{Op: "writing", Path: s.path, Reason: "it is open for reading only", Err: errClosed}
}

// await waits for a job that is in the queue.
func (s *Store) await(ctx context.Context, j *job) error {
	var err error
	select {
	case err = <-j.done:
	case <-ctx.Done():
		if j.outcome != nil {
			return nil // it is in the queue and will be written
		}
		if j.claimed.CompareAndSwap(false, true) {
			return ctx.Err()
		}
		err = <-j.done
	}
	if err == nil {
		err = s.writer.failure()
	}
	return err
}

// enqueue puts a job into the queue. If the queue is full, it waits until ctx is done. It
// ignores ctx otherwise, so that outcomes are recorded during a shutdown too.
func (w *writer) enqueue(ctx context.Context, j *job) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return &Error{Op: "writing", Path: w.store.path, Reason: "it has been closed", Err: errClosed}
	}
	if err := w.failure(); err != nil {
		return err
	}
	select {
	case w.jobs <- j:
		return nil
	default:
	}
	select {
	case w.jobs <- j:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
