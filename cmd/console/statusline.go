package console

import (
	"fmt"
	"time"

	"artihook/emitter/text"
	"artihook/emitter/traffic"
)

// StatusLine is one line on a terminal that tells of a load while it lasts.
type StatusLine struct {
	p     *Printer
	drawn bool
}

// StatusLine is shown on a terminal only, and not to those who want no moving progress.
func (p *Printer) StatusLine() *StatusLine {
	if p.Quiet || p.plain() || !p.system.StderrTerminal {
		return &StatusLine{}
	}
	return &StatusLine{p: p}
}

func (l *StatusLine) Show(point traffic.Point) {
	if l.p == nil {
		return
	}
	l.drawn = true
	fmt.Fprintf(l.p.Err, "\r\x1b[K%s", liveText(point))
}

// Clear takes the line away. Nothing shows any more by then.
func (l *StatusLine) Clear() {
	if l.drawn {
		fmt.Fprint(l.p.Err, "\r\x1b[K")
	}
}

func liveText(p traffic.Point) string {
	return fmt.Sprintf("%s  %.0f/s  %d in flight  p50 %s  p99 %s  %s",
		p.At.Round(time.Second), p.Rate(), p.InFlight, text.ShortDuration(p.P50), text.ShortDuration(p.P99), text.Counted(int(p.Errors), "error"))
}
