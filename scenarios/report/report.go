package report

import (
	"fmt"
	"time"

	"artihook/emitter/text"
)

// Outcome is what came of a check, a step or a suite. Anything that is neither
// [Passed] nor [Skipped], the zero value included, counts and shows as [Failed]:
// a result that nobody set must not look like success.
type Outcome string

// The outcomes, spelled as in JSON output.
const (
	Passed  Outcome = "pass"
	Failed  Outcome = "fail"
	Skipped Outcome = "skip"
)

// Report is one run.
type Report struct {
	Tool        string        // who wrote it, for example "artihook 0.1.0"
	Unit, Part  string        // what people read for a suite and for a step; "" are "scenario" and "step"
	Started     time.Time     // zero: not shown
	Took        time.Duration // from the first step's start to the last one's end
	Interrupted bool          // stopped before everything ran; the steps that ran are here
	Suites      []Suite       // in the order in which they are shown
	Folder      string        // where relative files lie, seen from the repository's folder; "" is there. For annotations
}

// Suite is one scenario.
type Suite struct {
	Name        string
	File        string // "" when the scenario is not a file of the user's
	Description string
	Started     time.Time
	Took        time.Duration
	Steps       []Step
}

// Step is one step of a suite.
type Step struct {
	Name      string
	File      string // where it is not the suite's: a file that this one includes
	Line      int    // from 1; 0 is unknown
	Started   time.Time
	Took      time.Duration
	Outcome   Outcome
	Why       string // of a skip, or of a failure that no check found: an error
	Checks    []Check
	Exchanges []Exchange
	Repeat    string // the command that repeats this one step; "" when there is none
}

// Check is one expectation of a step.
type Check struct {
	What     string // "status", "within", "body $.id", "header X-Id"
	Outcome  Outcome
	Expected string
	Actual   string
}

// Exchange is one request and what came back.
type Exchange struct {
	Number   int64  // of the delivery in its history; 0 is none
	Title    string // "lead:updated v2", "GET probe", a command
	URL      string
	Status   int    // of the response; 0 is none
	Error    string // the error's short name, "refused"; "" when there was a response
	Reason   string // the error in words
	Took     time.Duration
	Request  Message
	Response Message
}

// Message is one side of an exchange. Without a Head and a Body there was none.
type Message struct {
	Head      string // start line and headers, separated by LF
	Body      []byte
	Truncated bool // the body was longer than what was kept
}

// unit and part are the words for a suite and for a step.
func (r *Report) unit() string { return orWord(r.Unit, "scenario") }
func (r *Report) part() string { return orWord(r.Part, "step") }

func orWord(word, preset string) string {
	if word == "" {
		return preset
	}
	return visible(word)
}

// Totals counts a report.
type Totals struct {
	Suites, Steps, Passed, Failed, Skipped int // all but Suites count steps
}

// Count counts the suites and steps of r.
func (r *Report) Count() Totals {
	var all Totals
	for i := range r.Suites {
		one := r.Suites[i].count()
		all.Suites++
		all.Steps += one.Steps
		all.Passed += one.Passed
		all.Failed += one.Failed
		all.Skipped += one.Skipped
	}
	return all
}

// outcome of the whole: failed when a step failed, skipped when none ran.
func (r *Report) outcome() Outcome { return r.Count().outcome() }

// Outcome is [Failed] when a step failed, [Skipped] when no step ran, and
// [Passed] otherwise.
func (s *Suite) Outcome() Outcome { return s.count().outcome() }

func (n Totals) outcome() Outcome {
	switch {
	case n.Failed > 0:
		return Failed
	case n.Passed == 0:
		return Skipped
	}
	return Passed
}

func (s *Suite) count() Totals {
	n := Totals{Suites: 1, Steps: len(s.Steps)}
	for i := range s.Steps {
		switch s.Steps[i].Outcome.settled() {
		case Passed:
			n.Passed++
		case Skipped:
			n.Skipped++
		default:
			n.Failed++
		}
	}
	return n
}

func (o Outcome) settled() Outcome {
	if o == Passed || o == Skipped {
		return o
	}
	return Failed
}

// word is the outcome as people read it.
func (o Outcome) word() string {
	return map[Outcome]string{Passed: "passed", Failed: "failed", Skipped: "skipped"}[o.settled()]
}

// mark is the outcome as one sign. It never stands for the word where the two
// could be told apart by colour only.
func (o Outcome) mark() string {
	return map[Outcome]string{Passed: "✓", Failed: "✗", Skipped: "-"}[o.settled()]
}

func (m Message) exists() bool { return m.Head != "" || len(m.Body) > 0 }

// failed gives the checks that failed, in order.
func (s *Step) failed() []Check {
	var failed []Check
	for _, c := range s.Checks {
		if c.Outcome.settled() == Failed {
			failed = append(failed, c)
		}
	}
	return failed
}

// message says in one line why the step failed.
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

// line is an exchange in one line, as commands show a delivery.
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

// at is the place of a step, "file:line", or "" when it has none.
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

// file is where the step stands.
func (s *Step) file(suite *Suite) string {
	if s.File != "" {
		return s.File
	}
	return suite.File
}
