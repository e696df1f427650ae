package scenarios

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"artihook/emitter/receiver"
	"artihook/scenarios/format"

	"github.com/google/go-cmp/cmp"
)

var (
	times = regexp.MustCompile(`(\$\.at): [^,]*,`)
	ids   = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}`)
)

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
		{"{body: [{path: $.id, greater_than: 1, less_than: 9007199254740994}, {path: $.price, between: [1.5, 2]}, {path: $.tags, length: 2, contains: [b]}]}", ""},
		{"{body: [{path: $.lead, contains: {id: '${lead}'}}, {path: $.tags, each: {matches: '^.$', not: c}}, {path: $.ok, not: {equals: 'false'}, type: boolean}]}", ""},
		{"{body: [{path: $.lead.id, type: uuid, one_of: [a, '${lead}']}, {path: $.id, type: integer}, {path: $.n, type: 'null'}, {path: '$.no[*]', length: 0}, {path: $.at, near: 1h, type: date, greater_than: 2020-01-01}]}", ""},
		{"{body: [{path: $.at, near: {time: 2020-01-01T00:00:00Z, within: 1s}}]}", "body $.at: TIME, not a time within 1s of 2020-01-01T00:00:00Z"},
		{"{body: [{path: $.seconds, near: 1h}, {path: '$.tags[*]', each: {one_of: [a, b]}}, {path: $.tags, each: {length: {less_than: 2}}}], headers: {X-Id: {not: {contains: x}, length: {between: [1, 4]}}}}", ""},
		{"{body: {path: $.id, greater_than: 9007199254740993}}", "body $.id: 9007199254740993, not greater than 9007199254740993"},
		{"{body: {path: $.ok, greater_than: 1}}", "body $.ok: true, not greater than 1"},
		{"{body: {path: $.no, not: a}}", "body $.no: nothing, not not a"},
		{"{body: {path: $.tags, each: {equals: a}}}", "body $.tags, entry 2: b, not a"},
		{"{body: {path: $.tags, length: 3, contains: [a, c]}}", `body $.tags: ["a","b"], not a value that contains ["a","c"] | body $.tags length: 2, not 3`},
		{"{body: {path: $.lead, contains: {id: x}}}", `body $.lead: {"id":"LEAD"}, not a value that contains {"id":"x"}`},
		{"{body: {path: $.price, between: [2, 3]}}", "body $.price: 1.5, not at least 2"},
		{"{body: {path: $.ok, type: string, one_of: [yes, no]}}", "body $.ok: true, not one of yes, no | body $.ok: true, not type string"},
		{"{body: {path: $.id, each: a}}", "body $.id: 9007199254740993, not a list"},
		{"{body: {not: {contains: ok}}}", "body: BODY"},
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
		if got := outcomes(rep); strings.HasSuffix(want, "BODY") && strings.HasPrefix(got[0], strings.TrimSuffix(want, "BODY")) {
			continue
		}
		if diff := cmp.Diff([]string{want}, []string{ids.ReplaceAllString(times.ReplaceAllString(outcomes(rep)[0], "$1: TIME,"), "LEAD")}); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", tt.expect, diff)
		}
	}
}

func TestBodyWithoutJSON(t *testing.T) {
	t.Parallel()
	c := startCRM(t, testSecret)
	c.respond = func(w http.ResponseWriter, _ *receiver.Arrival) { io.WriteString(w, "<html>") }
	rep, err := Run(t.Context(), []*format.File{parseSteps(t, "steps: [{start: {}, expect: {body: [{path: $.id, is: 1}, {path: $.id, exists: false}]}, capture: {id: {path: $.id}}}]")}, c.options(t))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"fail start | body $.id: the body is not JSON, not 1 | body $.id: the body is not JSON, not JSON | capture id from body $.id: the body is not JSON, not JSON"}
	if diff := cmp.Diff(want, outcomes(rep)); diff != "" {
		t.Error(diff)
	}
}
