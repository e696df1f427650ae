package cmd

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

func newManCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "man",
		Short:   "Print the manual page",
		Example: "  artihook man | man -l -",
		Args:    args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprint(a.printer.Out, manualOf(cmd.Root()))
			return err
		},
	}
}

// manualOf returns the manual page of the program in the macros of man(7).
func manualOf(root *cobra.Command) string {
	m := &manual{}
	m.macro("TH", strings.ToUpper(root.Name()), "1", "", root.Name())
	m.macro("SH", "NAME")
	m.text(root.Name() + " - " + root.Short)
	m.macro("SH", "SYNOPSIS")
	m.text(root.Name() + " command [argument…] [flags]")
	m.macro("SH", "DESCRIPTION")
	m.text(root.Long)
	m.examples(root)
	m.macro("SH", "COMMANDS")
	m.commands(root)
	m.macro("SH", "FLAGS OF ALL COMMANDS")
	m.flags(root)
	for _, section := range reference {
		m.macro("SH", strings.ToUpper(section.title))
		for _, r := range section.rows {
			m.entry(r)
		}
	}
	return m.String()
}

// manual is a page in the macros of man(7).
type manual struct{ strings.Builder }

// roffText escapes the characters that have a meaning in roff. A command must be copyable, so its hyphens must not become typographic ones.
var roffText = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`, `"`, `\(dq`)

// macro writes a macro with its arguments.
func (m *manual) macro(name string, args ...string) {
	m.WriteString("." + name)
	for _, arg := range args {
		m.WriteString(` "` + roffText.Replace(arg) + `"`)
	}
	m.WriteByte('\n')
}

// text writes paragraphs. A paragraph that begins with a space or a tab keeps its lines.
func (m *manual) text(text string) {
	for i, paragraph := range strings.Split(text, "\n\n") {
		switch {
		case strings.HasPrefix(paragraph, " "), strings.HasPrefix(paragraph, "\t"):
			m.lines(paragraph)
			continue
		case i > 0:
			m.macro("PP")
		}
		m.line(strings.Join(strings.Fields(paragraph), " "))
	}
}

// lines writes a text whose line breaks stay.
func (m *manual) lines(text string) {
	m.macro("PP")
	m.macro("nf")
	for line := range strings.SplitSeq(text, "\n") {
		m.line(line)
	}
	m.macro("fi")
}

// line writes a line of text. It escapes a full stop at the start, which would begin a macro.
func (m *manual) line(text string) {
	if strings.HasPrefix(text, ".") {
		m.WriteString(`\&`)
	}
	m.WriteString(roffText.Replace(text) + "\n")
}

// entry writes a name and, indented, its description.
func (m *manual) entry(r row) {
	m.macro("TP")
	m.macro("B", r.name)
	m.line(r.text)
}

// commands writes a part for each command below cmd, with those below it.
func (m *manual) commands(cmd *cobra.Command) {
	for _, sub := range cmd.Commands() {
		if !sub.IsAvailableCommand() {
			continue
		}
		m.macro("SS", strings.TrimPrefix(strings.TrimSuffix(sub.UseLine(), " [flags]"), sub.Root().Name()+" "))
		if sub.Long == "" {
			m.text(sub.Short + ".")
		} else {
			m.text(sub.Long)
		}
		m.examples(sub)
		m.flags(sub)
		m.commands(sub)
	}
}

func (m *manual) examples(cmd *cobra.Command) {
	if cmd.HasExample() {
		m.lines(cmd.Example)
	}
}

// flags writes the flags of the command itself.
func (m *manual) flags(cmd *cobra.Command) {
	own := cmd.LocalFlags()
	for _, g := range groupFlags(own) {
		if cmd.HasParent() && g.title != "" {
			m.macro("PP")
			m.macro("I", g.title+" flags")
		}
		for _, f := range g.flags {
			name, text := describeFlag(f)
			m.entry(row{name, text})
		}
	}
}
