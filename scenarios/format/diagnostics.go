package format

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Place is where a value stands. The zero value is nowhere: the value is not in the file.
type Place struct {
	File         string
	Line, Column int // from 1; a column is a character
}

// Given says whether the value is in the file.
func (p Place) Given() bool { return p.Line > 0 }

func (p Place) place() Place { return p }

func (p *Place) setPlace(at Place) { *p = at }

// Diagnostic is one thing that is wrong with a file.
type Diagnostic struct {
	File         string
	Line, Column int    // from 1; 0 when the file could not be read at all
	Problem      string // one line
	Near         string // the known word that was probably meant; "" when none is near
}

// Error gives one line that editors can jump from: `my.yaml:4:5: unknown key "stauts" in expect; did you mean "status"?`.
func (f *Diagnostic) Error() string {
	text := f.File + ": " + f.Problem
	if f.Line > 0 {
		text = fmt.Sprintf("%s:%d:%d: %s", f.File, f.Line, f.Column, f.Problem)
	}
	if f.Near != "" {
		text += fmt.Sprintf("; did you mean %q?", f.Near)
	}
	return text
}

// Diagnostics is all that is wrong with one file or several, in the order of the files and their lines. It is never empty
// where it is returned as an error.
type Diagnostics []*Diagnostic

// Error gives one line for each fault.
func (f Diagnostics) Error() string {
	lines := make([]string, len(f))
	for i, one := range f {
		lines[i] = one.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives the faults one by one, for errors.As.
func (f Diagnostics) Unwrap() []error {
	all := make([]error, len(f))
	for i, one := range f {
		all[i] = one
	}
	return all
}

func (f *Diagnostics) add(at Place, near, format string, args ...any) {
	*f = append(*f, &Diagnostic{at.File, at.Line, at.Column, fmt.Sprintf(format, args...), near})
}

// at says whether a fault stands at a place already, so that nothing is blamed twice.
func (f *Diagnostics) at(place Place) bool {
	return slices.ContainsFunc(*f, func(one *Diagnostic) bool {
		return Place{one.File, one.Line, one.Column} == place
	})
}

// sorted brings the faults into the order of the lines; files stay in the order in which they were read. A fault that
// two scenarios share through an include stays once.
func (f Diagnostics) sorted() Diagnostics {
	order := map[string]int{}
	for _, one := range f {
		if _, ok := order[one.File]; !ok {
			order[one.File] = len(order)
		}
	}
	slices.SortStableFunc(f, func(a, b *Diagnostic) int {
		return cmp.Or(cmp.Compare(order[a.File], order[b.File]), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return slices.CompactFunc(f, func(a, b *Diagnostic) bool { return *a == *b })
}

// Join makes one error of several: all faults, but of a place that an earlier error has faults of no more. An error of
// another kind comes alone.
func Join(errs ...error) error {
	var all Diagnostics
	for _, err := range errs {
		var some Diagnostics
		if err != nil && !errors.As(err, &some) {
			return err
		}
		earlier := slices.Clip(all)
		for _, one := range some {
			if !earlier.at(Place{one.File, one.Line, one.Column}) {
				all = append(all, one)
			}
		}
	}
	return all.Err()
}

// Err returns the faults in the order of files and lines, or nil if there are none.
func (f Diagnostics) Err() error {
	if len(f) == 0 {
		return nil
	}
	return f.sorted()
}
