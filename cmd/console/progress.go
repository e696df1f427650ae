package console

import "github.com/schollz/progressbar/v3"

// Progress is a progress bar on a terminal. The zero value shows nothing.
type Progress struct{ bar *progressbar.ProgressBar }

// Progress returns a bar that counts to total. what names the counted things. It shows nothing if stderr is not a terminal or
// the user wants no moving output.
func (p *Printer) Progress(what string, total int) Progress {
	if p.Quiet || p.plain() || !p.system.StderrTerminal {
		return Progress{}
	}
	b := Progress{progressbar.NewOptions(total,
		progressbar.OptionSetWriter(p.Err), progressbar.OptionSetDescription(what), progressbar.OptionShowCount(),
		progressbar.OptionSetPredictTime(false), progressbar.OptionClearOnFinish(), progressbar.OptionFullWidth(),
	)}
	_ = b.bar.RenderBlank() // the error is that of stderr
	return b
}

// Clear removes the bar until the next Step, so that a line can be printed.
func (b Progress) Clear() {
	if b.bar != nil {
		_ = b.bar.Clear()
	}
}

// Step counts one and shows the bar again.
func (b Progress) Step() {
	if b.bar != nil {
		_ = b.bar.Add(1)
	}
}
