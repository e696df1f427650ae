package scenarios

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"

	"artihook/scenarios/report"
)

// parseJSON reads a body: maps, lists, texts, booleans, nil, int64 where a number is whole and float64 elsewhere.
func parseJSON(body []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, errors.New("the body is not JSON")
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more follows the JSON in the body")
	}
	return plainNumbers(v), nil
}

func plainNumbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		f, err := v.Float64()
		if err != nil {
			return v.String()
		}
		return f
	case []any:
		for i := range v {
			v[i] = plainNumbers(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = plainNumbers(v[k])
		}
	}
	return v
}

// find gives what stands at a path: the value, or a list of them where the path picks several.
func (p *Path) find(body any) (value any, found bool) {
	defer func() {
		if recover() != nil { // bodies come over the network, and the library is not ours
			value, found = nil, false
		}
	}()
	switch all := p.compiled.Get(body); len(all) {
	case 0:
		return nil, false
	case 1:
		return all[0], true
	default:
		return all, true
	}
}

// textOf writes a JSON value as a text: a string as it is, anything else as JSON.
func textOf(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Sprint(v)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// sameJSON compares two values as JSON does: 1 and 1.0 are the same number, and the order of keys does not count.
func sameJSON(a, b any) bool {
	if x, ok := number(a); ok {
		y, ok := number(b)
		return ok && x == y
	}
	switch a := a.(type) {
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !sameJSON(a[i], b[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for k := range a {
			other, ok := b[k]
			if !ok || !sameJSON(a[k], other) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(a, b)
}

func number(v any) (string, bool) {
	switch v := v.(type) {
	case int64:
		return strconv.FormatInt(v, 10), true
	case float64:
		if v == float64(int64(v)) {
			return strconv.FormatInt(int64(v), 10), true
		}
		return strconv.FormatFloat(v, 'g', -1, 64), true
	}
	return "", false
}

// condition is a matcher ready to be held against a text: its variables are filled in.
type condition struct {
	what     string
	expected string
	holds    func(actual string) bool
}

// textCondition is equals, contains or matches.
func textCondition(what string, equals, contains *Text, matches *Pattern, v *variables) (condition, error) {
	switch {
	case equals != nil:
		want, err := v.expand(equals.Value)
		return condition{what, want, func(actual string) bool { return actual == want }}, err
	case contains != nil:
		want, err := v.expand(contains.Value)
		return condition{what, "a text that contains " + strconv.Quote(want), func(actual string) bool { return strings.Contains(actual, want) }}, err
	default:
		return condition{what, "a text that matches " + matches.Regexp.String(), matches.Regexp.MatchString}, nil
	}
}

func (c condition) judge(actual string) report.Check {
	return verdict(c.what, c.expected, actual, c.holds(actual))
}

func verdict(what, expected, actual string, ok bool) report.Check {
	outcome := report.Failed
	if ok {
		outcome = report.Passed
	}
	return report.Check{What: what, Outcome: outcome, Expected: expected, Actual: actual}
}
