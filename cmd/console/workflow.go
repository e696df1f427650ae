package console

import (
	"crypto/rand"
	"errors"
	"io"
	"os"

	"artihook/emitter/text"
)

// onGitHub reports whether this runs under GitHub Actions, which reads commands from the output.
func (s *System) onGitHub() bool {
	on, _ := s.Env("GITHUB_ACTIONS")
	return on == "true"
}

// withoutCommands returns the system in which no line of the output is a workflow command, whatever a receiver has sent.
func (s *System) withoutCommands() *System {
	safe := *s
	if s.Env != nil && s.onGitHub() {
		safe.Stdout, safe.Stderr = text.NoCommands(s.Stdout), text.NoCommands(s.Stderr)
	}
	return &safe
}

// Verbatim writes to stdout what must arrive byte for byte. Under GitHub Actions, lines that are workflow commands have no
// effect, unless stdout is a file, which nobody reads commands from.
func (p *Printer) Verbatim(write func(io.Writer) error) error {
	if !p.system.onGitHub() || isRegular(p.direct) {
		return write(p.direct)
	}
	out := text.StopCommands(p.direct, rand.Text())
	return errors.Join(write(out), out.Close())
}

func isRegular(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode().IsRegular()
}
