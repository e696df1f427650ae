//go:build unix

package scenarios

import (
	"bufio"
	"context"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// A command that is out of time takes with it what it has started.
func TestProbeLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan *reply)
	go func() {
		r, _ := runCommand(ctx, "exec 3>"+name+"; sleep 100 & echo it runs >&3; wait", nil, time.Hour)
		ended <- r
	}()
	pipe, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	output := bufio.NewReader(pipe)
	if _, err := output.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	cancel()
	if r := <-ended; r.failure == "" {
		t.Errorf("the command ended by itself: %q", r.body)
	}
	// The pipe ends with the last one that holds it.
	if err := pipe.SetReadDeadline(time.Now().Add(2 * time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, output); err != nil {
		t.Errorf("what it had started goes on: %v", err)
	}
}
