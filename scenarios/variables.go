package scenarios

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"artihook/emitter/payload"
	"artihook/emitter/text"
	"artihook/scenarios/format"
)

// The variables that every scenario has.
const (
	varURL   = "url"   // the URL of the base webhook
	varLead  = "lead"  // the id of the step's lead
	varIndex = "index" // the number of the round (repeat) or of the lead (for_each), from 1
)

// variables are the values of ${name} in one branch of a scenario.
type variables struct {
	fixed    map[string]string                                    // of the options; they come before known
	known    map[string]string                                    // of the file, captured, and those of every scenario
	captured map[string]bool                                      // names that the steps of the scenario capture
	own      map[string]bool                                      // names that this branch has captured
	used     map[string]bool                                      // captured names that the steps have used so far
	row      map[string]bool                                      // names of the columns of the data file
	sent     func(name string) (value string, ok bool, err error) // the values of ${sent.…}
	env      func(string) (string, bool)
	budget   *budget
	dryRun   bool // nothing is captured
	lenient  bool // a name without lower-case letters, as in the environment, may be unset
	unsure   bool // any name may be unset: a part of the file that sets variables could not be read
	guessed  bool // a variable was used whose value is known only in a run
}

func newVariables(opts *Options) *variables {
	return &variables{
		fixed: opts.Vars, known: map[string]string{}, captured: map[string]bool{}, own: map[string]bool{}, used: map[string]bool{}, row: map[string]bool{},
		env: opts.Env, budget: new(budget),
	}
}

// fork returns the variables of a new branch.
func (v *variables) fork() *variables {
	own := *v
	own.known, own.captured = maps.Clone(v.known), maps.Clone(v.captured)
	own.own, own.used = map[string]bool{}, maps.Clone(v.used)
	return &own
}

// unsetError is a ${name} without a value.
type unsetError struct{ name, near string }

func (e *unsetError) Error() string {
	text := fmt.Sprintf("the variable %q is not set; set it with --var, under vars or in the environment", e.name)
	if e.near != "" {
		text = fmt.Sprintf("the variable %q is not set; did you mean %q?", e.name, e.near)
	}
	return text
}

// expand replaces each ${name} of a text with its value, and $${ with ${. The parser has checked that each ${ is closed.
func (v *variables) expand(text string) (string, error) {
	return v.expandEscaped(text, func(value string) string { return value })
}

// expandAt is like expand, for a text of the file. Its error has the place of the text.
func (v *variables) expandAt(t *format.Text) (string, error) {
	expanded, err := v.expand(t.Value)
	if err != nil {
		err = diagnosticAt(t.Place, err)
	}
	return expanded, err
}

// expandJSON returns the JSON of a value with the variables in its texts expanded. A text stays a text.
func (v *variables) expandJSON(value *format.Value) (string, error) {
	return v.expandEscaped(value.JSON, func(text string) string {
		quoted := payload.AppendString(nil, text)
		return string(quoted[1 : len(quoted)-1])
	})
}

func (v *variables) expandEscaped(text string, escape func(string) string) (string, error) {
	if !strings.Contains(text, "${") {
		return text, nil
	}
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, "${")
		if !found {
			b.WriteString(before)
			return b.String(), v.budget.spend(b.Len())
		}
		if dollar, ok := strings.CutSuffix(before, "$"); ok {
			b.WriteString(dollar + "${")
			text = after
			continue
		}
		b.WriteString(before)
		name, rest, _ := strings.Cut(after, "}")
		value, err := v.value(name)
		if err != nil {
			return "", err
		}
		b.WriteString(escape(value))
		if b.Len() > maxText {
			return "", fmt.Errorf("this text is longer than %d MiB with its variables expanded, the limit for one text", maxText>>20)
		}
		text = rest
	}
}

func (v *variables) value(name string) (string, error) {
	if value, ok := v.fixed[name]; ok {
		return value, nil
	}
	if v.captured[name] {
		value, ok := v.known[name]
		if !ok && !v.dryRun {
			return "", fmt.Errorf("the variable %q was not captured, because the step that captures it failed or did not run", name)
		}
		v.guessed = v.guessed || !ok
		v.used[name] = true
		return value, nil
	}
	if value, ok := v.known[name]; ok {
		return value, nil
	}
	if v.sent != nil {
		if value, ok, err := v.sent(name); ok || err != nil {
			return value, err
		}
	}
	if value, ok := v.env(name); ok {
		return value, nil
	}
	if v.unsure || v.lenient && name == strings.ToUpper(name) {
		v.guessed = true
		return "", nil
	}
	return "", &unsetError{name, text.Nearest(name, slices.Sorted(maps.Keys(v.known)))}
}

func (v *variables) set(name, value string) { v.known[name] = value }

// capture sets a variable to a text from a response.
func (v *variables) capture(name, value string) {
	v.set(name, value)
	v.own[name] = true
}

// merge adds the variables that a branch has captured and used.
func (v *variables) merge(branch *variables) {
	for name := range branch.own {
		v.capture(name, branch.known[name])
	}
	maps.Copy(v.used, branch.used)
}

// usedCaptures returns the captured variables that the steps so far have used.
func (v *variables) usedCaptures() map[string]string {
	values := map[string]string{}
	for name := range v.used {
		if value, ok := v.known[name]; ok {
			values[name] = value
		}
	}
	return values
}

func (v *variables) setIndex(n int) { v.set(varIndex, strconv.Itoa(n)) }

// environment returns all variables as NAME=value, for a command, except those whose name is not one for a shell. All captured ones
// count as used. It returns an error if a variable whose value comes from a response or a data file could change the behaviour of the
// shell.
func (v *variables) environment() ([]string, error) {
	foreign := maps.Clone(v.captured)
	maps.Copy(foreign, v.row)
	for _, name := range slices.Sorted(maps.Keys(foreign)) {
		if _, fixed := v.fixed[name]; !fixed && format.IsName(name) && controlsShell(name, v.env) {
			kind := "captured variable"
			if v.row[name] {
				kind = "column"
			}
			return nil, fmt.Errorf("the %s %q would be set in the command's environment and can change the "+
				"behaviour of the command; choose another name, with a lower-case letter", kind, name)
		}
	}
	all := maps.Clone(v.known)
	maps.Copy(all, v.fixed)
	var list []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if v.row[name] && !format.IsName(name) {
			continue
		}
		if _, fixed := v.fixed[name]; v.captured[name] && !fixed {
			v.used[name] = true
		}
		list = append(list, name+"="+all[name])
	}
	return list, nil
}

// controlsShell reports whether an environment variable of this name may change the behaviour of shells and programs. By
// convention such names have no lower-case letter (PATH, LD_PRELOAD, BASH_ENV), except for those of proxies. Windows ignores the
// case of names, so all names that are set already count.
func controlsShell(name string, env func(string) (string, bool)) bool {
	if runtime.GOOS == "windows" {
		if _, set := env(name); set {
			return true
		}
	}
	return name == strings.ToUpper(name) || strings.HasSuffix(name, "_proxy")
}
