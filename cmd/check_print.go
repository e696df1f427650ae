package cmd

import (
	"fmt"
	"io"
	"strings"

	"artihook/cmd/console"
	"artihook/emitter/text"
	"artihook/scenarios/check"
	"artihook/scenarios/report"
)

// printResult prints a failed case and a case with a note, and with -v or -o json every case.
func printResult(a *app, r *check.Result, opt *check.ReportOptions) error {
	if a.printer.JSON() {
		step := check.Step(r, *opt)
		return report.WriteCaseJSON(a.printer.Out, &step)
	}
	if r.Outcome != report.Failed && r.Note == "" && !a.printer.Verbose {
		return nil
	}
	if _, err := io.WriteString(a.printer.Out, resultText(a, r, opt)); err != nil || !a.printer.Verbose {
		return err
	}
	for i := range r.Exchanges {
		if err := printExchange(a, &r.Exchanges[i], opt); err != nil {
			return err
		}
	}
	return nil
}

// marks has the mark and the colour of each outcome, as in the reports.
var marks = map[report.Outcome][2]string{
	report.Passed:       {"✓", console.Green},
	report.Failed:       {"✗", console.Red},
	report.Warned:       {"!", console.Yellow},
	report.Inconclusive: {"?", console.Yellow},
	report.Skipped:      {"-", console.Yellow},
}

func resultText(a *app, r *check.Result, opt *check.ReportOptions) string {
	var b strings.Builder
	outcome := r.ReportedOutcome(opt.Strict)
	mark := marks[outcome]
	paint := func(s string) string { return a.printer.Paint(mark[1], s) }
	line := func(label, value string) {
		for value := range strings.SplitSeq(value, "\n") {
			fmt.Fprintf(&b, "    %s %s\n", a.printer.Paint(console.Dim, fmt.Sprintf("%-4s", label)), text.Printable(value))
			label = ""
		}
	}
	fmt.Fprintf(&b, "%s %s", paint(mark[0]), r.Case.ID)
	switch {
	case r.Outcome == report.Failed:
		fmt.Fprintf(&b, " %s", paint(string(r.Case.Level)))
		if r.Known {
			b.WriteString(a.printer.Paint(console.Dim, " known failure"))
		}
		fmt.Fprintf(&b, "\n    %s\n", r.Case.Why)
		line("sent", r.Sent)
		line("want", r.Want)
		line("got", r.Got)
		line("fix", r.Advice())
		line("run", opt.Repeat(r.Case.ID))
	case r.Reason != "":
		fmt.Fprintf(&b, " %s\n", a.printer.Paint(console.Dim, string(reasonWord(r.Outcome))+": "+text.Printable(r.Reason)))
	default:
		b.WriteString("\n")
	}
	if r.Note != "" {
		line("note", r.Note)
	}
	return b.String()
}

func reasonWord(o report.Outcome) string {
	if o == report.Inconclusive {
		return "inconclusive"
	}
	return "skipped"
}

// printExchange prints the line of an exchange, with its outcome and its number in the history, and below it request and response.
func printExchange(a *app, e *report.Exchange, opt *check.ReportOptions) error {
	outcome := e.Error
	if outcome == "" {
		outcome = fmt.Sprint(e.Status)
	}
	line := fmt.Sprintf("    [%s] %s (%s)", outcome, text.Printable(e.Title), text.ShortDuration(e.Took))
	if e.Number != 0 {
		line += a.printer.Paint(console.Dim, fmt.Sprintf(" #%d", e.Number))
	}
	if _, err := fmt.Fprintln(a.printer.Out, line); err != nil {
		return err
	}
	for _, part := range []struct {
		sign    string
		message report.Message
	}{{">", e.Request}, {"<", e.Response}} {
		head := strings.ReplaceAll(opt.Secret.RedactText(part.message.Head), "\n", "\r\n")
		if err := a.printer.Message(part.sign, head, opt.Secret.Redact(part.message.Body)); err != nil {
			return err
		}
	}
	return nil
}

