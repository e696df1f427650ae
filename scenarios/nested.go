package scenarios

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"artihook/scenarios/format"
)

// repeat runs the steps of a repeat step several times in the same branch.
func (b *branchRun) repeat(ctx context.Context, step *format.Step, path string) {
	outerPath, outerLabel := b.path, b.label
	defer func() { b.path, b.label = outerPath, outerLabel }()
	for n := 1; n <= step.Repeat.Times.Value; n++ {
		before := b.scenario.state.diagnosticCount()
		b.vars.setIndex(n)
		b.path, b.label = fmt.Sprintf("%s.%d.", path, n), fmt.Sprintf("%sround %d › ", outerLabel, n)
		b.runSteps(ctx, step.Repeat.Steps)
		if ctx.Err() != nil || b.scenario.dryRun && b.scenario.state.diagnosticCount() > before {
			return
		}
	}
}

// parallel runs the branches of a parallel step at the same time. A dry run runs them one after the other.
func (b *branchRun) parallel(ctx context.Context, step *format.Step, path string) {
	var branches []*branchRun
	for i := range step.Parallel {
		branches = append(branches, b.fork(fmt.Sprintf("%s.%d.", path, i+1), fmt.Sprintf("branch %d › ", i+1)))
	}
	var running sync.WaitGroup
	for i, branch := range branches {
		if b.scenario.dryRun {
			branch.runSteps(ctx, step.Parallel[i].Steps)
			continue
		}
		running.Go(func() { branch.runSteps(ctx, step.Parallel[i].Steps) })
	}
	running.Wait()
	before := slices.Clone(b.leads.active)
	for _, branch := range branches {
		b.merge(before, branch)
	}
}

// forEach runs the steps of a for_each step once for each lead, in branches without other leads.
func (b *branchRun) forEach(ctx context.Context, step *format.Step, path string) {
	f := step.ForEach
	base := &branchRun{
		scenario: b.scenario, vars: b.vars, leads: newLeads(), sent: b.sent, seeds: seedSequence{base: b.seeds.next()}, label: b.label,
	}
	branches := make([]*branchRun, f.Leads.Value)
	slots := make(chan struct{}, max(f.AtATime.Value, 1))
	var running sync.WaitGroup
	for i := range branches {
		slots <- struct{}{}
		branch := base.fork(fmt.Sprintf("%s.%d.", path, i+1), fmt.Sprintf("lead %d › ", i+1))
		branch.vars.setIndex(i + 1)
		if b.scenario.dryRun {
			before := b.scenario.state.diagnosticCount()
			branch.runSteps(ctx, f.Steps)
			if ctx.Err() != nil || b.scenario.state.diagnosticCount() > before {
				return
			}
			<-slots
			continue
		}
		branches[i] = branch
		running.Go(func() {
			branch.runSteps(ctx, f.Steps)
			branch.vars, branch.sent, branch.leads = nil, nil, leads{} // only the results are needed
			<-slots
		})
	}
	running.Wait()
	for _, branch := range branches {
		if branch != nil {
			b.results = append(b.results, branch.results...)
		}
	}
}
