package scenarios

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/receiver"
	"artihook/emitter/signature"
	"artihook/scenarios/format"
	"artihook/scenarios/report"

	"github.com/google/go-cmp/cmp"
)

// crm is a receiver that verifies signatures and keeps what came.
type crm struct {
	*httptest.Server
	mu       sync.Mutex
	arrivals []receiver.Arrival
	answer   func(w http.ResponseWriter, a *receiver.Arrival) // nil answers like the reference receiver
}

func startCRM(t testing.TB, secret string) *crm {
	c := &crm{}
	verifying := receiver.New(receiver.Options{Secret: signature.NewSecret(secret), Seen: func(a receiver.Arrival) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.arrivals = append(c.arrivals, a)
	}})
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c.answer == nil {
			verifying.ServeHTTP(w, r)
			return
		}
		verifying.ServeHTTP(httptest.NewRecorder(), r)
		c.mu.Lock()
		last := c.arrivals[len(c.arrivals)-1]
		c.mu.Unlock()
		c.answer(w, &last)
	}))
	t.Cleanup(c.Close)
	return c
}

// events lists what came as "created 1 204".
func (c *crm) events() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var list []string
	for _, a := range c.arrivals {
		list = append(list, fmt.Sprintf("%s %d %d", strings.TrimPrefix(a.Summary.Event, "lead:"), a.Summary.Version, a.Status))
	}
	return list
}

func (c *crm) bodies() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var list []string
	for _, a := range c.arrivals {
		list = append(list, string(a.Body))
	}
	return list
}

const testSecret = "the secret of the tests"

// options run scenarios against the receiver.
func (c *crm) options(t testing.TB) Options {
	e := emitter.New(emitter.Options{RetryDelay: time.Millisecond, Timeout: time.Minute, Connections: 4})
	t.Cleanup(e.Close)
	return Options{
		Emitter: e, Seed: 7, Now: func() time.Time { return time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC) },
		Webhook: func(name, url string) (emitter.Webhook, error) {
			if name != "" {
				return emitter.Webhook{}, fmt.Errorf("unknown webhook %q", name)
			}
			if url == "" {
				url = c.URL + "/hook"
			}
			u, err := signature.ParseURL(url)
			return emitter.Webhook{URL: u, Secret: signature.NewSecret(testSecret)}, err
		},
	}
}

func parseSteps(t testing.TB, text string) *format.File {
	t.Helper()
	f, err := format.Parse("test.yaml", []byte("name: test\n"+text))
	if err != nil {
		t.Fatalf("%v", err)
	}
	return f
}

// outcomes lists the steps of a report as "pass start", with what failed.
func outcomes(r *report.Report) []string {
	var list []string
	for _, s := range r.Suites {
		for _, step := range s.Steps {
			text := string(step.Outcome) + " " + step.Name
			for _, c := range step.Checks {
				if c.Outcome == report.Failed {
					text += fmt.Sprintf(" | %s: %s, not %s", c.What, c.Actual, c.Expected)
				}
			}
			if step.Why != "" {
				text += " | " + step.Why
			}
			list = append(list, text)
		}
	}
	return list
}

