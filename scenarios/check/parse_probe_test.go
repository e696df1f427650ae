package check

import (
	"testing"

	"artihook/scenarios/probe"
)

func TestProbeCommands(t *testing.T) {
	t.Parallel()
	for command, want := range map[string]string{
		"exit 3":                        "the probe failed: exit status 3",
		"echo no such table >&2; false": "the probe failed: exit status 1: no such table",
	} {
		probe, err := ParseProbe(command+" #", new(probe.Runner))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := probe(t.Context(), "1"); err == nil || err.Error() != want {
			t.Errorf("%s: got %v", command, err)
		}
	}
}
