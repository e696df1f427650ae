package cmd

import (
	"fmt"
	"strings"

	"artihook/cmd/console"
	"artihook/emitter/text"
	"artihook/scenarios/check"
	"artihook/scenarios/report"
)

// caseJSON describes a case for --list and --explain.
type caseJSON struct {
	Schema   int               `json:"schema_version"`
	ID       string            `json:"id"`
	Group    string            `json:"group"`
	Level    check.Level       `json:"level"`
	Why      string            `json:"why"`
	Sends    string            `json:"sends"`
	Contract string            `json:"contract"`
	Fix      string            `json:"fix"`
	Code     map[string]string `json:"code,omitempty"` // by language
}

func newCaseJSON(c *check.Case) caseJSON {
	v := caseJSON{
		Schema: report.CaseSchema, ID: c.ID, Group: c.Group(), Level: c.Level, Why: c.Why, Sends: c.Sends, Contract: c.Contract(), Fix: c.Fix,
		Code: map[string]string{},
	}
	for _, s := range c.Code.Snippets() {
		v.Code[s.Language] = s.Code
	}
	return v
}

// explainCases prints the cases that match the id or pattern.
func explainCases(a *app, pattern string) error {
	cases, err := check.Select([]string{pattern}, nil)
	if err != nil {
		return console.Usage(err)
	}
	for i := range cases {
		if a.printer.JSON() {
			err = a.printer.WriteJSON(newCaseJSON(&cases[i]))
		} else {
			_, err = fmt.Fprint(a.printer.Out, explanation(a, &cases[i]))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func explanation(a *app, c *check.Case) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n    %s\n", c.ID, c.Level, c.Why)
	line := func(label, value string) {
		for value := range strings.SplitSeq(value, "\n") {
			fmt.Fprintf(&b, "    %s %s\n", a.printer.Paint(console.Dim, fmt.Sprintf("%-8s", label)), value)
			label = ""
		}
	}
	line("sends", c.Sends)
	line("contract", c.Contract())
	line("fix", c.Fix)
	for _, s := range c.Code.Snippets() {
		line(s.Language, s.Code)
	}
	return b.String()
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
			err = a.printer.WriteJSON(newCaseJSON(c))
		} else {
			_, err = fmt.Fprintf(a.printer.Out, "%-*s  %-6s  %s\n", width, c.ID, c.Level, text.Printable(c.Why))
		}
		if err != nil {
			return err
		}
	}
	return nil
}
