package report

import (
	"fmt"
	"time"

	"artihook/emitter/text"
)

// Outcome is the result of a check, a step or a suite. An unknown value, also the zero
// value, counts as [Failed], so that a missing result does not look like success.
type Outcome string

// The outcomes, as in JSON output.
const (
	Passed       Outcome = "pass"
	Failed       Outcome = "fail"
	Warned       Outcome = "warn"         // failed, but the run does not fail because of it
	Inconclusive Outcome = "inconclusive" // the result depends on another failure; the run fails
	Skipped      Outcome = "skip"
)

// outcomes lists the outcomes with a word for people and a mark. The marks differ in shape, not only in
// colour.
var outcomes = map[Outcome]struct{ word, mark string }{
	Passed:       {"passed", "✓"},
	Failed:       {"failed", "✗"},
	Warned:       {"warning", "!"},
	Inconclusive: {"inconclusive", "?"},
	Skipped:      {"skipped", "-"},
}

// Report is the result of a run.
type Report struct {
	Tool        string        // the program that made the report, such as "artihook 0.1.0"
	Command     string        // that made the report, such as "check"; "" is not shown
	Target      string        // the URL of the receiver; several are separated by commas
	Seed        string        // of the generated leads; "" is not shown
	Unit, Part  string        // the words for a suite and a step; "" means "scenario" and "step"
	Started     time.Time     // the zero time is not shown
	Took        time.Duration // from the start of the first step to the end of the last
	Interrupted bool          // the run was stopped early; Suites has the steps that ran
	Suites      []Suite       // in the order in which they are shown
	Folder      string        // the folder of relative files in the repository, for annotations; "" is its root
}

// Suite is a scenario, or a group of cases.
type Suite struct {
	Name        string
	File        string // "" if the scenario is not a file of the user
	Description string
	Started     time.Time
	Took        time.Duration
	Steps       []Step
}

// Step is a step of a scenario, or a case.
type Step struct {
	Name      string
	File      string // an included file; "" means the file of the suite
	Line      int    // from 1; 0 means unknown
	Started   time.Time
	Took      time.Duration
	Outcome   Outcome
	Why       string // why the step was skipped, or failed without a failed check
	Checks    []Check
	Exchanges []Exchange
	Repeat    string // the command that repeats the step; "" if there is none
	RepeatNew string // the command that runs the scenario with new leads; "" if there is none
	Case      *Case  // of a report about cases; nil in a report about scenarios
}

// Case is what a report about cases has in JSON for each of them, besides the fields of the Step.
type Case struct {
	Group, Level         string
	Result               Outcome // Failed also if the run does not fail because of it
	Why, Sent, Want, Got string
	Fix, Note            string
	Known                bool // the baseline lists the failure
}

// Check is one expectation of a step.
type Check struct {
	What     string // "status", "within", "body $.id", "header X-Id"
	Outcome  Outcome
	Expected string
	Actual   string
}

// Exchange is a request with its response.
type Exchange struct {
	Number   int64  // of the delivery in the history; 0 means none
	Title    string // "lead:updated v2", "GET probe", a command
	URL      string
	Status   int    // of the response; 0 means none
	Error    string // the name of the failure, such as "refused"; "" if there was a response
	Reason   string // the failure in one sentence
	Took     time.Duration
	Request  Message
	Response Message
}

// Message is the request or the response of an exchange. The zero value means that there was none.
type Message struct {
	Head      string // start line and headers, separated by LF
	Body      []byte
	Truncated bool // Body is only the start of the body
}

// unit and part return the words for a suite and for a step.
func (r *Report) unit() string { return orWord(r.Unit, "scenario") }
func (r *Report) part() string { return orWord(r.Part, "step") }

// aboutCases reports whether the steps are cases.
func (r *Report) aboutCases() bool { return r.Part == "case" }

// facts returns the header of a report about a receiver: name and value of each line.
func (r *Report) facts() [][2]string {
	var facts [][2]string
	for _, f := range [][2]string{{"target", r.Target}, {"seed", r.Seed}} {
		if f[1] != "" {
			facts = append(facts, f)
		}
	}
	if len(facts) > 0 && !r.Started.IsZero() {
		facts = append(facts, [2]string{"time", r.Started.UTC().Format(time.RFC3339)})
	}
	if len(facts) > 0 && r.Tool != "" {
		facts = append(facts, [2]string{"version", r.Tool})
	}
	return facts
}

func orWord(word, preset string) string {
	if word == "" {
		return preset
	}
	return visible(word)
}

