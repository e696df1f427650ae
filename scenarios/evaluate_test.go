package scenarios

import (
	"io"
	"net/http"
	"testing"

	"artihook/emitter/receiver"
	"artihook/scenarios/format"

	"github.com/google/go-cmp/cmp"
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
