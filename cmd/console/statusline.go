package console

import (
	"fmt"
	"time"

	"artihook/emitter/text"
	"artihook/emitter/traffic"
)

// StatusLine is a line on a terminal that shows the progress of a load. The zero value shows nothing.
type StatusLine struct{ line *movingLine }

// StatusLine returns a status line on stderr. It shows nothing if stderr is not a terminal or the user wants no moving output.
func (p *Printer) StatusLine() *StatusLine { return &StatusLine{p.movingLine()} }

// Show replaces the line.
func (l *StatusLine) Show(point traffic.Point) {
	if l.line != nil {
		l.line.set(liveText(point))
	}
}

// Clear removes the line. Do not call Show after it.
func (l *StatusLine) Clear() { l.line.clear() }

func liveText(p traffic.Point) string {
	return fmt.Sprintf("%s  %.0f/s  %d in flight  p50 %s  p99 %s  %s",
		p.At.Round(time.Second), p.Rate(), p.InFlight, text.ShortDuration(p.P50), text.ShortDuration(p.P99), text.Counted(int(p.Errors), "error"))
}
