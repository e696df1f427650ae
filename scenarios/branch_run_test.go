package scenarios

import (
	"errors"
	"fmt"
	"net/http"
	"testing"

	"artihook/emitter/history"
	"artihook/emitter/receiver"
	"artihook/scenarios/format"

	"github.com/google/go-cmp/cmp"
)

// One step alone sends; those before it only happen, so that it sends the same bytes as in the whole run.
func TestOneStepAlone(t *testing.T) {
	t.Parallel()
	f := parseSteps(t, "steps: [{start: {}, capture: {id: {header: X-Id}}}, {repeat: {times: 2, steps: [{answer: 1}, {answer: 1}]}}, {wait: 1h}, {complete: }, {send: {body: '${id}'}}]")
	c := startCRM(t, testSecret)
	opt := c.options(t)
	opt.Step = "2.2.1"
	rep, err := Run(t.Context(), []*format.File{f}, opt)
	if diff := cmp.Diff([]string{"pass round 2 › answer 1"}, outcomes(rep)); diff != "" || err != nil {
		t.Fatal(err, diff)
	}
	if diff := cmp.Diff([]string{"updated 4 204"}, c.events()); diff != "" {
		t.Error(diff)
	}
	opt.Step = "9"
	var none *StepError
	if _, err := Run(t.Context(), []*format.File{f}, opt); !errors.As(err, &none) {
		t.Errorf("got %v", err)
	}
}

// A preview of one step shows that step alone.
func TestPreviewOfOneStep(t *testing.T) {
	t.Parallel()
	f := parseSteps(t, "steps: [{start: {}}, {repeat: {times: 2, steps: [{answer: 2}]}}, {complete: }]")
	opt := startCRM(t, testSecret).options(t)
	opt.Step = "2.2.1"
	var shown []string
	err := Preview(t.Context(), []*format.File{f}, opt, func(d history.Delivery) error {
		shown = append(shown, fmt.Sprintf("%s v%d", d.Event, d.Version))
		return nil
	})
	if diff := cmp.Diff([]string{"lead:updated v4", "lead:updated v5"}, shown); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

// The command that repeats a step has what that step took from responses, a shell's command too.
func TestRepeatHasWhatWasCaptured(t *testing.T) {
	t.Parallel()
	c := startCRM(t, testSecret)
	c.answer = func(w http.ResponseWriter, _ *receiver.Arrival) { w.Header().Set("X-Id", "42") }
	tests := []struct {
		name, step string
		want       map[string]string
	}{
		{"a body", "{send: {body: '${id}'}, expect: {status: 500}}", map[string]string{"id": "42"}},
		{"a command", `{probe: {run: 'test "$id" = 43'}}`, map[string]string{"id": "42"}},
		{"neither", "{send: {body: 'x'}, expect: {status: 500}}", map[string]string{}},
	}
	for _, tt := range tests {
		var got map[string]string
		opt := c.options(t)
		opt.Repeat = func(_ *format.File, _ string, captured map[string]string, _ func(string) string) string {
			got = captured
			return ""
		}
		f := parseSteps(t, "steps: [{start: {}, capture: {id: {header: X-Id}}}, "+tt.step+"]")
		if _, err := Run(t.Context(), []*format.File{f}, opt); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}

// What one branch has captured anew, another that captured nothing does not take back.
func TestParallelKeepsWhatWasCaptured(t *testing.T) {
	t.Parallel()
	c := startCRM(t, testSecret)
	c.answer = func(w http.ResponseWriter, a *receiver.Arrival) {
		w.Header().Set("X-Version", fmt.Sprint(a.Summary.Version))
	}
	f := parseSteps(t, `steps:
  - start: {}
    capture: {version: {header: X-Version}}
  - parallel:
      - steps: [{answer: 1, capture: {version: {header: X-Version}}}]
      - steps: [{start: {}}]
  - probe: {run: 'echo "$version"'}
    expect: {body: "2\n"}
`)
	rep, err := Run(t.Context(), []*format.File{f}, c.options(t))
	if err != nil || rep.Count().Failed > 0 {
		t.Error(err, outcomes(rep))
	}
}

// A branch that sends an old version looks at its own lead alone: those of other branches go on meanwhile.
func TestStaleBesideAnotherBranch(t *testing.T) {
	t.Parallel()
	c := startCRM(t, testSecret)
	f := parseSteps(t, `steps:
  - {start: {}, lead: ann}
  - parallel:
      - steps: [{repeat: {times: 20, steps: [{answer: {'F${index}': Zed}, lead: ann}]}}]
      - steps: [{start: {}, lead: bob}, {repeat: {times: 20, steps: [{answer: {'F${index}': Zed}, lead: bob, stale: 1}]}}, {complete: , lead: bob, stale: 2}]
`)
	rep, err := Run(t.Context(), []*format.File{f}, c.options(t))
	if err != nil || rep.Count().Failed > 0 {
		t.Fatal(err, outcomes(rep))
	}
	counts := map[string]int{}
	for _, e := range c.events() {
		counts[e]++
	}
	if counts["created 1 204"] != 22 || counts["updated 2 204"] != 2 {
		t.Errorf("what came is %v", counts)
	}
}
