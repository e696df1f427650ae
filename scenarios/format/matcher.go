package format

import (
	"reflect"
	"regexp"
	"time"

	"artihook/fixtures/yamlfile"

	"github.com/goccy/go-yaml/ast"
)

// Matcher is one or more conditions on a header, on a body, or on the value at Path. All of them must hold.
type Matcher struct {
	yamlfile.Place
	Path Path `yaml:"path" doc:"A JSONPath (RFC 9535), such as $.id. Default: the whole body or value."`

	Equals      *Text                   `yaml:"equals" some:"test" doc:"It is exactly this text. A text without a key means the same."`
	Is          *Value                  `yaml:"is" some:"test" doc:"The value at path is this one: a text, a number, a list, a map."`
	Contains    *Content                `yaml:"contains" some:"test" doc:"It contains this text. A list has these entries. An object has these keys and values."`
	Matches     *Scalar[*regexp.Regexp] `yaml:"matches" some:"test" form:"regexp" doc:"This regular expression (RE2) matches somewhere in it."`
	Exists      *Scalar[bool]           `yaml:"exists" some:"test" form:"flag" doc:"With true it must exist, with false it must not."`
	Not         *Matcher                `yaml:"not" some:"test" doc:"These conditions do not hold."`
	OneOf       []Text                  `yaml:"one_of" some:"test" doc:"It is one of these texts."`
	GreaterThan *Text                   `yaml:"greater_than" some:"test" doc:"It is greater than this number, or later than this time."`
	LessThan    *Text                   `yaml:"less_than" some:"test" doc:"It is less than this number, or earlier than this time."`
	Between     []Text                  `yaml:"between" some:"test" doc:"It is a number or a time between these two, or one of them."`
	Near        *Near                   `yaml:"near" some:"test" doc:"It is a time that differs from the clock by at most this, such as 5s."`
	Type        *Scalar[string]         `yaml:"type" some:"test" form:"type" doc:"The type of the value at path."`
	Length      *Matcher                `yaml:"length" some:"test" doc:"The number of entries of a list or object, or of characters of a text."`
	Each        *Matcher                `yaml:"each" some:"test" doc:"These conditions hold for each entry of the list at path."`
}

// Content is what a value contains: a text, or the entries of a list or object. Exactly one field is not nil.
type Content struct {
	yamlfile.Place
	Text    *Text
	Entries *Value
}

// Near is the condition on a time.
type Near struct {
	yamlfile.Place
	Time   Text                  `yaml:"time" doc:"The expected time. Default: the clock."`
	Within Scalar[time.Duration] `yaml:"within" form:"duration" need:"yes" doc:"The largest difference, such as 5s."`
}

// needPath returns the keys of m with their places that need a value at a path.
func (m *Matcher) needPath() []keyPlace {
	var keys []keyPlace
	if m.Exists != nil {
		keys = append(keys, keyPlace{"exists", m.Exists.Place})
	}
	if m.Is != nil {
		keys = append(keys, keyPlace{"is", m.Is.Place})
	}
	if m.Type != nil {
		keys = append(keys, keyPlace{"type", m.Type.Place})
	}
	if m.Each != nil {
		keys = append(keys, keyPlace{"each", m.Each.Place})
	}
	return keys
}

// checkBody reports conditions on the whole body that need a path.
func (m *Matcher) checkBody(diags *yamlfile.Diagnostics) {
	if m.Path.Given() {
		return
	}
	for _, k := range m.needPath() {
		diags.Add(k.at, "", "%s needs the key path; set it to the JSONPath of a value in the body", k.key)
	}
	if m.Not != nil {
		m.Not.checkBody(diags)
	}
}

// checkHeader reports keys that a header, which is a text, cannot have.
func (m *Matcher) checkHeader(diags *yamlfile.Diagnostics) {
	if m.Path.Given() {
		diags.Add(m.Path.Place, "", "path cannot be used with a header, which is a text")
	}
	for _, k := range m.needPath() {
		if k.key != "exists" {
			diags.Add(k.at, "", "%s cannot be used with a header, which is a text", k.key)
		}
	}
	if m.Not != nil {
		m.Not.checkHeader(diags)
	}
}

func (m *Matcher) check(diags *yamlfile.Diagnostics) {
	if len(m.Between) > 0 && len(m.Between) != 2 {
		diags.Add(m.Between[0].Place, "", "between takes two values, the least and the greatest, not %d", len(m.Between))
	}
}

// decode decodes a map, or a single value as the condition equals.
func (m *Matcher) decode(d *decoder, n ast.Node, f field) {
	if _, ok := yamlfile.Scalar(n); ok {
		d.value(n, reflect.ValueOf(&m.Equals).Elem(), f.named("the matcher"))
		return
	}
	d.structure(n, reflect.ValueOf(m).Elem(), f.key)
}

func (*Matcher) schema(s *schemaBuilder, _ string) map[string]any {
	return map[string]any{"anyOf": []any{anyText(), s.defined(reflect.TypeFor[Matcher]())}}
}

func (c *Content) decode(d *decoder, n ast.Node, f field) {
	if _, ok := yamlfile.Scalar(n); ok {
		d.value(n, reflect.ValueOf(&c.Text).Elem(), f)
		return
	}
	d.value(n, reflect.ValueOf(&c.Entries).Elem(), f)
}

func (*Content) schema(*schemaBuilder, string) map[string]any {
	return map[string]any{"type": []any{"string", "number", "boolean", "array", "object"}}
}

// decode decodes a map, or a duration.
func (w *Near) decode(d *decoder, n ast.Node, f field) {
	if _, ok := yamlfile.Scalar(n); ok {
		d.value(n, reflect.ValueOf(&w.Within).Elem(), field{key: f.key, form: "duration"})
		return
	}
	d.structure(n, reflect.ValueOf(w).Elem(), f.key)
}

func (*Near) schema(s *schemaBuilder, _ string) map[string]any {
	return map[string]any{"anyOf": []any{forms["duration"].schema, s.defined(reflect.TypeFor[Near]())}}
}