// Totals holds the counts of a report.
type Totals struct {
	Suites, Steps, Passed, Failed, Warned, Inconclusive, Skipped int // all but Suites count steps
}

// NeitherNor returns the number of steps that neither passed nor failed.
func (n Totals) NeitherNor() int { return n.Warned + n.Inconclusive + n.Skipped }

// Count returns the counts of r.
func (r *Report) Count() Totals {
	var all Totals
	for i := range r.Suites {
		all.Suites++
		for j := range r.Suites[i].Steps {
			all.add(r.Suites[i].Steps[j].Outcome)
		}
	}
	return all
}

// outcome returns the worst outcome of the steps.
func (r *Report) outcome() Outcome { return r.Count().outcome() }

// Outcome returns the worst outcome of the steps: the first of [Failed], [Inconclusive],
// [Warned] and [Passed] that a step has, otherwise [Skipped].
func (s *Suite) Outcome() Outcome { return s.count().outcome() }

func (n Totals) outcome() Outcome {
	switch {
	case n.Failed > 0:
		return Failed
	case n.Inconclusive > 0:
		return Inconclusive
	case n.Warned > 0:
		return Warned
	case n.Passed == 0:
		return Skipped
	}
	return Passed
}

func (s *Suite) count() Totals {
	n := Totals{Suites: 1}
	for i := range s.Steps {
		n.add(s.Steps[i].Outcome)
	}
	return n
}

func (n *Totals) add(o Outcome) {
	n.Steps++
	switch o.settled() {
	case Passed:
		n.Passed++
	case Warned:
		n.Warned++
	case Inconclusive:
		n.Inconclusive++
	case Skipped:
		n.Skipped++
	default:
		n.Failed++
	}
}

func (o Outcome) settled() Outcome {
	if _, known := outcomes[o]; known {
		return o
	}
	return Failed
}

func (o Outcome) word() string { return outcomes[o.settled()].word }
func (o Outcome) mark() string { return outcomes[o.settled()].mark }

// reason returns why a step neither passed nor failed, with the word for its outcome, or "".
func (s *Step) reason() string {
	switch o := s.Outcome.settled(); {
	case o == Passed || o == Failed:
		return ""
	case s.Why == "":
		return o.word()
	default:
		return o.word() + ": " + s.Why
	}
}

// repeats returns the commands that repeat a failed step, a line each. A receiver that has stored the lead may respond in another way
// to a new one.
func (s *Step) repeats() []string {
	lines := []string{"repeat it: " + visible(s.Repeat)}
	if s.RepeatNew != "" {
		lines = append(lines, "with a new lead: "+visible(s.RepeatNew))
	}
	return lines
}

func (m Message) exists() bool { return m.Head != "" || len(m.Body) > 0 }

// failed returns the failed checks, in order.
func (s *Step) failed() []Check {
	var failed []Check
	for _, c := range s.Checks {
		if c.Outcome.settled() == Failed {
			failed = append(failed, c)
		}
	}
	return failed
}

// message returns why the step failed, in one line.
func (s *Step) message() string {
	failed := s.failed()
	if len(failed) == 0 {
		if s.Why == "" {
			return "failed"
		}
		return clip(visible(s.Why), messageLimit)
	}
	c := failed[0]
	line := fmt.Sprintf("%s: expected %s, got %s", visible(c.What),
		clip(visible(orEmpty(c.Expected)), messageLimit/2), clip(visible(orEmpty(c.Actual)), messageLimit/2))
	if more := len(failed) - 1; more > 0 {
		line += fmt.Sprintf(" (and %s)", text.Counted(more, "more check"))
	}
	return line
}

// line returns the exchange in one line, as commands print a delivery.
func (e *Exchange) line() string {
	line := visible(e.Title)
	switch {
	case e.Error != "":
		line = "[" + visible(e.Error) + "] " + line
	case e.Status != 0:
		line = fmt.Sprintf("[%d] %s", e.Status, line)
	}
	if e.URL != "" {
		line += " " + visible(e.URL)
	}
	line += " (" + text.ShortDuration(e.Took) + ")"
	if e.Number != 0 {
		line += fmt.Sprintf(" #%d", e.Number)
	}
	return line
}

// at returns the place of a step as "file:line", or "" if it has none.
func at(s *Suite, step *Step) string {
	file := step.file(s)
	switch {
	case file == "":
		return ""
	case step.Line <= 0:
		return visible(file)
	}
	return fmt.Sprintf("%s:%d", visible(file), step.Line)
}

// file returns the file of the step, or "".
func (s *Step) file(suite *Suite) string {
	if s.File != "" {
		return s.File
	}
	return suite.File
}
