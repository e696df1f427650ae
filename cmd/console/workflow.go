package console

import (
	"crypto/rand"
	"errors"
	"io"
	"os"

	"artihook/emitter/text"
)

// onGitHub reports whether the program runs under GitHub Actions, which reads commands from the output.
func (s *System) onGitHub() bool {
	on, _ := s.Env("GITHUB_ACTIONS")
	return on == "true"
}

// withoutCommands returns a system whose output contains no workflow commands, even if a receiver sends some.
func (s *System) withoutCommands() *System {
	safe := *s
	if s.Env != nil && s.onGitHub() {
		safe.Stdout, safe.Stderr = text.NoCommands(s.Stdout), text.NoCommands(s.Stderr)
	}
	return &safe
}

// Verbatim calls write with an unfiltered stdout. Under GitHub Actions it disables workflow commands during the call, unless
// stdout is a file.
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
