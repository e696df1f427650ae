package scenarios

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"artihook/emitter/receiver"
	"artihook/scenarios/format"
	"artihook/scenarios/report"

	"github.com/google/go-cmp/cmp"
)

// runSteps runs a scenario against the receiver and compares the outcomes of its steps.
func runSteps(t *testing.T, c *crm, text string, want ...string) *report.Report {
	t.Helper()
	rep, err := Run(t.Context(), []*format.File{parseSteps(t, text)}, c.options(t))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, outcomes(rep)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	return rep
}

func TestSentValues(t *testing.T) {
	t.Parallel()
	runSteps(t, jsonCRM(t), `steps:
  - start: {bot: dental}
    id: first
    lead: ann
    expect: {body: {path: $.lead.id, equals: '${sent.lead}'}}
  - answer: {Extra: 'a "b"'}
    lead: ann
  - probe: {run: cat, stdin: '${sent.version} ${sent.lead.version} ${sent.event} ${sent.answers.Extra} ${sent.answers[''Extra''].type} ${first.sent.version}'}
    expect: {body: {equals: '2 2 updated a "b" text 1'}}
  - start: {}
    lead: bob
  - probe: {run: cat, stdin: '${sent.body}'}
    expect: {body: {path: $.lead.version, is: 1}}
  - probe: {run: cat, stdin: '${sent.answers}'}
    expect: {body: {path: '$[*].type', length: 1}}
  - answer: 1
    lead: ann
    drop: true
  - send: {action: created, set: {meta.x: '${sent.lead}'}}
    expect: {body: {path: $.lead.id, not: '${sent.meta.x}'}}
`, "pass start of ann", "pass answer Extra of ann", "pass probe cat", "pass start of bob", "pass probe cat", "pass probe cat", "pass answer 1 of ann (dropped)", "pass send created")
}

func TestLintOfSentValues(t *testing.T) {
	t.Parallel()
	for steps, want := range map[string]string{
		"[{probe: {get: '${sent.lead}'}}]":                                                     "no step before this one has sent anything, so ${sent.…} has no value",
		"[{start: {}, expect: {body: '${sent.vresion}'}}]":                                     `the event has no vresion; did you mean "version"?`,
		"[{start: {}}, {answer: {Color: red}, expect: {body: \"${sent.answers['Colour']}\"}}]": `the event has no answers['Colour']; did you mean "Color"?`,
		"[{start: {}, expect: {body: \"${sent.answers['Work Email']}\"}}]":                     "",
		"[{start: {}, id: first}, {answer: 1, expect: {body: '${frist.sent.lead}'}}]":          `no step before this one has the id "frist"; did you mean "first"?`,
		"[{start: {}, expect: {body: '${sent.meta[*]}'}}]":                                     `"meta[*]" is not a path to one value; write names only, such as ${sent.answers['Email']}`,
		"[{start: {}, expect: {body: '${sent.meta.ip_adress}'}}]":                              `the event has no meta.ip_adress; did you mean "ip_address"?`,
		"[{start: {}, expect: {body: \"${sent.answers['Work Mail']}\"}}]":                      `the event has no answers['Work Mail']; did you mean "Work Email"?`,
		"[{start: {}, expect: {headers: {A: {greater_than: abc}}}}]":                           `"abc" is neither a number nor a time`,
		"[{start: {}, expect: {body: {path: $.a, near: {time: soon, within: 1s}}}}]":           `"soon" is neither a number nor a time`,
		"[{start: {}, expect: {body: {path: $.a, between: [1, '${sent.version}']}}}]":          "",
		"[{send: {body: hello}, expect: {body: '${sent.lead}'}}]":                              "the body that was sent is not JSON, so it has no lead; ${sent.body} is the whole body",
	} {
		got := lintFiles(t, map[string]string{"main.yaml": "name: a\nsteps: " + steps + "\n"})
		if want == "" && got != "" || !strings.Contains(got, want) || strings.Count(got, "\n") > 0 {
			t.Errorf("%s\n got %s\nwant %s", steps, got, want)
		}
	}
}

