package probe

import (
	"os/exec"
	"strconv"
)

// group makes the end of the command's context end the processes that it started, too. taskkill finds them by their parents,
// because Windows has no such process groups.
func group(c *exec.Cmd) {
	c.Cancel = func() error {
		tree := exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(c.Process.Pid))
		if err := tree.Run(); err != nil {
			return c.Process.Kill()
		}
		return nil
	}
}

// endGroup does nothing: the processes that a command started cannot be found when it has ended.
func endGroup(*exec.Cmd) {}
