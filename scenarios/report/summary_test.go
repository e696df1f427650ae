package report_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"artihook/scenarios/report"
)

func TestStepSummaryStaysBelowTheLimit(t *testing.T) {
	t.Parallel()
	r := sample()
	bad := r.Suites[2]
	for range 3000 {
		r.Suites = append(r.Suites, bad)
	}
	got := written(t, report.WriteStepSummary, r)
	if len(got) > 1<<20 {
		t.Errorf("%d bytes", len(got))
	}
	for _, pattern := range []string{`(?m)^…and \d+ more scenarios\.$`, `(?m)^…and \d+ more failed steps\. The other reports have them all\.$`} {
		if !regexp.MustCompile(pattern).MatchString(got) {
			t.Errorf("nothing fits %s", pattern)
		}
	}
	shown := strings.Count(got, "<details>")
	if left := fmt.Sprintf("…and %d more failed steps.", r.Count().Failed-shown); !strings.Contains(got, left) {
		t.Errorf("%d failures are shown, and no %q", shown, left)
	}
}

// Outside of HTML blocks, no sign that Markdown knows comes from the report.
func FuzzStepSummary(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	html := regexp.MustCompile(`(?s)<pre>\n.*?\n</pre>|<summary>[^\n]*</summary>`)
	row := regexp.MustCompile(`(?m)^\|.*\|$`)
	f.Fuzz(func(t *testing.T, text string) {
		got := written(t, report.WriteStepSummary, wholeText(text))
		outside := html.ReplaceAllString(got, "")
		if i := strings.IndexAny(strings.Replace(outside, "**Interrupted before the run was complete.**", "", 1), "`*_~[]$@\\"); i >= 0 {
			t.Fatalf("a sign at %d: %q", i, outside)
		}
		for _, line := range row.FindAllString(outside, -1) {
			if n := strings.Count(line, "|"); n != 7 && n != 4 {
				t.Fatalf("a row of %d bars: %q", n, line)
			}
		}
		for _, tag := range tagPattern.FindAllString(outside, -1) {
			if !regexp.MustCompile(`^</?(details|summary|b)>$`).MatchString(tag) {
				t.Fatalf("%s comes from the report", tag)
			}
		}
	})
}
