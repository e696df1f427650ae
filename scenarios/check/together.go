package check

import (
	"context"
	"sync"

	"artihook/scenarios/report"
)

// together returns how many cases from number i run at the same time. That is 1, except for life cases of a receiver that stores events
// long after its response: each of them waits several times until the probe shows an event, and their leads have nothing in common.
func (r *run) together(i int) int {
	if r.opt.Probe == nil || r.lag <= slowStore {
		return 1
	}
	n := 0
	for i+n < len(r.opt.Cases) && r.opt.Cases[i+n].Group() == "life" && !r.opt.Cases[i+n].alone {
		n++
	}
	return max(1, n)
}

// runTogether runs the cases at the same time. A case that passes in this way has passed. Any other case runs again alone,
// since the cases beside it may be the reason.
func (r *run) runTogether(ctx context.Context, cases []Case) error {
	type attempt struct {
		result Result
		err    error
	}
	attempts := make([]attempt, len(cases))
	var wait sync.WaitGroup
	for i, c := range cases {
		if r.trouble != nil || r.dependsOn(&c) != "" {
			continue
		}
		wait.Go(func() {
			attempts[i].result, attempts[i].err = r.try(ctx, &caseRun{name: c.ID + ", beside others", beside: true}, c)
		})
	}
	wait.Wait()
	for i, c := range cases {
		if attempts[i].err != nil {
			return attempts[i].err
		}
		result := attempts[i].result
		if result.Outcome == report.Passed {
			result.mask()
		} else {
			var err error
			if result, err = r.runCase(ctx, c); err != nil {
				return err
			}
		}
		if err := r.add(result); err != nil {
			return err
		}
	}
	return nil
}
