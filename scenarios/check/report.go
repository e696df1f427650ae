package check

import (
	"slices"
	"strings"
	"time"

	"artihook/emitter/signature"
	"artihook/scenarios/report"
)

// ReportOptions configure [Report]. The zero value is valid.
type ReportOptions struct {
	Tool        string                 // name and version of the program, for the report
	Strict      bool                   // a failed SHOULD is shown as failed; otherwise as skipped, since it does not fail the run
	Interrupted bool                   // the run ended early
	Secret      signature.Secret       // is masked in the report
	Repeat      func(id string) string // returns the command that runs one case again; nil means none
}

// Report returns the results as a report that has a suite for each group and a step for each case.
func Report(results []Result, opt ReportOptions) *report.Report {
	r := &report.Report{Tool: opt.Tool, Unit: "group", Part: "case", Interrupted: opt.Interrupted}
	for _, group := range Groups {
		s := report.Suite{Name: group}
		for i := range results {
			if results[i].Case.Group() == group {
				s.Steps = append(s.Steps, step(&results[i], opt))
				s.Took += results[i].Took
			}
		}
		if len(s.Steps) > 0 {
			s.Started = s.Steps[0].Started
			r.Suites = append(r.Suites, s)
		}
	}
	if len(results) > 0 {
		last := &results[len(results)-1]
		r.Started = results[0].Started
		r.Took = last.Started.Add(last.Took).Sub(r.Started).Round(time.Microsecond)
	}
	return r
}

func step(result *Result, opt ReportOptions) report.Step {
	s := report.Step{
		Name: result.Case.ID, Started: result.Started, Took: result.Took, Outcome: result.Outcome, Why: result.Reason,
		Exchanges: result.Exchanges,
	}
	if result.Outcome == report.Failed {
		s.Checks = []report.Check{{What: result.Sent, Outcome: report.Failed, Expected: result.Want, Actual: result.Got}}
		s.Why = result.Case.Why + " " + result.Advice()
		if !result.Fails(opt.Strict) {
			s.Outcome, s.Why = report.Skipped, "a SHOULD failed: "+result.Got+". "+strings.ReplaceAll(s.Why, "\n", " ")
		}
	}
	if opt.Repeat != nil && result.Outcome == report.Failed {
		s.Repeat = opt.Repeat(result.Case.ID)
	}
	s.Exchanges = slices.Clone(s.Exchanges)
	s.Mask(opt.Secret.Redact)
	return s
}
