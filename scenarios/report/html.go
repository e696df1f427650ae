package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"

	"artihook/emitter/htmlreport"
	"artihook/emitter/text"
)

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS string

// openSuites is the maximum number of suites of a report in which the suites that passed are open too.
const openSuites = 10

// page is the data of the template.
type page struct {
	*Report
	Totals Totals
	Open   bool // suites that passed are open

	UnitWord, PartWord string
}

// WriteHTML writes a page that needs no other file (see [htmlreport.Write]). The exchanges of failed steps
// are open, the others can be opened. A printed page shows all.
func WriteHTML(w io.Writer, r *Report) error {
	n := r.Count()
	return htmlreport.Write(w, htmlreport.Header{
		Verdict: pageTitle(n, r.part()), Outcome: string(r.outcome().settled()), Command: r.Command, Tool: r.Tool,
		Target: r.Target, Seed: r.Seed, Started: r.Started, Took: r.Took,
	}, htmlreport.Content{
		Template: pageHTML, Funcs: pageFuncs(), Style: pageCSS,
		Data: page{Report: r, Totals: n, Open: len(r.Suites) <= openSuites, UnitWord: r.unit(), PartWord: r.part()},
	})
}

// pageFuncs returns the functions of the template. They make all text visible;
// html/template then escapes it.
func pageFuncs() template.FuncMap {
	return template.FuncMap{
		"lines":   visibleLines,
		"counted": text.Counted[int],
		"plural":  text.Plural,
		"settled": Outcome.settled,
		"word":    Outcome.word,
		"mark":    Outcome.mark,
		"message": func(s Step) string { return s.message() },
		"at":      func(s Suite, step Step) string { return at(&s, &step) },
		"outcome": func(s Suite) Outcome { return s.Outcome() },
		"head":    func(s Suite, part string) suiteHead { return suiteHead{s, s.count(), part} },
		"capital": capital,
		"add":     func(a, b int) int { return a + b },
		"exists":  Message.exists,
		"body":    pageBody,
		"value":   func(s string) notedText { return pageBody(Message{Body: []byte(orEmpty(s))}) },
	}
}

// suiteHead is the data of the heading of a suite.
type suiteHead struct {
	Suite
	Count Totals
	Part  string
}

// notedText is a text with a note on how it differs from the original.
type notedText struct{ Text, Note string }

func pageBody(m Message) notedText {
	text, note := bodyText(m, bodyLimit)
	return notedText{text, note}
}

// pageTitle returns the result as a heading.
func pageTitle(n Totals, part string) string {
	passed := n.Passed
	switch {
	case n.Steps == 0:
		return "No " + part + " ran"
	case n.Failed > 0:
		return fmt.Sprintf("%d of %s failed", n.Failed, text.Counted(n.Steps, part))
	case n.Skipped == n.Steps:
		return "Every " + part + " was skipped"
	case n.NeitherNor() > 0:
		n.Passed, n.Steps = 0, n.Steps-n.Passed
		return fmt.Sprintf("%s passed, %s", text.Counted(passed, part), headline(n))
	case n.Steps == 1:
		return text.Counted(n.Steps, part) + " passed"
	}
	return fmt.Sprintf("All %s passed", text.Counted(n.Steps, part))
}
