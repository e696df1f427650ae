package format

import (
	"reflect"
	"slices"

	"artihook/fixtures"
	"artihook/fixtures/yamlfile"
)

// outsideKeys are the keys whose values name files or commands.
var outsideKeys = map[string]string{"run": "a command", "file": "a file", "data": "a file", "include": "files"}

// Confine returns an error if the scenario names a command or a file. It is for scenarios from the network. Afterwards the scenario
// can read no file, not even one that a variable names. A runner without Options.Env rejects environment variables.
func (f *File) Confine() error {
	f.roots = nil
	var diags yamlfile.Diagnostics
	checkConfined(reflect.ValueOf(f), field{}, &diags)
	return diags.Err()
}

// checkConfined adds a problem for each value inside v that names a file or a command. f is the field that v is the value of.
func checkConfined(v reflect.Value, f field, diags *yamlfile.Diagnostics) {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return
		}
		v = v.Elem()
	}
	if text, ok := v.Interface().(Text); ok {
		what := outsideKeys[f.key]
		if f.form == "bot" && !slices.Contains(fixtures.Bots(), text.Value) {
			what = "the file of a bot, or a variable"
		}
		if text.Given() && what != "" {
			diags.Add(text.Place, "", "%s cannot name %s here", f.key, what)
		}
		return
	}
	switch v.Kind() {
	case reflect.Slice:
		for i := range v.Len() {
			checkConfined(v.Index(i), f, diags)
		}
	case reflect.Struct:
		for _, inner := range fieldsOf(v.Type()) {
			checkConfined(v.FieldByIndex(inner.index), inner, diags)
		}
	}
}
