package cmd

import (
	"testing"

	"artihook/cmd/console"
)

// The command that is named is the only one that is made, so that all of them must be known by their own names.
func TestCommandsAreKnownByTheirNames(t *testing.T) {
	t.Parallel()
	for name, command := range commands() {
		if got := command(newApp(&console.System{})).Name(); got != name {
			t.Errorf("%q makes the command %q", name, got)
		}
	}
	alone := newRootCmd(newApp(&console.System{Args: []string{"send"}}))
	if made := alone.Commands(); len(made) != 1 || made[0].Name() != "send" {
		t.Errorf("%d commands were made for send", len(made))
	}
	if all := newRootCmd(newApp(&console.System{Args: []string{"help", "send"}})); len(all.Commands()) < len(commands())+3 { // help, completion, man
		t.Errorf("help knows %d commands", len(all.Commands()))
	}
}
