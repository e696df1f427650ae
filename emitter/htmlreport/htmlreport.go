// Package htmlreport writes what all HTML reports have in common: one page that needs no other file, its style, and the header
// with the result and the settings of the run. The packages with the results write the rest.
package htmlreport

import (
	"bufio"
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"

	"artihook/emitter/text"
)

//go:embed frame.html
var frameHTML string

//go:embed frame.css
var frameCSS string

// Header is the top of a report.
type Header struct {
	Verdict string        // the result as a heading
	Outcome string        // pass, fail or skip; sets the colour of the page
	Command string        // that made the report: check
	Tool    string        // name and version of the program
	Target  string        // the URL of the receiver; "" is not shown
	Seed    string        // of the generated leads; "" is not shown
	Started time.Time     // the zero time is not shown
	Took    time.Duration // of the run
}

// Content is the rest of a report.
type Content struct {
	Template string           // defines the templates "summary", which ends the header, and "content"
	Funcs    template.FuncMap // for Template, in addition to duration, visible and outcome
	Style    string           // CSS for Template
	Data     any              // of both templates
}

// frame is the data of the template.
type frame struct {
	Header
	Program string // name of the program and the command
	Facts   []fact
	Policy  string
	Style   template.CSS
	Data    any
}

// fact is a line of the header.
type fact struct{ Name, Value, Stamp string }

// Write writes a report. The page has no script and makes no request; its Content-Security-Policy forbids both. The texts of the
// header are made visible and escaped.
func Write(w io.Writer, h Header, c Content) error {
	t, err := template.New("frame").Funcs(template.FuncMap{"duration": text.ShortDuration, "visible": text.Visible}).Funcs(c.Funcs).Parse(frameHTML)
	if err == nil {
		_, err = t.Parse(c.Template)
	}
	if err != nil {
		return fmt.Errorf("writing the HTML report: %w", err)
	}
	style := frameCSS + c.Style
	digest := sha256.Sum256([]byte(style))
	b := bufio.NewWriter(w)
	err = t.ExecuteTemplate(b, "frame", frame{
		Header: h, Program: h.program(), Facts: h.facts(), Style: template.CSS(style), Data: c.Data,
		Policy: "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(digest[:]) +
			"'; base-uri 'none'; form-action 'none'",
	})
	if err == nil {
		err = b.Flush()
	}
	if err != nil {
		return fmt.Errorf("writing the HTML report: %w", err)
	}
	return nil
}

func (h *Header) program() string {
	name, _, _ := strings.Cut(h.Tool, " ")
	return strings.TrimSpace(cmp.Or(name, "artihook") + " " + h.Command)
}

func (h *Header) facts() (facts []fact) {
	if h.Target != "" {
		facts = append(facts, fact{Name: "Target", Value: h.Target})
	}
	if !h.Started.IsZero() {
		started := h.Started.UTC()
		facts = append(facts, fact{"Started", started.Format("2 January 2006, 15:04:05 UTC"), started.Format(time.RFC3339)})
	}
	facts = append(facts, fact{Name: "Duration", Value: text.ShortDuration(h.Took)})
	if h.Seed != "" {
		facts = append(facts, fact{Name: "Seed", Value: h.Seed})
	}
	if h.Tool != "" {
		facts = append(facts, fact{Name: "Version", Value: h.Tool})
	}
	return facts
}
