package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"artihook/emitter/text"
)

// TextOptions configure text output. The zero value means plain text with all details.
type TextOptions struct {
	Color bool // use ANSI colours
	Fold  bool // write only the first line of a suite that passed
	Brief bool // write only the marks of failed steps, not the details, which WriteText writes
}

const (
	nameWidth = 60   // columns of a name, after which durations are aligned
	textSteps = 40   // failed steps with details
	textLines = 20   // lines of one expected or actual value
	textLimit = 1000 // characters of one such line
)

// WriteText writes the summary at the end of a run: every failed step with the
// expected and the actual values and the command that repeats it, then a line with
// the totals. It writes the details of the first 40 failed steps and counts the others.
func WriteText(w io.Writer, r *Report, opt TextOptions) error {
	t := textWriter{bufio.NewWriter(w), opt}
	failed := 0
	for i := range r.Suites {
		s := &r.Suites[i]
		for j := range s.Steps {
			if s.Steps[j].Outcome.settled() != Failed {
				continue
			}
			if failed++; failed <= textSteps {
				t.failedStep(s, &s.Steps[j])
			}
		}
	}
	if rest := failed - textSteps; rest > 0 {
		t.printf("… and %s\n\n", text.Counted(rest, "more failed step"))
	}
	t.totals(r)
	return t.end()
}

// WriteSuiteText writes a suite: its name, each step with its mark and duration, and
// the expected and actual values of failed steps.
func WriteSuiteText(w io.Writer, s *Suite, opt TextOptions) error {
	t := textWriter{bufio.NewWriter(w), opt}
	t.printf("%s %s %s\n", t.mark(s.Outcome()), t.paint(bold, visible(s.Name)), t.paint(dim, "("+text.ShortDuration(s.Took)+")"))
	if opt.Fold && s.Outcome() == Passed {
		return t.end()
	}
	width := 0
	for i := range s.Steps {
		if n := utf8.RuneCountInString(visible(s.Steps[i].Name)); n <= nameWidth {
			width = max(width, n)
		}
	}
	for i := range s.Steps {
		t.step(&s.Steps[i], width)
	}
	return t.end()
}

// Colours, as ANSI SGR parameters (ECMA-48 8.3.117).
const (
	bold   = "1"
	dim    = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
)

type textWriter struct {
	*bufio.Writer
	opt TextOptions
}

func (t textWriter) end() error {
	if err := t.Flush(); err != nil {
		return fmt.Errorf("writing the results: %w", err)
	}
	return nil
}

// printf returns no error: the bufio.Writer returns it from Flush.
func (t textWriter) printf(format string, args ...any) { fmt.Fprintf(t, format, args...) }

func (t textWriter) paint(color, s string) string {
	if !t.opt.Color {
		return s
	}
	return "\x1b[" + color + "m" + s + "\x1b[0m"
}

func (t textWriter) mark(o Outcome) string {
	color := yellow
	switch o.settled() {
	case Passed:
		color = green
	case Failed:
		color = red
	}
	return t.paint(color, o.mark())
}

func (t textWriter) step(s *Step, width int) {
	name := visible(s.Name)
	gap := strings.Repeat(" ", max(0, width-utf8.RuneCountInString(name)))
	after := text.ShortDuration(s.Took)
	if why := s.reason(); why != "" {
		after = visible(why)
	}
	t.printf("  %s %s%s  %s\n", t.mark(s.Outcome), name, gap, t.paint(dim, after))
	if s.Outcome.settled() == Failed && !t.opt.Brief {
		t.failure(s, "      ")
	}
}

// failedStep writes a failed step in the summary, with the name of its suite.
func (t textWriter) failedStep(s *Suite, step *Step) {
	t.printf("%s %s › %s", t.mark(Failed), t.paint(bold, visible(s.Name)), t.paint(bold, visible(step.Name)))
	if place := at(s, step); place != "" {
		t.printf("  %s", t.paint(dim, place))
	}
	t.printf("\n")
	t.failure(step, "    ")
	if step.Repeat != "" {
		for _, line := range step.repeats() {
			t.printf("    %s\n", line)
		}
	}
	t.printf("\n")
}

func (t textWriter) failure(s *Step, indent string) {
	for _, c := range s.failed() {
		t.printf("%s%s\n", indent, visible(c.What))
		t.value(indent, "expected", c.Expected)
		t.value(indent, "actual  ", c.Actual)
	}
	if s.Why != "" {
		t.printf("%s%s\n", indent, visible(s.Why))
	} else if len(s.failed()) == 0 {
		t.printf("%sfailed\n", indent)
	}
	for i := range s.Exchanges {
		t.printf("%s%s\n", indent, t.paint(dim, s.Exchanges[i].line()))
	}
}

// value writes an expected or actual value. The other lines have the indentation of the first.
func (t textWriter) value(indent, label, value string) {
	lines := strings.Split(strings.TrimRight(visibleLines(orEmpty(value)), "\n"), "\n")
	rest := len(lines) - textLines
	if rest > 0 {
		lines = lines[:textLines]
	}
	for i, line := range lines {
		if i > 0 {
			label = strings.Repeat(" ", len(label))
		}
		t.printf("%s\n", strings.TrimRight(fmt.Sprintf("%s  %s  %s", indent, label, clip(line, textLimit)), " "))
	}
	if rest > 0 {
		t.printf("%s  %s  … %s\n", indent, strings.Repeat(" ", len(label)), text.Counted(rest, "more line"))
	}
}

// totals writes the last line.
func (t textWriter) totals(r *Report) {
	n := r.Count()
	text := headline(n)
	switch {
	case n.Failed > 0:
		text = t.paint(red, text)
	case n.Inconclusive > 0 || n.Warned > 0:
		text = t.paint(yellow, text)
	case n.Passed > 0 && !r.Interrupted:
		text = t.paint(green, text)
	}
	t.printf("%s %s", text, t.paint(dim, "("+amount(r)+")"))
	if r.Interrupted {
		t.printf(", %s", t.paint(yellow, "interrupted"))
	}
	t.printf("\n")
}

// Headline returns the counts of steps that are not 0, such as "9 passed, 2 failed, 1 skipped".
func (r *Report) Headline() string { return headline(r.Count()) }

// headline returns the counts that are not 0, such as "9 passed, 2 failed, 1 skipped".
func headline(n Totals) string {
	if n.Steps == 0 {
		return "nothing ran"
	}
	var parts []string
	for _, p := range []struct {
		n    int
		word string
	}{{n.Passed, "passed"}, {n.Failed, "failed"}, {n.Warned, "with a warning"}, {n.Inconclusive, "inconclusive"}, {n.Skipped, "skipped"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.word))
		}
	}
	return strings.Join(parts, ", ")
}

// amount returns a text such as "12 steps in 3 scenarios, 1.24s".
func amount(r *Report) string {
	n := r.Count()
	return fmt.Sprintf("%s in %s, %s", text.Counted(n.Steps, r.part()), text.Counted(n.Suites, r.unit()), text.ShortDuration(r.Took))
}
