//go:build unix

package probe

import (
	"os/exec"
	"syscall"
)

// group starts a command in a process group of its own. The end of the command's context ends the whole group.
func group(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
}

// endGroup ends the processes that a command left behind. The error is that there are none.
func endGroup(c *exec.Cmd) {
	if c.Process != nil {
		_ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL)
	}
}