func TestRunSteps(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, file string
		events     []string // that arrive; nil: not looked at
		outcomes   []string // of the steps; nil: all pass
	}{
		{
			name:   "a conversation",
			file:   "steps: [{start: {}}, {answer: 2}, {answer: {Company: Zed}}, {complete: }]",
			events: []string{"created 1 204", "updated 2 204", "updated 3 204", "updated 4 204", "completed 5 204"},
		},
		{
			name:   "edition 2022",
			file:   "defaults: {edition: 2022}\nsteps: [{start: {}}, {answer: 1}, {complete: }]",
			events: []string{"created 1 204", "updated 2 204", "completed 2 204"},
		},
		{
			name: "two leads by name, the last without",
			file: "steps: [{start: {}, lead: ann}, {start: {}, lead: bob}, {answer: 1, lead: ann}, {answer: 1}, {complete: , lead: ann}, {abandon: }]",
			events: []string{
				"created 1 204", "created 1 204", "updated 2 204", "updated 2 204", "completed 3 204",
			},
		},
		{
			name:   "twice, dropped, late, out of order, old",
			file:   "steps: [{start: {}, id: s, drop: true}, {answer: 2, out_of_order: true}, {resend: s, duplicate: 2}, {answer: 1, stale: 2}, {complete: }]",
			events: []string{"updated 3 204", "updated 2 204", "created 1 204", "created 1 204", "updated 2 204", "completed 5 204"},
		},
		{
			name: "wrong signatures",
			file: "steps: [{start: {}, unsigned: true, expect: {status: 401}}, {answer: 1, tamper: body, expect: {status: 401}}," +
				"{answer: 1, tamper: url, expect: {status: 401}}, {answer: 1, tamper: signature, expect: {status: [401, 403]}}, {complete: , unsigned: true}]",
			events: []string{"created 1 401", "updated 2 401", "updated 3 401", "updated 4 401", "completed 5 401"},
			outcomes: []string{
				"pass start (unsigned)", "pass answer 1 (tampered body)", "pass answer 1 (tampered url)", "pass answer 1 (tampered signature)",
				"fail complete (unsigned) | status: 401, not 2xx",
			},
		},
		{
			name: "cut and slow",
			file: "steps: [{start: {}, slow_body: 20ms}, {answer: 1, cut_body: 9}, {answer: 1, cut_body: 9, expect: {status: 204}}]",
			outcomes: []string{
				"pass start (slow body)", "pass answer 1 (cut body)",
				"fail answer 1 (cut body) | status: cut: the connection was cut in the middle of the body, on purpose, not 204",
			},
		},
		{
			name:   "bodies of one's own",
			file:   "vars: {n: nine}\nsteps: [{send: {body: '{\"a\":\"${n}\"}'}}, {send: {base64: e30=}}, {send: {action: updated, set: {lead.version: 9, resource_version: 9}}}, {send: {body: 'no JSON'}, expect: {status: 400}}]",
			events: []string{" 0 204", " 0 204", "updated 9 204", " 0 400"},
		},
		{
			name:   "what send makes up beside a lead does not count",
			file:   "steps: [{start: {}, lead: ann}, {send: {action: completed}, lead: ann}, {answer: 1}]",
			events: []string{"created 1 204", "completed 2 204", "updated 2 204"},
		},
		{
			name:   "rounds",
			file:   "steps: [{start: {}}, {repeat: {times: 2, steps: [{answer: {'Field ${index}': x}}, {answer: 1}]}}]",
			events: []string{"created 1 204", "updated 2 204", "updated 3 204", "updated 4 204", "updated 5 204"},
		},
		{
			name:   "a sign that is no variable",
			file:   `steps: [{send: {body: '{"a":"$${x}"}'}}]`,
			events: []string{" 0 204"},
		},
		{
			name: "several webhooks",
			file: "defaults: {webhooks: [{name: all}, {name: ends, url: '${url}?b=1', events: [created, completed], edition: 2022}]}\n" +
				"steps: [{start: {}}, {answer: 1}, {complete: , expect: {status: 200}}]",
			events: []string{"created 1 204", "created 1 204", "updated 2 204", "completed 3 204", "completed 2 204"},
			outcomes: []string{
				"pass start", "pass answer 1", "fail complete | all lead:completed v3: status: 204, not 200 | ends lead:completed v2: status: 204, not 200",
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := startCRM(t, testSecret)
			rep, err := Run(t.Context(), []*format.File{parseSteps(t, tt.file)}, c.options(t))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.events, c.events()); diff != "" && tt.events != nil {
				t.Errorf("events (-want +got)\n%s", diff)
			}
			got := outcomes(rep)
			if tt.outcomes == nil {
				got = slices.DeleteFunc(got, func(s string) bool { return strings.HasPrefix(s, "pass") })
			}
			if diff := cmp.Diff(tt.outcomes, got); diff != "" && len(got)+len(tt.outcomes) > 0 {
				t.Errorf("steps (-want +got)\n%s", diff)
			}
		})
	}
}

// jsonCRM answers as a CRM with an interface of its own might.
func jsonCRM(t *testing.T) *crm {
	c := startCRM(t, testSecret)
	c.answer = func(w http.ResponseWriter, a *receiver.Arrival) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Add("X-Id", "4")
		w.Header().Add("X-Id", "2")
		fmt.Fprintf(w, `{"ok":true,"id":9007199254740993,"price":1.50,"tags":["a","b"],"lead":{"id":%q},"n":null,"echo":%q}`, a.Summary.Lead, testSecret)
	}
	return c
}

