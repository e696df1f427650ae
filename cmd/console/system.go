package console

import (
	"io"
	"os"
	"time"

	"golang.org/x/term"
)

// System is the environment of a command: arguments, streams, variables and clock. Env and Now are required.
type System struct {
	Program        string   // the path by which it was called
	Args           []string // the rest of the command line
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	StdoutTerminal bool
	StderrTerminal bool
	Columns        int // the width of the terminal; 0 without one
	Env            func(name string) (string, bool)
	Now            func() time.Time
	Open           func(url string) error // opens a page in the browser; nil if there is none
}

// Process returns the system of this process.
func Process() *System {
	return &System{
		Program:        os.Args[0],
		Args:           os.Args[1:],
		Stdin:          os.Stdin,
		Stdout:         os.Stdout,
		Stderr:         os.Stderr,
		StdoutTerminal: term.IsTerminal(int(os.Stdout.Fd())),
		StderrTerminal: term.IsTerminal(int(os.Stderr.Fd())),
		Columns:        columns(),
		Env:            os.LookupEnv,
		Now:            time.Now,
		Open:           openBrowser,
	}
}

// columns returns the width of the terminal, which may be that of stderr while stdout goes to a pager.
func columns() int {
	for _, stream := range []*os.File{os.Stdout, os.Stderr} {
		if width, _, err := term.GetSize(int(stream.Fd())); err == nil {
			return width
		}
	}
	return 0
}
