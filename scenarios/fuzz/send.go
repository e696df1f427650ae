package fuzz

import (
	"context"
	"net/http"
	"sync"
	"time"

	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/text"
)

// send sends the steps of an example, and judges the responses and what the probe shows. If the receiver does not listen, it waits
// until it does.
func (r *run) send(ctx context.Context, sender *emitter.Emitter, e *example, c *choices) (*attempt, error) {
	a := &attempt{example: e, choices: c, deliveries: make([]history.Delivery, len(e.steps))}
	watch := r.watch(e)
	for from := 0; from < len(e.steps); {
		to := from + 1
		for to < len(e.steps) && e.steps[to].same {
			to++
		}
		if err := r.sendAtOnce(ctx, sender, a, from, to); err != nil {
			return a, err
		}
		if a.violation = r.judge(e, a.deliveries, from, to); a.violation != nil {
			return a, nil
		}
		if err := watch.after(ctx, a, to); err != nil || a.violation != nil {
			return a, err
		}
		from = to
	}
	return a, watch.end(ctx, a)
}

// sendAtOnce sends steps at the same time.
func (r *run) sendAtOnce(ctx context.Context, sender *emitter.Emitter, a *attempt, from, to int) error {
	errs := make([]error, to-from)
	var wait sync.WaitGroup
	for i := from; i < to; i++ {
		if err := r.pace(ctx); err != nil {
			return err
		}
		r.result.Requests++
		deliver := func() { a.deliveries[i], errs[i-from] = r.deliver(ctx, sender, &a.example.steps[i]) }
		if to == from+1 {
			deliver()
		} else {
			wait.Go(deliver)
		}
	}
	wait.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (r *run) deliver(ctx context.Context, sender *emitter.Emitter, s *step) (history.Delivery, error) {
	return sender.Send(ctx, &r.opt.Webhook, r.planned(s), nil)
}

// planned returns the delivery of a step.
func (r *run) planned(s *step) history.Delivery {
	message := emitter.EventMessage(&s.event)
	message.Scenario, message.Step = Scenario, describeEvent(&s.event)
	message.Tamper = tampers[s.forgery]
	planned := emitter.Plan(&r.opt.Webhook, message)
	switch s.forgery {
	case wrongBody:
		planned.Request.Body = changeByte(planned.Request.Body, s.at)
		planned.Tampered = string(emitter.TamperOf(&r.opt.Webhook, &planned))
	case wrongMethod:
		planned.Request.Method = http.MethodPut
		planned.Tampered = string(emitter.TamperOf(&r.opt.Webhook, &planned))
	}
	return planned
}

// tampers has the errors that package emitter makes itself.
var tampers = [...]emitter.Tamper{wrongSignature: "signature", wrongURL: "url", wrongMethod: ""}

// changeByte returns the body with another byte at a position, which is taken modulo the length. JSON mostly stays valid.
func changeByte(body []byte, at uint64) []byte {
	changed := append([]byte(nil), body...)
	c := &changed[at%uint64(len(changed))]
	switch {
	case '0' <= *c && *c < '9', 'a' <= *c && *c < 'z', 'A' <= *c && *c < 'Z':
		*c++
	case *c == ' ':
		*c = '_'
	default:
		*c = ' '
	}
	return changed
}

// restartPoll is the time between two deliveries while a restart is awaited.
const restartPoll = 100 * time.Millisecond

// awaitReceiver sends plain events until one gets the response of a correct receiver. It reports false if none does in time.
func (r *run) awaitReceiver(ctx context.Context) (bool, error) {
	for start := time.Now(); ; {
		a, err := r.attempt(ctx, nil)
		if err != nil {
			return false, err
		}
		if a.violation == nil {
			return true, nil
		}
		if time.Since(start) > r.opt.Restart {
			return false, nil
		}
		if err := text.Wait(ctx, min(restartPoll, r.opt.Restart/4)); err != nil {
			return false, err
		}
	}
}
