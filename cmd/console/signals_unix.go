//go:build unix

package console

import (
	"os/signal"
	"syscall"
)

// IgnoreSignals ignores SIGPIPE and SIGXFSZ. The write that caused one returns an error instead, so that the outcome of what was sent
// is still recorded.
func IgnoreSignals() { signal.Ignore(syscall.SIGPIPE, syscall.SIGXFSZ) }
