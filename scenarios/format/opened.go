package format

import (
	"maps"
	"slices"
	"sync"
)

// opened collects the paths of the files that the scenarios of a set name. It is safe for concurrent use; nil collects nothing.
type opened struct {
	mu    sync.Mutex
	paths map[string]bool
}

func (o *opened) add(path string) {
	if o == nil {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.paths == nil {
		o.paths = map[string]bool{}
	}
	o.paths[path] = true
}

// Opened returns the paths of the files that Load and ReadFile have opened so far for the scenarios of the set, also of those that do
// not exist.
func (f *File) Opened() []string {
	if f.opened == nil {
		return nil
	}
	f.opened.mu.Lock()
	defer f.opened.mu.Unlock()
	return slices.Sorted(maps.Keys(f.opened.paths))
}
