package report

import (
	"fmt"
	"io"
	"time"
	"unicode/utf8"

	"artihook/emitter/text"
)

// WriteJSON writes the whole report as one indented object, for programs. Bodies
// are complete and unchanged; a body that is not UTF-8 is in body_base64. Durations
// are in milliseconds, times in RFC 3339. Optional fields are left out if they are
// empty. The names of the fields do not change; new ones may be added. A report about
// cases has a list of them in place of the suites.
func WriteJSON(w io.Writer, r *Report) error {
	var v any = newReportJSON(r)
	if r.aboutCases() {
		v = newCasesJSON(r)
	}
	if err := text.WriteJSON(w, v, "  "); err != nil {
		return fmt.Errorf("writing the JSON report: %w", err)
	}
	return nil
}

// WriteSuiteJSON writes one suite as one object on one line, with the names of WriteJSON.
func WriteSuiteJSON(w io.Writer, s *Suite) error {
	if err := text.WriteJSON(w, newSuiteJSON(s), ""); err != nil {
		return fmt.Errorf("writing a scenario as JSON: %w", err)
	}
	return nil
}

type reportJSON struct {
	Tool        string      `json:"tool"`
	Target      string      `json:"target,omitempty"`
	Seed        string      `json:"seed,omitempty"`
	Started     time.Time   `json:"started,omitzero"`
	Duration    float64     `json:"duration_ms"`
	Outcome     Outcome     `json:"outcome"`
	Interrupted bool        `json:"interrupted"`
	Totals      totalsJSON  `json:"totals"`
	Suites      []suiteJSON `json:"suites"`
}

type totalsJSON struct {
	Suites  int `json:"suites"`
	Steps   int `json:"steps"`
	Passed  int `json:"passed"`
	Failed  int `json:"failed"`
	Skipped int `json:"skipped"`
}

func newTotalsJSON(n Totals) totalsJSON {
	return totalsJSON{n.Suites, n.Steps, n.Passed, n.Failed, n.Skipped}
}

type suiteJSON struct {
	Name        string     `json:"name"`
	File        string     `json:"file,omitempty"`
	Description string     `json:"description,omitempty"`
	Started     time.Time  `json:"started,omitzero"`
	Duration    float64    `json:"duration_ms"`
	Outcome     Outcome    `json:"outcome"`
	Steps       []stepJSON `json:"steps"`
}

type stepJSON struct {
	Name      string         `json:"name"`
	File      string         `json:"file,omitempty"` // if it is not that of the suite
	Line      int            `json:"line,omitempty"`
	Started   time.Time      `json:"started,omitzero"`
	Duration  float64        `json:"duration_ms"`
	Outcome   Outcome        `json:"outcome"`
	Why       string         `json:"why,omitempty"`
	Checks    []checkJSON    `json:"checks"`
	Exchanges []exchangeJSON `json:"exchanges"`
	Repeat    string         `json:"repeat,omitempty"`
	RepeatNew string         `json:"repeat_new,omitempty"`
}

type checkJSON struct {
	What     string  `json:"what"`
	Outcome  Outcome `json:"outcome"`
	Expected string  `json:"expected"`
	Actual   string  `json:"actual"`
}

type exchangeJSON struct {
	Number   int64        `json:"number,omitempty"`
	Title    string       `json:"title"`
	URL      string       `json:"url,omitempty"`
	Status   int          `json:"status,omitempty"`
	Error    string       `json:"error,omitempty"`
	Reason   string       `json:"reason,omitempty"`
	Duration float64      `json:"duration_ms"`
	Request  *messageJSON `json:"request,omitempty"`
	Response *messageJSON `json:"response,omitempty"`
}

type messageJSON struct {
	Head       string  `json:"head"`
	Body       *string `json:"body,omitempty"`
	BodyBase64 []byte  `json:"body_base64,omitempty"` // encoding/json writes base64
	Truncated  bool    `json:"truncated"`
}

func newReportJSON(r *Report) reportJSON {
	n := r.Count()
	v := reportJSON{
		Tool: r.Tool, Target: r.Target, Seed: r.Seed, Started: r.Started, Duration: milliseconds(r.Took),
		Outcome: r.outcome(), Interrupted: r.Interrupted,
		Totals: newTotalsJSON(n), Suites: make([]suiteJSON, len(r.Suites)),
	}
	for i := range r.Suites {
		v.Suites[i] = newSuiteJSON(&r.Suites[i])
	}
	return v
}

func newSuiteJSON(s *Suite) suiteJSON {
	v := suiteJSON{
		Name: s.Name, File: s.File, Description: s.Description, Started: s.Started,
		Duration: milliseconds(s.Took), Outcome: s.Outcome(), Steps: make([]stepJSON, len(s.Steps)),
	}
	for i := range s.Steps {
		v.Steps[i] = newStepJSON(&s.Steps[i])
	}
	return v
}

func newStepJSON(s *Step) stepJSON {
	v := stepJSON{
		Name: s.Name, File: s.File, Line: s.Line, Started: s.Started, Duration: milliseconds(s.Took),
		Outcome: s.Outcome.settled(), Why: s.Why, Repeat: s.Repeat, RepeatNew: s.RepeatNew,
		Checks: make([]checkJSON, len(s.Checks)), Exchanges: newExchangesJSON(s.Exchanges),
	}
	for i, c := range s.Checks {
		v.Checks[i] = checkJSON{c.What, c.Outcome.settled(), c.Expected, c.Actual}
	}
	return v
}

func newExchangesJSON(exchanges []Exchange) []exchangeJSON {
	v := make([]exchangeJSON, len(exchanges))
	for i, e := range exchanges {
		v[i] = exchangeJSON{
			Number: e.Number, Title: e.Title, URL: e.URL, Status: e.Status, Error: e.Error, Reason: e.Reason,
			Duration: milliseconds(e.Took), Request: newMessageJSON(e.Request), Response: newMessageJSON(e.Response),
		}
	}
	return v
}

func newMessageJSON(m Message) *messageJSON {
	if !m.exists() {
		return nil
	}
	v := &messageJSON{Head: m.Head, Truncated: m.Truncated}
	if utf8.Valid(m.Body) {
		text := string(m.Body)
		v.Body = &text
	} else {
		v.BodyBase64 = m.Body
	}
	return v
}

func milliseconds(d time.Duration) float64 {
	return float64(d.Microseconds()) / 1000
}
