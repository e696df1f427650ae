package report

import (
	"fmt"
	"html"
	"io"
	"strings"

	"artihook/emitter/text"
)

const (
	summaryTable = 300 << 10 // bytes after which no more suites are listed
	summaryLimit = 900 << 10 // bytes after which no more failures are listed: GitHub rejects more than 1 MiB
	summaryBody  = 4 << 10   // bytes of one body
	summaryCell  = 200       // characters of one cell
)

// WriteStepSummary writes Markdown for the file in GITHUB_STEP_SUMMARY: a table of
// the suites, then the failed steps, folded. GitHub rejects a summary above 1 MiB,
// so the list ends before that, with the number of failures that are left out.
func WriteStepSummary(w io.Writer, r *Report) error {
	var b strings.Builder
	n := r.Count()
	fmt.Fprintf(&b, "## %s\n\n%s\n", markdown(strings.TrimSpace(r.Tool+": "+headline(n))), amount(r))
	for _, fact := range r.facts() {
		fmt.Fprintf(&b, "\n- %s: %s", fact[0], markdown(fact[1]))
	}
	if len(r.facts()) > 0 {
		b.WriteString("\n")
	}
	if r.Interrupted {
		b.WriteString("\n**Interrupted before the run was complete.**\n")
	}
	if len(r.Suites) > 0 {
		summarySuites(&b, r)
	}
	if n.Failed > 0 {
		summaryFailures(&b, r, n.Failed)
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("writing the step summary: %w", err)
	}
	return nil
}

func summarySuites(b *strings.Builder, r *Report) {
	n := r.Count()
	columns := []summaryColumn{{"Failed", func(n Totals) int { return n.Failed }}, {"Skipped", func(n Totals) int { return n.Skipped }}}
	if n.Warned > 0 || n.Inconclusive > 0 {
		columns = append(columns, summaryColumn{"Warnings", func(n Totals) int { return n.Warned }}, summaryColumn{"Inconclusive", func(n Totals) int { return n.Inconclusive }})
	}
	fmt.Fprintf(b, "\n| %s | Outcome | %s |", cell(capital(r.unit())), cell(capital(text.Plural(r.part()))))
	for _, c := range columns {
		fmt.Fprintf(b, " %s |", c.name)
	}
	fmt.Fprintf(b, " Time |\n| --- | --- | ---: |%s ---: |\n", strings.Repeat(" ---: |", len(columns)))
	for i := range r.Suites {
		s := &r.Suites[i]
		if b.Len() > summaryTable {
			fmt.Fprintf(b, "\n…and %s.\n", text.Counted(len(r.Suites)-i, "more "+r.unit()))
			return
		}
		n := s.count()
		fmt.Fprintf(b, "| %s | %s %s | %d |", cell(s.Name), s.Outcome().mark(), s.Outcome().word(), n.Steps)
		for _, c := range columns {
			fmt.Fprintf(b, " %d |", c.count(n))
		}
		fmt.Fprintf(b, " %s |\n", text.ShortDuration(s.Took))
	}
}

// summaryColumn is a column of the table of suites with a count.
type summaryColumn struct {
	name  string
	count func(Totals) int
}

func summaryFailures(b *strings.Builder, r *Report, left int) {
	fmt.Fprintf(b, "\n### Failed %s\n", cell(text.Plural(r.part())))
	for i := range r.Suites {
		s := &r.Suites[i]
		for j := range s.Steps {
			if s.Steps[j].Outcome.settled() != Failed || b.Len() > summaryLimit {
				continue
			}
			var one strings.Builder
			summaryFailure(&one, s, &s.Steps[j])
			if b.Len()+one.Len() <= summaryLimit {
				b.WriteString(one.String())
				left--
			}
		}
	}
	if left > 0 {
		fmt.Fprintf(b, "\n…and %s. The other reports have them all.\n", text.Counted(left, "more failed "+r.part()))
	}
}

func summaryFailure(b *strings.Builder, s *Suite, step *Step) {
	fmt.Fprintf(b, "\n<details>\n<summary>✗ <b>%s › %s</b> %s</summary>\n",
		html.EscapeString(clip(visible(s.Name), summaryCell)), html.EscapeString(clip(visible(step.Name), summaryCell)),
		html.EscapeString(at(s, step)))
	if failed := step.failed(); len(failed) > 0 {
		b.WriteString("\n| Check | Expected | Actual |\n| --- | --- | --- |\n")
		for _, c := range failed {
			fmt.Fprintf(b, "| %s | %s | %s |\n", cell(c.What), cell(orEmpty(c.Expected)), cell(orEmpty(c.Actual)))
		}
	}
	if step.Why != "" {
		fmt.Fprintf(b, "\n%s\n", markdown(step.Why))
	}
	for i := range step.Exchanges {
		e := &step.Exchanges[i]
		fmt.Fprintf(b, "\n%s\n", markdown(e.line()))
		if e.Reason != "" {
			fmt.Fprintf(b, "\n%s\n", markdown(e.Reason))
		}
		block(b, messageText(e.Request, summaryBody))
		block(b, messageText(e.Response, summaryBody))
	}
	if step.Repeat != "" {
		b.WriteString("\nRepeat it:\n")
		block(b, visible(step.Repeat))
		if step.RepeatNew != "" {
			b.WriteString("\nWith a new lead:\n")
			block(b, visible(step.RepeatNew))
		}
	}
	b.WriteString("\n</details>\n")
}

// block writes preformatted text. Markdown is not interpreted inside <pre>
// (CommonMark 4.6), and the text is escaped, so that it cannot end the block.
func block(b *strings.Builder, text string) {
	if text != "" {
		fmt.Fprintf(b, "\n<pre>\n%s\n</pre>\n", html.EscapeString(text))
	}
}

func cell(s string) string { return markdown(clip(visible(s), summaryCell)) }

// markdown returns s in one line. The special characters of Markdown and GitHub
// become character references, which are never special (CommonMark 2.5).
func markdown(s string) string {
	s = strings.TrimSpace(visible(s))
	var b strings.Builder
	for i, r := range s {
		// At the start of a line, these may begin a list or a heading.
		first := i == 0 && strings.ContainsRune("+-=0123456789", r)
		if first || strings.ContainsRune("&<>\"'`*_~|\\[]#!:@$", r) {
			fmt.Fprintf(&b, "&#%d;", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