// system is a system of the user that responds with what it gets.
func system(t *testing.T) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s %s|%s|%s", r.Method, r.Header.Get("Content-Type"), r.Header.Get("X-Trace"), r.Header.Get("Authorization"), body)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestProbeRequests(t *testing.T) {
	t.Parallel()
	c, url := startCRM(t, testSecret), system(t)
	basic := base64.StdEncoding.EncodeToString([]byte("ada:open sesame"))
	rep := runSteps(t, c, `vars: {password: open sesame, token: abracadabra, system: '`+url+`'}
steps:
  - probe: {run: 'echo abracadabra'}
  - probe:
      get: ${system}
      headers: {X-Trace: '${password}'}
      auth: {basic: 'ada:${password}'}
    expect: {body: {equals: '`+"GET  ********|Basic"+`'}}
  - probe: {get: '${system}', json: {a: '${token}', b: 1}, auth: {bearer: '${token}'}}
    expect: {body: {matches: '^POST application/json \|Bearer \*+\|.{6}\*+","b":1}$'}}
  - probe: {get: '${system}', method: PUT, form: {a: 'x y', b: '&'}}
    expect: {body: {equals: 'PUT application/x-www-form-urlencoded ||a=x+y&b=%26'}}
  - probe: {run: 'cat; exit 3', stdin: 'in'}
    expect: {exit: [2, 3], body: in}
  - probe: {run: 'exit 3'}
    expect: {exit: 0}
`, "pass probe echo ***********", "fail probe ${system} | body: GET  "+strings.Repeat("*", 11)+"|Basic YWRhOm"+strings.Repeat("*", len(basic)-6)+"|, not GET  ********|Basic",
		"pass probe ${system}", "pass probe ${system}", "pass probe cat; exit 3", "fail probe exit 3 | exit code: 3, not 0")
	var all strings.Builder
	if err := report.WriteJSON(&all, rep); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"open sesame", "abracadabra", basic} {
		if strings.Contains(all.String(), secret) {
			t.Errorf("the report has %q", secret)
		}
	}
}

func TestHeadersAndMethod(t *testing.T) {
	t.Parallel()
	c := startCRM(t, testSecret)
	runSteps(t, c, `defaults: {headers: {X-Env: test, X-Other: a}}
vars: {type: text/plain}
steps:
  - start: {}
  - answer: 1
    headers: {Content-Type: '${type}', x-env: '', X-Lead: '${lead}'}
  - answer: 1
    method: PUT
    expect: {status: [2xx, 405]}
`, "pass start", "pass answer 1", "pass answer 1 (PUT)")
	a := c.arrivals
	if a[0].Header.Get("X-Env") != "test" || a[1].Header.Get("X-Env") != "" || a[1].Header.Get("X-Other") != "a" || a[1].Header.Get("Content-Type") != "text/plain" || len(a[1].Header.Get("X-Lead")) != 36 {
		t.Errorf("%v\n%v", a[0].Header, a[1].Header)
	}
	if a[2].Method != "PUT" {
		t.Errorf("method %s", a[2].Method)
	}
}

func TestRetry(t *testing.T) {
	t.Parallel()
	c := startCRM(t, testSecret)
	var n atomic.Int32
	c.respond = func(w http.ResponseWriter, _ *receiver.Arrival) {
		if n.Add(1)%3 != 0 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}
	runSteps(t, c, "steps: [{start: {}, retry: 2}, {answer: 1, retry: 1}, {probe: {run: exit 1}, retry: 1}]",
		"pass start", "fail answer 1 | status: 503, not 2xx", "fail probe exit 1 | exit code: 1, not 0")
	bodies := c.bodies()
	if len(bodies) != 5 || bodies[0] != bodies[2] || bodies[3] != bodies[4] {
		t.Errorf("%d bodies", len(bodies))
	}
}

func TestAt(t *testing.T) {
	t.Parallel()
	c := startCRM(t, testSecret)
	runSteps(t, c, `vars: {later: 2027-02-03T04:05:06Z}
steps:
  - {start: {}, at: 2020-01-02T03:04:05Z}
  - answer: 1
  - {answer: 1, at: '${later}'}
  - complete:
  - {send: {action: created}, at: 2019-01-02T03:04:05Z}
`, "pass start", "pass answer 1", "pass answer 1", "pass complete", "pass send created")
	for i, want := range []string{"2020-01-02T03:0", "2020-01-02T03:0", "2027-02-03T04:05:0", "2027-02-03T04:05:0", "2019-01-02T03:0"} {
		if body := c.bodies()[i]; !strings.Contains(body, `"time_stamp":"`+want) {
			t.Errorf("want %s in %s", want, body)
		}
	}
	if got := lintFiles(t, map[string]string{"main.yaml": "name: a\nvars: {x: y}\nsteps: [{start: {}, at: '${x}'}]\n"}); !strings.HasSuffix(got, `"y" is not a time; write it like 2026-01-31T09:00:00Z`) {
		t.Error(got)
	}
}

