package scenarios

import (
	"context"
	"strconv"
	"time"

	"artihook/emitter/history"
)

// maxTogether bounds how many steps are recorded together.
const maxTogether = 64

// together counts how many of the next steps can be recorded before the first of them is sent, which costs a fraction of
// recording one after the other. None of them but the last may change what the next one sends.
func (s *scope) together(steps []*Step) int {
	if s.p.dry || s.p.opt.Step != "" {
		return 1
	}
	for n, step := range steps[:min(len(steps), maxTogether)] {
		if !step.sends() || step.Resend != nil || step.Delay.Given() || step.Answer != nil && step.Answer.All {
			return n
		}
		if len(step.Capture) > 0 {
			return n + 1
		}
	}
	return min(len(steps), maxTogether)
}

// takeTogether prepares steps, records what they send, and then takes one after the other. first is the number of those
// before them.
func (s *scope) takeTogether(ctx context.Context, steps []*Step, first int) {
	acts, failures := make([]*act, len(steps)), make([]error, len(steps))
	var planned []*history.Delivery
	for i, step := range steps {
		a := s.newAct(step, s.path+strconv.Itoa(first+i+1))
		acts[i], failures[i] = a, a.prepare()
		for j := range a.letters {
			planned = append(planned, &a.letters[j].planned)
		}
	}
	if err := s.p.opt.Emitter.Record(ctx, planned); err != nil {
		s.p.breakOff(err)
	}
	for i, a := range acts {
		if why := s.p.over(ctx); why != "" {
			s.skip(a.step, why)
			continue
		}
		a.result.Started = time.Now()
		if failures[i] == nil {
			failures[i] = a.do(ctx)
		}
		a.finish(ctx, failures[i])
	}
	s.withdraw(ctx, acts)
}

// withdraw takes out of the history what was recorded and is not sent after all.
func (s *scope) withdraw(ctx context.Context, acts []*act) {
	var left []*history.Delivery
	for _, a := range acts {
		for i := range a.letters {
			if l := &a.letters[i]; !l.posted && l.planned.ID != 0 {
				left = append(left, &l.planned)
			}
		}
	}
	if err := s.p.opt.Emitter.Withdraw(ctx, left); err != nil {
		s.p.breakOff(err)
	}
}
