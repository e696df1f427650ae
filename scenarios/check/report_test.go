package check

import (
	"bytes"
	"strings"
	"testing"

	"artihook/emitter/receiver/receivertest"
	"artihook/scenarios/report"
)

func TestReport(t *testing.T) {
	t.Parallel()
	results, _ := exam{mistakes: []receivertest.Misbehavior{receivertest.GET500, receivertest.MissingHeader500}}.run(t)
	opt := ReportOptions{Tool: "artihook", Repeat: func(id string) string { return "artihook check --only " + id }}
	for _, strict := range []bool{false, true} {
		opt.Strict = strict
		r := Report(results, opt)
		want := report.Totals{Suites: len(Groups), Steps: len(Cases()), Passed: len(Cases()) - 3, Failed: 1, Warned: 1, Inconclusive: 1}
		if strict {
			want.Failed, want.Warned = 2, 0
		}
		if got := r.Count(); got != want {
			t.Errorf("strict %v: got %+v, want %+v", strict, got, want)
		}
		for _, s := range r.Suites[len(r.Suites)-1].Steps {
			if s.Outcome == report.Warned && strings.Contains(s.Why, "\n") {
				t.Errorf("%s: the reason has more than one line: %q", s.Name, s.Why)
			}
		}
		var text bytes.Buffer
		if err := report.WriteText(&text, r, report.TextOptions{}); err != nil {
			t.Fatal(err)
		}
		for _, part := range []string{"signature › signature-missing-header", "expected  401 or 403", "actual    500 Internal", "repeat it: artihook check --only signature-missing-header", "cases in 4 groups"} {
			if !strings.Contains(text.String(), part) {
				t.Errorf("%q is not in %s", part, &text)
			}
		}
	}
	if r := Report(nil, ReportOptions{Interrupted: true}); len(r.Suites) != 0 || !r.Interrupted {
		t.Errorf("got %+v", r)
	}
}
