package scenarios

import (
	"context"
	"strconv"
	"time"

	"artihook/emitter/history"
	"artihook/scenarios/format"
)

// maxBatch is the maximum number of steps in one batch.
const maxBatch = 64

// batchSize returns the number of the next steps that can be recorded in the history together, before the first of them is sent.
// This is much faster than recording each. Only the last step of a batch may change what later steps send.
func (b *branchRun) batchSize(steps []*format.Step) int {
	if b.scenario.dryRun || b.scenario.runner.step != "" {
		return 1
	}
	steps = steps[:min(len(steps), maxBatch)]
	for n, step := range steps {
		if !b.scenario.runner.actions[step.Action].batchable || step.Delay.Given() || step.OnlyIf != nil || step.Answer != nil && step.Answer.All {
			return n
		}
		if len(step.Capture) > 0 {
			return n + 1
		}
	}
	return len(steps)
}

// runBatch prepares steps, records their deliveries, and runs one after the other. first is the index of the first of them.
func (b *branchRun) runBatch(ctx context.Context, steps []*format.Step, first int) {
	runs, errs := make([]*stepRun, len(steps)), make([]error, len(steps))
	var planned []*history.Delivery
	for i, step := range steps {
		s := b.newStepRun(step, b.path+strconv.Itoa(first+i+1))
		runs[i], errs[i] = s, s.prepare()
		for j := range s.deliveries {
			planned = append(planned, &s.deliveries[j].planned)
		}
	}
	if err := b.scenario.opts().Emitter.Record(ctx, planned); err != nil {
		b.scenario.state.abort(err)
	}
	for i, s := range runs {
		if why := b.scenario.skipReason(ctx); why != "" {
			b.skip(s.step, why)
			continue
		}
		s.result.Started = time.Now()
		if errs[i] == nil {
			errs[i] = s.execute(ctx)
		}
		s.finish(ctx, errs[i])
	}
	b.withdrawUnsent(ctx, runs)
}

// withdrawUnsent removes the deliveries that were recorded but not sent from the history.
func (b *branchRun) withdrawUnsent(ctx context.Context, runs []*stepRun) {
	var unsent []*history.Delivery
	for _, s := range runs {
		for i := range s.deliveries {
			if d := &s.deliveries[i]; !d.sent && d.planned.ID != 0 {
				unsent = append(unsent, &d.planned)
			}
		}
	}
	if err := b.scenario.opts().Emitter.Withdraw(ctx, unsent); err != nil {
		b.scenario.state.abort(err)
	}
}
