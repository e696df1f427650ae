package scenarios

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"artihook/emitter/text"
	"artihook/scenarios/format"
	"artihook/scenarios/report"

	"github.com/google/uuid"
)

// matched is what a matcher evaluates: a header, a body, or the value at a path.
type matched struct {
	what    string // as the report shows it
	value   any    // a string for a header or a whole body
	found   bool
	err     error // the body is not JSON
	results []any // of a path that can find several values; nil for other paths
}

// findInBody returns the value at a path in a JSON body. what is the name of the body.
func findInBody(what string, p *format.Path, body []byte) matched {
	t := matched{what: what, found: true}
	t.value, t.err = parseJSON(body)
	return t.at(p)
}

// text returns the value as reports show it.
func (t *matched) text() string {
	switch {
	case t.err != nil:
		return t.err.Error()
	case !t.found:
		return absent
	}
	return textOf(t.value)
}

// entries returns the entries of a list, or all results of a path that can find several values.
func (t *matched) entries() ([]any, bool) {
	if t.results != nil {
		return t.results, true
	}
	list, ok := t.value.([]any)
	return list, ok
}

// at returns the value at a path in t, or t itself if there is no path.
func (t *matched) at(p *format.Path) matched {
	if !p.Given() {
		return *t
	}
	found := matched{what: t.what + " " + p.Value, err: t.err}
	if t.err != nil || !t.found {
		return found
	}
	found.value, found.found = p.Find(t.value)
	if all := p.All(t.value); p.Several() {
		found.results = append([]any{}, all...)
	}
	return found
}

// evaluateMatcher evaluates every condition of a matcher, in the order of their documentation. It returns an error if a variable is not
// set.
func evaluateMatcher(m *format.Matcher, t matched, v *variables) ([]report.Check, error) {
	t = t.at(&m.Path)
	e := &matcherRun{m: m, target: &t, vars: v}
	for _, condition := range []func(*matcherRun) error{
		(*matcherRun).exists, (*matcherRun).equals, (*matcherRun).is, (*matcherRun).contains, (*matcherRun).matches, (*matcherRun).oneOf,
		(*matcherRun).order, (*matcherRun).near, (*matcherRun).kind, (*matcherRun).length, (*matcherRun).each, (*matcherRun).not,
	} {
		if err := condition(e); err != nil {
			return nil, err
		}
	}
	return e.checks, nil
}

// matcherRun is one evaluation of a matcher.
type matcherRun struct {
	m      *format.Matcher
	target *matched
	vars   *variables
	checks []report.Check
}

// add adds the check of a condition. ok reports whether the condition holds for a value that exists.
func (e *matcherRun) add(expected string, ok bool) {
	t := e.target
	e.checks = append(e.checks, newCheck(t.what, expected, t.text(), t.err == nil && t.found && ok))
}

func (e *matcherRun) exists() error {
	switch t := e.target; {
	case e.m.Exists == nil:
	case t.err != nil:
		e.add("JSON", false)
	default:
		e.checks = append(e.checks, evaluateExists(t.what, e.m.Exists.Value, t.found, t.text()))
	}
	return nil
}

func (e *matcherRun) equals() error {
	if e.m.Equals == nil {
		return nil
	}
	want, err := e.vars.expand(e.m.Equals.Value)
	t := e.target
	if actual := t.text(); t.found && actual != want && strings.TrimSpace(actual) == strings.TrimSpace(want) {
		e.checks = append(e.checks, newCheck(t.what, strconv.Quote(want), strconv.Quote(actual), false)) // shows the white space
	} else {
		e.add(want, actual == want)
	}
	return err
}

func (e *matcherRun) is() error {
	if e.m.Is == nil {
		return nil
	}
	expected, want, err := e.expandValue(e.m.Is)
	if err != nil {
		return fmt.Errorf("is: %w", err)
	}
	t := e.target
	actual := t.text()
	if s, isText := t.value.(string); isText && t.found {
		actual = strconv.Quote(s)
	}
	e.checks = append(e.checks, newCheck(t.what, expected, actual, t.found && sameJSON(want, t.value)))
	return nil
}

// expandValue returns a value of the file with its variables expanded, as JSON and parsed.
func (e *matcherRun) expandValue(value *format.Value) (text string, parsed any, err error) {
	if text, err = e.vars.expandJSON(value); err == nil {
		parsed, err = parseJSON([]byte(text))
	}
	return text, parsed, err
}

func (e *matcherRun) contains() error {
	switch c := e.m.Contains; {
	case c == nil:
	case c.Text != nil:
		want, err := e.vars.expand(c.Text.Value)
		e.add("a text that contains "+strconv.Quote(want), strings.Contains(e.target.text(), want))
		return err
	default:
		expected, want, err := e.expandValue(c.Entries)
		if err != nil {
			return fmt.Errorf("contains: %w", err)
		}
		value := e.target.value
		if e.target.results != nil {
			value = e.target.results
		}
		e.add("a value that contains "+expected, containsJSON(value, want))
	}
	return nil
}

