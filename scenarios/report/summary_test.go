package report_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"artihook/scenarios/report"
)

func TestStepSummaryLimit(t *testing.T) {
	t.Parallel()
	r := sample()
	bad := r.Suites[2]
	for range 3000 {
		r.Suites = append(r.Suites, bad)
	}
	got := output(t, report.WriteStepSummary, r)
	if len(got) > 1<<20 {
		t.Errorf("%d bytes", len(got))
	}
	for _, pattern := range []string{`(?m)^…and \d+ more scenarios\.$`, `(?m)^…and \d+ more failed steps\. The other reports have them all\.$`} {
		if !regexp.MustCompile(pattern).MatchString(got) {
			t.Errorf("nothing matches %s", pattern)
		}
	}
	listed := strings.Count(got, "<details>")
	if left := fmt.Sprintf("…and %d more failed steps.", r.Count().Failed-listed); !strings.Contains(got, left) {
		t.Errorf("%d failures are listed, without %q", listed, left)
	}
}

// FuzzStepSummary checks that no text of the report is Markdown outside of HTML blocks.
func FuzzStepSummary(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	html := regexp.MustCompile(`(?s)<pre>\n.*?\n</pre>|<summary>[^\n]*</summary>`)
	row := regexp.MustCompile(`(?m)^\|.*\|$`)
	f.Fuzz(func(t *testing.T, text string) {
		got := output(t, report.WriteStepSummary, everywhere(text))
		outside := html.ReplaceAllString(got, "")
		if i := strings.IndexAny(strings.Replace(outside, "**Interrupted before the run was complete.**", "", 1), "`*_~[]$@\\"); i >= 0 {
			t.Fatalf("a special character at %d: %q", i, outside)
		}
		for _, line := range row.FindAllString(outside, -1) {
			if n := strings.Count(line, "|"); n != 7 && n != 4 {
				t.Fatalf("a row with %d bars: %q", n, line)
			}
		}
		for _, tag := range tagPattern.FindAllString(outside, -1) {
			if !regexp.MustCompile(`^</?(details|summary|b)>$`).MatchString(tag) {
				t.Fatalf("%s comes from the report", tag)
			}
		}
	})
}
