package report_test

import (
	"regexp"
	"strings"
	"testing"

	"artihook/scenarios/report"
)

func TestAnnotations(t *testing.T) {
	t.Parallel()
	r := &report.Report{Suites: []report.Suite{{Name: "a, b: 100%", File: "x:y,z.yaml", Steps: []report.Step{{
		Name: "c", Line: 7, Outcome: report.Failed, Repeat: "artihook run x --step 1",
		Checks: []report.Check{{What: "status", Outcome: report.Failed, Expected: "50%", Actual: "a\nb, c: d"}},
	}}}, {Name: "ready", Steps: []report.Step{{Name: "s", Line: 7, Outcome: report.Failed, Why: "refused"}}}}}
	const want = "::error file=x%3Ay%2Cz.yaml,line=7,title=a%2C b%3A 100%25 › c::" +
		"status: expected 50%25, got a\\nb, c: d%0Arepeat it: artihook run x --step 1\n" +
		"::error title=ready › s::refused\n"
	if got := output(t, report.WriteAnnotations, r); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func FuzzAnnotations(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	line := regexp.MustCompile(`^::(error|warning)( (file|title|line)=[^,:]*(,(title|line)=[^,:]*)*)?::[^\r]*$`)
	f.Fuzz(func(t *testing.T, text string) {
		r := everywhere(text)
		lines := strings.Split(strings.TrimSuffix(output(t, report.WriteAnnotations, r), "\n"), "\n")
		if want := r.Count().Failed + 1; len(lines) != want {
			t.Fatalf("%d commands, want %d: %q", len(lines), want, lines)
		}
		for _, l := range lines {
			if !line.MatchString(l) {
				t.Fatalf("not one command: %q", l)
			}
		}
	})
}
