package cmd

import (
	"fmt"
	"strings"

	"artihook/scenarios/check"
	"artihook/scenarios/report"

	"github.com/schollz/progressbar/v3"
)

// resultJSON is what check -o json shows of a case, and of one in its list.
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
		shown.Got = r.Skipped
	}
	return shown
}

// showResult writes a case that failed, and with -v or -o json any case.
func (a *app) showResult(r *check.Result) error {
	switch {
	case a.json():
		return a.showJSON(newResultJSON(r))
	case r.Outcome != report.Failed && !a.look.verbose:
		return nil
	}
	_, err := fmt.Fprint(a.out(), a.resultText(r))
	return err
}

func (a *app) resultText(r *check.Result) string {
	var b strings.Builder
	switch r.Outcome {
	case report.Passed:
		fmt.Fprintf(&b, "%s %s\n", a.paint(green, "✓"), r.Case.ID)
	case report.Skipped:
		fmt.Fprintf(&b, "%s %s %s\n", a.paint(yellow, "-"), r.Case.ID, a.paint(dim, "skipped: "+printable(r.Skipped)))
	default:
		color := red
		if r.Case.Level == check.Should {
			color = yellow
		}
		fmt.Fprintf(&b, "%s %s %s\n    %s\n", a.paint(color, "✗"), r.Case.ID, a.paint(color, string(r.Case.Level)), r.Case.Why)
		for _, line := range [][2]string{{"sent", r.Sent}, {"want", r.Want}, {"got", r.Got}} {
			fmt.Fprintf(&b, "    %s %s\n", a.paint(dim, fmt.Sprintf("%-4s", line[0])), printable(line[1]))
		}
		label := "fix"
		for line := range strings.SplitSeq(r.Advice(), "\n") {
			fmt.Fprintf(&b, "    %s %s\n", a.paint(dim, fmt.Sprintf("%-4s", label)), printable(line))
			label = ""
		}
	}
	if a.look.verbose {
		for i := range r.Exchanges {
			a.exchangeText(&b, &r.Exchanges[i])
		}
	}
	return b.String()
}

// exchangeText is a line for each delivery of a case; its number leads to the whole of it.
func (a *app) exchangeText(b *strings.Builder, e *report.Exchange) {
	came := e.Error
	if came == "" {
		came = fmt.Sprint(e.Status)
	}
	fmt.Fprintf(b, "    [%s] %s (%s)", came, printable(e.Title), shortDuration(e.Took))
	if e.Number != 0 {
		b.WriteString(a.paint(dim, fmt.Sprintf(" #%d", e.Number)))
	}
	b.WriteString("\n")
}

// showTable writes how the groups did, and the total in one line.
func (a *app) showTable(results []check.Result, planned int) error {
	if a.json() {
		return nil
	}
	var b strings.Builder
	if !a.look.verbose {
		a.skippedText(&b, results)
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
	fmt.Fprintf(&b, "\n%s", a.verdict(failed))
	if len(results) < planned {
		fmt.Fprintf(&b, " in the %d of %d cases that ran", len(results), planned)
	}
	b.WriteString("\n")
	_, err := fmt.Fprint(a.out(), b.String())
	return err
}

// skippedText says once for each reason how many cases were skipped for it.
func (a *app) skippedText(b *strings.Builder, results []check.Result) {
	var reasons []string
	n := map[string]int{}
	for i := range results {
		if r := &results[i]; r.Outcome == report.Skipped {
			if n[r.Skipped]++; n[r.Skipped] == 1 {
				reasons = append(reasons, r.Skipped)
			}
		}
	}
	for _, reason := range reasons {
		fmt.Fprintf(b, "%s %s skipped: %s\n", a.paint(yellow, "-"), counted(n[reason], "case"), printable(reason))
	}
}

func (a *app) verdict(failed map[check.Level]int) string {
	switch must, should := failed[check.Must], failed[check.Should]; {
	case must > 0 && should > 0:
		return a.paint(red, fmt.Sprintf("%d MUST and %d SHOULD failed", must, should))
	case must > 0:
		return a.paint(red, fmt.Sprintf("%d MUST failed", must))
	case should > 0:
		return a.paint(yellow, fmt.Sprintf("no MUST failed, %d SHOULD did", should))
	}
	return a.paint(green, "nothing failed")
}

// listCases shows the battery without running it.
func (a *app) listCases(cases []check.Case) error {
	width := 0
	for i := range cases {
		width = max(width, len(cases[i].ID))
	}
	for i := range cases {
		c := &cases[i]
		var err error
		if a.json() {
			err = a.showJSON(struct {
				ID    string `json:"id"`
				Group string `json:"group"`
				Level string `json:"level"`
				Why   string `json:"why"`
				Fix   string `json:"fix"`
			}{c.ID, c.Group(), string(c.Level), c.Why, (&check.Result{Case: *c}).Advice()})
		} else {
			_, err = fmt.Fprintf(a.out(), "%-*s  %-6s  %s\n", width, c.ID, c.Level, c.Why)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// checkBar is the progress of an examination on a terminal; the zero value shows nothing.
type checkBar struct{ bar *progressbar.ProgressBar }

func (a *app) checkProgress(cases int) checkBar {
	if a.look.quiet || a.plain() || !a.world.StderrTerminal {
		return checkBar{}
	}
	return checkBar{progressbar.NewOptions(cases,
		progressbar.OptionSetWriter(a.world.Stderr), progressbar.OptionSetDescription("cases"), progressbar.OptionShowCount(),
		progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(30),
	)}
}

func (b checkBar) step() {
	if b.bar != nil {
		_ = b.bar.Add(1) // only a closed stderr can make it fail
	}
}

func (b checkBar) hide() {
	if b.bar != nil {
		_ = b.bar.Clear()
	}
}
