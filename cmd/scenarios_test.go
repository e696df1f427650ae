package cmd

import (
	"io"
	"strings"
	"testing"

	"artihook/cmd/console"
)

// TestSampleScenario lints the scenario that the help shows.
func TestSampleScenario(t *testing.T) {
	t.Parallel()
	if help := newScenariosCmd(newApp(testSystem(nil, nil))).Example; !strings.HasSuffix(help, sampleScenario) {
		t.Errorf("the help does not end with it:\n%s", help)
	}
	var stderr strings.Builder
	system := testSystem(io.Discard, &stderr, "scenarios", "lint", "-")
	system.Stdin = strings.NewReader(strings.ReplaceAll("\n"+sampleScenario, "\n  ", "\n"))
	if code := Run(t.Context(), system); code != console.ExitOK {
		t.Errorf("scenarios lint: exit code %d\n%s", code, stderr.String())
	}
}
