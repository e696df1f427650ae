package traffic

import (
	"context"
	"errors"
	"time"

	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/payload"
)

// actor holds one conversation of a play after the other.
type actor struct {
	*player
	perEvent time.Duration // about how long one takes
}

// scene is a delivery that is to be sent.
type scene struct {
	webhook *emitter.Webhook
	planned history.Delivery
}

// work holds one conversation after the other until there are no more.
func (a *actor) work(ctx context.Context) error {
	source := a.opt.Source()
	for {
		n := a.taken.Add(1) - 1
		if n >= int64(a.opt.Leads) {
			return nil
		}
		at := a.opt.now()
		if err := a.converse(ctx, source(uint64(n), at), at); err != nil {
			return err
		}
		a.ended()
	}
}

func (a *actor) converse(ctx context.Context, c Conversation, at time.Time) error {
	began := time.Now()
	var scenes []scene
	ahead := a.ahead()
	for first := true; ; first = false {
		event := c.Next()
		if event == nil {
			return a.send(ctx, scenes)
		}
		if err := a.pause(ctx, event, first, at, began); err != nil {
			return err
		}
		if scenes = a.fanOut(scenes, event, c.Seed()); len(scenes) < ahead {
			continue
		}
		if err := a.send(ctx, scenes); err != nil {
			return err
		}
		scenes, ahead = scenes[:0], a.ahead()
	}
}

// ahead gives how many deliveries are recorded together: one where something lies between them that decides on the next
// (a pause) or comes between their numbers (a retry, so that a lead's last delivery stays the last).
func (a *actor) ahead() int {
	if a.opt.Pace != (Pace{}) || a.opt.Emitter.Retries() > 0 {
		return 1
	}
	return int(max(1, min(maxAhead/int64(a.workers), int64(aheadTime/max(a.perEvent, time.Microsecond)))))
}

func (a *actor) pause(ctx context.Context, event *payload.Event, first bool, at, began time.Time) error {
	pause := a.opt.Pace.Between
	if a.opt.Pace.Real {
		pause = time.Until(began.Add(event.Time.Time().Sub(at)))
	} else if first {
		pause = 0
	}
	return emitter.Wait(ctx, pause)
}

// fanOut adds the event for every webhook that wants it, like an ArtiBot account does.
func (a *actor) fanOut(scenes []scene, event *payload.Event, seed uint64) []scene {
	for w := range a.opt.wanting(event.Action) {
		scenes = append(scenes, scene{w, emitter.Plan(w, a.opt.message(w, event, seed))})
	}
	return scenes
}

// send records the deliveries together and sends one after the other. Those that are not sent after all are withdrawn.
func (a *actor) send(ctx context.Context, scenes []scene) error {
	began := time.Now()
	planned := make([]*history.Delivery, len(scenes))
	for i := range scenes {
		planned[i] = &scenes[i].planned
	}
	if err := a.opt.Emitter.Record(ctx, planned); err != nil {
		return err
	}
	for i := range scenes {
		if err := a.sendOne(ctx, &scenes[i]); err != nil {
			return errors.Join(err, a.opt.Emitter.Withdraw(ctx, planned[i+1:]))
		}
		now := time.Now()
		a.perEvent += (now.Sub(began) - a.perEvent) / 8
		began = now
	}
	return nil
}

func (a *actor) sendOne(ctx context.Context, s *scene) error {
	last, err := a.opt.Emitter.Send(ctx, s.webhook, s.planned, a.seen)
	if err == nil || last.OK() {
		a.mu.Lock()
		a.tally.count(&last)
		a.mu.Unlock()
	}
	return err
}
