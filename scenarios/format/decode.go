package format

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"artihook/fixtures/yamlfile"

	"github.com/goccy/go-yaml/ast"
)

// decoder turns the tree of a file into the types of this package and gathers the faults on the way.
type decoder struct {
	*yamlfile.Reader
	fields map[reflect.Type][]field // those looked up so far
}

// node is a value that can be written in several ways; it reads itself. what is the key that it stands under.
type node interface {
	decode(d *decoder, n ast.Node, what string)
	shape(s *schemer) map[string]any
}

// checker is a struct whose parts must fit each other. It is asked after its fields have been read.
type checker interface {
	check(faults *yamlfile.Diagnostics)
}

// field is one key of a struct, from its tags.
type field struct {
	key, doc string
	need     bool
	group    string // of the fields of a group exactly one is given
	index    []int
}

// fieldsOf lists the keys of a struct, those of embedded structs too.
func fieldsOf(t reflect.Type) []field {
	var all []field
	for _, f := range reflect.VisibleFields(t) {
		if key := f.Tag.Get("yaml"); key != "" {
			all = append(all, field{key, f.Tag.Get("doc"), f.Tag.Get("need") != "", f.Tag.Get("one"), f.Index})
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

// value reads a node into v, in the way that v's type asks for.
func (d *decoder) value(n ast.Node, v reflect.Value, what string) {
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
		t.decode(d, n, what)
	case scalar:
		d.scalar(n, t, what)
	default:
		if v.Kind() == reflect.Slice {
			d.list(n, v, what)
			return
		}
		d.structure(n, v, what)
	}
}

func (d *decoder) scalar(n ast.Node, into scalar, what string) {
	text, ok := yamlfile.Scalar(n)
	if !ok {
		d.Fail(n, "", "%s takes one value, not %s", what, yamlfile.Kind(n))
		return
	}
	err := into.parse(text)
	if err == nil {
		return
	}
	if word := (*yamlfile.UnknownWord)(nil); errors.As(err, &word) {
		d.Fail(n, word.Near, "%s", word.Problem)
		return
	}
	d.Fail(n, "", "%s: %s", what, err)
}

// list reads the entries of a list that may not be empty.
func (d *decoder) list(n ast.Node, v reflect.Value, what string) {
	v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	s, ok := n.(*ast.SequenceNode)
	if !ok {
		d.Fail(n, "", "%s takes a list, not %s", what, yamlfile.Kind(n))
		return
	}
	if len(s.Values) == 0 {
		d.Fail(n, "", "%s is an empty list", what)
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(s.Values), len(s.Values)))
	for i, entry := range s.Values {
		d.value(entry, v.Index(i), entryOf(what))
	}
}

// entryOf names an entry of the list that stands under a key.
func entryOf(key string) string {
	switch key {
	case "steps":
		return "a step"
	case "parallel":
		return "a branch"
	}
	return "an entry of " + key
}

// structure reads a map whose keys are the fields of a struct.
func (d *decoder) structure(n ast.Node, v reflect.Value, what string) {
	defer d.mark(v, len(d.Problems))
	fields := d.fieldsOf(v.Type())
	seen, meant := map[string]bool{}, map[string]bool{}
	group := map[string]string{} // the first key given of each group
	for _, pair := range d.Pairs(n, what, "the keys "+keysOf(fields)) {
		key, ok := d.Key(pair, seen)
		if !ok {
			continue
		}
		f, ok := find(fields, key)
		if !ok {
			word := yamlfile.Unknown(fmt.Sprintf("unknown key %.60q in %s", key, what), key, strings.Split(keysOf(fields), ", "))
			d.Fail(pair.Key, word.Near, "%s", word.Problem)
			meant[word.Near] = true
			continue
		}
		if other := group[f.group]; f.group != "" && other != "" {
			d.Fail(pair.Key, "", "%s cannot be used with %s; give one of them", key, other)
			continue
		}
		group[f.group] = key
		d.value(pair.Value, v.FieldByIndex(f.index), key)
	}
	if _, ok := n.(*ast.MappingNode); !ok {
		return
	}
	d.missing(n, fields, what, func(key string) bool { return seen[key] || meant[key] })
	if c, ok := v.Addr().Interface().(checker); ok {
		c.check(&d.Problems)
	}
}

// mark tells a step and the defaults that not all of them could be read.
func (d *decoder) mark(v reflect.Value, before int) {
	if m, ok := v.Addr().Interface().(interface{ markFaulty() }); ok && len(d.Problems) > before {
		m.markFaulty()
	}
}

// missing says which keys a map lacks. A key that was misspelt is not missed as well.
func (d *decoder) missing(n ast.Node, fields []field, what string, there func(key string) bool) {
	var groups []string
	members, given := map[string][]string{}, map[string]bool{}
	for _, f := range fields {
		if f.need && !there(f.key) {
			d.Fail(n, "", "%s has no %s", what, f.key)
		}
		if f.group == "" {
			continue
		}
		if members[f.group] == nil {
			groups = append(groups, f.group)
		}
		members[f.group] = append(members[f.group], f.key)
		given[f.group] = given[f.group] || there(f.key)
	}
	for _, g := range groups {
		if !given[g] {
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
