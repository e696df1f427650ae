package cmd

import (
	"testing"

	"artihook/cmd/console"
)

// TestCommandNames compares the keys of commands with the names of the commands: only the named command is built.
func TestCommandNames(t *testing.T) {
	t.Parallel()
	for name, command := range commands() {
		if got := command(newApp(&console.System{})).Name(); got != name {
			t.Errorf("%q builds the command %q", name, got)
		}
	}
	alone := newRootCmd(newApp(&console.System{Args: []string{"send"}}))
	if built := alone.Commands(); len(built) != 1 || built[0].Name() != "send" {
		t.Errorf("%d commands were built for send", len(built))
	}
	if all := newRootCmd(newApp(&console.System{Args: []string{"help", "send"}})); len(all.Commands()) < len(commands())+3 { // help, completion, man
		t.Errorf("help has %d commands", len(all.Commands()))
	}
}
