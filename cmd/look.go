package cmd

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// lookFlags say how a command shows what it has done; every command has them.
type lookFlags struct {
	config  string
	output  string
	verbose bool
	quiet   bool
	color   string
}

func (l *lookFlags) add(root *cobra.Command) {
	flags := root.PersistentFlags()
	flags.StringVar(&l.config, "config", "", "read webhooks and defaults from this `FILE` (default "+configName+", found upwards)")
	addFlag(flags, &l.output, flagSpec[string]{
		name: "output", short: "o", kind: "text|json", preset: "text", parse: oneOf("text", "json"), usage: "json: one object a line on stdout",
	})
	flags.BoolVarP(&l.verbose, "verbose", "v", false, "show request (>) and response (<)")
	flags.BoolVarP(&l.quiet, "quiet", "q", false, "no progress, hints or summary")
	addFlag(flags, &l.color, flagSpec[string]{
		name: "color", kind: "auto|always|never", preset: "auto", parse: oneOf("auto", "always", "never"), usage: "colour on stdout; auto looks at the terminal and at NO_COLOR",
	})
}

func (a *app) json() bool { return a.look.output == "json" }

// colored says whether stdout takes colours.
func (a *app) colored() bool {
	switch a.look.color {
	case "always":
		return true
	case "never":
		return false
	}
	term, _ := a.world.Env("TERM")
	return a.world.StdoutTerminal && !a.plain() && term != "dumb"
}

// plain says whether the user wants neither colour nor moving progress (no-color.org).
func (a *app) plain() bool {
	off, set := a.world.Env("NO_COLOR")
	return set && off != ""
}

// say writes talk to stderr, unless it is to be quiet.
func (a *app) say(format string, args ...any) {
	if !a.look.quiet {
		for line := range strings.SplitSeq(fmt.Sprintf(format, args...), "\n") {
			fmt.Fprintln(a.world.Stderr, printable(line))
		}
	}
}

// paint wraps text in an ANSI colour.
func (a *app) paint(color, text string) string {
	if !a.colored() || color == "" {
		return text
	}
	return "\x1b[" + color + "m" + text + "\x1b[0m"
}

const (
	green  = "32"
	red    = "31"
	yellow = "33"
	dim    = "2"
)

func (a *app) out() io.Writer { return a.world.Stdout }
