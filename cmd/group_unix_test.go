//go:build unix

package cmd

import (
	"os/exec"
	"sync"
	"syscall"
	"testing"
)

// startGroup starts a process in a group of its own; stop ends it with all that it has started ("go run" does).
func startGroup(t *testing.T, process *exec.Cmd) (stop func()) {
	t.Helper()
	process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	return sync.OnceFunc(func() {
		syscall.Kill(-process.Process.Pid, syscall.SIGKILL)
		process.Wait()
	})
}
