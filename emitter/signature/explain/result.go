package explain

import (
	"fmt"
	"slices"
)

// Result is a finding as a JSON object.
type Result struct {
	Fits   bool     `json:"fits"`
	ID     string   `json:"id"`
	Reason string   `json:"reason"`
	URL    string   `json:"url"`
	Notes  []string `json:"notes,omitempty"` // with the fix, unless the signature fits
}

// Result returns the finding as a JSON object. fits reports whether the signature is right.
func (f *Finding) Result(fits bool) Result {
	r := Result{Fits: fits, ID: f.ID, Reason: f.Text, URL: f.URL, Notes: slices.Clone(f.Notes)}
	if f.Fix != nil && !fits {
		r.Notes = append(r.Notes, f.Fix.lines()...)
	}
	return r
}

// lines returns the fix and its code. A body that was read too early is fixed in the framework.
func (f *Fix) lines() []string {
	lines := []string{"fix: " + f.Text}
	code := f.Frameworks
	if len(code) == 0 {
		code = f.Code
	}
	for _, snippet := range code {
		lines = append(lines, fmt.Sprintf("%-10s  %s", snippet.Language, snippet.Code))
	}
	return lines
}
