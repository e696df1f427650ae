package probe

import (
	"os/exec"
	"strconv"
)

// group lets the end of a command's context end the processes that it started too. Windows has no process groups of
// this kind; taskkill finds them by their parents.
func group(c *exec.Cmd) {
	c.Cancel = func() error {
		tree := exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(c.Process.Pid))
		if err := tree.Run(); err != nil {
			return c.Process.Kill()
		}
		return nil
	}
}

// endGroup does nothing: without their parent the processes that a command left behind cannot be found.
func endGroup(*exec.Cmd) {}
