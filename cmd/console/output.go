package console

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"artihook/emitter/text"
)

// Printer writes what a command has to show: results to Out, everything else to Err. Its flags are those that every
// command has.
type Printer struct {
	Out, Err io.Writer
	Verbose  bool // show requests and responses
	Quiet    bool // no progress, hints or summary

	system            *System   // without workflow commands
	direct, directErr io.Writer // as they are
	output            string
	color             string
}

// NewPrinter returns a printer for the streams of the system. No line that it prints is a workflow command for CI.
func NewPrinter(system *System) *Printer {
	safe := system.withoutCommands()
	return &Printer{Out: safe.Stdout, Err: safe.Stderr, system: safe, direct: system.Stdout, directErr: system.Stderr}
}

// AddFlags adds the flags that say how results are shown.
func (p *Printer) AddFlags(flags *pflag.FlagSet) {
	p.output, p.color = "text", "auto"
	flags.VarP(&choice{&p.output, []string{"text", "json"}}, "output", "o", "json: one object a line on stdout")
	flags.BoolVarP(&p.Verbose, "verbose", "v", false, "show request (>) and response (<)")
	flags.BoolVarP(&p.Quiet, "quiet", "q", false, "no progress, hints or summary")
	flags.Var(&choice{&p.color, []string{"auto", "always", "never"}}, "color", "colour on stdout; auto looks at the terminal and at NO_COLOR")
}

// choice is a flag that takes one of a few words.
type choice struct {
	value *string
	words []string
}

func (c *choice) String() string {
	if c.value == nil { // pflag asks the zero value too
		return ""
	}
	return *c.value
}
func (c *choice) Type() string { return strings.Join(c.words, "|") }
func (c *choice) Set(s string) error {
	if !slices.Contains(c.words, s) {
		return fmt.Errorf("want %s", strings.Join(c.words, ", "))
	}
	*c.value = s
	return nil
}

// JSON reports whether results are printed as JSON.
func (p *Printer) JSON() bool { return p.output == "json" }

// Colored reports whether stdout takes colours.
func (p *Printer) Colored() bool {
	switch p.color {
	case "always":
		return true
	case "never":
		return false
	}
	term, _ := p.system.Env("TERM")
	return p.system.StdoutTerminal && !p.plain() && term != "dumb"
}

// plain reports whether the user wants neither colour nor moving progress (no-color.org).
func (p *Printer) plain() bool {
	off, set := p.system.Env("NO_COLOR")
	return set && off != ""
}

// Notef prints a note to stderr, unless the printer is quiet.
func (p *Printer) Notef(format string, args ...any) {
	if !p.Quiet {
		for line := range strings.SplitSeq(fmt.Sprintf(format, args...), "\n") {
			fmt.Fprintln(p.Err, text.Printable(line))
		}
	}
}

// Paint wraps text in an ANSI colour.
func (p *Printer) Paint(color, text string) string {
	if !p.Colored() || color == "" {
		return text
	}
	return "\x1b[" + color + "m" + text + "\x1b[0m"
}

const (
	Green  = "32"
	Red    = "31"
	Yellow = "33"
	Dim    = "2"
)

// Annotations returns where GitHub reads annotations, nil elsewhere.
func (p *Printer) Annotations() io.Writer {
	if !p.system.onGitHub() {
		return nil
	}
	return p.directErr
}

// ReportToStdout makes stdout free for a report: everything else that a command prints goes to stderr.
func (p *Printer) ReportToStdout() error {
	if p.JSON() {
		return errors.New("-o json and a report to - both write to stdout; give the report a file")
	}
	p.Out, p.system.StdoutTerminal = p.Err, p.system.StderrTerminal
	return nil
}
