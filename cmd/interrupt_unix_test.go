//go:build unix

package cmd

import (
	"bytes"
	"context"
	"io"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"artihook/cmd/console"
)

// TestInterruptEndsReadingAFIFO interrupts commands that wait for a file or stdin.
func TestInterruptEndsReadingAFIFO(t *testing.T) {
	t.Parallel()
	fifo := filepath.Join(t.TempDir(), "fifo.yaml")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	silent, writer := io.Pipe()
	defer writer.Close()
	for _, args := range [][]string{
		{"scenarios", "lint", fifo},
		{"run", fifo, "--url", "localhost:1", "--no-history"},
		{"bots", "show", fifo},
		{"bots", "from", fifo},
		{"bots", "from", "-"},
		{"history", "import", fifo, "--history", filepath.Join(t.TempDir(), "h.db")},
		{"history", "import", "-", "--history", filepath.Join(t.TempDir(), "h.db")},
	} {
		ctx, interrupt := context.WithTimeout(t.Context(), 50*time.Millisecond)
		cancelled, cancel := context.WithCancel(t.Context())
		context.AfterFunc(ctx, cancel)
		var stderr bytes.Buffer
		system := testSystem(io.Discard, &stderr, args...)
		system.Stdin = silent
		code := Run(cancelled, system)
		interrupt()
		if code != console.ExitInterrupted {
			t.Errorf("%q: exit code %d: %s", args, code, &stderr)
		}
	}
}
