package format

import (
	"fmt"
	"strings"

	"artihook/fixtures"
)

// wordError is a word that is none of those allowed.
type wordError struct{ problem, near string }

func (e *wordError) Error() string { return e.problem }

// oneOf checks that word is allowed. The error names the word that is near, or all.
func oneOf(what, word string, allowed []string) error {
	for _, a := range allowed {
		if word == a {
			return nil
		}
	}
	return unknown(fmt.Sprintf("unknown %s %.60q", what, word), word, allowed)
}

// unknown words the problem with an unknown word.
func unknown(problem, word string, known []string) *wordError {
	if near := Nearest(word, known); near != "" {
		return &wordError{problem, near}
	}
	if len(known) > 0 {
		problem += "; known: " + strings.Join(known, ", ")
	}
	return &wordError{problem: problem}
}

// Nearest gives the known word that was probably meant, or "". Case does not count, and of equally near words the first
// wins.
func Nearest(word string, known []string) string {
	best, fewest := "", 0
	for _, k := range known {
		allowed := 1 + len(k)/4
		if len(word) > len(k)+allowed || len(k) > len(word)+allowed {
			continue
		}
		if n := fixtures.Distance(strings.ToLower(word), strings.ToLower(k)); n <= allowed && n < len(k) && (best == "" || n < fewest) {
			best, fewest = k, n
		}
	}
	return best
}
