package scenarios

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"artihook/emitter"
	"artihook/scenarios/report"
)

// reply is what came back for one delivery or one probe.
type reply struct {
	status  int    // 0: none
	failure string // the short name of what went wrong; "" when there was a response
	reason  string // the failure in words
	took    time.Duration
	header  func(name string) (value string, there bool)
	body    []byte

	command bool // it is a command's; status says nothing
	exit    int  // a command's exit code
	cut     bool // the body was broken off on purpose
}

// judge holds a reply against what is expected; nil expects what the action needs. The error is a variable that is not
// set.
func (e *Expect) judge(r *reply, v *variables) ([]report.Check, error) {
	if e == nil {
		return []report.Check{r.usual()}, nil
	}
	var checks []report.Check
	switch {
	case e.Error.Given():
		checks = append(checks, verdict("error", e.Error.Value, r.outcome(), r.failure == e.Error.Value))
	case len(e.Status) > 0:
		checks = append(checks, e.judgeStatus(r))
	default:
		checks = append(checks, r.usual())
	}
	if e.Within.Given() {
		checks = append(checks, verdict("within", "at most "+e.Within.Value.String(), r.took.Round(time.Microsecond).String(), r.took <= e.Within.Value))
	}
	if r.failure != "" {
		return checks, nil // there is nothing more to look at
	}
	for _, h := range e.Headers {
		check, err := judgeHeader(h.Key, &h.Value, r, v)
		if err != nil {
			return nil, err
		}
		checks = append(checks, check)
	}
	for i := range e.Body {
		check, err := e.Body[i].judge(r.body, v)
		if err != nil {
			return nil, err
		}
		checks = append(checks, check)
	}
	return checks, nil
}

// usual is what is expected without a word: any 2xx, exit code 0 of a command, and of a body that was cut off that it
// was.
func (r *reply) usual() report.Check {
	switch {
	case r.command:
		return verdict("exit code", "0", r.outcome(), r.failure == "" && r.exit == 0)
	case r.cut:
		return verdict("error", emitter.FailureCut, r.outcome(), r.failure == emitter.FailureCut)
	}
	return verdict("status", "2xx", r.outcome(), r.failure == "" && r.status/100 == 2)
}

func (e *Expect) judgeStatus(r *reply) report.Check {
	var words []string
	ok := false
	for _, s := range e.Status {
		words = append(words, s.String())
		ok = ok || r.failure == "" && s.From <= r.status && r.status <= s.To
	}
	return verdict("status", strings.Join(words, " or "), r.outcome(), ok)
}

// String writes a status as the file has it.
func (s *Status) String() string {
	if s.From != s.To {
		return fmt.Sprintf("%dxx", s.From/100)
	}
	return strconv.Itoa(s.From)
}

// outcome is the status, the exit code, or why there is none.
func (r *reply) outcome() string {
	switch {
	case r.failure != "":
		return r.failure + ": " + r.reason
	case r.command:
		return strconv.Itoa(r.exit)
	}
	return strconv.Itoa(r.status)
}

const absent = "nothing"

func judgeHeader(name string, m *Matcher, r *reply, v *variables) (report.Check, error) {
	what := "header " + name
	value, there := r.header(name)
	if m.Exists != nil {
		return judgeExists(what, m.Exists.On, there, value), nil
	}
	c, err := textCondition(what, m.Equals, m.Contains, m.Matches, v)
	if err != nil {
		return report.Check{}, err
	}
	if !there {
		return verdict(what, c.expected, absent, false), nil
	}
	return c.judge(value), nil
}

func judgeExists(what string, want, there bool, value string) report.Check {
	expected := "something"
	if !want {
		expected = absent
	}
	if !there {
		value = absent
	}
	return verdict(what, expected, value, want == there)
}

func (m *BodyMatcher) judge(body []byte, v *variables) (report.Check, error) {
	if !m.Path.Given() {
		c, err := textCondition("body", m.Equals, m.Contains, m.Matches, v)
		return c.judge(string(body)), err
	}
	what := "body " + m.Path.Value
	parsed, failure := parseJSON(body)
	value, there := any(nil), false
	if failure == nil {
		value, there = m.Path.find(parsed)
	}
	actual := textOf(value)
	switch {
	case failure != nil:
		actual, there = failure.Error(), false
	case !there:
		actual = absent
	}
	switch {
	case m.Exists != nil && failure == nil:
		return judgeExists(what, m.Exists.On, there, actual), nil
	case m.Exists != nil:
		return verdict(what, "JSON", actual, false), nil
	case m.Is != nil:
		return m.judgeValue(what, value, actual, there, v)
	}
	c, err := textCondition(what, m.Equals, m.Contains, m.Matches, v)
	if err != nil || !there {
		return verdict(what, c.expected, actual, false), err
	}
	return c.judge(actual), nil
}

func (m *BodyMatcher) judgeValue(what string, value any, actual string, there bool, v *variables) (report.Check, error) {
	text, err := m.Is.filled(v)
	if err != nil {
		return report.Check{}, err
	}
	want, err := parseJSON([]byte(text))
	if err != nil {
		return report.Check{}, fmt.Errorf("is: %w", err)
	}
	if s, isText := value.(string); isText {
		actual = strconv.Quote(s)
	}
	return verdict(what, text, actual, there && sameJSON(want, value)), nil
}

// capture takes what the step asks for out of a reply. The check says what was missing.
func (c *Capture) from(name string, r *reply) (string, report.Check) {
	what := "capture " + name
	switch {
	case c.Header != nil:
		value, there := r.header(c.Header.Value)
		return value, judgeExists(what+" from header "+c.Header.Value, true, there, value)
	case c.Path != nil:
		what += " from body " + c.Path.Value
		parsed, err := parseJSON(r.body)
		if err != nil {
			return "", verdict(what, "JSON", err.Error(), false)
		}
		value, there := c.Path.find(parsed)
		text := textOf(value)
		return text, judgeExists(what, true, there, text)
	default:
		found := c.Match.Regexp.FindSubmatch(r.body)
		if found == nil {
			return "", verdict(what+" from body", "a text that matches "+c.Match.Regexp.String(), string(r.body), false)
		}
		return string(found[1]), judgeExists(what+" from body", true, true, string(found[1]))
	}
}