func TestExpectations(t *testing.T) {
	t.Parallel()
	tests := []struct{ expect, fails string }{
		{"{status: 200}", ""},
		{"{status: [201, 2xx], within: 5s, headers: {content-type: application/json, X-Id: '4, 2', X-Not: {exists: false}}}", ""},
		{"{status: 204}", "status: 200, not 204"},
		{"{status: [3xx, 404]}", "status: 200, not 3xx or 404"},
		{"{error: refused}", "error: 200, not refused"},
		{"{headers: {X-Id: {equals: '42'}}}", "header X-Id: 4, 2, not 42"},
		{"{headers: {X-Not: {contains: a}}}", `header X-Not: nothing, not a text that contains "a"`},
		{"{headers: {X-Id: {exists: false}}}", "header X-Id: 4, 2, not nothing"},
		{"{body: {contains: '\"ok\":true'}}", ""},
		{"{body: {matches: '^.\"ok'}}", ""},
		{"{body: [{path: $.id, equals: 9007199254740993}, {path: $.id, is: 9007199254740993}, {path: $.price, is: 1.5}, {path: $.tags, is: [a, b]}, {path: '$.tags[*]', is: [a, b]}]}", ""},
		{"{body: [{path: $.n, is: null}, {path: $.n, exists: true}, {path: $.no, exists: false}, {path: '$.tags[?@ == \"b\"]', equals: b}, {path: $.lead.id, equals: '${lead}'}]}", ""},
		{"{body: {path: $.id, is: '9007199254740993'}}", `body $.id: 9007199254740993, not "9007199254740993"`},
		{"{body: {path: $.tags, is: [b, a]}}", `body $.tags: ["a","b"], not ["b","a"]`},
		{"{body: {path: $.no, is: 1}}", "body $.no: nothing, not 1"},
		{"{body: {path: $.ok, exists: false}}", "body $.ok: true, not nothing"},
		{"{body: [{path: $.lead, is: {id: '${lead}'}}]}", ""},
	}
	for _, tt := range tests {
		c := jsonCRM(t)
		rep, err := Run(t.Context(), []*format.File{parseSteps(t, "steps: [{name: s, start: {}, expect: "+tt.expect+"}]")}, c.options(t))
		if err != nil {
			t.Fatal(err)
		}
		want := "pass s"
		if tt.fails != "" {
			want = "fail s | " + tt.fails
		}
		if diff := cmp.Diff([]string{want}, outcomes(rep)); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", tt.expect, diff)
		}
	}
}

func TestBodyThatIsNoJSON(t *testing.T) {
	t.Parallel()
	c := startCRM(t, testSecret)
	c.answer = func(w http.ResponseWriter, _ *receiver.Arrival) { io.WriteString(w, "<html>") }
	rep, err := Run(t.Context(), []*format.File{parseSteps(t, "steps: [{start: {}, expect: {body: [{path: $.id, is: 1}, {path: $.id, exists: false}]}, capture: {id: {path: $.id}}}]")}, c.options(t))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"fail start | body $.id: the body is not JSON, not 1 | body $.id: the body is not JSON, not JSON | capture id from body $.id: the body is not JSON, not JSON"}
	if diff := cmp.Diff(want, outcomes(rep)); diff != "" {
		t.Error(diff)
	}
}

// What one response says, later steps use: in bodies, URLs of probes, commands, expectations.
func TestCaptures(t *testing.T) {
	t.Setenv("ARTIHOOK_SECRET", testSecret)
	c := jsonCRM(t)
	f := parseSteps(t, `steps:
  - start: {}
    capture: {id: {path: $.id}, header: {header: X-Id}, tag: {match: '"tags":\["(.)"'}, all: {path: $.tags}}
  - send: {body: '${id} ${header} ${tag} ${all}'}
    expect: {status: 200, body: {contains: '${id}'}}
  - probe: {run: 'echo "$id/$tag/$lead"'}
    expect: {body: {matches: '^9007199254740993/a/[-0-9a-f]{36}\n$'}}
  - probe: {run: 'test -z "$ARTIHOOK_SECRET"'}
  - probe: {run: 'exit 3'}
  - probe: {get: '${url}?id=${id}'}
    capture: {id: {path: $.nothing}}
`)
	rep, err := Run(t.Context(), []*format.File{f}, c.options(t))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"pass start", "pass send body", `pass probe echo "$id/$tag/$lead"`, `pass probe test -z "$ARTIHOOK_SECRET"`, "fail probe exit 3 | exit code: 3, not 0",
		"fail probe ${url}?id=${id} | capture id from body $.nothing: nothing, not something",
	}
	if diff := cmp.Diff(want, outcomes(rep)); diff != "" {
		t.Error(diff)
	}
	if got := c.bodies()[1]; got != `9007199254740993 4, 2 a ["a","b"]` {
		t.Errorf("the body was %s", got)
	}
}

