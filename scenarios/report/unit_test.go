package report_test

import (
	"io"
	"strings"
	"testing"

	"artihook/scenarios/report"
)

// TestOtherWords checks that a report with other words for suite and step does not use the default ones.
func TestOtherWords(t *testing.T) {
	t.Parallel()
	r := sample()
	r.Tool, r.Unit, r.Part = "artihook", "group", "case"
	for i := range r.Suites {
		s := &r.Suites[i]
		s.Name, s.File, s.Description = "body", "", ""
		for j := range s.Steps {
			s.Steps[j] = report.Step{Name: "body-unicode", Outcome: s.Steps[j].Outcome}
		}
	}
	for name, write := range writers {
		if strings.HasSuffix(name, ".json") || strings.HasSuffix(name, ".jsonl") || strings.HasPrefix(name, "empty") || strings.HasPrefix(name, "cases") || strings.HasPrefix(name, "passed") {
			continue // the names of JSON fields do not change, and the others have their own report
		}
		text := strings.ToLower(output(t, write, r))
		if _, page, found := strings.Cut(text, "</style>"); found {
			text = page
		}
		for _, word := range []string{"scenario", " step"} {
			for _, line := range strings.Split(text, "\n") {
				if strings.Contains(strings.ReplaceAll(line, `"scenarios"`, ""), word) {
					t.Errorf("%s has the word %q: %s", name, word, line)
				}
			}
		}
	}
	partly := &report.Report{Unit: "group", Part: "case", Suites: []report.Suite{{Name: "body", Steps: []report.Step{
		{Outcome: report.Passed}, {Name: "b", Outcome: report.Skipped},
	}}}}
	for name, write := range map[string]func(io.Writer, *report.Report) error{"HTML": report.WriteHTML, "JUnit": report.WriteJUnit} {
		if text := output(t, write, partly); !strings.Contains(text, "case") || strings.Contains(text, "1 step passed") || strings.Contains(text, "unnamed step") {
			t.Errorf("%s has the word steps: %s", name, text)
		}
	}
	if text := output(t, writers["summary.txt"], r); !strings.Contains(text, "(12 cases in 5 groups, ") {
		t.Errorf("got %s", text)
	}
}
