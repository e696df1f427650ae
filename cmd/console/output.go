package console

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"artihook/emitter/text"
)

// Printer prints results to Out and everything else to Err.
type Printer struct {
	Out, Err io.Writer
	Format   Format
	Color    Color
	Verbose  bool // print requests and responses
	Quiet    bool // no progress, hints or summary
	Pretty   bool // indent the JSON of bodies

	system            *System   // its output contains no workflow commands
	direct, directErr io.Writer // the unfiltered streams
}

// Format is the form of results.
type Format int

// The forms of results.
const (
	FormatText Format = iota
	FormatJSON        // one object a line
)

// Color decides whether output is coloured.
type Color int

// When output is coloured.
const (
	ColorAuto Color = iota // on a terminal or with FORCE_COLOR, unless NO_COLOR is set
	ColorAlways
	ColorNever
)

// NewPrinter returns a printer for the streams of the system. No line that it prints is a workflow command for CI.
func NewPrinter(system *System) *Printer {
	safe := system.withoutCommands()
	return &Printer{Out: safe.Stdout, Err: safe.Stderr, system: safe, direct: system.Stdout, directErr: system.Stderr}
}

// JSON reports whether results are printed as JSON.
func (p *Printer) JSON() bool { return p.Format == FormatJSON }

// Colored reports whether output is coloured.
func (p *Printer) Colored() bool {
	switch p.Color {
	case ColorAlways:
		return true
	case ColorNever:
		return false
	}
	if p.plain() {
		return false
	}
	term, _ := p.system.Env("TERM")
	return p.forced("FORCE_COLOR") || p.forced("CLICOLOR_FORCE") || p.system.StdoutTerminal && term != "dumb"
}

// forced reports whether this variable asks for colour without a terminal (force-color.org, bixense.com/clicolors).
func (p *Printer) forced(name string) bool {
	value, _ := p.system.Env(name)
	return value != "" && value != "0" && value != "false"
}

// plain reports whether NO_COLOR excludes colour and moving progress (no-color.org).
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

// Summary prints a summary to stderr, also if the printer is quiet.
func (p *Printer) Summary(line string) { fmt.Fprintln(p.Err, text.Printable(line)) }

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

// The width of text for people, in characters.
const (
	minWidth     = 40
	defaultWidth = 80 // without a terminal
	maxWidth     = 100
)

// Width returns the number of characters in a line of help: COLUMNS, otherwise the width of the terminal, at most 100.
func (p *Printer) Width() int {
	width := p.system.Columns
	if set, ok := p.system.Env("COLUMNS"); ok {
		if n, err := strconv.Atoi(set); err == nil && n > 0 {
			width = n
		}
	}
	if width == 0 {
		width = defaultWidth
	}
	return min(max(width, minWidth), maxWidth)
}

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
