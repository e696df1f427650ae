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

// Printer prints results to Out and everything else to Err. Every command has its flags.
type Printer struct {
	Out, Err io.Writer
	Verbose  bool // print requests and responses
	Quiet    bool // no progress, hints or summary

	system            *System   // its output contains no workflow commands
	direct, directErr io.Writer // the unfiltered streams
	output            string
	color             string
}

// NewPrinter returns a printer for the streams of the system. No line that it prints is a workflow command for CI.
func NewPrinter(system *System) *Printer {
	safe := system.withoutCommands()
	return &Printer{Out: safe.Stdout, Err: safe.Stderr, system: safe, direct: system.Stdout, directErr: system.Stderr}
}

// AddFlags adds --output, --verbose, --quiet and --color. Call it before printing.
func (p *Printer) AddFlags(flags *pflag.FlagSet) {
	p.output, p.color = "text", "auto"
	flags.VarP(&choice{&p.output, []string{"text", "json"}}, "output", "o", "Print text, or JSON with one object a line")
	flags.BoolVarP(&p.Verbose, "verbose", "v", false, "Print requests (>) and responses (<)")
	flags.BoolVarP(&p.Quiet, "quiet", "q", false, "Print no progress, hints or summary")
	flags.Var(&choice{&p.color, []string{"auto", "always", "never"}}, "color", "Colour stdout. auto depends on the terminal and NO_COLOR")
}

// choice is a flag with a fixed set of values.
type choice struct {
	value *string
	words []string
}

func (c *choice) String() string {
	if c.value == nil { // pflag calls String on the zero value
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

// Colored reports whether output is coloured.
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

// Paint returns text in an ANSI colour, or unchanged if output is not coloured or color is "".
func (p *Printer) Paint(color, text string) string {
	if !p.Colored() || color == "" {
		return text
	}
	return "\x1b[" + color + "m" + text + "\x1b[0m"
}

// Colours for Paint.
const (
	Green  = "32"
	Red    = "31"
	Yellow = "33"
	Dim    = "2"
)

// Annotations returns the writer for annotations under GitHub Actions, otherwise nil.
func (p *Printer) Annotations() io.Writer {
	if !p.system.onGitHub() {
		return nil
	}
	return p.directErr
}

// ReportToStdout reserves stdout for a report: all other output goes to stderr. It returns an error with -o json.
func (p *Printer) ReportToStdout() error {
	if p.JSON() {
		return errors.New("-o json and a report to - both write to stdout; give the report a file")
	}
	p.Out, p.system.StdoutTerminal = p.Err, p.system.StderrTerminal
	return nil
}
