package report_test

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"artihook/scenarios/report"
)

func TestCount(t *testing.T) {
	t.Parallel()
	want := report.Totals{Suites: 5, Steps: 12, Passed: 5, Failed: 5, Skipped: 2}
	if diff := cmp.Diff(want, sample().Count()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(report.Totals{}, (&report.Report{}).Count()); diff != "" {
		t.Error(diff)
	}
}

func TestSuiteOutcome(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		steps []report.Outcome
		want  report.Outcome
	}{
		{"no step ran", nil, report.Skipped},
		{"all skipped", []report.Outcome{report.Skipped, report.Skipped}, report.Skipped},
		{"passed and skipped", []report.Outcome{report.Passed, report.Skipped}, report.Passed},
		{"one failed", []report.Outcome{report.Passed, report.Failed, report.Skipped}, report.Failed},
		{"a missing one", []report.Outcome{report.Passed, ""}, report.Failed},
		{"an unknown one", []report.Outcome{"passed"}, report.Failed},
	} {
		t.Run(c.name, func(t *testing.T) {
			var s report.Suite
			for _, o := range c.steps {
				s.Steps = append(s.Steps, report.Step{Outcome: o})
			}
			if got := s.Outcome(); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestWritersDoNotChangeReport(t *testing.T) {
	t.Parallel()
	r := sample()
	for name, write := range writers {
		var first, second bytes.Buffer
		if err := errors.Join(write(&first, r), write(&second, r)); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("%s: the second output differs from the first", name)
		}
	}
	if diff := cmp.Diff(sample(), r, cmp.Comparer(bytes.Equal)); diff != "" {
		t.Error(diff)
	}
}

var errFull = errors.New("disk full")

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

func TestWritersReturnError(t *testing.T) {
	t.Parallel()
	for name, write := range writers {
		if err := write(fullDisk{}, sample()); !errors.Is(err, errFull) {
			t.Errorf("%s: got %v, want %v", name, err, errFull)
		}
	}
}

// everywhere returns a report with the text in every text field.
func everywhere(text string) *report.Report {
	start := time.Date(2025, 11, 21, 14, 3, 22, 0, time.UTC)
	r := &report.Report{Tool: text, Started: start, Took: time.Second, Interrupted: true}
	r.Suites = []report.Suite{happyPath(start), receiverErrors(start), hostileSuite(start)} // hugeSuite takes too long for fuzzing
	for i := range r.Suites {
		s := &r.Suites[i]
		s.Name, s.File, s.Description = text, text, text
		for j := range s.Steps {
			step := &s.Steps[j]
			step.Name, step.Why, step.Repeat = text, text, text
			for k := range step.Checks {
				c := &step.Checks[k]
				c.What, c.Expected, c.Actual = text, text, text
			}
			for k := range step.Exchanges {
				e := &step.Exchanges[k]
				e.Title, e.URL, e.Error, e.Reason = text, text, text, text
				e.Request = report.Message{Head: text, Body: []byte(text)}
				e.Response = e.Request
			}
		}
	}
	return r
}

// seeds are the seeds of the fuzz targets.
var seeds = []string{
	"plain", hostile, "", " ", "\n", "\r\n", "  ---\n  ...\nok 1\nnot ok 2 # SKIP", "Bail out!", "# Subtest: x",
	"<!--", "]]>", "&lt;", "</pre></details><img src=x>", "{{.}}", "%0A::error::x", ":,%", "| a | b |\n|---|",
	"```\n~~~", "\x00\xff\xc3\x28\xed\xa0\x80", "\u2028\u2029\u0085\ufeff\ufffe", "\x1b]8;;http://x\x07", "- a: |\n  b",
}

func output(t testing.TB, write func(io.Writer, *report.Report) error, r *report.Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
