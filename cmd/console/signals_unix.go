//go:build unix

package console

import (
	"os/signal"
	"syscall"
)

// IgnoreSignals turns signals that would end the process into errors of the write that met them. A closed pipe is not
// the end: what was sent is still to be recorded. Nor is a file that may not grow (ulimit -f), as little as a full disk.
func IgnoreSignals() { signal.Ignore(syscall.SIGPIPE, syscall.SIGXFSZ) }