func TestOnlyIf(t *testing.T) {
	t.Parallel()
	runSteps(t, jsonCRM(t), `vars: {color: red}
steps:
  - {start: {}, only_if: {color: red}, capture: {id: {path: $.id}}}
  - {answer: 1, only_if: {color: {not: red}}}
  - {answer: 1, only_if: {id: {greater_than: 5}, sent.version: 1}}
  - {repeat: {times: 2, steps: [{answer: 1}]}, only_if: {id: 7}}
  - {wait: 1h, only_if: {NOT_SET: {exists: true}}}
`, "pass start", "skip answer 1 | only_if: ${color} is red; want not red", "pass answer 1",
		"skip repeat 2 times | only_if: ${id} is 9007199254740993; want 7", "skip wait 1h0m0s | only_if: ${NOT_SET} is nothing; want something")
	if got := lintFiles(t, map[string]string{"main.yaml": "name: a\nsteps: [{start: {}, only_if: {colour: red}}]\n"}); !strings.Contains(got, `main.yaml:2:31: the variable "colour" is not set`) {
		t.Error(got)
	}
}

func TestSetupAndTeardown(t *testing.T) {
	t.Parallel()
	runSteps(t, jsonCRM(t), `setup: [{start: {}, capture: {id: {path: $.id}}}]
steps: [{answer: 1, expect: {status: 500}}, {answer: 1}]
teardown: [{complete: }, {probe: {run: 'echo $id'}, expect: {body: {contains: '900'}}}]
`, "pass setup › start", "fail answer 1 | status: 200, not 500", "pass answer 1", "pass teardown › complete", "pass teardown › probe echo $id")
	runSteps(t, jsonCRM(t), `setup: [{probe: {run: exit 1}}, {start: {}}]
steps: [{wait: 1h}]
teardown: [{probe: {run: exit 0}}]
`, "fail setup › probe exit 1 | exit code: 1, not 0", "skip setup › start | the setup failed", "skip wait 1h0m0s | the setup failed", "pass teardown › probe exit 0")
}