// A probe asks again until the lead is there.
func TestProbeWaits(t *testing.T) {
	t.Parallel()
	c := startCRM(t, testSecret)
	asked := 0
	own := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked++; asked < 3 {
			http.NotFound(w, r)
		}
	}))
	defer own.Close()
	rep, err := Run(t.Context(), []*format.File{parseSteps(t, "steps: [{start: {}}, {probe: {get: '"+own.URL+"/leads/${lead}', for: 1m, every: 1ms}}]")}, c.options(t))
	if err != nil || asked != 3 {
		t.Errorf("asked %d times: %v, %v", asked, outcomes(rep), err)
	}
	rep, err = Run(t.Context(), []*format.File{parseSteps(t, "steps: [{probe: {get: '"+own.URL+"', for: 10ms, every: 1ms}, expect: {status: 500}}]")}, c.options(t))
	if diff := cmp.Diff([]string{"fail probe " + own.URL + " | status: 200, not 500"}, outcomes(rep)); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

// Everything random depends on the place in the file: neither jobs nor which branch is faster changes a byte.
func TestSameBytesWhateverRunsBeside(t *testing.T) {
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
		t.Errorf("%d deliveries were like another one, want those that were sent again", again)
	}
}

// A set with a fault sends nothing, and every fault is told with its place.
func TestNothingIsSentFromASetWithAFault(t *testing.T) {
	t.Parallel()
	c := startCRM(t, testSecret)
	good := parseSteps(t, "steps: [{start: {}}]")
	bad := parseSteps(t, `vars: {good: x, worse: '${nobody}'}
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
	var faults format.Diagnostics
	if !errors.As(err, &faults) {
		t.Fatalf("got %v", err)
	}
	want := []string{
		`test.yaml:2:24: the variable "nobody" is not set; give it with --var, under vars or in the environment`,
		`test.yaml:4:18: "none.yaml" cannot be read: there is no such file`,
		`test.yaml:5:55: the variable "goood" is not set; did you mean "good"?`,
		`test.yaml:7:5: the bot has no question left to ask`,
		`test.yaml:10:12: the lead has no version 99 yet`,
		`test.yaml:11:18: "none.json" cannot be read: there is no such file`,
		`test.yaml:12:35: set "laed.id": the body has no "laed"`,
		`test.yaml:13:18: "localhost:3000/leads" is no URL to get; write it like http://localhost:3000/leads`,
		`test.yaml:14:18: the variable "HOME_OF_LEADS" is not set; give it with --var, under vars or in the environment`,
	}
	if diff := cmp.Diff(want, strings.Split(err.Error(), "\n")); diff != "" {
		t.Error(diff)
	}
	if err := Lint(t.Context(), []*format.File{bad}, Options{}); len(strings.Split(err.Error(), "\n")) != len(want)-1 {
		t.Errorf("lint says\n%v", err)
	}
	if got := c.events(); got != nil {
		t.Errorf("%v was sent", got)
	}
}

