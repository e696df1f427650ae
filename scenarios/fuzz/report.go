package fuzz

import (
	"fmt"
	"strconv"
	"strings"

	"artihook/emitter/signature"
	"artihook/emitter/text"
	"artihook/scenarios/check"
	"artihook/scenarios/report"
)

// ReportOptions configure [Report]. The zero value is valid.
type ReportOptions struct {
	Tool        string                 // name and version of the program, for the report
	Target      string                 // the URL of the receiver
	Known       check.Baseline         // the failures that do not fail the run
	Interrupted bool                   // the run ended early
	Secret      signature.Secret       // is masked in the report
	Repeat      func(id string) string // returns the command that repeats a failure; nil means none
}

// Report returns the result as a report that has a suite for each property and a step for each failure. A property that always held
// has one step.
func Report(result *Result, opt ReportOptions) *report.Report {
	r := &report.Report{
		Tool: opt.Tool, Command: "fuzz", Target: text.Mask(opt.Target), Unit: "property", Part: "case", Interrupted: opt.Interrupted,
		Seed: strconv.FormatUint(result.Seed, 10), Started: result.Started, Took: result.Took,
	}
	for _, p := range Properties {
		s := report.Suite{Name: string(p), Description: p.About(), Started: result.Started, Took: result.Took}
		for i := range result.Failures {
			if result.Failures[i].Property == p {
				s.Steps = append(s.Steps, Step(&result.Failures[i], opt))
			}
		}
		if n := result.Judged[p]; len(s.Steps) == 0 && n > 0 {
			s.Steps = []report.Step{{
				Name: string(p), Started: result.Started, Took: result.Took, Outcome: report.Passed,
				Case: &report.Case{Group: string(p), Level: string(check.Must), Result: report.Passed, Why: p.About(), Note: "held " + text.Counted(n, "time")},
			}}
		}
		if len(s.Steps) > 0 {
			r.Suites = append(r.Suites, s)
		}
	}
	return r
}

// Step returns a failure as a step of a report.
func Step(f *Failure, opt ReportOptions) report.Step {
	known := opt.Known.Cases[f.Case] != ""
	s := report.Step{
		Name: f.Case, Started: f.Started, Took: f.Took, Outcome: report.Failed, Why: f.Sentence,
		Checks: []report.Check{{What: f.Sent(), Outcome: report.Failed, Expected: f.Want, Actual: f.Got}},
		Case: &report.Case{
			Group: string(f.Property), Level: string(check.Must), Result: report.Failed, Known: known, Why: f.Sentence, Sent: f.Sent(), Want: f.Want, Got: f.Got,
			Note: strings.Join(f.Notes(), "\n"),
		},
	}
	if known {
		s.Outcome, s.Why = report.Warned, "known failure, "+f.Sentence
	}
	if opt.Repeat != nil {
		s.Repeat = opt.Repeat(f.ID)
	}
	for i := range f.Deliveries {
		s.Exchanges = append(s.Exchanges, check.ExchangeOf(f.Deliveries[i].Title, &f.Deliveries[i].Delivery))
	}
	s.Mask(opt.Secret.Redact)
	return s
}

// Sent returns the titles of the deliveries in one line.
func (f *Failure) Sent() string {
	var titles []string
	for i := range f.Deliveries {
		titles = append(titles, f.Deliveries[i].Title)
	}
	return strings.Join(titles, "; ")
}

// Notes returns facts about the failure besides its response: whether it is stable, how it differs from a plain event, and the
// rules of the schema that it violates.
func (f *Failure) Notes() []string {
	var notes []string
	if !f.Stable() {
		notes = append(notes, fmt.Sprintf("unstable: it failed %d of %s", f.Failed, text.Counted(f.Tried, "time")))
	}
	if f.Hint != "" {
		notes = append(notes, f.Hint)
	}
	for _, line := range f.Difference {
		notes = append(notes, "differs from a plain event: "+line)
	}
	for _, line := range f.Schema {
		notes = append(notes, "ArtiBot may send this, although the schema of events rejects it: "+line)
	}
	return notes
}

// Checked returns the failures as results of check, for a [check.Baseline].
func (r *Result) Checked() []check.Result {
	var results []check.Result
	for i := range r.Failures {
		results = append(results, check.Result{Case: check.Case{ID: r.Failures[i].Case, Level: check.Must}, Outcome: report.Failed})
	}
	return results
}