// TestTeardownAfterInterrupt checks that the teardown runs after an interrupt, and that another one does not need ctx.
func TestTeardownAfterInterrupt(t *testing.T) {
	t.Parallel()
	c := startCRM(t, testSecret)
	ctx, cancel := context.WithCancel(t.Context())
	c.respond = func(http.ResponseWriter, *receiver.Arrival) { cancel() }
	file := filepath.Join(t.TempDir(), "torn-down")
	f := parseSteps(t, "vars: {file: '"+file+"'}\nsteps: [{start: {}}, {wait: 1h}]\nteardown: [{probe: {run: 'echo >\"$file\"'}}]\n")
	rep, err := Run(ctx, []*format.File{f}, c.options(t))
	if err == nil || !rep.Interrupted {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(file); err != nil {
		t.Error(err, outcomes(rep))
	}
}

func TestMatrix(t *testing.T) {
	t.Parallel()
	c := startCRM(t, testSecret)
	f := parseSteps(t, "matrix: {edition: [2019, 2022], bot: [sales, travel], color: [red]}\nvars: {color: blue}\nsteps: [{start: {}, headers: {X-Run: '${edition} ${bot} ${color}'}}]\n")
	rep, err := Run(t.Context(), []*format.File{f}, c.options(t))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i, s := range rep.Suites {
		edition := "2019"
		if strings.Contains(c.bodies()[i], `"status":"active"`) {
			edition = "2022"
		}
		got = append(got, s.Name+" "+edition+" "+c.arrivals[i].Header.Get("X-Run"))
	}
	want := []string{
		"test [edition=2019, bot=sales, color=red] 2019 2019 sales red", "test [edition=2019, bot=travel, color=red] 2019 2019 travel red",
		"test [edition=2022, bot=sales, color=red] 2022 2022 sales red", "test [edition=2022, bot=travel, color=red] 2022 2022 travel red",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	opt := c.options(t)
	opt.SetFlags = map[string]bool{"edition": true}
	if _, err := Run(t.Context(), []*format.File{f}, opt); err == nil || !strings.Contains(err.Error(), "test.yaml:2:10: --edition or its environment variable would replace every value of the matrix") {
		t.Error(err)
	}
}

// TestData checks that a scenario runs once for each row, with the rounds and the step of the options.
func TestData(t *testing.T) {
	t.Parallel()
	csv := "\ufeffname,Work Email\r\nAda,ada@mail.example\r\n\"B, ${name}\",b@mail.example\r\n"
	json := `[{"name": "Ada", "Work Email": "ada@mail.example"}, {"name": "B, ${name}", "Work Email": "b@mail.example", "n": {"a": [1]}}]`
	for name, data := range map[string]string{"rows.csv": csv, "rows.json": json, "rows.yaml": json} {
		dir := t.TempDir()
		writeFiles(t, dir, map[string]string{name: data, "main.yaml": `name: import
data: ` + name + `
steps:
  - start: {}
  - answer: {Who: '${name}', Mail: '${Work Email}'}
`})
		files, err := format.Load([]string{filepath.Join(dir, "main.yaml")}, "")
		if err != nil {
			t.Fatal(err)
		}
		c := startCRM(t, testSecret)
		opt := c.options(t)
		opt.Rounds = 2
		rep, err := Run(t.Context(), files, opt)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, s := range rep.Suites {
			names = append(names, s.Name)
		}
		want := []string{"import [row 1: Ada, round 1]", "import [row 2: B, ${name}, round 1]", "import [row 1: Ada, round 2]", "import [row 2: B, ${name}, round 2]"}
		if diff := cmp.Diff(want, names); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
		last := c.bodies()[11]
		if !strings.Contains(last, `"value":"B, ${name}"`) || !strings.Contains(last, `"b@mail.example"`) {
			t.Errorf("%s: the body is %s", name, last)
		}
		opt.Step = "4/2"
		if rep, err = Run(t.Context(), files, opt); err != nil || rep.Count().Steps != 1 || c.bodies()[13] != last {
			t.Errorf("step 4/2: %v %v", err, outcomes(rep))
		}
		opt.Step = "5/2"
		if _, err = Run(t.Context(), files, opt); err == nil {
			t.Error("there is a run 5")
		}
	}
}

func TestDataProblems(t *testing.T) {
	t.Parallel()
	outside := filepath.Join(t.TempDir(), "rows.csv")
	writeFiles(t, filepath.Dir(outside), map[string]string{"rows.csv": "a\n1\n"})
	long := "a,b\n" + strings.Repeat("1,2\n", 60_000)
	for name, tt := range map[string]struct{ data, steps, want string }{
		"empty.csv":   {"a,b\n", "[{start: {}}]", `main.yaml:2:7: "empty.csv" cannot be read: it has no rows; add at least one`},
		"fields.csv":  {"a,b\n1\n", "[{start: {}}]", `cannot be read: line 2 is not CSV: wrong number of fields`},
		"twice.csv":   {"a,a\n1,2\n", "[{start: {}}]", `row 1: the name of a column is empty, occurs twice or contains a }`},
		"quote.csv":   {"a\n\"secret", "[{start: {}}]", "line 2 is not CSV"},
		"object.json": {`{"secret": 1}`, "[{start: {}}]", `it is not a list of objects, such as [{"name": "Ada"}]`},
		"list.json":   {`["secret"]`, "[{start: {}}]", "it is not a list of objects"},
		"broken.json": {`[{"secret": 1`, "[{start: {}}]", "it is not a list of objects"},
		"map.yaml":    {"secret: 1\n", "[{start: {}}]", "it is not a list of objects"},
		"data.txt":    {"a", "[{start: {}}]", "its name must end with .csv, .json, .yaml or .yml"},
		"long.csv":    {long, "[{start: {}}, {answer: 1}]", "the scenario has more than 100000 steps and deliveries in its 60000 runs, the limit for one scenario"},
		"column.csv":  {"PATH\nx\n", "[{probe: {run: ls}}]", `the column "PATH" would be set in the command's environment`},
		"cells.csv":   {strings.Repeat("a", 1) + "\n" + strings.Repeat("1\n", 100_001), "[{start: {}}]", "it has more than 100000 rows"},
	} {
		got := lintFiles(t, map[string]string{name: tt.data, "main.yaml": "name: a\ndata: " + name + "\nsteps: " + tt.steps + "\n"})
		if !strings.Contains(got, tt.want) || strings.Contains(got, "secret") {
			t.Errorf("%s: got %.400s", name, got)
		}
	}
	if got := lintFiles(t, map[string]string{"main.yaml": "name: a\ndata: " + outside + "\nsteps: [{start: {}}]\n"}); !strings.Contains(got, "it is not below the scenario's folder or the working directory") {
		t.Error(got)
	}
}

func writeFiles(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestOutputOfACommand checks matchers on an output that ends with a line feed, as most do.
func TestOutputOfACommand(t *testing.T) {
	t.Parallel()
	runSteps(t, jsonCRM(t), `steps:
  - {probe: {run: echo 5}, expect: {body: {greater_than: 4, between: [5, 6]}}}
  - {probe: {run: echo 2020-01-01}, expect: {body: {near: {time: 2020-01-01, within: 1s}, less_than: 2020-01-02}}}
  - {probe: {run: echo end}, expect: {body: end}}
`, "pass probe echo 5", "pass probe echo 2020-01-01", `fail probe echo end | body: "end\n", not "end"`)
}
