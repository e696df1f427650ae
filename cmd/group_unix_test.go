//go:build unix

package cmd

import (
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"testing"
)

// startGroup starts a process in a new process group. stop ends the process and all that it started, as "go run" does.
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

// peakMemory returns the largest amount of memory that an ended process used, in bytes. It is at least that of this process.
func peakMemory(ended *os.ProcessState) int64 {
	usage, ok := ended.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return int64(usage.Maxrss)
	}
	return int64(usage.Maxrss) * 1024
}
