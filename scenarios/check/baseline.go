package check

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"artihook/emitter/text"
	"artihook/scenarios/report"
)

// baselineSchema is the version of the form of a baseline file.
const baselineSchema = 1

// Baseline lists the failures of an earlier run, so that a run fails only because of new ones.
type Baseline struct {
	Schema int                       `json:"schema_version"`
	Tool   string                    `json:"tool"`   // that wrote the file
	Target string                    `json:"target"` // the URL of the receiver
	Cases  map[string]report.Outcome `json:"cases"`  // by id: report.Failed or report.Inconclusive
}

// NewBaseline returns the baseline of a run.
func NewBaseline(results []Result, tool, target string) Baseline {
	b := Baseline{Schema: baselineSchema, Tool: tool, Target: text.Mask(target), Cases: map[string]report.Outcome{}}
	for i := range results {
		if o := results[i].Outcome; o == report.Failed || o == report.Inconclusive {
			b.Cases[results[i].Case.ID] = o
		}
	}
	return b
}

// Write writes the baseline as JSON.
func (b Baseline) Write(w io.Writer) error {
	if err := text.WriteJSON(w, b, "  "); err != nil {
		return fmt.Errorf("writing the baseline: %w", err)
	}
	return nil
}

// maxBaseline is the maximum size of a baseline file, in bytes.
const maxBaseline = 1 << 20

// ReadBaseline reads what Write has written.
func ReadBaseline(r io.Reader) (Baseline, error) {
	var b Baseline
	data, err := io.ReadAll(io.LimitReader(r, maxBaseline+1))
	if err != nil {
		return b, err
	}
	if len(data) > maxBaseline {
		return b, fmt.Errorf("it is larger than %s; write it with --write-baseline", text.ByteSize(maxBaseline))
	}
	data, _ = text.Decode(data)
	if err := json.Unmarshal(data, &b); err != nil || b.Cases == nil {
		return b, fmt.Errorf("it is not a baseline; write it with --write-baseline")
	}
	if b.Schema != baselineSchema {
		return b, fmt.Errorf("its schema_version is %d, want %d; write it again with --write-baseline", b.Schema, baselineSchema)
	}
	return b, nil
}

// Mark sets Known if the baseline lists the failure of the result. A case that failed may be inconclusive now, but not the other
// way round.
func (b Baseline) Mark(r *Result) {
	known := b.Cases[r.Case.ID]
	r.Known = r.Outcome == report.Failed && known == report.Failed || r.Outcome == report.Inconclusive && known != ""
}

// Compare returns the ids of the cases that fail and are not in the baseline, and of those in the baseline that pass now.
func (b Baseline) Compare(results []Result) (added, fixed []string) {
	for i := range results {
		r := &results[i]
		_, known := b.Cases[r.Case.ID]
		switch {
		case r.Outcome == report.Failed && b.Cases[r.Case.ID] != report.Failed, r.Outcome == report.Inconclusive && !known:
			added = append(added, r.Case.ID)
		case known && r.Outcome == report.Passed:
			fixed = append(fixed, r.Case.ID)
		}
	}
	slices.Sort(added)
	slices.Sort(fixed)
	return added, fixed
}
