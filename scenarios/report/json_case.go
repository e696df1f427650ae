package report

import (
	"fmt"
	"io"
	"time"

	"artihook/emitter/text"
)

// CaseSchema is the version of the JSON objects of reports about cases. It grows when the meaning of a field changes.
const CaseSchema = 1

// WriteCaseJSON writes a step with a Case as one object on one line, with the names of the cases in WriteJSON, without its
// exchanges.
func WriteCaseJSON(w io.Writer, s *Step) error {
	v := newCaseJSON(s)
	v.Exchanges, v.Schema = nil, CaseSchema
	if err := text.WriteJSON(w, v, ""); err != nil {
		return fmt.Errorf("writing a case as JSON: %w", err)
	}
	return nil
}

// casesJSON is a report about cases.
type casesJSON struct {
	Schema      int            `json:"schema_version"`
	Tool        string         `json:"tool"`
	Target      string         `json:"target"`
	Seed        string         `json:"seed"`
	Started     time.Time      `json:"started,omitzero"`
	Duration    float64        `json:"duration_ms"`
	Result      Outcome        `json:"result"`
	Interrupted bool           `json:"interrupted"`
	Totals      caseTotalsJSON `json:"totals"`
	Cases       []caseJSON     `json:"cases"`
}

type caseTotalsJSON struct {
	Cases        int `json:"cases"`
	Passed       int `json:"passed"`
	Failed       int `json:"failed"`
	Warnings     int `json:"warnings"` // failures that do not fail the run
	Inconclusive int `json:"inconclusive"`
	Skipped      int `json:"skipped"`
}

type caseJSON struct {
	ID        string         `json:"id"`
	Group     string         `json:"group"`
	Level     string         `json:"level"`
	Result    Outcome        `json:"result"`
	Why       string         `json:"why"`
	Sent      string         `json:"sent"`
	Want      string         `json:"want"`
	Got       string         `json:"got"`
	Fix       string         `json:"fix"`
	Note      string         `json:"note,omitempty"`
	Known     bool           `json:"known,omitempty"` // the baseline lists the failure
	Repeat    string         `json:"repeat,omitempty"`
	Duration  float64        `json:"duration_ms"`
	Exchanges []exchangeJSON `json:"exchanges,omitempty"`
	Schema    int            `json:"schema_version,omitempty"` // only in an object that is not part of a report
}

func newCasesJSON(r *Report) casesJSON {
	n := r.Count()
	v := casesJSON{
		Schema: CaseSchema, Tool: r.Tool, Target: r.Target, Seed: r.Seed, Started: r.Started, Duration: milliseconds(r.Took),
		Result: r.outcome(), Interrupted: r.Interrupted, Cases: []caseJSON{},
		Totals: caseTotalsJSON{n.Steps, n.Passed, n.Failed, n.Warned, n.Inconclusive, n.Skipped},
	}
	for i := range r.Suites {
		for j := range r.Suites[i].Steps {
			v.Cases = append(v.Cases, newCaseJSON(&r.Suites[i].Steps[j]))
		}
	}
	return v
}

func newCaseJSON(s *Step) caseJSON {
	v := caseJSON{ID: s.Name, Result: s.Outcome.settled(), Repeat: s.Repeat, Duration: milliseconds(s.Took), Exchanges: newExchangesJSON(s.Exchanges)}
	if c := s.Case; c != nil {
		v.Group, v.Level, v.Result = c.Group, c.Level, c.Result.settled()
		v.Why, v.Sent, v.Want, v.Got, v.Fix, v.Note, v.Known = c.Why, c.Sent, c.Want, c.Got, c.Fix, c.Note, c.Known
	}
	return v
}
