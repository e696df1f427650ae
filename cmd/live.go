package cmd

import (
	"fmt"
	"time"

	"artihook/emitter/traffic"
)

// liveLine is one line on a terminal that tells of a load while it lasts.
type liveLine struct {
	a     *app
	drawn bool
}

// liveLine is shown on a terminal only, and not to those who want no moving progress.
func (a *app) liveLine() *liveLine {
	if a.look.quiet || a.plain() || !a.world.StderrTerminal {
		return &liveLine{}
	}
	return &liveLine{a: a}
}

func (l *liveLine) show(p traffic.Point) {
	if l.a == nil {
		return
	}
	l.drawn = true
	fmt.Fprintf(l.a.world.Stderr, "\r\x1b[K%s", liveText(p))
}

// clear takes the line away. Nothing shows any more by then.
func (l *liveLine) clear() {
	if l.drawn {
		fmt.Fprint(l.a.world.Stderr, "\r\x1b[K")
	}
}

func liveText(p traffic.Point) string {
	return fmt.Sprintf("%s  %.0f/s  %d in flight  p50 %s  p99 %s  %s",
		p.At.Round(time.Second), p.Rate(), p.InFlight, shortDuration(p.P50), shortDuration(p.P99), counted(int(p.Errors), "error"))
}
