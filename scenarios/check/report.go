package check

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"artihook/emitter/signature"
	"artihook/emitter/text"
	"artihook/scenarios/report"
)

// ReportOptions configure [Report]. The zero value is valid.
type ReportOptions struct {
	Tool        string                 // name and version of the program, for the report
	Target      string                 // the URL of the receiver
	Seed        uint64                 // of the generated leads
	Strict      bool                   // a failed SHOULD is a failure; otherwise it is a warning, since it does not fail the run
	Interrupted bool                   // the run ended early
	Secret      signature.Secret       // is masked in the report
	Repeat      func(id string) string // returns the command that runs one case again; nil means none
}

// Report returns the results as a report that has a suite for each group and a step for each case.
func Report(results []Result, opt ReportOptions) *report.Report {
	r := &report.Report{Tool: opt.Tool, Command: "check", Target: text.Mask(opt.Target), Unit: "group", Part: "case", Interrupted: opt.Interrupted}
	if opt.Seed != 0 {
		r.Seed = strconv.FormatUint(opt.Seed, 10)
	}
	for _, group := range Groups {
		s := report.Suite{Name: group}
		for i := range results {
			if results[i].Case.Group() == group {
				s.Steps = append(s.Steps, Step(&results[i], opt))
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

// Step returns a result as a step of a report.
func Step(result *Result, opt ReportOptions) report.Step {
	s := report.Step{
		Name: result.Case.ID, Started: result.Started, Took: result.Took, Outcome: result.ReportedOutcome(opt.Strict), Why: result.Reason,
		Exchanges: slices.Clone(result.Exchanges),
		Case: &report.Case{
			Group: result.Case.Group(), Level: string(result.Case.Level), Result: result.Outcome, Known: result.Known,
			Why: result.Case.Why, Sent: result.Sent, Want: result.Want, Got: cmp.Or(result.Got, result.Reason), Note: result.Note,
		},
	}
	if result.Outcome == report.Passed && result.Note != "" {
		s.Why = result.Note
	}
	if result.Outcome == report.Failed {
		s.Case.Fix = result.Advice()
		s.Checks = []report.Check{{What: result.Sent, Outcome: report.Failed, Expected: result.Want, Actual: result.Got}}
		s.Why = result.Case.Why + " " + result.Advice()
		if s.Outcome == report.Warned {
			s.Why = string(result.Case.Level) + " failed: " + result.Got + ". " + strings.ReplaceAll(s.Why, "\n", " ")
			if result.Known {
				s.Why = "known failure, " + s.Why
			}
		}
	}
	if opt.Repeat != nil && result.Outcome == report.Failed {
		s.Repeat = opt.Repeat(result.Case.ID)
	}
	s.Mask(opt.Secret.Redact)
	return s
}

// ReportedOutcome returns the outcome as terminal and reports count it: a failure that does not fail the run is a warning.
func (r *Result) ReportedOutcome(strict bool) report.Outcome {
	if (r.Outcome == report.Failed || r.Outcome == report.Inconclusive) && !r.Fails(strict) {
		return report.Warned
	}
	return r.Outcome
}
