package scenarios

import (
	"strconv"
	"strings"

	"artihook/scenarios/format"
	"artihook/scenarios/report"
)

// condition is a matcher for a text with its variables expanded.
type condition struct {
	what     string
	expected string
	holds    func(actual string) bool
}

// newCondition returns the condition of a matcher for a text.
func newCondition(what string, m *format.Matcher, v *variables) (condition, error) {
	switch {
	case m.Equals != nil:
		want, err := v.expand(m.Equals.Value)
		return condition{what, want, func(actual string) bool { return actual == want }}, err
	case m.Contains != nil:
		want, err := v.expand(m.Contains.Value)
		return condition{what, "a text that contains " + strconv.Quote(want), func(actual string) bool { return strings.Contains(actual, want) }}, err
	default:
		return condition{what, "a text that matches " + m.Matches.Value.String(), m.Matches.Value.MatchString}, nil
	}
}

func (c condition) evaluate(actual string) report.Check {
	return newCheck(c.what, c.expected, actual, c.holds(actual))
}

func newCheck(what, expected, actual string, ok bool) report.Check {
	outcome := report.Failed
	if ok {
		outcome = report.Passed
	}
	return report.Check{What: what, Outcome: outcome, Expected: expected, Actual: actual}
}
