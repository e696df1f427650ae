package report_test

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"artihook/scenarios/report"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// writers lists the formats of a report, by the name of the golden file. TestEveryFormatIsListed finds a missing one.
var writers = map[string]func(io.Writer, *report.Report) error{
	"summary.txt": func(w io.Writer, r *report.Report) error {
		return report.WriteText(w, r, report.TextOptions{})
	},
	"summary-color.txt": func(w io.Writer, r *report.Report) error {
		return report.WriteText(w, r, report.TextOptions{Color: true})
	},
	"cases.json":        cases(report.WriteJSON),
	"cases.jsonl":       cases(writeCasesJSON),
	"cases.junit.xml":   cases(report.WriteJUnit),
	"cases.tap":         cases(report.WriteTAP),
	"cases.html":        cases(report.WriteHTML),
	"cases-summary.md":  cases(report.WriteStepSummary),
	"cases-summary.txt": cases(writeText),
	"cases-color.txt": cases(func(w io.Writer, r *report.Report) error {
		return report.WriteText(w, r, report.TextOptions{Color: true})
	}),
	"cases-annotations.txt": cases(report.WriteAnnotations),
	"suites.txt":            writeSuites,
	"suites.jsonl":          writeSuitesJSON,
	"report.junit.xml":      report.WriteJUnit,
	"report.tap":            report.WriteTAP,
	"report.json":           report.WriteJSON,
	"report.html":           report.WriteHTML,
	"annotations.txt":       report.WriteAnnotations,
	"step-summary.md":       report.WriteStepSummary,
	"empty.html":            withoutSuites(report.WriteHTML),
	"empty.junit.xml":       withoutSuites(report.WriteJUnit),
	"empty.tap":             withoutSuites(report.WriteTAP),
	"empty.json":            withoutSuites(report.WriteJSON),
	"empty-summary.md":      withoutSuites(report.WriteStepSummary),
	"empty-summary.txt":     withoutSuites(writeText),
	"passed.html":           onlyPassed(report.WriteHTML),
	"passed-summary.txt":    onlyPassed(writeText),
}

func writeText(w io.Writer, r *report.Report) error {
	return report.WriteText(w, r, report.TextOptions{})
}

func writeSuites(w io.Writer, r *report.Report) error {
	for i := range r.Suites {
		if err := report.WriteSuiteText(w, &r.Suites[i], report.TextOptions{}); err != nil {
			return err
		}
	}
	return nil
}

func writeSuitesJSON(w io.Writer, r *report.Report) error {
	for i := range r.Suites {
		if err := report.WriteSuiteJSON(w, &r.Suites[i]); err != nil {
			return err
		}
	}
	return nil
}

func writeCasesJSON(w io.Writer, r *report.Report) error {
	for i := range r.Suites[0].Steps {
		if err := report.WriteCaseJSON(w, &r.Suites[0].Steps[i]); err != nil {
			return err
		}
	}
	return nil
}

// cases returns a writer of a report about cases, with each outcome.
func cases(write func(io.Writer, *report.Report) error) func(io.Writer, *report.Report) error {
	return func(w io.Writer, r *report.Report) error {
		return write(w, &report.Report{
			Tool: r.Tool, Target: "http://localhost:3000/hook", Seed: "7", Unit: "group", Part: "case", Started: r.Started, Took: r.Took,
			Suites: []report.Suite{{Name: "http", Started: r.Started, Took: r.Took, Steps: []report.Step{
				caseStep("http-in-time", report.Passed, report.Passed),
				caseStep("http-cut", report.Failed, report.Failed),
				caseStep("http-get", report.Warned, report.Failed),
				caseStep("http-head", report.Inconclusive, report.Inconclusive),
				caseStep("http-no-html", report.Skipped, report.Skipped),
			}}},
		})
	}
}

// caseStep returns a case; the run tolerates a failure whose outcome is report.Warned.
func caseStep(id string, outcome, result report.Outcome) report.Step {
	s := report.Step{Name: id, Outcome: outcome, Took: 3 * time.Millisecond, Case: &report.Case{Group: "http", Level: "SHOULD", Result: result, Why: "It matters."}}
	switch outcome {
	case report.Failed, report.Warned:
		s.Checks = []report.Check{{What: "GET /", Outcome: report.Failed, Expected: "405", Actual: "500"}}
		s.Case.Sent, s.Case.Want, s.Case.Got, s.Case.Fix = "GET /", "405", "500", "Respond 405."
		s.Why, s.Repeat = "It matters. Respond 405.", "artihook check --only "+id
	case report.Passed:
		s.Case.Note = "a note"
		s.Why = s.Case.Note
	default:
		s.Why = "see http-cut"
	}
	return s
}

