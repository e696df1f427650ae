package report_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"artihook/scenarios/report"
)

func TestTAP14(t *testing.T) {
	t.Parallel()
	for _, text := range append(seeds, "plain") {
		if err := checkTAP(output(t, report.WriteTAP, everywhere(text))); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, r := range []*report.Report{sample(), {}, {Interrupted: true}} {
		if err := checkTAP(output(t, report.WriteTAP, r)); err != nil {
			t.Error(err)
		}
	}
}

func TestTAPCheckerErrors(t *testing.T) {
	t.Parallel()
	for name, doc := range map[string]string{
		"no version":         "1..1\nok 1 - a\n",
		"no plan":            "TAP version 14\nok 1 - a\n",
		"too few":            "TAP version 14\n1..2\nok 1 - a\n",
		"too many":           "TAP version 14\n1..1\nok 1 - a\nok 2 - b\n",
		"wrong number":       "TAP version 14\n1..1\nok 2 - a\n",
		"stray line":         "TAP version 14\n1..1\nhello\nok 1 - a\n",
		"a lone hash":        "TAP version 14\n1..1\nok 1 - a # b\n",
		"open block":         "TAP version 14\n1..1\nnot ok 1 - a\n  ---\n  message: \"x\"\n",
		"block of bad YAML":  "TAP version 14\n1..1\nnot ok 1 - a\n  ---\n  what is this\n  ...\n",
		"subtest unfinished": "TAP version 14\n1..1\n# Subtest: a\n    1..1\n    ok 1 - b\n",
		"subtest misnamed":   "TAP version 14\n1..1\n# Subtest: a\n    1..1\n    ok 1 - b\nok 1 - c\n",
		"failure hidden":     "TAP version 14\n1..1\n# Subtest: a\n    1..1\n    not ok 1 - b\n      ---\n      a: 1\n      ...\nok 1 - a\n",
		"after bail out":     "TAP version 14\n1..1\nBail out! x\nok 1 - a\n",
	} {
		if err := checkTAP(doc); err == nil {
			t.Errorf("the checker accepts %s", name)
		}
	}
}

func TestTAPEscapes(t *testing.T) {
	t.Parallel()
	r := &report.Report{Suites: []report.Suite{{Name: `a # SKIP \ b`, Steps: []report.Step{
		{Name: "1 # todo", Outcome: report.Skipped, Why: `# \`},
	}}}}
	const want = `TAP version 14
1..1
# Subtest: a \# SKIP \\ b
    1..1
    ok 1 - 1 \# todo # SKIP \# \\
ok 1 - a \# SKIP \\ b # SKIP no step ran
`
	if got := output(t, report.WriteTAP, r); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func FuzzTAP(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if err := checkTAP(output(t, report.WriteTAP, everywhere(text))); err != nil {
			t.Fatal(err)
		}
	})
}

var (
	tapPlan  = regexp.MustCompile(`^1\.\.(\d+)( # SKIP .+)?$`)
	tapPoint = regexp.MustCompile(`^(not )?ok (\d+) - ((?:[^#\\]|\\[#\\])*?)( # SKIP(?: (?:[^#\\]|\\[#\\])+)?)?$`)
	yamlPair = regexp.MustCompile(`^( *)((?:- )?)([a-z_]+):(?: ("(?:[^"\\]|\\["\\t])*"|-?[0-9.]+|\|2-))?$`)
)

// tapReader parses TAP 14 (testanything.org) strictly: without lines that are not
// TAP, and without an unescaped #.
type tapReader struct {
	lines []string
	at    int
}

func checkTAP(doc string) error {
	if !strings.HasSuffix(doc, "\n") {
		return fmt.Errorf("the last line has no line feed")
	}
	r := &tapReader{lines: strings.Split(strings.TrimSuffix(doc, "\n"), "\n")}
	if r.next("") != "TAP version 14" {
		return fmt.Errorf("no version")
	}
	if _, err := r.document(""); err != nil {
		return fmt.Errorf("line %d: %w", r.at, err)
	}
	if r.at != len(r.lines) {
		return fmt.Errorf("line %d: text after the end: %q", r.at+1, r.lines[r.at])
	}
	return nil
}

// peek returns the next line without its indentation, or "" if it has another one.
func (r *tapReader) peek(indent string) string {
	if r.at == len(r.lines) {
		return ""
	}
	line, ok := strings.CutPrefix(r.lines[r.at], indent)
	if !ok {
		return ""
	}
	return line
}

func (r *tapReader) next(indent string) string {
	line := r.peek(indent)
	r.at++
	return line
}

// document parses a plan and its test points, and reports whether all passed.
func (r *tapReader) document(indent string) (passed bool, err error) {
	plan := tapPlan.FindStringSubmatch(r.next(indent))
	if plan == nil {
		return false, fmt.Errorf("no plan")
	}
	count, _ := strconv.Atoi(plan[1])
	passed = true
	for number := 1; ; number++ {
		if indent == "" && strings.HasPrefix(r.peek(""), "Bail out!") {
			r.at++
			return passed, nil
		}
		if number > count {
			return passed, nil
		}
		ok, err := r.point(indent, number)
		if err != nil {
			return false, err
		}
		passed = passed && ok
	}
}

// point parses one test point with the subtest before and the block after it.
func (r *tapReader) point(indent string, number int) (passed bool, err error) {
	name, subtest := strings.CutPrefix(r.peek(indent), "# Subtest: ")
	inner := true
	if subtest {
		r.at++
		if inner, err = r.document(indent + "    "); err != nil {
			return false, err
		}
	}
	line := r.next(indent)
	m := tapPoint.FindStringSubmatch(line)
	switch {
	case m == nil:
		return false, fmt.Errorf("not a test point: %q", line)
	case m[2] != strconv.Itoa(number):
		return false, fmt.Errorf("number %s instead of %d", m[2], number)
	case subtest && m[3] != name:
		return false, fmt.Errorf("the subtest is %q, its test point %q", name, m[3])
	case strings.TrimSpace(m[3]) == "":
		return false, fmt.Errorf("no description: %q", line)
	}
	passed = m[1] == ""
	if subtest && passed != inner {
		return false, fmt.Errorf("the subtest passed: %v, its test point: %v", inner, passed)
	}
	if r.peek(indent) == "  ---" {
		r.at++
		return passed, r.block(indent + "  ")
	}
	if !passed && !subtest {
		return false, fmt.Errorf("a failure has no block: %q", line)
	}
	return passed, nil
}

// block parses the YAML of a block.
func (r *tapReader) block(indent string) error {
	literal := -1 // the column at which the lines of a literal begin
	for r.at < len(r.lines) {
		line := r.lines[r.at]
		if literal >= 0 && (line == "" || strings.HasPrefix(line, strings.Repeat(" ", literal))) {
			r.at++
			continue
		}
		literal = -1
		text, ok := strings.CutPrefix(line, indent)
		if !ok {
			return fmt.Errorf("left the block: %q", line)
		}
		r.at++
		if text == "..." {
			return nil
		}
		m := yamlPair.FindStringSubmatch(text)
		if m == nil {
			return fmt.Errorf("not YAML: %q", text)
		}
		if m[4] == "|2-" {
			literal = len(indent) + len(m[1]) + len(m[2]) + 2
		}
	}
	return fmt.Errorf("the block has no end")
}