// containsJSON reports whether value contains each entry of a list, or each key of an object with its value.
func containsJSON(value, want any) bool {
	switch want := want.(type) {
	case []any:
		list, ok := value.([]any)
		for _, entry := range want {
			has := false
			for _, one := range list {
				has = has || containsJSON(one, entry)
			}
			ok = ok && has
		}
		return ok
	case map[string]any:
		object, ok := value.(map[string]any)
		for key, entry := range want {
			one, has := object[key]
			ok = ok && has && containsJSON(one, entry)
		}
		return ok
	}
	return sameJSON(value, want)
}

func (e *matcherRun) matches() error {
	if m := e.m.Matches; m != nil {
		e.add("a text that matches "+m.Value.String(), m.Value.MatchString(e.target.text()))
	}
	return nil
}

func (e *matcherRun) oneOf() error {
	if len(e.m.OneOf) == 0 {
		return nil
	}
	var words []string
	ok := false
	for _, word := range e.m.OneOf {
		want, err := e.vars.expand(word.Value)
		if err != nil {
			return err
		}
		words = append(words, want)
		ok = ok || e.target.text() == want
	}
	e.add("one of "+strings.Join(words, ", "), ok)
	return nil
}

// order evaluates greater_than, less_than and between.
func (e *matcherRun) order() error {
	type bound struct {
		expected string
		limit    *format.Text
		ok       func(sign int) bool
	}
	bounds := []bound{
		{"greater than ", e.m.GreaterThan, func(sign int) bool { return sign > 0 }},
		{"less than ", e.m.LessThan, func(sign int) bool { return sign < 0 }},
	}
	if len(e.m.Between) == 2 {
		bounds = append(bounds,
			bound{"at least ", &e.m.Between[0], func(sign int) bool { return sign >= 0 }},
			bound{"at most ", &e.m.Between[1], func(sign int) bool { return sign <= 0 }})
	}
	for _, b := range bounds {
		if b.limit == nil {
			continue
		}
		want, err := e.vars.expand(b.limit.Value)
		if err != nil {
			return err
		}
		sign, comparable := compareTexts(e.target.text(), want)
		if !comparable && isOrdered(e.target.text()) && !e.vars.guessed && !isOrdered(want) {
			return fmt.Errorf("%.60q is neither a number nor a time", want)
		}
		e.add(b.expected+want, comparable && b.ok(sign))
	}
	return nil
}

func isOrdered(text string) bool {
	_, comparable := compareTexts(text, text)
	return comparable
}

// plainNumber is the form of the numbers that can be compared. Without a limit, 1e999999999 would use all memory.
var plainNumber = text.Regexp(`^-?[0-9]{1,400}(\.[0-9]{1,400})?([eE][+-]?[0-9]{1,3})?$`)

// compareTexts compares two numbers or two times. It returns false if they are neither. White space around them, such as the line
// feed at the end of an output, does not count.
func compareTexts(a, b string) (sign int, comparable bool) {
	a, b = strings.TrimSpace(a), strings.TrimSpace(b)
	if plainNumber().MatchString(a) && plainNumber().MatchString(b) {
		x, okX := new(big.Rat).SetString(a)
		y, okY := new(big.Rat).SetString(b)
		if okX && okY {
			return x.Cmp(y), true
		}
	}
	x, okX := parseMoment(a)
	y, okY := parseMoment(b)
	return x.Compare(y), okX && okY
}

// momentForms are the forms of times besides seconds and milliseconds since 1970.
var momentForms = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05", time.RFC1123, time.RFC1123Z, "2006-01-02",
}

