package text

import (
	"regexp"
	"sync"
)

// Regexp returns a function that compiles the expression at its first call, as
// [regexp.MustCompile] does. Most runs need few of the expressions of this program, and
// compiling all of them takes as long as sending an event.
func Regexp(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}
