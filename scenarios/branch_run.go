package scenarios

import (
	"context"
	"maps"
	"strconv"

	"artihook/fixtures"
	"artihook/scenarios/format"
	"artihook/scenarios/report"
)

// branchRun runs the steps of one branch and holds their common state. Parallel branches have one each, so that the events of a
// branch do not depend on other branches.
type branchRun struct {
	scenario *scenarioRun
	vars     *variables
	leads    leads
	sent     map[string][]*pendingEvent // by the id of the step
	lastSent *pendingEvent              // of the last step that sent something
	seeds    seedSequence
	path     string // the prefix of the numbers of the steps: "4.2."
	label    string // the prefix of their names: "lead 2 › "
	results  []report.Step
}

// seedSequence returns seeds that depend only on the place in the scenario.
type seedSequence struct {
	base uint64
	used uint64
}

func (s *seedSequence) next() uint64 {
	s.used++
	return fixtures.LeadSeed(s.base, s.used-1)
}

// runSteps runs steps one after the other.
func (b *branchRun) runSteps(ctx context.Context, steps []*format.Step) {
	for i := 0; i < len(steps); i++ {
		if why := b.scenario.skipReason(ctx); why != "" && !b.scenario.dryRun {
			b.skip(steps[i], why)
			continue
		}
		if ctx.Err() != nil {
			return
		}
		if n := b.batchSize(steps[i:]); n > 1 {
			b.runBatch(ctx, steps[i:i+n], i)
			i += n - 1
			continue
		}
		b.runStep(ctx, steps[i], b.path+strconv.Itoa(i+1))
	}
}

func (b *branchRun) skip(step *format.Step, why string) {
	if b.scenario.runner.step == "" {
		r := b.newResult(step)
		r.Outcome, r.Why = report.Skipped, why
		b.results = append(b.results, r)
	}
}

func (b *branchRun) newResult(step *format.Step) report.Step {
	return report.Step{Name: b.label + b.scenario.runner.title(step), File: b.scenario.includedFile(step), Line: step.Line}
}

// runStep runs one step and the steps inside it.
func (b *branchRun) runStep(ctx context.Context, step *format.Step, path string) {
	if !step.Invalid && !b.onlyIf(step) {
		return
	}
	if nested := b.scenario.runner.actions[step.Action].nested; nested != nil {
		nested(b, ctx, step, path)
		return
	}
	if step.Invalid { // in a dry run of a partial file
		return
	}
	s := b.newStepRun(step, path)
	err := s.prepare()
	if err == nil {
		err = s.execute(ctx)
	}
	s.finish(ctx, err)
}

// fork returns a new branch with a copy of the state of b.
func (b *branchRun) fork(path, label string) *branchRun {
	forked := &branchRun{
		scenario: b.scenario, vars: b.vars.fork(), leads: b.leads.fork(), sent: maps.Clone(b.sent), lastSent: b.lastSent,
		seeds: seedSequence{base: b.seeds.next()}, path: path, label: b.label + label,
	}
	forked.vars.sent = forked.sentValue
	return forked
}

// merge adds the results of a branch, its step ids and captured variables, and the leads that it started or ended. before are the
// leads that were active at the fork.
func (b *branchRun) merge(before []*lead, branch *branchRun) {
	b.results = append(b.results, branch.results...)
	maps.Copy(b.sent, branch.sent)
	b.lastSent = branch.lastSent
	b.vars.merge(branch.vars)
	b.leads.merge(before, &branch.leads)
}
