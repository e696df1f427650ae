package format

import (
	"regexp"
	"time"

	"artihook/fixtures/yamlfile"
)

// Expect is the expected response. A field that is missing is not checked; without Status, any 2xx passes.
type Expect struct {
	yamlfile.Place
	Status  []Scalar[string]      `yaml:"status" form:"status" single:"yes" doc:"The status, such as 204, 2xx or [200, 204]."`
	Within  Scalar[time.Duration] `yaml:"within" form:"duration" doc:"The time limit for the response, such as 500ms."`
	Headers Map[Matcher]          `yaml:"headers" doc:"The headers of the response, by name."`
	Body    []Matcher             `yaml:"body" single:"yes" doc:"The body of the response: one matcher or a list of them."`
	Exit    []Scalar[int]         `yaml:"exit" form:"bytes" single:"yes" doc:"The exit code of a command, such as 0 or [0, 1]. Default: 0."`
	Error   Scalar[string]        `yaml:"error" form:"failure" doc:"The failure that the delivery must have, such as refused."`
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
	for i := range e.Headers {
		e.Headers[i].Value.checkHeader(diags)
	}
	for i := range e.Body {
		e.Body[i].checkBody(diags)
	}
}

func (c *Capture) check(diags *yamlfile.Diagnostics) {
	if c.Match != nil && c.Match.Value != nil && c.Match.Value.NumSubexp() != 1 {
		diags.Add(c.Match.Place, "", "match has %d groups; write exactly one, such as id=(\\d+)", c.Match.Value.NumSubexp())
	}
}