// printTable prints the counts of each group, what is new and fixed since the baseline, and the total in one line.
func printTable(a *app, results []check.Result, planned int, opt *checkOptions) error {
	if a.printer.JSON() {
		return nil
	}
	var b strings.Builder
	if !a.printer.Verbose {
		reasonsText(a, &b, results)
	}
	groupsText(&b, results, opt.strict)
	if opt.baseline.File != "" {
		added, fixed := opt.baseline.Known.Compare(results)
		fmt.Fprintf(&b, "\nnew failures: %s\nfixed:        %s\n", orNone(added), orNone(fixed))
	}
	fmt.Fprintf(&b, "\n%s", verdict(a, results, opt.strict))
	if len(results) < planned {
		fmt.Fprintf(&b, " in the %d of %d cases that ran", len(results), planned)
	}
	b.WriteString("\n")
	_, err := io.WriteString(a.printer.Out, b.String())
	return err
}

func orNone(ids []string) string {
	if len(ids) == 0 {
		return "none"
	}
	return strings.Join(ids, ", ")
}

// groupsText writes the table of the groups. It has columns for warnings and inconclusive cases only if there are some.
func groupsText(b *strings.Builder, results []check.Result, strict bool) {
	type column struct {
		name    string
		outcome report.Outcome
	}
	columns := []column{{"passed", report.Passed}, {"failed", report.Failed}, {"skipped", report.Skipped}}
	all := map[report.Outcome]int{}
	groups := map[string]map[report.Outcome]int{}
	for i := range results {
		o, group := results[i].ReportedOutcome(strict), results[i].Case.Group()
		all[o]++
		if groups[group] == nil {
			groups[group] = map[report.Outcome]int{}
		}
		groups[group][o]++
	}
	for _, c := range []column{{"warnings", report.Warned}, {"inconclusive", report.Inconclusive}} {
		if all[c.outcome] > 0 {
			columns = append(columns, c)
		}
	}
	fmt.Fprintf(b, "\n%-10s", "group")
	for _, c := range columns {
		fmt.Fprintf(b, " %*s", max(7, len(c.name)), c.name)
	}
	b.WriteString("\n")
	for _, group := range check.Groups {
		if groups[group] == nil {
			continue
		}
		fmt.Fprintf(b, "%-10s", group)
		for _, c := range columns {
			fmt.Fprintf(b, " %*d", max(7, len(c.name)), groups[group][c.outcome])
		}
		b.WriteString("\n")
	}
}

// reasonsText writes a line for each reason, with the number of cases that were skipped or are inconclusive for it.
func reasonsText(a *app, b *strings.Builder, results []check.Result) {
	type reason struct {
		outcome report.Outcome
		text    string
	}
	var reasons []reason
	n := map[reason]int{}
	for i := range results {
		r := &results[i]
		if r.Outcome != report.Skipped && r.Outcome != report.Inconclusive {
			continue
		}
		why := reason{r.Outcome, r.Reason}
		if n[why]++; n[why] == 1 {
			reasons = append(reasons, why)
		}
	}
	for _, why := range reasons {
		mark := marks[why.outcome]
		fmt.Fprintf(b, "%s %s %s: %s\n", a.printer.Paint(mark[1], mark[0]), text.Counted(n[why], "case"), reasonWord(why.outcome), text.Printable(why.text))
	}
}

// verdict returns the total in one line.
func verdict(a *app, results []check.Result, strict bool) string {
	var must, should, known, inconclusive int
	fails := false
	for i := range results {
		r := &results[i]
		fails = fails || r.Fails(strict)
		switch {
		case r.Known:
			known++
		case r.Outcome == report.Inconclusive:
			inconclusive++
		case r.Outcome == report.Failed && r.Case.Level == check.Must:
			must++
		case r.Outcome == report.Failed:
			should++
		}
	}
	text := "nothing failed"
	switch {
	case must > 0 && should > 0:
		text = fmt.Sprintf("%d MUST and %d SHOULD failed", must, should)
	case must > 0:
		text = fmt.Sprintf("%d MUST failed", must)
	case should > 0:
		text = fmt.Sprintf("no MUST failed, %d SHOULD did", should)
	}
	if inconclusive > 0 {
		text += fmt.Sprintf(", %d inconclusive", inconclusive)
	}
	if known > 0 {
		text += fmt.Sprintf(", %d known", known)
	}
	switch {
	case must > 0 || fails && inconclusive == 0:
		return a.printer.Paint(console.Red, text)
	case should+inconclusive+known > 0:
		return a.printer.Paint(console.Yellow, text)
	}
	return a.printer.Paint(console.Green, text)
}
