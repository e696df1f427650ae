package console

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// movingLine is a line on a terminal that is drawn again and again. nil draws nothing.
type movingLine struct {
	p     *Printer
	drawn bool
}

// movingLine returns a line on stderr. It returns nil if stderr is not a terminal or the user wants no moving output.
func (p *Printer) movingLine() *movingLine {
	if p.Quiet || p.plain() || !p.system.StderrTerminal {
		return nil
	}
	return &movingLine{p: p}
}

// set replaces the line.
func (l *movingLine) set(text string) {
	if l != nil {
		l.drawn = true
		fmt.Fprintf(l.p.Err, "\r\x1b[K%s", text)
	}
}

// clear removes the line.
func (l *movingLine) clear() {
	if l != nil && l.drawn {
		l.drawn = false
		fmt.Fprint(l.p.Err, "\r\x1b[K")
	}
}

// Progress is a progress bar on a terminal. The zero value shows nothing.
type Progress struct{ bar *progressBar }

type progressBar struct {
	line        *movingLine
	what        string
	done, total int
	next        time.Time // when the bar is drawn again
}

// redrawInterval is the shortest time between two drawings of a bar. A terminal is slower than a receiver on this machine.
const redrawInterval = 50 * time.Millisecond

// Progress returns a bar that counts to total. what names the counted things. It shows nothing if stderr is not a terminal or
// the user wants no moving output.
func (p *Printer) Progress(what string, total int) Progress {
	line := p.movingLine()
	if line == nil || total <= 0 {
		return Progress{}
	}
	b := &progressBar{line: line, what: what, total: total}
	b.draw()
	return Progress{b}
}

// Clear removes the bar until the next Step, so that a line can be printed.
func (b Progress) Clear() {
	if b.bar != nil {
		b.bar.line.clear()
	}
}

// Step counts one and shows the bar again, unless it was the last.
func (b Progress) Step() {
	if b.bar == nil {
		return
	}
	switch b.bar.done++; {
	case b.bar.done >= b.bar.total:
		b.bar.line.clear()
	case !b.bar.line.drawn, !time.Now().Before(b.bar.next):
		b.bar.draw()
	}
}

// draw draws the bar, such as "scenarios ████████            4/10".
func (b *progressBar) draw() {
	count := fmt.Sprintf("%d/%d", b.done, b.total)
	width := max(0, b.line.p.Width()-utf8.RuneCountInString(b.what)-2*len(fmt.Sprint(b.total))-4)
	filled := int(float64(width) * float64(b.done) / float64(b.total))
	b.line.set(b.what + " " + strings.Repeat("█", filled) + strings.Repeat("░", width-filled) + " " + count)
	b.next = time.Now().Add(redrawInterval)
}
