//go:build unix

package console

import (
	"os/signal"
	"syscall"
)

// IgnoreSignals ignores SIGPIPE and SIGXFSZ. A write then returns an error instead of ending the process, so that the outcomes of
// deliveries are still recorded.
func IgnoreSignals() { signal.Ignore(syscall.SIGPIPE, syscall.SIGXFSZ) }
