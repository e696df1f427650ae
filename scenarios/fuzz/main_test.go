package fuzz

import (
	"os"
	"runtime/debug"
	"testing"
)

// TestMain lets the heap grow: the receivers of these tests store all leads, and the collector would take a fifth of the time.
func TestMain(m *testing.M) {
	debug.SetGCPercent(500)
	os.Exit(m.Run())
}
