package cmd

import (
	"fmt"
	"strings"

	"artihook/cmd/console"
	"artihook/emitter/text"
	"artihook/scenarios/check"
	"artihook/scenarios/report"
)

// resultJSON is the output of check -o json for one case.
type resultJSON struct {
	ID     string `json:"id"`
	Group  string `json:"group"`
	Level  string `json:"level"`
	Result string `json:"result,omitempty"`
	Why    string `json:"why"`
	Sent   string `json:"sent"`
	Want   string `json:"want"`
	Got    string `json:"got"`
	Fix    string `json:"fix"`
}

func newResultJSON(r *check.Result) resultJSON {
	shown := resultJSON{
		ID: r.Case.ID, Group: r.Case.Group(), Level: string(r.Case.Level), Result: string(r.Outcome), Why: r.Case.Why,
		Sent: r.Sent, Want: r.Want, Got: r.Got, Fix: r.Advice(),
	}
	if r.Outcome == report.Skipped {
		shown.Got = r.Reason
	}
	return shown
}

// printResult prints a failed case, and with -v or -o json every case.
func printResult(a *app, r *check.Result) error {
	switch {
	case a.printer.JSON():
		return a.printer.WriteJSON(newResultJSON(r))
	case r.Outcome != report.Failed && !a.printer.Verbose:
		return nil
	}
	_, err := fmt.Fprint(a.printer.Out, resultText(a, r))
	return err
}

func resultText(a *app, r *check.Result) string {
	var b strings.Builder
	switch r.Outcome {
	case report.Passed:
		fmt.Fprintf(&b, "%s %s\n", a.printer.Paint(console.Green, "✓"), r.Case.ID)
	case report.Skipped:
		fmt.Fprintf(&b, "%s %s %s\n", a.printer.Paint(console.Yellow, "-"), r.Case.ID, a.printer.Paint(console.Dim, "skipped: "+text.Printable(r.Reason)))
	case report.Inconclusive:
		fmt.Fprintf(&b, "%s %s %s\n", a.printer.Paint(console.Yellow, "?"), r.Case.ID, a.printer.Paint(console.Dim, "inconclusive: "+text.Printable(r.Reason)))
	default:
		color := console.Red
		if r.Case.Level == check.Should {
			color = console.Yellow
		}
		fmt.Fprintf(&b, "%s %s %s\n    %s\n", a.printer.Paint(color, "✗"), r.Case.ID, a.printer.Paint(color, string(r.Case.Level)), r.Case.Why)
		for _, line := range [][2]string{{"sent", r.Sent}, {"want", r.Want}, {"got", r.Got}} {
			fmt.Fprintf(&b, "    %s %s\n", a.printer.Paint(console.Dim, fmt.Sprintf("%-4s", line[0])), text.Printable(line[1]))
		}
		label := "fix"
		for line := range strings.SplitSeq(r.Advice(), "\n") {
			fmt.Fprintf(&b, "    %s %s\n", a.printer.Paint(console.Dim, fmt.Sprintf("%-4s", label)), text.Printable(line))
			label = ""
		}
	}
	if a.printer.Verbose {
		for i := range r.Exchanges {
			exchangeText(a, &b, &r.Exchanges[i])
		}
	}
	return b.String()
}

// exchangeText writes the line of an exchange: its outcome, and its number in the history.
func exchangeText(a *app, b *strings.Builder, e *report.Exchange) {
	outcome := e.Error
	if outcome == "" {
		outcome = fmt.Sprint(e.Status)
	}
	fmt.Fprintf(b, "    [%s] %s (%s)", outcome, text.Printable(e.Title), text.ShortDuration(e.Took))
	if e.Number != 0 {
		b.WriteString(a.printer.Paint(console.Dim, fmt.Sprintf(" #%d", e.Number)))
	}
	b.WriteString("\n")
}

// printTable prints the results of each group, and the total in one line.
func printTable(a *app, results []check.Result, planned int) error {
	if a.printer.JSON() {
		return nil
	}
	var b strings.Builder
	if !a.printer.Verbose {
		reasonsText(a, &b, results)
	}
	fmt.Fprintf(&b, "\n%-10s %7s %7s %7s\n", "group", "passed", "failed", "skipped")
	failed := map[check.Level]int{}
	for _, group := range check.Groups {
		n := map[report.Outcome]int{}
		for i := range results {
			if r := &results[i]; r.Case.Group() == group {
				n[r.Outcome]++
				if r.Outcome == report.Failed {
					failed[r.Case.Level]++
				}
			}
		}
		if len(n) > 0 {
			fmt.Fprintf(&b, "%-10s %7d %7d %7d\n", group, n[report.Passed], n[report.Failed], n[report.Skipped])
		}
	}
	fmt.Fprintf(&b, "\n%s", verdict(a, failed))
	if len(results) < planned {
		fmt.Fprintf(&b, " in the %d of %d cases that ran", len(results), planned)
	}
	b.WriteString("\n")
	_, err := fmt.Fprint(a.printer.Out, b.String())
	return err
}

// reasonsText writes a line for each reason, with the number of cases that were skipped or are inconclusive for it.
func reasonsText(a *app, b *strings.Builder, results []check.Result) {
	var reasons []string
	n := map[string]int{}
	for i := range results {
		r := &results[i]
		word, mark := "skipped", "-"
		switch r.Outcome {
		case report.Skipped:
		case report.Inconclusive:
			word, mark = "inconclusive", "?"
		default:
			continue
		}
		line := mark + " %s " + word + ": " + r.Reason
		if n[line]++; n[line] == 1 {
			reasons = append(reasons, line)
		}
	}
	for _, reason := range reasons {
		mark, rest, _ := strings.Cut(reason, " %s ")
		fmt.Fprintf(b, "%s %s %s\n", a.printer.Paint(console.Yellow, mark), text.Counted(n[reason], "case"), text.Printable(rest))
	}
}

func verdict(a *app, failed map[check.Level]int) string {
	switch must, should := failed[check.Must], failed[check.Should]; {
	case must > 0 && should > 0:
		return a.printer.Paint(console.Red, fmt.Sprintf("%d MUST and %d SHOULD failed", must, should))
	case must > 0:
		return a.printer.Paint(console.Red, fmt.Sprintf("%d MUST failed", must))
	case should > 0:
		return a.printer.Paint(console.Yellow, fmt.Sprintf("no MUST failed, %d SHOULD did", should))
	}
	return a.printer.Paint(console.Green, "nothing failed")
}

// listCases prints the cases without running them.
func listCases(a *app, cases []check.Case) error {
	width := 0
	for i := range cases {
		width = max(width, len(cases[i].ID))
	}
	for i := range cases {
		c := &cases[i]
		var err error
		if a.printer.JSON() {
			err = a.printer.WriteJSON(struct {
				ID    string `json:"id"`
				Group string `json:"group"`
				Level string `json:"level"`
				Why   string `json:"why"`
				Fix   string `json:"fix"`
			}{c.ID, c.Group(), string(c.Level), c.Why, (&check.Result{Case: *c}).Advice()})
		} else {
			_, err = fmt.Fprintf(a.printer.Out, "%-*s  %-6s  %s\n", width, c.ID, c.Level, c.Why)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
