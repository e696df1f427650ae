package scenarios

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"artihook/emitter/history"
	"artihook/emitter/receiver"
	"artihook/fixtures/yamlfile"
	"artihook/scenarios/format"
	"artihook/scenarios/report"

	"github.com/google/go-cmp/cmp"
)

// TestProblemsPreventSending checks that nothing is sent if one file has a problem, and that each problem has its place.
func TestProblemsPreventSending(t *testing.T) {
	t.Parallel()
	c := startCRM(t, testSecret)
	good := parseSteps(t, "steps: [{start: {}}]")
	bad := parseSteps(t, `vars: {good: x, worse: '${missing}'}
steps:
  - start: {bot: ./none.yaml}
  - start: {answers: {Number of Users: many, Company: '${goood}'}}
  - start: {}
  - answer: 400
  - answer: {Zebra: a}
  - complete:
    stale: 99
  - send: {file: none.json}
  - send: {action: created, set: {laed.id: 1}}
  - probe: {get: 'localhost:3000/leads'}
  - probe: {get: '${HOME_OF_LEADS}'}
`)
	_, err := Run(t.Context(), []*format.File{good, bad}, c.options(t))
	var diags yamlfile.Diagnostics
	if !errors.As(err, &diags) {
		t.Fatalf("got %v", err)
	}
	want := []string{
		`test.yaml:2:24: the variable "missing" is not set; set it with --var, under vars or in the environment`,
		`test.yaml:4:18: "none.yaml" cannot be read: there is no such file`,
		`test.yaml:5:55: the variable "goood" is not set; did you mean "good"?`,
		`test.yaml:7:5: the bot has no question left to ask`,
		`test.yaml:10:12: the lead has no version 99 yet`,
		`test.yaml:11:18: "none.json" cannot be read: there is no such file`,
		`test.yaml:12:35: set "laed.id": the body has no "laed"; did you mean lead?`,
		`test.yaml:13:18: "localhost:3000/leads" is not a URL for a request; write it like http://localhost:3000/leads`,
		`test.yaml:14:18: the variable "HOME_OF_LEADS" is not set; set it with --var, under vars or in the environment`,
	}
	if diff := cmp.Diff(want, strings.Split(err.Error(), "\n")); diff != "" {
		t.Error(diff)
	}
	if err := Lint(t.Context(), []*format.File{bad}, Options{}); len(strings.Split(err.Error(), "\n")) != len(want)-1 {
		t.Errorf("lint reports\n%v", err)
	}
	if got := c.events(); got != nil {
		t.Errorf("%v was sent", got)
	}
}

func TestStepsAfterAFailure(t *testing.T) {
	t.Parallel()
	closed := startCRM(t, testSecret)
	url := closed.URL
	closed.Close()
	c := startCRM(t, testSecret)
	tests := []struct {
		name, file string
		failFast   bool
		want       []string
	}{
		{name: "later steps run", file: "steps: [{start: {}, expect: {status: 200}}, {complete: }]", want: []string{"fail start | status: 204, not 200", "pass complete"}},
		{name: "fail fast", failFast: true, file: "steps: [{start: {}, expect: {status: 200}}, {complete: }]", want: []string{"fail start | status: 204, not 200", "skip complete | an earlier step failed"}},
		{
			name: "no receiver", file: "defaults: {url: '" + url + "'}\nsteps: [{start: {}}, {complete: }]",
			want: []string{"fail start | status: refused: nothing listens there; is the receiver running, and is the port right?, not 2xx", "skip complete | an earlier step could not reach the receiver"},
		},
		{name: "a refused connection is expected", file: "defaults: {url: '" + url + "'}\nsteps: [{start: {}, expect: {error: refused}}, {complete: , expect: {error: refused}}]", want: []string{"pass start", "pass complete"}},
		{
			name: "nothing captured", file: "steps: [{start: {}, capture: {id: {header: X-Id}}}, {answer: {Company: '${id}'}}, {answer: 1}]",
			want: []string{
				"fail start | capture id from header X-Id: nothing, not something",
				"fail answer Company | test.yaml:2:72: the variable \"id\" was not captured, because the step that captures it failed or did not run", "pass answer 1",
			},
		},
	}
	for _, tt := range tests {
		opt := c.options(t)
		opt.FailFast = tt.failFast
		rep, err := Run(t.Context(), []*format.File{parseSteps(t, tt.file)}, opt)
		if diff := cmp.Diff(tt.want, outcomes(rep)); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got)\n%s", tt.name, err, diff)
		}
	}
}

