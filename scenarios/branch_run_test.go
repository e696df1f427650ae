package scenarios

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"artihook/emitter/receiver"
	"artihook/scenarios/format"

	"github.com/google/go-cmp/cmp"
)

// TestSameBytesWithConcurrency checks that random values do not depend on the number of jobs or on timing.
func TestSameBytesWithConcurrency(t *testing.T) {
	t.Parallel()
	steps := `steps:
  - start: {}
    lead: ann
    id: begin
  - start: {}
    lead: eve
  - abandon:
  - parallel:
      - steps: [{answer: 2, lead: ann}, {resend: begin, tamper: body, expect: {status: 401}}]
      - steps: [{resend: begin, unsigned: true, expect: {status: 401}}, {start: {visitor: {returns: eve}}}, {answer: 1}, {complete: }]
      - steps: [{for_each: {leads: 5, at_a_time: 3, steps: [{start: {bot: dental}}, {answer: 2}, {abandon: }]}}]
  - repeat: {times: 2, steps: [{start: {answers: {Company: 'Zed ${index}'}}}, {complete: }]}
  - send: {action: completed}
  - complete:
    lead: ann
`
	var files []*format.File
	for i := range 6 {
		f, err := format.Parse("many.yaml", []byte(fmt.Sprintf("name: number %d\n%s", i, steps)))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	var all [][]string
	for _, jobs := range []int{1, 4} {
		c := startCRM(t, testSecret)
		opt := c.options(t)
		opt.Jobs = jobs
		rep, err := Run(t.Context(), files, opt)
		if err != nil || rep.Count().Failed > 0 {
			t.Fatalf("%v, %v", err, outcomes(rep))
		}
		bodies := c.bodies()
		slices.Sort(bodies)
		all = append(all, bodies)
	}
	if diff := cmp.Diff(all[0], all[1]); diff != "" {
		t.Error(diff)
	}
	if again := len(all[0]) - len(slices.Compact(all[0])); again != len(files) {
		t.Errorf("%d deliveries are equal to others, want only those of resend", again)
	}
}

// TestParallelKeepsCaptures checks that a branch without captures does not reset the captures of another branch.
func TestParallelKeepsCaptures(t *testing.T) {
	t.Parallel()
	c := startCRM(t, testSecret)
	c.respond = func(w http.ResponseWriter, a *receiver.Arrival) {
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

// TestStaleInBranch checks that a branch that sends an old version does not read the leads of other branches.
func TestStaleInBranch(t *testing.T) {
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
		t.Errorf("the requests are %v", counts)
	}
}
