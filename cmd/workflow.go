package cmd

import (
	"crypto/rand"
	"errors"
	"io"
	"os"

	"artihook/emitter/text"
)

// onGitHub reports whether this runs under GitHub Actions, which reads commands from the output.
func (w *World) onGitHub() bool {
	on, _ := w.Env("GITHUB_ACTIONS")
	return on == "true"
}

// withoutCommands is the world in which no line of the output is a workflow command, whatever a receiver has sent.
func (w World) withoutCommands() World {
	if w.onGitHub() {
		w.Stdout, w.Stderr = text.NoCommands(w.Stdout), text.NoCommands(w.Stderr)
	}
	return w
}

// verbatim writes to stdout what must arrive byte for byte. Under GitHub Actions, lines that are workflow commands have no
// effect, unless stdout is a file, which nobody reads commands from.
func (a *app) verbatim(write func(io.Writer) error) error {
	if !a.world.onGitHub() || isRegular(a.direct.Stdout) {
		return write(a.direct.Stdout)
	}
	out := text.StopCommands(a.direct.Stdout, rand.Text())
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
