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

// scenarioBar shows how many scenarios have ended, on a terminal, while they run. The zero value shows nothing.
type scenarioBar struct{ bar *progressbar.ProgressBar }

func (a *app) scenarioProgress(scenarios int) scenarioBar {
	if a.look.quiet || a.plain() || !a.world.StderrTerminal {
		return scenarioBar{}
	}
	b := scenarioBar{progressbar.NewOptions(scenarios,
		progressbar.OptionSetWriter(a.world.Stderr), progressbar.OptionSetDescription("scenarios"), progressbar.OptionShowCount(),
		progressbar.OptionSetPredictTime(false), progressbar.OptionClearOnFinish(), progressbar.OptionFullWidth(),
	)}
	_ = b.bar.RenderBlank() // only a closed stderr can make it fail
	return b
}

// clear makes room for a line; step counts one scenario and shows the bar again.
func (b scenarioBar) clear() {
	if b.bar != nil {
		_ = b.bar.Clear()
	}
}

func (b scenarioBar) step() {
	if b.bar != nil {
		_ = b.bar.Add(1)
	}
}
