//go:build unix

package probe

import (
	"os/exec"
	"syscall"
)

// group makes a command run in its own process group. The end of the command's context ends the whole group.
func group(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
}

// endGroup ends the remaining processes of the group. Kill returns an error if there are none.
func endGroup(c *exec.Cmd) {
	if c.Process != nil {
		_ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL)
	}
}
