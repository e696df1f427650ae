package console

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

const erase = "\r\x1b[K"

// terminal returns a printer whose stderr is a terminal with 40 columns.
func terminal(stderr *bytes.Buffer, env map[string]string) *Printer {
	return NewPrinter(&System{
		Stdout: &bytes.Buffer{}, Stderr: stderr, StderrTerminal: true, Columns: 40,
		Env: func(name string) (string, bool) { value, ok := env[name]; return value, ok },
	})
}

func TestProgress(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	bar := terminal(&b, nil).Progress("cases", 8)
	want := erase + "cases " + strings.Repeat("░", 29) + " 0/8"
	if b.String() != want || utf8.RuneCountInString(want) >= 40+len(erase) {
		t.Fatalf("got %q, want %q", &b, want)
	}
	for _, tt := range []struct {
		name   string
		clear  bool
		waited bool
		want   string
	}{
		{"soon after it was drawn", false, false, ""},
		{"later", false, true, erase + "cases " + strings.Repeat("█", 7) + strings.Repeat("░", 22) + " 2/8"},
		{"after it was cleared", true, false, erase + erase + "cases " + strings.Repeat("█", 10) + strings.Repeat("░", 19) + " 3/8"},
	} {
		b.Reset()
		bar.bar.next = time.Now().Add(time.Hour)
		if tt.waited {
			bar.bar.next = time.Now()
		}
		if tt.clear {
			bar.Clear()
		}
		if bar.Step(); b.String() != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, &b, tt.want)
		}
	}
	for range 5 {
		b.Reset()
		bar.Step()
	}
	if b.String() != erase {
		t.Errorf("after the last step: got %q", &b)
	}
}

func TestNoProgress(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Printer){
		"quiet":       func(p *Printer) { p.Quiet = true },
		"no terminal": func(p *Printer) { p.system.StderrTerminal = false },
	} {
		var b bytes.Buffer
		p := terminal(&b, nil)
		change(p)
		checkSilent(t, name, p, &b)
	}
	var b bytes.Buffer
	checkSilent(t, "NO_COLOR", terminal(&b, map[string]string{"NO_COLOR": "1"}), &b)
}

func checkSilent(t *testing.T, name string, p *Printer, b *bytes.Buffer) {
	t.Helper()
	bar, line := p.Progress("cases", 3), p.StatusLine()
	bar.Step()
	bar.Clear()
	line.Clear()
	if b.Len() > 0 {
		t.Errorf("%s: got %q", name, b)
	}
}
