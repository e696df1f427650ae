//go:build unix

package probe_test

import (
	"bufio"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"artihook/emitter/history"
	"artihook/scenarios/probe"
)

// processPipe returns a function that opens a pipe for reading, and the start of a command that opens it for writing. Reading
// ends when the command and all processes that it started have ended.
func processPipe(t *testing.T) (open func() *os.File, command string) {
	name := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Fatal(err)
	}
	return func() *os.File {
		pipe, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { pipe.Close() })
		return pipe
	}, "exec 3>" + name + "; "
}

func wantEnd(t *testing.T, pipe *os.File, from io.Reader) {
	t.Helper()
	if err := pipe.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, from); err != nil {
		t.Errorf("a process that the command started is still running: %v", err)
	}
}

func TestRunEndsProcessesWithContext(t *testing.T) {
	t.Parallel()
	open, command := processPipe(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan probe.Result)
	go func() {
		ended <- (&probe.Runner{Timeout: time.Hour}).Run(ctx, probe.Command{Line: command + "sleep 1000 & echo it runs >&3; wait"})
	}()
	pipe := open()
	output := bufio.NewReader(pipe)
	if _, err := output.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	cancel()
	if r := <-ended; r.Failure != history.FailureCancelled {
		t.Errorf("failure %q, output %q", r.Failure, r.Body)
	}
	wantEnd(t, pipe, output)
}

func TestRunEndsProcessesAfterCommand(t *testing.T) {
	t.Parallel()
	open, command := processPipe(t)
	ended := make(chan probe.Result)
	go func() {
		line := command + "sleep 1000 & sleep 1000 >/dev/null 2>&1 & echo done"
		ended <- new(probe.Runner).Run(t.Context(), probe.Command{Line: line})
	}()
	pipe := open()
	if r := <-ended; r.Failure != "" || r.Exit != 0 || strings.TrimSpace(string(r.Body)) != "done" {
		t.Errorf("got %+v", r)
	}
	wantEnd(t, pipe, pipe)
}

func TestRunEndsWithTimeout(t *testing.T) {
	t.Parallel()
	r := (&probe.Runner{Timeout: time.Millisecond}).Run(t.Context(), probe.Command{Line: "sleep 1000"})
	if r.Failure != history.FailureTimeout || r.Reason != "the command did not end within 1ms" {
		t.Errorf("got %+v", r)
	}
}

func TestRunLimitsBody(t *testing.T) {
	t.Parallel()
	r := new(probe.Runner).Run(t.Context(), probe.Command{Line: "head -c 2000000 /dev/zero"})
	if len(r.Body) != maxBody || !r.Truncated {
		t.Errorf("%d bytes, truncated %t", len(r.Body), r.Truncated)
	}
}

func TestRunSplitStderr(t *testing.T) {
	t.Parallel()
	command := probe.Command{Line: `echo "out $1 $VALUE"; echo err >&2; exit 3`, Args: []string{"a"}, Env: []string{"VALUE=b"}}
	if r := new(probe.Runner).Run(t.Context(), command); string(r.Body) != "out a b\nerr\n" || r.Exit != 3 || r.Failure != "" {
		t.Errorf("got %+v", r)
	}
	command.SplitStderr = true
	if r := new(probe.Runner).Run(t.Context(), command); string(r.Body) != "out a b\n" || string(r.Stderr) != "err\n" {
		t.Errorf("got %+v", r)
	}
}

func TestRunHidesSecrets(t *testing.T) {
	t.Setenv("ARTIHOOK_SECRET", "one")
	t.Setenv("ARTIHOOK_SECRET_FILE", "two")
	t.Setenv("ARTIHOOK_TOKEN", "three")
	t.Setenv("CRM_SECRET", "hunter22")
	t.Setenv("HARMLESS", "five")
	mask := func(text []byte) []byte { return []byte(strings.ReplaceAll(string(text), "hunter22", "********")) }
	line := "echo $ARTIHOOK_SECRET $ARTIHOOK_SECRET_FILE $ARTIHOOK_TOKEN $CRM_SECRET $variable $HARMLESS"
	r := (&probe.Runner{Mask: mask}).Run(t.Context(), probe.Command{Line: line, Env: []string{"variable=hunter22"}})
	if string(r.Body) != "five\n" {
		t.Errorf("got %q", r.Body)
	}
}
