package console

import (
	"io"
	"log"
	"os"
	"time"

	"golang.org/x/term"
)

// System is what a command sees of the process: streams, environment and clock. Tests pass their own.
type System struct {
	Program        string   // as it was called
	Args           []string // the rest of the command line
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	StdoutTerminal bool
	StderrTerminal bool
	Env            func(name string) (string, bool)
	Now            func() time.Time
	Open           func(url string) error // shows a page in the user's browser; nil where there is none
}

// Process returns the system of the running process. It silences the standard logger, to which net/http writes what a
// server sends without being asked.
func Process() *System {
	log.SetOutput(io.Discard)
	return &System{
		Program:        os.Args[0],
		Args:           os.Args[1:],
		Stdin:          os.Stdin,
		Stdout:         os.Stdout,
		Stderr:         os.Stderr,
		StdoutTerminal: term.IsTerminal(int(os.Stdout.Fd())),
		StderrTerminal: term.IsTerminal(int(os.Stderr.Fd())),
		Env:            os.LookupEnv,
		Now:            time.Now,
		Open:           openBrowser,
	}
}
