package report

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// WriteJUnit writes JUnit XML: a testsuite for each suite and a testcase for each
// step. A step with a failed check is a failure; a step that failed without one is
// an error. The text of both has the expected and the actual value, the request,
// the response, and the command that repeats the step. Every exchange has a line in
// system-out.
//
// JUnit XML has no standard. The output uses what the known parsers have in common
// and is valid for the strictest schema in use, that of Jenkins' xUnit plugin. This
// schema does not allow file and line at a testcase, so the text of a failure starts
// with them, and the file is also a property of the testsuite. Names are unique,
// because GitLab drops a testcase whose name it has seen.
func WriteJUnit(w io.Writer, r *Report) error {
	x := xmlWriter{bufio.NewWriter(w)}
	x.put(`<?xml version="1.0" encoding="UTF-8"?>`, "\n<testsuites")
	x.attribute("name", r.Tool)
	x.counts(junitCount(r.Suites...), r.Took)
	x.put(">\n")
	names := make(names)
	for i := range r.Suites {
		x.suite(r, &r.Suites[i], names.unique(r.Suites[i].Name, "unnamed "+r.unit()))
	}
	x.put("</testsuites>\n")
	if err := x.Flush(); err != nil {
		return fmt.Errorf("writing the JUnit report: %w", err)
	}
	return nil
}

// xmlWriter keeps the first error for Flush, as a bufio.Writer does.
type xmlWriter struct{ *bufio.Writer }

func (x xmlWriter) put(parts ...string) {
	for _, p := range parts {
		x.WriteString(p)
	}
}

func (x xmlWriter) attribute(name, value string) {
	x.put(" ", name, `="`)
	x.escape(visible(value), false)
	x.put(`"`)
}

// text writes the content of an element. The text must be visible already.
func (x xmlWriter) text(text string) { x.escape(text, true) }

func (x xmlWriter) escape(text string, element bool) {
	from := 0
	for i := range len(text) {
		var entity string
		switch text[i] {
		case '&':
			entity = "&amp;"
		case '<':
			entity = "&lt;"
		case '>':
			entity = "&gt;"
		case '"':
			if element {
				continue
			}
			entity = "&quot;"
		default:
			continue
		}
		x.put(text[from:i], entity)
		from = i + 1
	}
	x.put(text[from:])
}

// junitTotals counts steps; failures have a failed check, errors do not.
type junitTotals struct{ tests, failures, errors, skipped int }

func junitCount(suites ...Suite) junitTotals {
	var n junitTotals
	for i := range suites {
		for j := range suites[i].Steps {
			s := &suites[i].Steps[j]
			n.tests++
			switch s.Outcome.settled() {
			case Skipped, Warned, Inconclusive:
				n.skipped++
			case Failed:
				if len(s.failed()) > 0 {
					n.failures++
				} else {
					n.errors++
				}
			}
		}
	}
	return n
}

func (x xmlWriter) counts(n junitTotals, took time.Duration) {
	x.attribute("tests", strconv.Itoa(n.tests))
	x.attribute("failures", strconv.Itoa(n.failures))
	x.attribute("errors", strconv.Itoa(n.errors))
	x.attribute("time", seconds(took))
}

// seconds returns d in seconds, always with a decimal point, as the schema requires.
func seconds(d time.Duration) string {
	us := max(0, d.Round(time.Microsecond).Microseconds())
	return fmt.Sprintf("%d.%06d", us/1_000_000, us%1_000_000)
}

func (x xmlWriter) suite(r *Report, s *Suite, name string) {
	n := junitCount(*s)
	x.put("  <testsuite")
	x.attribute("name", name)
	x.counts(n, s.Took)
	x.attribute("skipped", strconv.Itoa(n.skipped))
	if !s.Started.IsZero() {
		// The format of Ant, UTC without a zone: older schemas allow no other.
		x.attribute("timestamp", s.Started.UTC().Format("2006-01-02T15:04:05"))
	}
	x.put(">\n")
	x.properties(r, s)
	names := make(names)
	for i := range s.Steps {
		step := &s.Steps[i]
		x.put("    <testcase")
		x.attribute("classname", name)
		x.attribute("name", names.unique(step.Name, "unnamed "+r.part()))
		x.attribute("time", seconds(step.Took))
		x.step(s, step)
	}
	x.put("  </testsuite>\n")
}

func (x xmlWriter) properties(r *Report, s *Suite) {
	if s.File == "" && s.Description == "" && r.Target == "" && r.Seed == "" {
		return
	}
	x.put("    <properties>\n")
	for _, p := range [][2]string{
		{"file", s.File}, {"description", strings.Join(strings.Fields(s.Description), " ")}, {"target", r.Target}, {"seed", r.Seed},
	} {
		if p[1] != "" {
			x.put("      <property")
			x.attribute("name", p[0])
			x.attribute("value", p[1])
			x.put("/>\n")
		}
	}
	x.put("    </properties>\n")
}

func (x xmlWriter) step(s *Suite, step *Step) {
	outcome := step.Outcome.settled()
	if outcome == Passed && len(step.Exchanges) == 0 {
		x.put("/>\n")
		return
	}
	x.put(">\n")
	switch outcome {
	case Skipped, Warned, Inconclusive:
		message := step.Why
		if outcome != Skipped {
			message = step.reason()
		}
		x.put("      <skipped")
		x.attribute("message", message)
		x.put("/>\n")
	case Failed:
		element, kind := "failure", "expectation"
		if len(step.failed()) == 0 {
			element, kind = "error", "error"
		}
		x.put("      <", element)
		x.attribute("message", step.message())
		x.attribute("type", kind)
		x.put(">")
		x.text(failureText(s, step))
		x.put("</", element, ">\n")
	}
	if len(step.Exchanges) > 0 {
		x.put("      <system-out>")
		for i := range step.Exchanges {
			x.text(step.Exchanges[i].line())
			x.put("\n")
		}
		x.put("</system-out>\n")
	}
	x.put("    </testcase>\n")
}

// failureText returns all details of a failed step.
func failureText(s *Suite, step *Step) string {
	var parts []string
	if place := at(s, step); place != "" {
		parts = append(parts, place)
	}
	for _, c := range step.failed() {
		parts = append(parts, fmt.Sprintf("%s\n  expected  %s\n  actual    %s", visible(c.What),
			hang(c.Expected), hang(c.Actual)))
	}
	if step.Why != "" {
		parts = append(parts, visibleLines(step.Why))
	}
	for i := range step.Exchanges {
		e := &step.Exchanges[i]
		parts = append(parts, e.line())
		if e.Reason != "" {
			parts = append(parts, visibleLines(e.Reason))
		}
		if text := messageText(e.Request, bodyLimit); text != "" {
			parts = append(parts, "--- request ---\n"+text)
		}
		if text := messageText(e.Response, bodyLimit); text != "" {
			parts = append(parts, "--- response ---\n"+text)
		}
	}
	if step.Repeat != "" {
		parts = append(parts, step.repeats()...)
	}
	return strings.Join(parts, "\n\n")
}

// hang indents the further lines of a value to its first one.
func hang(value string) string {
	return strings.ReplaceAll(clip(visibleLines(orEmpty(value)), bodyLimit), "\n", "\n            ")
}

// names makes names unique. The keys are the names in use.
type names map[string]bool

func (n names) unique(name, empty string) string {
	name = strings.TrimSpace(visible(name))
	if name == "" {
		name = empty
	}
	one := name
	for i := 2; n[one]; i++ {
		one = fmt.Sprintf("%s (%d)", name, i)
	}
	n[one] = true
	return one
}
