package format

import (
	"reflect"

	"artihook/fixtures/yamlfile"

	"github.com/goccy/go-yaml/ast"
)

// Expect says what must come back. A part that is not given is not looked at; without a status any 2xx is right.
type Expect struct {
	yamlfile.Place
	Status  List[Status]      `yaml:"status" doc:"The status, as 204, 2xx or [200, 204]."`
	Within  Duration          `yaml:"within" doc:"How long the response may take, as 500ms."`
	Headers Map[Matcher]      `yaml:"headers" doc:"Headers of the response by name."`
	Body    List[BodyMatcher] `yaml:"body" doc:"The body of the response: one matcher or a list of them."`
	Error   ErrorName         `yaml:"error" doc:"The delivery must fail in this way, as refused."`
}

// Matcher is one condition on a text. Exactly one field is not nil.
type Matcher struct {
	yamlfile.Place
	Equals   *Text    `yaml:"equals" one:"test" doc:"It is exactly this text; a text alone means the same."`
	Contains *Text    `yaml:"contains" one:"test" doc:"It holds this text."`
	Matches  *Pattern `yaml:"matches" one:"test" doc:"This regular expression (RE2) matches somewhere in it."`
	Exists   *Flag    `yaml:"exists" one:"test" doc:"It is there, or with false it is not."`
}

// BodyMatcher is one condition on the body, or with Path on what stands there. Exactly one of the conditions is not nil.
type BodyMatcher struct {
	yamlfile.Place
	Path     Path     `yaml:"path" doc:"A JSONPath (RFC 9535), as $.id; without it the whole body is meant."`
	Equals   *Text    `yaml:"equals" one:"test" doc:"It is exactly this text; a text alone means the same."`
	Contains *Text    `yaml:"contains" one:"test" doc:"It holds this text."`
	Matches  *Pattern `yaml:"matches" one:"test" doc:"This regular expression (RE2) matches somewhere in it."`
	Exists   *Flag    `yaml:"exists" one:"test" doc:"Something stands at path, or with false nothing does."`
	Is       *Value   `yaml:"is" one:"test" doc:"What stands at path is this value: a text, a number, a list, a map."`
}

// Capture takes a text out of a response. Exactly one field is not nil.
type Capture struct {
	yamlfile.Place
	Path   *Path    `yaml:"path" one:"source" doc:"What stands at this JSONPath (RFC 9535) in the body."`
	Header *Text    `yaml:"header" one:"source" doc:"The value of this header."`
	Match  *Pattern `yaml:"match" one:"source" doc:"What the only group of this regular expression (RE2) finds in the body."`
}

func (e *Expect) check(faults *yamlfile.Diagnostics) {
	if e.Error.Given() && (len(e.Status) > 0 || len(e.Headers) > 0 || len(e.Body) > 0) {
		faults.Add(e.Error.Place, "", "error cannot be used with status, headers or body; a delivery that fails has no response")
	}
}

func (c *Capture) check(faults *yamlfile.Diagnostics) {
	if c.Match != nil && c.Match.Regexp != nil && c.Match.Regexp.NumSubexp() != 1 {
		faults.Add(c.Match.Place, "", "match has %d groups; write exactly one, as id=(\\d+)", c.Match.Regexp.NumSubexp())
	}
}

func (m *BodyMatcher) check(faults *yamlfile.Diagnostics) {
	if m.Path.Given() {
		return
	}
	if m.Exists != nil {
		faults.Add(m.Exists.Place, "", "exists needs path: what must exist in the body")
	}
	if m.Is != nil {
		faults.Add(m.Is.Place, "", "is needs path: where in the body")
	}
}

func (m *Matcher) decode(d *decoder, n ast.Node, what string) {
	d.textOr(n, &m.Equals, func() { d.structure(n, reflect.ValueOf(m).Elem(), what) })
}

func (m *BodyMatcher) decode(d *decoder, n ast.Node, what string) {
	d.textOr(n, &m.Equals, func() { d.structure(n, reflect.ValueOf(m).Elem(), what) })
}

func (*Matcher) shape(s *schemer) map[string]any     { return textOrObject[Matcher](s) }
func (*BodyMatcher) shape(s *schemer) map[string]any { return textOrObject[BodyMatcher](s) }

func textOrObject[T any](s *schemer) map[string]any {
	return map[string]any{"anyOf": []any{s.of(reflect.TypeFor[Text]()), s.defined(reflect.TypeFor[T]())}}
}

// textOr reads a lone text as the condition equals, and anything else as a map.
func (d *decoder) textOr(n ast.Node, equals **Text, otherwise func()) {
	if _, ok := yamlfile.Scalar(n); !ok {
		otherwise()
		return
	}
	d.value(n, reflect.ValueOf(equals).Elem(), "the matcher")
}
