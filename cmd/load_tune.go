package cmd

import (
	"os"
	"runtime"
	"runtime/debug"
)

const (
	// loadGCPercent is GOGC during a load. A load allocates fast and has only a few MB in use, so with Go's default it would
	// spend most of its time on garbage collection.
	loadGCPercent = 400
	// minLoadMemory is the least memory limit, in bytes. It does not include SQLite's memory.
	minLoadMemory = 32 << 20
	// connectionMemory is the memory limit for each connection, in bytes. About a third of it is in use.
	connectionMemory = 160 << 10
)

// tuneForLoad sets Go's garbage collector and threads for a load with this many connections. undo restores the old settings.
func tuneForLoad(connections int) (undo func()) {
	gcPercent := debug.SetGCPercent(loadGCPercent)
	memory := debug.SetMemoryLimit(-1) // returns the current limit
	debug.SetMemoryLimit(min(memory, max(minLoadMemory, int64(connections)*connectionMemory)))
	threads := 0 // changes nothing
	if os.Getenv("GOMAXPROCS") == "" {
		// One thread more than there are processors: one is nearly always in the system, with a socket or the history.
		threads = runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1)
	}
	return func() {
		debug.SetGCPercent(gcPercent)
		debug.SetMemoryLimit(memory)
		runtime.GOMAXPROCS(threads)
	}
}
