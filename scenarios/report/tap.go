package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"artihook/emitter/text"
)

// WriteTAP writes TAP version 14 (testanything.org): the plan, a subtest for each
// suite, and a YAML block for each failure. The report of an interrupted run ends
// with "Bail out!", so that a harness does not treat it as complete.
func WriteTAP(w io.Writer, r *Report) error {
	t := tapWriter{bufio.NewWriter(w), r}
	t.printf("TAP version 14\n")
	for _, fact := range r.facts() {
		t.printf("# %s: %s\n", fact[0], tapText(fact[1], ""))
	}
	t.printf("1..%d", len(r.Suites))
	if len(r.Suites) == 0 {
		t.printf(" # SKIP nothing ran")
	}
	t.printf("\n")
	for i := range r.Suites {
		t.suite(&r.Suites[i], i+1)
	}
	if r.Interrupted {
		t.printf("Bail out! interrupted\n")
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("writing the TAP report: %w", err)
	}
	return nil
}

type tapWriter struct {
	*bufio.Writer
	r *Report
}

func (t tapWriter) printf(format string, args ...any) { fmt.Fprintf(t, format, args...) }

func (t tapWriter) suite(s *Suite, number int) {
	name := tapText(s.Name, "unnamed "+t.r.unit())
	t.printf("# Subtest: %s\n    1..%d", name, len(s.Steps))
	if len(s.Steps) == 0 {
		t.printf(" # SKIP no %s ran", t.r.part())
	}
	t.printf("\n")
	for i := range s.Steps {
		step := &s.Steps[i]
		t.point("    ", step.Outcome, i+1, tapText(step.Name, "unnamed "+t.r.part()))
		switch step.Outcome {
		case Skipped:
			t.directive("SKIP", step.Why)
		case Inconclusive:
			t.directive("SKIP", step.reason())
		case Warned: // a harness does not count a failure with this directive
			t.directive("TODO", step.reason())
		}
		t.printf("\n")
		if step.Outcome.settled() == Failed {
			t.diagnostic(s, step)
		}
	}
	outcome := s.Outcome()
	if outcome == Warned {
		outcome = Passed
	}
	t.point("", outcome, number, name)
	if outcome == Skipped {
		t.printf(" # SKIP no %s ran", t.r.part())
	}
	t.printf("\n")
}

func (t tapWriter) directive(name, why string) {
	t.printf(" # %s", name)
	if why = tapText(why, ""); why != "" {
		t.printf(" %s", why)
	}
}

// point writes the start of a test point. The description must be escaped already.
func (t tapWriter) point(indent string, o Outcome, number int, description string) {
	not := ""
	if o.settled() == Failed || o == Warned {
		not = "not "
	}
	t.printf("%s%sok %d - %s", indent, not, number, description)
}

// diagnostic writes the YAML block of a failed step, indented by two columns more
// than its test point.
func (t tapWriter) diagnostic(s *Suite, step *Step) {
	const indent = "      "
	y := yamlWriter{t.Writer}
	t.printf("%s---\n", indent)
	y.text(indent, "message", step.message())
	y.text(indent, "severity", "fail")
	t.printf("%sduration_ms: %s\n", indent, text.Decimal(milliseconds(step.Took)))
	if file := step.file(s); file != "" {
		t.printf("%sat:\n", indent)
		y.text(indent+"  ", "file", visible(file))
		if step.Line > 0 {
			t.printf("%s  line: %d\n", indent, step.Line)
		}
	}
	if failed := step.failed(); len(failed) > 0 {
		t.printf("%schecks:\n", indent)
		for _, c := range failed {
			y.text(indent+"  - ", "what", visible(c.What))
			y.text(indent+"    ", "expected", clip(visibleLines(c.Expected), bodyLimit))
			y.text(indent+"    ", "actual", clip(visibleLines(c.Actual), bodyLimit))
		}
	}
	if step.Why != "" {
		y.text(indent, "error", visibleLines(step.Why))
	}
	if len(step.Exchanges) > 0 {
		t.printf("%sexchanges:\n", indent)
	}
	for i := range step.Exchanges {
		e := &step.Exchanges[i]
		y.text(indent+"  - ", "exchange", e.line())
		y.optional(indent+"    ", "reason", visibleLines(e.Reason))
		y.optional(indent+"    ", "request", messageText(e.Request, bodyLimit))
		y.optional(indent+"    ", "response", messageText(e.Response, bodyLimit))
	}
	y.optional(indent, "repeat", visible(step.Repeat))
	y.optional(indent, "repeat_new", visible(step.RepeatNew))
	t.printf("%s...\n", indent)
}

// tapText returns a description or reason in one line, with \ before # and \.
func tapText(s, empty string) string {
	s = strings.TrimSpace(visible(s))
	if s == "" {
		return empty
	}
	return strings.NewReplacer(`\`, `\\`, `#`, `\#`).Replace(s)
}

// yamlWriter writes the subset of YAML 1.2 that a diagnostic needs. Texts must be
// visible already.
type yamlWriter struct{ *bufio.Writer }

func (y yamlWriter) optional(indent, key, text string) {
	if text != "" {
		y.text(indent, key, text)
	}
}

// text writes a key with its value: quoted, or as a literal block if it has more
// than one line. A dash at the end of indent counts as two columns, as in YAML.
func (y yamlWriter) text(indent, key, text string) {
	text = strings.TrimRight(text, "\n")
	if !strings.Contains(text, "\n") {
		fmt.Fprintf(y, "%s%s: %s\n", indent, key, quote(text))
		return
	}
	// The block states its indentation, because the text may start with spaces.
	fmt.Fprintf(y, "%s%s: |2-\n", indent, key)
	inner := strings.ReplaceAll(indent, "-", " ") + "  "
	for line := range strings.SplitSeq(text, "\n") {
		if line == "" {
			y.WriteString("\n")
			continue
		}
		fmt.Fprintf(y, "%s%s\n", inner, line)
	}
}

// quote returns s as a double-quoted YAML scalar.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\t", `\t`).Replace(s) + `"`
}
