package cmd

import (
	"os"
	"runtime"
	"runtime/debug"
)

const (
	// loadGarbage in percent of what is in use, a few MB: who allocates this fast would else do little but collect it.
	loadGarbage = 400
	// leastLoadMemory in bytes is what Go may use before it collects sooner; SQLite's memory comes on top.
	leastLoadMemory = 32 << 20
	// connectionMemory in bytes, of which a third is in use.
	connectionMemory = 160 << 10
)

// tuneForLoad sets Go's runtime up for a load with as many connections, and gives what sets it back.
func tuneForLoad(connections int) (undo func()) {
	garbage := debug.SetGCPercent(loadGarbage)
	memory := debug.SetMemoryLimit(-1) // only tells
	debug.SetMemoryLimit(min(memory, max(leastLoadMemory, int64(connections)*connectionMemory)))
	threads := 0 // leaves it as it is
	if os.Getenv("GOMAXPROCS") == "" {
		// One thread more than there are processors: one is nearly always in the system, with a socket or the history.
		threads = runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1)
	}
	return func() {
		debug.SetGCPercent(garbage)
		debug.SetMemoryLimit(memory)
		runtime.GOMAXPROCS(threads)
	}
}
