package settings

import (
	"fmt"
	"iter"
	"strings"

	"github.com/spf13/pflag"

	"artihook/emitter/payload"
)

// Edits change a finished body: --set path=value and --unset path. Paths have the syntax of sjson. The zero value changes nothing.
type Edits struct {
	Set   []string
	Unset []string
}

// Add adds --set and --unset, which change the body; kind names the body in the help.
func (e *Edits) Add(flags *pflag.FlagSet, kind string) {
	flags.StringArrayVar(&e.Set, "set", nil, "Set a field in the "+kind+" body, `path=value`. The value is parsed as JSON, otherwise used as text (repeatable)")
	flags.StringArrayVar(&e.Unset, "unset", nil, "Remove a `path` from the "+kind+" body (repeatable)")
}

// Changed reports whether there is an edit.
func (e *Edits) Changed() bool { return len(e.Set)+len(e.Unset) > 0 }

// Apply returns the changed body. Errors name the flag and its value.
func (e *Edits) Apply(body []byte) ([]byte, error) {
	for _, edit := range e.Set {
		path, value, ok := strings.Cut(edit, "=")
		if !ok || path == "" {
			return nil, fmt.Errorf("--set %q: want path=value, like lead.version=7", edit)
		}
		raw, err := payload.ParseValue(value)
		if err != nil {
			return nil, fmt.Errorf("--set %q: %w", edit, err)
		}
		if body, err = payload.Set(body, path, raw); err != nil {
			return nil, fmt.Errorf("--set %q: %w", edit, err)
		}
	}
	for _, path := range e.Unset {
		var err error
		if body, err = payload.Unset(body, path); err != nil {
			return nil, fmt.Errorf("--unset %q: %w", path, err)
		}
	}
	return body, nil
}

// ApplyFitting returns the body with those changes whose path it has.
func (e *Edits) ApplyFitting(body []byte) []byte {
	for edit := range e.each() {
		if changed, err := edit.Apply(body); err == nil {
			body = changed
		}
	}
	return body
}

// CheckFitting returns the error of the first change that fits none of the bodies.
func (e *Edits) CheckFitting(bodies ...[]byte) error {
	for edit := range e.each() {
		var err error
		for _, body := range bodies {
			if _, err = edit.Apply(body); err == nil {
				break
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// each yields the changes one by one, in the order of Apply.
func (e *Edits) each() iter.Seq[*Edits] {
	return func(yield func(*Edits) bool) {
		for i := range e.Set {
			if !yield(&Edits{Set: e.Set[i : i+1]}) {
				return
			}
		}
		for i := range e.Unset {
			if !yield(&Edits{Unset: e.Unset[i : i+1]}) {
				return
			}
		}
	}
}
