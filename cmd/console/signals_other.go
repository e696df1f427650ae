//go:build !unix

package console

// IgnoreSignals does nothing on this system.
func IgnoreSignals() {}
