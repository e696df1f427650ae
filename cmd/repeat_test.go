package cmd

import (
	"strings"
	"testing"

	"artihook/cmd/console"

	"github.com/spf13/pflag"
)

// TestRepeatLeavesRunFlagsOut finds a flag for a report, or for how results are shown, that the command to repeat one step
// would contain: a repeated step would overwrite the report of the whole run.
func TestRepeatLeavesRunFlagsOut(t *testing.T) {
	t.Parallel()
	system := testSystem(nil, nil)
	shown := pflag.NewFlagSet("", pflag.ContinueOnError)
	addOutputFlags(shown, console.NewPrinter(system))
	a := newApp(system)
	reports, repeated := 0, 0
	for _, cmd := range newRootCmd(a).Commands() {
		cmd.InheritedFlags() // merges the flags of the root
		a.settings.ChangedFlags = map[string]bool{}
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			a.settings.ChangedFlags[f.Name] = true
			if strings.HasPrefix(f.Name, "report-") {
				reports++
			}
		})
		for _, word := range a.settings.RepeatFlags(cmd, nil) {
			name, _, _ := strings.Cut(strings.TrimPrefix(word, "--"), "=")
			repeated++
			if strings.HasPrefix(name, "report-") || shown.Lookup(name) != nil {
				t.Errorf("%s: --%s is repeated", cmd.Name(), name)
			}
		}
	}
	if reports < 8 || repeated < 20 {
		t.Errorf("%d report flags and %d repeated flags found", reports, repeated)
	}
}
