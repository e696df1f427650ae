//go:build !unix

package console

// IgnoreSignals does nothing here: a write that cannot be done is an error.
func IgnoreSignals() {}
