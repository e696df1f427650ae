package format

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"unicode/utf8"

	"artihook/emitter/payload"
	"artihook/emitter/signature"
	"artihook/emitter/text"
	"artihook/fixtures"
	"artihook/fixtures/yamlfile"
)

// Run is one run of a scenario: a combination of its matrix with a row of its data.
type Run struct {
	Number int               // from 1
	Label  string            // distinguishes the run from the others: "edition=2022, row 3: Ada"; "" if there is only one
	Matrix map[string]string // its values of the matrix
	Row    map[string]string // its values of the data file; nil if there is none
}

// The keys of a matrix that also replace the defaults of the same name.
const (
	MatrixBot     = "bot"
	MatrixEdition = "edition"
	MatrixScheme  = "scheme"
)

// checkMatrix reports values of a matrix that cannot replace the defaults.
func (f *File) checkMatrix(diags *yamlfile.Diagnostics) {
	for _, m := range f.Matrix {
		for _, v := range m.Value {
			var err error
			switch m.Key {
			case MatrixEdition:
				_, err = payload.ParseEdition(v.Value)
			case MatrixScheme:
				_, err = signature.ParseScheme(v.Value)
			case MatrixBot:
				if !strings.ContainsAny(v.Value, `./\`) {
					err = text.OneOf("bot", v.Value, fixtures.Bots())
				}
			}
			if strings.Contains(v.Value, "${") {
				err = fmt.Errorf("%s: a value of the matrix cannot contain a variable", m.Key)
			}
			if word := (*text.UnknownWord)(nil); errors.As(err, &word) {
				diags.Add(v.Place, word.Near, "%s", word.Problem)
			} else if err != nil {
				diags.Add(v.Place, "", "%s", err)
			}
		}
	}
}

// countRuns returns the number of runs, or one more than MaxWork if there are more than that.
func (f *File) countRuns() int {
	n := 1
	if f.rows != nil {
		n = len(f.rows)
	}
	for _, m := range f.Matrix {
		n = min(n*max(len(m.Value), 1), MaxWork+1)
	}
	return n
}

// runsPlace returns the place of the matrix or the data.
func (f *File) runsPlace() yamlfile.Place {
	if f.Data.Given() {
		return f.Data.Place
	}
	return placeOf(f.Matrix)
}

// Runs returns the runs of the scenario, at least one.
func (f *File) Runs() []Run {
	f = f.Whole()
	runs := []Run{{}}
	for _, m := range f.Matrix {
		var next []Run
		for _, r := range runs {
			for _, v := range m.Value {
				one := r.labelled(m.Key + "=" + brief(v.Value))
				one.Matrix = maps.Clone(r.Matrix)
				if one.Matrix == nil {
					one.Matrix = map[string]string{}
				}
				one.Matrix[m.Key] = v.Value
				next = append(next, one)
			}
		}
		runs = next
	}
	if f.rows != nil {
		var next []Run
		for _, r := range runs {
			for i, row := range f.rows {
				label := fmt.Sprintf("row %d", i+1)
				if first := brief(row.first); first != "" {
					label += ": " + first
				}
				one := r.labelled(label)
				one.Row = row.values
				next = append(next, one)
			}
		}
		runs = next
	}
	for i := range runs {
		runs[i].Number = i + 1
	}
	return runs
}

// labelled returns a copy of the run with a longer label.
func (r Run) labelled(label string) Run {
	if r.Label != "" {
		label = r.Label + ", " + label
	}
	r.Label = label
	return r
}

// brief returns the start of a value, for a label.
func brief(value string) string {
	const most = 40
	value = strings.Join(strings.Fields(value), " ")
	if utf8.RuneCountInString(value) > most {
		return string([]rune(value)[:most-1]) + "…"
	}
	return value
}