func withoutSuites(write func(io.Writer, *report.Report) error) func(io.Writer, *report.Report) error {
	return func(w io.Writer, _ *report.Report) error {
		return write(w, &report.Report{Tool: "artihook 0.1.0"})
	}
}

func onlyPassed(write func(io.Writer, *report.Report) error) func(io.Writer, *report.Report) error {
	return func(w io.Writer, r *report.Report) error {
		return write(w, &report.Report{Tool: r.Tool, Started: r.Started, Took: r.Took, Suites: r.Suites[:1]})
	}
}

// TestEveryFormatIsListed checks that each exported function that writes a report or a suite has a golden file.
func TestEveryFormatIsListed(t *testing.T) {
	t.Parallel()
	list, err := os.ReadFile("sample_test.go")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range regexp.MustCompile(`(?m)^func (Write\w+)\(w io\.Writer, \w+ \*(?:Report|Suite|Step)\b`).FindAllSubmatch(source, -1) {
			found++
			if name := string(match[1]); !regexp.MustCompile(`\breport\.` + name + `\b`).Match(list) {
				t.Errorf("%s: %s has no golden file; add it to writers", file, name)
			}
		}
	}
	if found == 0 {
		t.Error("no Write function was found")
	}
}

func TestGolden(t *testing.T) {
	t.Parallel()
	for name, write := range writers {
		t.Run(name, func(t *testing.T) {
			var got bytes.Buffer
			if err := write(&got, sample()); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", name)
			if *update {
				if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got.String(), "\n")); diff != "" {
				t.Errorf("%s (-want +got; -update rewrites it):\n%s", file, diff)
			}
		})
	}
}

const script = `<script>alert("x")</script>`

// hostile has characters that are special in one of the formats.
const hostile = script + " # \\ | ` ]]> & %0A ::error::no {{.}} \x1b[31mred\x00\x07 \u202egnp.exe \xff\ufeff\u2028\uffff é 日本 👩‍👧"

// sample returns a report with every field set.
func sample() *report.Report {
	start := time.Date(2025, 11, 21, 14, 3, 22, 0, time.UTC)
	return &report.Report{
		Tool: "artihook 0.1.0", Started: start, Took: 6431 * time.Millisecond, Interrupted: true,
		Suites: []report.Suite{
			happyPath(start), receiverErrors(start), hostileSuite(start), hugeSuite(start),
			{Name: "unsigned", File: "scenarios/unsigned.yaml", Description: "It did not start."},
		},
	}
}

const requestHead = "POST /hook HTTP/1.1\nHost: localhost:8000\nUser-Agent: artibot-api\nContent-Type: application/json\nx-artibot-signature: 2C4A1F0B9E83D7760F5AB1C2D3E4F5061728394A"

const leadBody = `{"event":"lead:updated","lead":{"id":"5f1d7a52-6c1e-4c4b-9a39-0f4a2f6f9d11","version":2,"data":[{"field":"Full name","value":"Ada Lovelace"},{"field":"Email","value":"ada@example.com"},{"field":"Budget","value":"Between 1,000 and 5,000 a month"}]},"meta":{"url":"https://example.com/pricing?utm_source=newsletter&utm_campaign=autumn","referrer":"https://example.com/"}}`

func delivery(number int64, title string, status int, received report.Message) report.Exchange {
	return report.Exchange{
		Number: number, Title: title, URL: "http://localhost:8000/hook", Status: status, Took: 3100 * time.Microsecond,
		Request: report.Message{Head: requestHead, Body: []byte(leadBody)}, Response: received,
	}
}

func response(status, body string) report.Message {
	return report.Message{Head: "HTTP/1.1 " + status + "\nServer: nginx/1.27\nContent-Type: application/json", Body: []byte(body)}
}

func happyPath(start time.Time) report.Suite {
	step := func(line int, name, title string, number int64) report.Step {
		return report.Step{
			Name: name, Line: line, Started: start, Took: 4200 * time.Microsecond, Outcome: report.Passed,
			Checks: []report.Check{
				{What: "status", Outcome: report.Passed, Expected: "2xx", Actual: "204"},
				{What: "within", Outcome: report.Passed, Expected: "500ms", Actual: "3.1ms"},
			},
			Exchanges: []report.Exchange{delivery(number, title, 204, report.Message{Head: "HTTP/1.1 204 No Content\nServer: nginx/1.27"})},
			Repeat:    "artihook run scenarios/happy-path.yaml --step " + name,
			RepeatNew: "artihook run scenarios/happy-path.yaml --seed 8",
		}
	}
	return report.Suite{
		Name: "happy-path", File: "scenarios/happy-path.yaml", Started: start, Took: 14 * time.Millisecond,
		Description: "One visitor answers every question and completes.\nIf this fails, all others fail.",
		Steps: []report.Step{
			step(8, "start", "lead:created v1", 41), step(11, "answer", "lead:updated v2", 42),
			{Name: "wait", Line: 14, Started: start, Took: time.Second, Outcome: report.Passed},
			step(15, "complete", "lead:completed v3", 43),
		},
	}
}

