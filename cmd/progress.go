package cmd

import (
	"artihook/emitter/traffic"

	"github.com/schollz/progressbar/v3"
)

// progress shows a bar on a terminal while leads are played, and gives what ends it. Where the deliveries themselves go
// to the terminal, they are the progress.
func (a *app) progress(plan *traffic.Options) func() {
	if a.look.quiet || a.plain() || !a.world.StderrTerminal || a.world.StdoutTerminal || plan.Leads < 2 {
		return func() {}
	}
	bar := progressbar.NewOptions(plan.Leads,
		progressbar.OptionSetWriter(a.world.Stderr), progressbar.OptionSetDescription("leads"), progressbar.OptionShowCount(),
		progressbar.OptionShowElapsedTimeOnFinish(), progressbar.OptionClearOnFinish(), progressbar.OptionFullWidth(),
	)
	plan.LeadEnded = func() { _ = bar.Add(1) } // only a closed stderr can make it fail
	return func() { _ = bar.Clear() }
}
