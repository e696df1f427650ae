package scenarios

import (
	"strconv"
	"strings"

	"artihook/scenarios/format"
	"artihook/scenarios/report"
)

// condition is a matcher for a text, with its variables filled in.
type condition struct {
	what     string
	expected string
	holds    func(actual string) bool
}

// newCondition returns the condition of the one matcher that is not nil.
func newCondition(what string, equals, contains *format.Text, matches *format.Pattern, v *variables) (condition, error) {
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
