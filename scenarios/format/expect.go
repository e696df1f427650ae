package format

import (
	"reflect"
	"regexp"
	"time"

	"artihook/fixtures/yamlfile"

	"github.com/goccy/go-yaml/ast"
)

// Expect is the expected response. A field that is missing is not checked; without Status, any 2xx passes.
type Expect struct {
	yamlfile.Place
	Status  []Scalar[string]      `yaml:"status" form:"status" single:"yes" doc:"The status, such as 204, 2xx or [200, 204]."`
	Within  Scalar[time.Duration] `yaml:"within" form:"duration" doc:"The time limit for the response, such as 500ms."`
	Headers Map[Matcher]          `yaml:"headers" doc:"The headers of the response, by name."`
	Body    []BodyMatcher         `yaml:"body" single:"yes" doc:"The body of the response: one matcher or a list of them."`
	Error   Scalar[string]        `yaml:"error" form:"failure" doc:"The failure that the delivery must have, such as refused."`
}

// Matcher is one condition on a text. Exactly one field is not nil, unless Is of a [BodyMatcher] is the condition.
type Matcher struct {
	yamlfile.Place
	Equals   *Text                   `yaml:"equals" one:"test" doc:"It is exactly this text. A text without a key means the same."`
	Contains *Text                   `yaml:"contains" one:"test" doc:"It contains this text."`
	Matches  *Scalar[*regexp.Regexp] `yaml:"matches" one:"test" form:"regexp" doc:"This regular expression (RE2) matches somewhere in it."`
	Exists   *Scalar[bool]           `yaml:"exists" one:"test" form:"flag" doc:"With true it must exist, with false it must not."`
}

// BodyMatcher is one condition on the body, or on the value at Path.
type BodyMatcher struct {
	Path Path `yaml:"path" doc:"A JSONPath (RFC 9535), such as $.id. Default: the whole body."`
	Matcher
	Is *Value `yaml:"is" one:"test" doc:"The value at path is this one: a text, a number, a list, a map."`
}

// Capture is the part of a response that a variable gets. Exactly one field is not nil.
type Capture struct {
	yamlfile.Place
	Path   *Path                   `yaml:"path" one:"source" doc:"The value at this JSONPath (RFC 9535) in the body."`
	Header *Text                   `yaml:"header" one:"source" doc:"The value of this header."`
	Match  *Scalar[*regexp.Regexp] `yaml:"match" one:"source" form:"regexp" doc:"The text that the only group of this regular expression (RE2) matches in the body."`
}

func (e *Expect) check(diags *yamlfile.Diagnostics) {
	if e.Error.Given() && (len(e.Status) > 0 || len(e.Headers) > 0 || len(e.Body) > 0) {
		diags.Add(e.Error.Place, "", "error cannot be used with status, headers or body; a delivery that fails has no response")
	}
}

func (c *Capture) check(diags *yamlfile.Diagnostics) {
	if c.Match != nil && c.Match.Value != nil && c.Match.Value.NumSubexp() != 1 {
		diags.Add(c.Match.Place, "", "match has %d groups; write exactly one, such as id=(\\d+)", c.Match.Value.NumSubexp())
	}
}

func (m *BodyMatcher) check(diags *yamlfile.Diagnostics) {
	if m.Path.Given() {
		return
	}
	if m.Exists != nil {
		diags.Add(m.Exists.Place, "", "exists needs the key path; set it to the JSONPath of a value in the body")
	}
	if m.Is != nil {
		diags.Add(m.Is.Place, "", "is needs the key path; set it to the JSONPath of a value in the body")
	}
}

func (m *Matcher) decode(d *decoder, n ast.Node, f field) { d.textOrKeys(n, m, m, f) }

func (m *BodyMatcher) decode(d *decoder, n ast.Node, f field) { d.textOrKeys(n, m, &m.Matcher, f) }

// textOrKeys decodes a map into whole, and a single value as the condition equals of m.
func (d *decoder) textOrKeys(n ast.Node, whole any, m *Matcher, f field) {
	if _, ok := yamlfile.Scalar(n); ok {
		d.value(n, reflect.ValueOf(&m.Equals).Elem(), f.named("the matcher"))
		return
	}
	d.structure(n, reflect.ValueOf(whole).Elem(), f.key)
}

func (*Matcher) schema(s *schemaBuilder, _ string) map[string]any { return textOrObject[Matcher](s) }

func (*BodyMatcher) schema(s *schemaBuilder, _ string) map[string]any {
	return textOrObject[BodyMatcher](s)
}

func textOrObject[T any](s *schemaBuilder) map[string]any {
	return map[string]any{"anyOf": []any{anyText(), s.defined(reflect.TypeFor[T]())}}
}
