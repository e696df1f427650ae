package cmd

import (
	"os"
	"strings"
	"testing"

	"artihook/cmd/console"
	"artihook/emitter/text"

	"github.com/spf13/cobra"
)

var listedFlag = text.Regexp(`(?:-(\w), )?--([\w-]+)(?:\|([\w-]+))?(?:=(\S+))?`)

// TestListedFlags compares the commands with testdata/flags.txt.
func TestListedFlags(t *testing.T) {
	t.Parallel()
	table, err := os.ReadFile("testdata/flags.txt")
	must(t, err)
	root := newRootCmd(newApp(&console.System{}))
	listed := map[string]bool{}
	for line := range strings.Lines(string(table)) {
		names, flags, ok := strings.Cut(strings.TrimSpace(line), ":")
		if strings.HasPrefix(line, "#") || !ok {
			continue
		}
		for name := range strings.SplitSeq(names, ", ") {
			listed[name] = true
			cmd, rest, err := root.Find(strings.Fields(strings.TrimPrefix(name, "artihook")))
			if err != nil || len(rest) > 0 {
				t.Errorf("there is no command %q", name)
				continue
			}
			checkFlags(t, cmd, flags)
		}
	}
	for _, cmd := range root.Commands() {
		if !listed[cmd.Name()] && cmd.Name() != "help" {
			t.Errorf("testdata/flags.txt does not list the command %q", cmd.Name())
		}
	}
}

// checkFlags reports flags of the list that a command does not have, or with another letter, alias or default.
func checkFlags(t *testing.T, cmd *cobra.Command, list string) {
	t.Helper()
	for _, m := range listedFlag().FindAllStringSubmatch(list, -1) {
		letter, name, alias, preset := m[1], m[2], m[3], m[4]
		f := cmd.Flag(name)
		switch {
		case f == nil:
			t.Errorf("%s has no --%s", cmd.CommandPath(), name)
		case f.Name != name || letter != "" && f.Shorthand != letter || alias != "" && cmd.Flag(alias) != f:
			t.Errorf("%s: --%s has the letter %q and not the alias %q", cmd.CommandPath(), name, f.Shorthand, alias)
		case strings.Trim(f.DefValue, "[]") != preset:
			t.Errorf("%s: the default of --%s is %q, want %q", cmd.CommandPath(), name, f.DefValue, preset)
		}
	}
}
