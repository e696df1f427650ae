package scenarios

import (
	"testing"

	"artihook/scenarios/format"

	"github.com/google/go-cmp/cmp"
)

// TestCaptures checks that later steps can use captured variables in bodies, URLs of probes, commands and expectations.
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
		t.Errorf("the body is %s", got)
	}
}
