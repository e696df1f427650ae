package format

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"artihook/emitter/text"
	"artihook/fixtures/yamlfile"

	"github.com/goccy/go-yaml/ast"
)

// decoder converts the tree of a file to the types of this package and collects the problems that it finds.
type decoder struct {
	*yamlfile.Reader
	fields map[reflect.Type][]field // the results of fieldsOf so far
}

// node is a value that can be written in several ways. It decodes itself. f is its field, with the name of the value as the
// key, and form the form tag of the field.
type node interface {
	decode(d *decoder, n ast.Node, f field)
	schema(s *schemaBuilder, form string) map[string]any
}

// checker is a struct whose fields depend on each other. check is called after the fields have been decoded.
type checker interface {
	check(diags *yamlfile.Diagnostics)
}

// field is one key of a struct, from its tags.
type field struct {
	key, doc string
	form     string // of a Scalar or a Text, or of those in a list or map
	group    string // exactly one field of a group is required
	several  bool   // at least one field of the group is required, not exactly one
	need     bool
	single   bool // a list: one value means a list of one
	sends    bool // an action of a step: it sends to the webhook
	fault    bool // a fault that a step injects
	index    []int
}

// named returns the field with another name for its value, for problems.
func (f field) named(what string) field {
	f.key = what
	return f
}

// fieldsOf returns the keys of a struct and of its embedded structs.
func fieldsOf(t reflect.Type) []field {
	var all []field
	for _, f := range reflect.VisibleFields(t) {
		if key := f.Tag.Get("yaml"); key != "" {
			set := func(tag string) bool { return f.Tag.Get(tag) == "yes" }
			group, several := f.Tag.Lookup("some")
			if !several {
				group = f.Tag.Get("one")
			}
			all = append(all, field{
				key: key, doc: f.Tag.Get("doc"), form: f.Tag.Get("form"), group: group, several: several, need: set("need"),
				single: set("single"), sends: set("sends"), fault: set("fault"), index: f.Index,
			})
		}
	}
	return all
}

func (d *decoder) fieldsOf(t reflect.Type) []field {
	if d.fields[t] == nil {
		d.fields[t] = fieldsOf(t)
	}
	return d.fields[t]
}

// value decodes a node into v, according to the type of v.
func (d *decoder) value(n ast.Node, v reflect.Value, f field) {
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	into := v.Addr().Interface()
	if p, ok := into.(interface{ SetPlace(yamlfile.Place) }); ok {
		p.SetPlace(d.Place(n))
	}
	switch t := into.(type) {
	case node:
		t.decode(d, n, f)
	case scalar:
		d.scalar(n, t, f)
	default:
		if v.Kind() == reflect.Slice {
			d.list(n, v, f)
			return
		}
		d.structure(n, v, f.key)
	}
}

func (d *decoder) scalar(n ast.Node, into scalar, f field) {
	s, ok := yamlfile.Scalar(n)
	if !ok {
		d.Fail(n, "", "%s takes one value, not %s", f.key, yamlfile.Kind(n))
		return
	}
	err := into.parse(s, f.form)
	if err == nil {
		return
	}
	if word := (*text.UnknownWord)(nil); errors.As(err, &word) {
		d.Fail(n, word.Near, "%s", word.Problem)
		return
	}
	d.Fail(n, "", "%s: %s", f.key, err)
}

// list decodes a list, which must not be empty.
func (d *decoder) list(n ast.Node, v reflect.Value, f field) {
	v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	s, ok := n.(*ast.SequenceNode)
	switch {
	case !ok && f.single:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		d.value(n, v.Index(0), f)
		return
	case !ok:
		d.Fail(n, "", "%s takes a list, not %s", f.key, yamlfile.Kind(n))
		return
	case len(s.Values) == 0:
		d.Fail(n, "", "%s is an empty list", f.key)
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(s.Values), len(s.Values)))
	for i, entry := range s.Values {
		d.value(entry, v.Index(i), f.named(entryOf(f.key)))
	}
}

// entryOf returns a name for an entry of the list with this key.
func entryOf(key string) string {
	switch key {
	case "steps":
		return "a step"
	case "parallel":
		return "a branch"
	}
	return "an entry of " + key
}

// structure decodes a map into a struct.
func (d *decoder) structure(n ast.Node, v reflect.Value, what string) {
	defer d.mark(v, len(d.Diagnostics))
	fields := d.fieldsOf(v.Type())
	seen, misspelt := map[string]bool{}, map[string]bool{}
	group := map[string]string{} // the first key of each group
	for _, pair := range d.Pairs(n, what, "the keys "+keysOf(fields)) {
		key, ok := d.Key(pair, seen)
		if !ok {
			continue
		}
		f, ok := find(fields, key)
		if !ok {
			word := text.Unknown(fmt.Sprintf("unknown key %.60q in %s", key, what), key, strings.Split(keysOf(fields), ", "))
			d.Fail(pair.Key, word.Near, "%s", word.Problem)
			misspelt[word.Near] = true
			continue
		}
		if other := group[f.group]; f.group != "" && other != "" && !f.several {
			d.Fail(pair.Key, "", "%s cannot be used with %s; use one of them", key, other)
			continue
		}
		group[f.group] = key
		d.value(pair.Value, v.FieldByIndex(f.index), f)
		if s, ok := v.Addr().Interface().(interface {
			noteKey(f field, at yamlfile.Place)
		}); ok {
			s.noteKey(f, d.Place(pair.Value))
		}
	}
	if _, ok := n.(*ast.MappingNode); !ok {
		return
	}
	d.missing(n, fields, what, func(key string) bool { return seen[key] || misspelt[key] })
	if c, ok := v.Addr().Interface().(checker); ok {
		c.check(&d.Diagnostics)
	}
}

// mark marks a step or the defaults as invalid if there are new problems.
func (d *decoder) mark(v reflect.Value, before int) {
	if m, ok := v.Addr().Interface().(interface{ markInvalid() }); ok && len(d.Diagnostics) > before {
		m.markInvalid()
	}
}

// missing reports the required keys that a map does not have. present reports whether a key is in the map, perhaps misspelt.
func (d *decoder) missing(n ast.Node, fields []field, what string, present func(key string) bool) {
	var groups []string
	members, used := map[string][]string{}, map[string]bool{}
	for _, f := range fields {
		if f.need && !present(f.key) {
			d.Fail(n, "", "%s has no %s", what, f.key)
		}
		if f.group == "" {
			continue
		}
		if members[f.group] == nil {
			groups = append(groups, f.group)
		}
		members[f.group] = append(members[f.group], f.key)
		used[f.group] = used[f.group] || present(f.key)
	}
	for _, g := range groups {
		if !used[g] {
			d.Fail(n, "", "%s needs one of %s", what, strings.Join(members[g], ", "))
		}
	}
}

func find(fields []field, key string) (field, bool) {
	for _, f := range fields {
		if f.key == key {
			return f, true
		}
	}
	return field{}, false
}

func keysOf(fields []field) string {
	keys := make([]string, len(fields))
	for i, f := range fields {
		keys[i] = f.key
	}
	return strings.Join(keys, ", ")
}
