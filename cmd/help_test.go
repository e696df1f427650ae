package cmd

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// TestHelpFits checks the width of the help of every command, and that the groups name no flag that no command has.
func TestHelpFits(t *testing.T) {
	t.Parallel()
	a := newApp(testSystem(nil, nil))
	grouped := map[string]bool{}
	for _, g := range flagGroups {
		for _, name := range g.flags {
			grouped[name] = true
		}
	}
	var visit func(*cobra.Command)
	visit = func(cmd *cobra.Command) {
		for _, width := range []int{80, 100} {
			for line := range strings.SplitSeq(helpText(cmd, width), "\n") {
				if utf8.RuneCountInString(strings.ReplaceAll(line, "\t", "        ")) > width {
					t.Errorf("%s --help, %d columns: %s", cmd.CommandPath(), width, line)
				}
			}
		}
		cmd.Flags().VisitAll(func(f *pflag.Flag) { delete(grouped, f.Name) })
		for _, sub := range cmd.Commands() {
			visit(sub)
		}
	}
	root := newRootCmd(a)
	visit(root)
	for name := range grouped {
		t.Errorf("flagGroups has --%s, which no command has", name)
	}
}