// TestInterrupted checks that an interrupted run reports the steps that ran.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	c := startCRM(t, testSecret)
	ctx, cancel := context.WithCancel(t.Context())
	c.respond = func(w http.ResponseWriter, a *receiver.Arrival) {
		if a.Summary.Version == 2 {
			cancel()
		}
	}
	rep, err := Run(ctx, []*format.File{parseSteps(t, "steps: [{start: {}}, {answer: 1}, {wait: 1h}, {complete: }]"), parseSteps(t, "steps: [{start: {}}]")}, c.options(t))
	if !errors.Is(err, context.Canceled) || !rep.Interrupted || len(rep.Suites) != 1 {
		t.Fatalf("%+v, %v", rep, err)
	}
	got := outcomes(rep)
	if got[0] != "pass start" || got[2] != "skip wait 1h0m0s | interrupted" || got[3] != "skip complete | interrupted" {
		t.Errorf("%q", got)
	}
}

// TestReportHasNoSecret checks that the report has no secret, even if the receiver sends it back.
func TestReportHasNoSecret(t *testing.T) {
	t.Parallel()
	c := jsonCRM(t)
	opt := c.options(t)
	opt.Exchanges = true
	opt.Repeat = func(RepeatOptions) (same, fresh string) { return "secret " + testSecret, "new " + testSecret }
	f := parseSteps(t, "steps: [{start: {}, expect: {status: 204, body: {path: $.echo, equals: x}}, capture: {echo: {path: $.echo}}}, {send: {body: '${echo}'}}, {probe: {get: '${url}'}, expect: {body: nothing}}]")
	rep, err := Run(t.Context(), []*format.File{f}, opt)
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	if err := report.WriteJSON(&all, rep); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(all.String(), testSecret) || !strings.Contains(all.String(), "*****") {
		t.Errorf("the report is %s", all.String())
	}
}

// TestPlacesAndLimits checks the file of an included step, and the time limit of a command.
func TestPlacesAndLimits(t *testing.T) {
	t.Parallel()
	files, err := format.Load([]string{"format/testdata/good/includes.yaml"}, "")
	if err != nil {
		t.Fatal(err)
	}
	c := startCRM(t, "another secret")
	rep, err := Run(t.Context(), files, c.options(t))
	if err != nil {
		t.Fatal(err)
	}
	steps := rep.Suites[0].Steps
	if filepath.Base(steps[0].File) != "start.yaml" || steps[1].File != "" {
		t.Errorf("the steps are in %q and %q", steps[0].File, steps[1].File)
	}
	opt := c.options(t)
	opt.Timeout = 20 * time.Millisecond
	rep, err = Run(t.Context(), []*format.File{parseSteps(t, "steps: [{probe: {run: 'sleep 100'}}]")}, opt)
	want := []string{"fail probe sleep 100 | exit code: timeout: the command did not end within 20ms, not 0"}
	if diff := cmp.Diff(want, outcomes(rep)); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

// TestSelectedStep checks that a selected step sends the same bytes as in the whole run, and that earlier steps send nothing.
func TestSelectedStep(t *testing.T) {
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

// TestPreviewOfSelectedStep checks that the preview has only the deliveries of the selected step.
func TestPreviewOfSelectedStep(t *testing.T) {
	t.Parallel()
	f := parseSteps(t, "steps: [{start: {}}, {repeat: {times: 2, steps: [{answer: 2}]}}, {complete: }]")
	opt := startCRM(t, testSecret).options(t)
	opt.Step = "2.2.1"
	var previewed []string
	err := Preview(t.Context(), []*format.File{f}, opt, func(d history.Delivery) error {
		previewed = append(previewed, fmt.Sprintf("%s v%d", d.Event, d.Version))
		return nil
	})
	if diff := cmp.Diff([]string{"lead:updated v4", "lead:updated v5"}, previewed); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

// TestRepeatGetsCapturedVariables checks that Repeat gets the captured variables that the step uses. A shell command may use all
// of them.
func TestRepeatGetsCapturedVariables(t *testing.T) {
	t.Parallel()
	c := startCRM(t, testSecret)
	c.respond = func(w http.ResponseWriter, _ *receiver.Arrival) { w.Header().Set("X-Id", "42") }
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
		opt.Repeat = func(r RepeatOptions) (same, fresh string) {
			got = r.Vars
			return "", ""
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
