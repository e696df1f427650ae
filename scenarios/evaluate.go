package scenarios

import (
	"strconv"
	"strings"
	"time"

	"artihook/emitter/history"
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
	case len(e.Exit) > 0:
		checks = append(checks, evaluateExit(e.Exit, r))
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
		header, err := evaluateHeader(h.Key, &h.Value, r, v)
		if err != nil {
			return nil, err
		}
		checks = append(checks, header...)
	}
	for i := range e.Body {
		body, err := evaluateBody(&e.Body[i], r.body, v)
		if err != nil {
			return nil, err
		}
		checks = append(checks, body...)
	}
	return checks, nil
}

// evaluateDefault expects a 2xx, exit code 0 of a command, or the failure of a request that is cut off on purpose.
func evaluateDefault(r *response) report.Check {
	switch {
	case r.command:
		return newCheck("exit code", "0", r.outcome(), r.failure == "" && r.exit == 0)
	case r.cut:
		return newCheck("error", history.FailureCut, r.outcome(), r.failure == history.FailureCut)
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

func evaluateExit(allowed []format.Scalar[int], r *response) report.Check {
	var texts []string
	ok := false
	for _, code := range allowed {
		texts = append(texts, strconv.Itoa(code.Value))
		ok = ok || r.failure == "" && r.exit == code.Value
	}
	return newCheck("exit code", strings.Join(texts, " or "), r.outcome(), ok)
}

// matchesStatus reports whether a status is the allowed one, such as 204, or in the allowed class, such as 2xx.
func matchesStatus(allowed string, status int) bool {
	if class, ok := strings.CutSuffix(allowed, "xx"); ok {
		return strconv.Itoa(status/100) == class
	}
	return strconv.Itoa(status) == allowed
}

func evaluateHeader(name string, m *format.Matcher, r *response, v *variables) ([]report.Check, error) {
	value, found := r.header(name)
	return evaluateMatcher(m, matched{what: "header " + name, value: value, found: found}, v)
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

func evaluateBody(m *format.Matcher, body []byte, v *variables) ([]report.Check, error) {
	if !m.Path.Given() {
		return evaluateMatcher(m, matched{what: "body", value: string(body), found: true}, v)
	}
	below := *m
	below.Path = format.Path{}
	return evaluateMatcher(&below, findInBody("body", &m.Path, body), v)
}

// captureFrom returns the text that a step captures from a response. The check fails if there is none.
func captureFrom(c *format.Capture, name string, r *response) (string, report.Check) {
	what := "capture " + name
	switch {
	case c.Header != nil:
		value, found := r.header(c.Header.Value)
		return value, evaluateExists(what+" from header "+c.Header.Value, true, found, value)
	case c.Path != nil:
		t := findInBody(what+" from body", c.Path, r.body)
		if t.err != nil {
			return "", newCheck(t.what, "JSON", t.text(), false)
		}
		return textOf(t.value), evaluateExists(t.what, true, t.found, textOf(t.value))
	default:
		found := c.Match.Value.FindSubmatch(r.body)
		if found == nil {
			return "", newCheck(what+" from body", "a text that matches "+c.Match.Value.String(), string(r.body), false)
		}
		return string(found[1]), evaluateExists(what+" from body", true, true, string(found[1]))
	}
}
