//go:build unix

package cmd

import (
	"os"
	"runtime"
	"syscall"
)

// peakMemory gives the most that a process has had in memory, in KB.
func peakMemory(p *os.ProcessState) int64 {
	usage, ok := p.SysUsage().(*syscall.Rusage)
	switch {
	case !ok:
		return 0
	case runtime.GOOS == "darwin":
		return int64(usage.Maxrss) / 1024 // there it is bytes
	}
	return int64(usage.Maxrss)
}
