package scenarios

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"artihook/emitter"
	"artihook/scenarios/format"
	"artihook/scenarios/report"
)

// evaluateExpect compares a response with the expected one. If e is nil, that is the default. It returns an error if a variable
// is not set.
func evaluateExpect(e *format.Expect, r *response, v *variables) ([]report.Check, error) {
	if e == nil {
		return []report.Check{evaluateDefault(r)}, nil
	}
	var checks []report.Check
	switch {
	case e.Error.Given():
		checks = append(checks, newCheck("error", e.Error.Value, r.outcome(), r.failure == e.Error.Value))
	case len(e.Status) > 0:
		checks = append(checks, evaluateStatus(e.Status, r))
	default:
		checks = append(checks, evaluateDefault(r))
	}
	if e.Within.Given() {
		checks = append(checks, newCheck("within", "at most "+e.Within.Value.String(), r.took.Round(time.Microsecond).String(), r.took <= e.Within.Value))
	}
	if r.failure != "" {
		return checks, nil // there are no headers and no body
	}
	for _, h := range e.Headers {
		check, err := evaluateHeader(h.Key, &h.Value, r, v)
		if err != nil {
			return nil, err
		}
		checks = append(checks, check)
	}
	for i := range e.Body {
		check, err := evaluateBody(&e.Body[i], r.body, v)
		if err != nil {
			return nil, err
		}
		checks = append(checks, check)
	}
	return checks, nil
}

// evaluateDefault expects a 2xx, exit code 0 of a command, or the failure of a request that is cut off on purpose.
func evaluateDefault(r *response) report.Check {
	switch {
	case r.command:
		return newCheck("exit code", "0", r.outcome(), r.failure == "" && r.exit == 0)
	case r.cut:
		return newCheck("error", emitter.FailureCut, r.outcome(), r.failure == emitter.FailureCut)
	}
	return newCheck("status", "2xx", r.outcome(), r.failure == "" && r.status/100 == 2)
}

func evaluateStatus(allowed []format.Scalar[string], r *response) report.Check {
	var texts []string
	ok := false
	for _, s := range allowed {
		texts = append(texts, s.Value)
		ok = ok || r.failure == "" && matchesStatus(s.Value, r.status)
	}
	return newCheck("status", strings.Join(texts, " or "), r.outcome(), ok)
}

// matchesStatus reports whether a status is the allowed one, such as 204, or in the allowed class, such as 2xx.
func matchesStatus(allowed string, status int) bool {
	if class, ok := strings.CutSuffix(allowed, "xx"); ok {
		return strconv.Itoa(status/100) == class
	}
	return strconv.Itoa(status) == allowed
}

func evaluateHeader(name string, m *format.Matcher, r *response, v *variables) (report.Check, error) {
	what := "header " + name
	value, found := r.header(name)
	if m.Exists != nil {
		return evaluateExists(what, m.Exists.Value, found, value), nil
	}
	c, err := newCondition(what, m, v)
	if err != nil {
		return report.Check{}, err
	}
	if !found {
		return newCheck(what, c.expected, absent, false), nil
	}
	return c.evaluate(value), nil
}

// absent is the text for a value that does not exist.
const absent = "nothing"

func evaluateExists(what string, want, found bool, value string) report.Check {
	expected := "something"
	if !want {
		expected = absent
	}
	if !found {
		value = absent
	}
	return newCheck(what, expected, value, want == found)
}

func evaluateBody(m *format.BodyMatcher, body []byte, v *variables) (report.Check, error) {
	if !m.Path.Given() {
		c, err := newCondition("body", &m.Matcher, v)
		return c.evaluate(string(body)), err
	}
	what := "body " + m.Path.Value
	at := findInBody(&m.Path, body)
	switch {
	case m.Exists != nil && at.err == nil:
		return evaluateExists(what, m.Exists.Value, at.found, at.text()), nil
	case m.Exists != nil:
		return newCheck(what, "JSON", at.text(), false), nil
	case m.Is != nil:
		return evaluateValue(what, m.Is, &at, v)
	}
	c, err := newCondition(what, &m.Matcher, v)
	if err != nil || !at.found {
		return newCheck(what, c.expected, at.text(), false), err
	}
	return c.evaluate(at.text()), nil
}

func evaluateValue(what string, is *format.Value, at *bodyValue, v *variables) (report.Check, error) {
	expected, err := v.expandJSON(is)
	if err != nil {
		return report.Check{}, err
	}
	want, err := parseJSON([]byte(expected))
	if err != nil {
		return report.Check{}, fmt.Errorf("is: %w", err)
	}
	actual := at.text()
	if s, isText := at.value.(string); isText {
		actual = strconv.Quote(s)
	}
	return newCheck(what, expected, actual, at.found && sameJSON(want, at.value)), nil
}

// captureFrom returns the text that a step captures from a response. The check fails if there is none.
func captureFrom(c *format.Capture, name string, r *response) (string, report.Check) {
	what := "capture " + name
	switch {
	case c.Header != nil:
		value, found := r.header(c.Header.Value)
		return value, evaluateExists(what+" from header "+c.Header.Value, true, found, value)
	case c.Path != nil:
		what += " from body " + c.Path.Value
		at := findInBody(c.Path, r.body)
		if at.err != nil {
			return "", newCheck(what, "JSON", at.text(), false)
		}
		return textOf(at.value), evaluateExists(what, true, at.found, textOf(at.value))
	default:
		found := c.Match.Value.FindSubmatch(r.body)
		if found == nil {
			return "", newCheck(what+" from body", "a text that matches "+c.Match.Value.String(), string(r.body), false)
		}
		return string(found[1]), evaluateExists(what+" from body", true, true, string(found[1]))
	}
}
