//go:build !unix

package cmd

import (
	"os"
	"os/exec"
	"sync"
	"testing"
)

// startGroup starts a process. stop ends it.
func startGroup(t *testing.T, process *exec.Cmd) (stop func()) {
	t.Helper()
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	return sync.OnceFunc(func() {
		process.Process.Kill()
		process.Wait()
	})
}

// peakMemory returns 0, because this system does not report it.
func peakMemory(*os.ProcessState) int64 { return 0 }
