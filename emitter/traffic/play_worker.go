package traffic

import (
	"context"
	"errors"
	"time"

	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/payload"
	"artihook/emitter/text"
)

// playWorker plays one conversation at a time.
type playWorker struct {
	*player
	source   Source
	perEvent time.Duration // moving average of the time that one delivery takes
}

// plannedDelivery is a delivery that is ready to be recorded and sent.
type plannedDelivery struct {
	webhook *emitter.Webhook
	planned history.Delivery
}

// run plays conversations until all leads are claimed.
func (p *playWorker) run(ctx context.Context) error {
	for {
		n := p.claimed.Add(1) - 1
		if n >= int64(p.opt.Leads) {
			return nil
		}
		if err := p.play(ctx, int(n)); err != nil {
			return err
		}
	}
}

// play plays the conversation of lead number n.
func (p *playWorker) play(ctx context.Context, n int) error {
	at := p.opt.now()
	if err := p.playConversation(ctx, p.source(uint64(n), at), at); err != nil {
		return err
	}
	p.leadEnded()
	return nil
}

func (p *playWorker) playConversation(ctx context.Context, c Conversation, at time.Time) error {
	began := time.Now()
	var batch []plannedDelivery
	size := p.batchSize()
	for first := true; ; first = false {
		event := c.Next()
		if event == nil {
			return p.send(ctx, batch)
		}
		if err := p.pause(ctx, event, first, at, began); err != nil {
			return err
		}
		if batch = p.fanOut(batch, event, c.Seed()); len(batch) < size {
			continue
		}
		if err := p.send(ctx, batch); err != nil {
			return err
		}
		batch, size = batch[:0], p.batchSize()
	}
}

// batchSize returns how many deliveries are recorded together. It is one if there are pauses, or if there are retries:
// a retry gets its number when it is made, and the delivery with the highest number must be the lead's last one.
func (p *playWorker) batchSize() int {
	if p.opt.Pace != (Pace{}) || p.opt.Emitter.Retries() > 0 {
		return 1
	}
	return int(max(1, min(maxBatch/int64(p.workers), int64(maxBatchTime/max(p.perEvent, time.Microsecond)))))
}

// pause waits until the event is to be sent.
func (p *playWorker) pause(ctx context.Context, event *payload.Event, first bool, at, began time.Time) error {
	pause := p.opt.Pace.Between
	if p.opt.Pace.Real {
		pause = time.Until(began.Add(event.Time.Time().Sub(at)))
	} else if first {
		pause = 0
	}
	return text.Wait(ctx, pause)
}

// fanOut appends a delivery of the event for every webhook that wants it.
func (p *playWorker) fanOut(batch []plannedDelivery, event *payload.Event, seed uint64) []plannedDelivery {
	for w := range p.opt.wanting(event.Action) {
		batch = append(batch, plannedDelivery{w, emitter.Plan(w, p.opt.message(w, event, seed))})
	}
	return batch
}

// send records the deliveries together and sends them one after the other. It withdraws those that are not sent because
// of an error.
func (p *playWorker) send(ctx context.Context, batch []plannedDelivery) error {
	began := time.Now()
	planned := make([]*history.Delivery, len(batch))
	for i := range batch {
		planned[i] = &batch[i].planned
	}
	if err := p.opt.Emitter.Record(ctx, planned); err != nil {
		return err
	}
	for i := range batch {
		if err := p.sendOne(ctx, &batch[i]); err != nil {
			return errors.Join(err, p.opt.Emitter.Withdraw(ctx, planned[i+1:]))
		}
		now := time.Now()
		p.perEvent += (now.Sub(began) - p.perEvent) / 8
		began = now
	}
	return nil
}

func (p *playWorker) sendOne(ctx context.Context, d *plannedDelivery) error {
	last, err := p.opt.Emitter.Send(ctx, d.webhook, d.planned, p.attemptEnded)
	if err == nil || last.OK() {
		p.mu.Lock()
		p.tally.count(&last)
		p.mu.Unlock()
	}
	return err
}