func TestWhatFollowsAFailure(t *testing.T) {
	t.Parallel()
	gone := startCRM(t, testSecret)
	url := gone.URL
	gone.Close()
	c := startCRM(t, testSecret)
	tests := []struct {
		name, file string
		failFast   bool
		want       []string
	}{
		{name: "steps go on", file: "steps: [{start: {}, expect: {status: 200}}, {complete: }]", want: []string{"fail start | status: 204, not 200", "pass complete"}},
		{name: "fail fast", failFast: true, file: "steps: [{start: {}, expect: {status: 200}}, {complete: }]", want: []string{"fail start | status: 204, not 200", "skip complete | an earlier step failed"}},
		{
			name: "nobody there", file: "defaults: {url: '" + url + "'}\nsteps: [{start: {}}, {complete: }]",
			want: []string{"fail start | status: refused: nobody listens there; is the receiver running, and is the port right?, not 2xx", "skip complete | an earlier step could not reach the receiver"},
		},
		{name: "refusal expected", file: "defaults: {url: '" + url + "'}\nsteps: [{start: {}, expect: {error: refused}}, {complete: , expect: {error: refused}}]", want: []string{"pass start", "pass complete"}},
		{
			name: "nothing captured", file: "steps: [{start: {}, capture: {id: {header: X-Id}}}, {answer: {Company: '${id}'}}, {answer: 1}]",
			want: []string{
				"fail start | capture id from header X-Id: nothing, not something",
				"fail answer Company | test.yaml:2:72: the variable \"id\" was not captured: the step that does so has failed, or did not run", "pass answer 1",
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

// Ctrl-C in the middle reports what ran.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	c := startCRM(t, testSecret)
	ctx, cancel := context.WithCancel(t.Context())
	c.answer = func(w http.ResponseWriter, a *receiver.Arrival) {
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

// A receiver that echoes the secret does not get it into a report.
func TestReportsHoldNoSecret(t *testing.T) {
	t.Parallel()
	c := jsonCRM(t)
	opt := c.options(t)
	opt.Exchanges = true
	opt.Repeat = func(*format.File, string, map[string]string, func(string) string) string {
		return "secret " + testSecret
	}
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

// No path and no body that a receiver can send make it panic.
func FuzzPath(f *testing.F) {
	for _, path := range []string{"$.a", "$..a[?@.b > 1]", "$[0:9:2]", "$['a','b']", "$[?length(@) == 1]", "$[?match(@, '.*')]", "$[-1]"} {
		f.Add(path, `{"a":[{"b":2},"x",null,1.5e300,true]}`)
	}
	f.Fuzz(func(t *testing.T, path, body string) {
		quoted, err := json.Marshal(path)
		if err != nil {
			t.Fatal(err)
		}
		scenario, err := format.Parse("path.yaml", fmt.Appendf(nil, "name: a\nsteps: [{start: {}, capture: {a: {path: %s}}}]", quoted))
		if err != nil {
			return
		}
		at := findInBody(scenario.Steps[0].Capture[0].Value.Path, []byte(body))
		if at.text() == "" && at.value != "" {
			t.Errorf("%s in %s: %v has no text", path, body, at.value)
		}
		if at.found && !sameJSON(at.value, at.value) {
			t.Errorf("%s in %s gives %v, which is not itself", path, body, at.value)
		}
	})
}

// A step of an included file is told of with that file's name, and a probe's command has a time limit.
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
		t.Errorf("the steps stand in %q and %q", steps[0].File, steps[1].File)
	}
	opt := c.options(t)
	opt.Timeout = 20 * time.Millisecond
	rep, err = Run(t.Context(), []*format.File{parseSteps(t, "steps: [{probe: {run: 'sleep 100'}}]")}, opt)
	want := []string{"fail probe sleep 100 | exit code: timeout: the command had not ended within 20ms, not 0"}
	if diff := cmp.Diff(want, outcomes(rep)); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

// Steps are recorded together before the first of them leaves; what is not sent after all is in the history no more.
func TestRecordedTogether(t *testing.T) {
	t.Parallel()
	store, err := history.Open(t.Context(), filepath.Join(t.TempDir(), "history.db"), history.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	c := startCRM(t, testSecret)
	planned := -1 // rows in the history while the first request is under way
	c.answer = func(w http.ResponseWriter, a *receiver.Arrival) {
		if a.Summary.Version == 1 && planned < 0 {
			planned = len(listAll(t, store))
		}
	}
	opt := c.options(t)
	e := emitter.New(emitter.Options{History: store})
	defer e.Close()
	opt.Emitter, opt.FailFast = e, true
	f := parseSteps(t, "steps: [{start: {}}, {answer: 2}, {answer: 1, expect: {status: 204}, name: 'bad one'}, {answer: 1}, {complete: }]")
	if _, err := Run(t.Context(), []*format.File{f}, opt); err != nil || planned != 6 {
		t.Fatalf("%d were planned, %v", planned, err)
	}
	var steps []string
	for _, d := range listAll(t, store) {
		steps = append(steps, fmt.Sprintf("%s %s v%d %d", d.Scenario, d.Step, d.Version, d.Status))
	}
	want := []string{"test 3 bad one v4 200", "test 2 answer 2 v3 200", "test 2 answer 2 v2 200", "test 1 start v1 200"}
	if diff := cmp.Diff(want, steps); diff != "" {
		t.Error(diff)
	}
}

func listAll(t *testing.T, store *history.Store) []history.Delivery {
	var all []history.Delivery
	for d, err := range store.List(context.Background(), history.Filter{}) {
		if err != nil {
			t.Error(err)
		}
		all = append(all, d)
	}
	return all
}