func receiverErrors(start time.Time) report.Suite {
	return report.Suite{
		Name: "receiver-errors", File: "scenarios/receiver-errors.yaml", Started: start, Took: 1240 * time.Millisecond,
		Description: "A receiver that fails gets the event again, and must not store the lead twice.",
		Steps: []report.Step{
			{
				Name: "the receiver answers 500, then takes the retry", Line: 12, Started: start, Took: 24 * time.Millisecond, Outcome: report.Failed,
				Checks: []report.Check{
					{What: "status", Outcome: report.Failed, Expected: "204", Actual: "500"},
					{What: "within", Outcome: report.Passed, Expected: "500ms", Actual: "3.1ms"},
					{What: "body $.error", Outcome: report.Failed, Expected: "", Actual: "{\n  \"code\": \"db_locked\",\n  \"retry\": true\n}"},
				},
				Exchanges: []report.Exchange{delivery(44, "lead:updated v2", 500, response("500 Internal Server Error",
					"{\r\n  \"error\": {\"code\": \"db_locked\", \"retry\": true},\r\n  \"trace\": \"leads.go:118: insert lead: database is locked\"\r\n}\r\n"))},
				Repeat: "artihook run scenarios/receiver-errors.yaml --step 1 --seed 7 --now 2025-11-21T14:03:22Z",
			},
			{
				Name: "the CRM has the lead", Line: 19, Started: start, Took: 1200 * time.Millisecond, Outcome: report.Failed,
				Why: "there was no response within 1s",
				Exchanges: []report.Exchange{{
					Title: "GET probe", URL: "http://localhost:9000/leads/5f1d7a52", Error: "refused", Took: 310 * time.Microsecond,
					Reason:  "dial tcp 127.0.0.1:9000: connect: connection refused",
					Request: report.Message{Head: "GET /leads/5f1d7a52 HTTP/1.1\nHost: localhost:9000"},
				}},
			},
			{Name: "resend", Line: 25, Outcome: report.Skipped, Why: "an earlier step failed"},
			{Name: "an unknown outcome", Line: 31},
		},
	}
}

func hostileSuite(start time.Time) report.Suite {
	return report.Suite{
		Name: hostile, File: "scenarios/" + hostile + ".yaml", Description: hostile, Started: start, Took: time.Minute,
		Steps: []report.Step{
			{Name: hostile, Line: 3, Outcome: report.Skipped, Why: hostile},
			{
				Name: hostile + "\r\nsecond line", Line: 4, Started: start, Took: 90 * time.Second, Outcome: report.Failed, Why: hostile,
				Checks: []report.Check{{What: hostile, Outcome: report.Failed, Expected: hostile, Actual: "  ---\n  ...\nnot ok 1\n" + hostile}},
				Exchanges: []report.Exchange{{
					Number: 45, Title: hostile, URL: "http://localhost/" + hostile, Error: hostile, Reason: hostile, Took: time.Second,
					Request:  report.Message{Head: "POST / HTTP/1.1\nX-A: " + hostile, Body: []byte(hostile)},
					Response: report.Message{Head: "HTTP/1.1 200 OK", Body: []byte("\x89PNG\r\n\x1a\n\x00\x00\xfe\xed</pre>"), Truncated: true},
				}}, Repeat: "artihook run '" + hostile + "'", RepeatNew: "artihook run --seed '" + hostile + "'",
			},
			{Name: hostile, Line: 5, Outcome: report.Passed, Exchanges: []report.Exchange{{Title: hostile, Request: report.Message{Body: []byte(hostile)}}}},
		},
	}
}

func hugeSuite(start time.Time) report.Suite {
	body := strings.Repeat(strings.Repeat("é", 255)+"\n", 300)
	return report.Suite{
		Name: "large-lead", Started: start, Took: 80 * time.Millisecond,
		Steps: []report.Step{{
			Name: "a very large answer", Took: 80 * time.Millisecond, Outcome: report.Failed,
			Checks: []report.Check{{
				What: "body equals", Outcome: report.Failed,
				Expected: strings.Repeat("a line\n", 30), Actual: strings.Repeat("x", 3000),
			}},
			Exchanges: []report.Exchange{delivery(46, "lead:updated v9", 200, response("200 OK", body))},
		}},
	}
}