// parseMoment parses a time. Without a zone it is in UTC, as in a payload.
func parseMoment(text string) (time.Time, bool) {
	for _, form := range momentForms {
		if at, err := time.Parse(form, text); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

// parseClock parses a time that may also be the number of seconds or milliseconds since 1970. White space around it does not count.
func parseClock(text string) (time.Time, bool) {
	text = strings.TrimSpace(text)
	n, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil:
		return parseMoment(text)
	case n > 1e11 && n < 1e15:
		return time.UnixMilli(int64(n)), true
	case n > 0 && n < 1e11:
		return time.UnixMicro(int64(n * 1e6)), true
	}
	return time.Time{}, false
}

func (e *matcherRun) near() error {
	n := e.m.Near
	if n == nil {
		return nil
	}
	expected, want := "the clock", time.Now()
	if n.Time.Given() {
		text, err := e.vars.expand(n.Time.Value)
		if err != nil {
			return err
		}
		var ok bool
		if want, ok = parseClock(text); !ok && !e.vars.guessed {
			return fmt.Errorf("near: %.60q is not a time", text)
		}
		expected = text
	}
	at, ok := parseClock(e.target.text())
	e.add(fmt.Sprintf("a time within %s of %s", n.Within.Value, expected), ok && at.Sub(want).Abs() <= n.Within.Value)
	return nil
}

func (e *matcherRun) kind() error {
	if e.m.Type != nil {
		e.add("type "+e.m.Type.Value, isType(e.m.Type.Value, e.target.value))
	}
	return nil
}

// isType reports whether a value of JSON has a type of the form "type".
func isType(name string, value any) bool {
	switch value := value.(type) {
	case nil:
		return name == "null"
	case bool:
		return name == "boolean"
	case int64:
		return name == "number" || name == "integer"
	case float64:
		return name == "number" || name == "integer" && value == float64(int64(value))
	case []any:
		return name == "list"
	case map[string]any:
		return name == "object"
	case string:
		switch name {
		case "uuid":
			return uuid.Validate(value) == nil
		case "date":
			_, ok := parseMoment(value)
			return ok
		}
		return name == "string"
	}
	return false
}

func (e *matcherRun) length() error {
	if e.m.Length == nil {
		return nil
	}
	t := e.target
	length := matched{what: t.what + " length", found: t.found || t.results != nil, err: t.err}
	if list, ok := t.entries(); ok {
		length.value = int64(len(list))
	} else if object, ok := t.value.(map[string]any); ok {
		length.value = int64(len(object))
	} else if text, ok := t.value.(string); ok {
		length.value = int64(utf8.RuneCountInString(text))
	} else {
		length.found = false
	}
	checks, err := evaluateMatcher(e.m.Length, length, e.vars)
	e.checks = append(e.checks, checks...)
	return err
}

// each evaluates the conditions for every entry, and adds the checks of the first entry that fails them.
func (e *matcherRun) each() error {
	if e.m.Each == nil {
		return nil
	}
	list, ok := e.target.entries()
	if !ok || !e.target.found {
		e.add("a list", false)
		return nil
	}
	for i, entry := range list {
		checks, err := evaluateMatcher(e.m.Each, matched{what: fmt.Sprintf("%s, entry %d", e.target.what, i+1), value: entry, found: true}, e.vars)
		if err != nil {
			return err
		}
		if anyFailed(checks) {
			e.checks = append(e.checks, checks...)
			return nil
		}
	}
	e.add("a list whose entries match", true)
	return nil
}

// not evaluates conditions that must not hold together. A value that does not exist passes only if they are about its existence.
func (e *matcherRun) not() error {
	if e.m.Not == nil {
		return nil
	}
	t := e.target.at(&e.m.Not.Path)
	inner := *e.m.Not
	inner.Path = format.Path{}
	checks, err := evaluateMatcher(&inner, t, e.vars)
	if err != nil {
		return err
	}
	var expected []string
	for _, c := range checks {
		expected = append(expected, c.Expected)
	}
	known := t.err == nil && (t.found || inner.Exists != nil)
	e.checks = append(e.checks, newCheck(t.what, "not "+strings.Join(expected, " and "), t.text(), known && anyFailed(checks)))
	return nil
}

// checkExpect returns an error with a place if a text of an expectation cannot be expanded.
func (v *variables) checkExpect(e *format.Expect) error {
	for i := range e.Headers {
		if err := v.checkMatcher(&e.Headers[i].Value); err != nil {
			return err
		}
	}
	for i := range e.Body {
		if err := v.checkMatcher(&e.Body[i]); err != nil {
			return err
		}
	}
	return nil
}

func (v *variables) checkMatcher(m *format.Matcher) error {
	if err := v.checkLimits(m); err != nil {
		return err
	}
	texts := []*format.Text{m.Equals}
	values := []*format.Value{m.Is}
	if m.Contains != nil {
		texts, values = append(texts, m.Contains.Text), append(values, m.Contains.Entries)
	}
	for i := range m.OneOf {
		texts = append(texts, &m.OneOf[i])
	}
	for _, t := range texts {
		if t == nil {
			continue
		}
		if _, err := v.expandAt(t); err != nil {
			return err
		}
	}
	for _, value := range values {
		if value == nil {
			continue
		}
		if _, err := v.expandJSON(value); err != nil {
			return diagnosticAt(value.Place, err)
		}
	}
	for _, inner := range []*format.Matcher{m.Not, m.Length, m.Each} {
		if inner == nil {
			continue
		}
		if err := v.checkMatcher(inner); err != nil {
			return err
		}
	}
	return nil
}

// checkLimits returns an error with a place if a limit of a matcher is neither a number nor a time.
func (v *variables) checkLimits(m *format.Matcher) error {
	limits := []*format.Text{m.GreaterThan, m.LessThan}
	for i := range m.Between {
		limits = append(limits, &m.Between[i])
	}
	if m.Near != nil && m.Near.Time.Given() {
		limits = append(limits, &m.Near.Time)
	}
	for _, t := range limits {
		if t == nil {
			continue
		}
		text, err := v.expandAt(t)
		if err == nil && !isOrdered(text) && !v.guessed {
			err = diagnosticAt(t.Place, fmt.Errorf("%.60q is neither a number nor a time", text))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func newCheck(what, expected, actual string, ok bool) report.Check {
	outcome := report.Failed
	if ok {
		outcome = report.Passed
	}
	return report.Check{What: what, Outcome: outcome, Expected: expected, Actual: actual}
}
