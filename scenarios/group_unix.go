//go:build unix

package scenarios

import (
	"os/exec"
	"syscall"
)

// endWhole lets the end of a command's time be that of all that it has started: a shell alone leaves its children behind.
func endWhole(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
}
