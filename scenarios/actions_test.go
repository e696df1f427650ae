package scenarios

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"artihook/scenarios/format"

	"github.com/google/go-cmp/cmp"
)

// TestActionTable checks that every action of the format has a complete entry, and that every entry is an action.
func TestActionTable(t *testing.T) {
	t.Parallel()
	table := actionTable()
	for _, f := range reflect.VisibleFields(reflect.TypeFor[format.Step]()) {
		if f.Tag.Get("one") != "action" {
			continue
		}
		key := f.Tag.Get("yaml")
		a, ok := table[key]
		delete(table, key)
		switch {
		case !ok:
			t.Errorf("the action %q of a step has no entry in actionTable", key)
		case a.title == nil:
			t.Errorf("the action %q has no title", key)
		case a.nested == nil && a.prepare == nil && a.execute == nil:
			t.Errorf("the action %q does nothing", key)
		case a.nested != nil && (a.prepare != nil || a.execute != nil || a.batchable):
			t.Errorf("the action %q has both nested and its own functions", key)
		}
	}
	for key := range table {
		t.Errorf("the entry %q is not an action of a step", key)
	}
}

func TestRunSteps(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, file string
		events     []string // that the receiver gets; nil means any
		outcomes   []string // of the steps; nil means that all pass
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
			name:   "duplicate, drop, resend, out of order, stale",
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
				"fail answer 1 (cut body) | status: cut: the connection was closed in the middle of the body, as requested, not 204",
			},
		},
		{
			name:   "bodies",
			file:   "vars: {n: nine}\nsteps: [{send: {body: '{\"a\":\"${n}\"}'}}, {send: {base64: e30=}}, {send: {action: updated, set: {lead.version: 9, resource_version: 9}}}, {send: {body: 'no JSON'}, expect: {status: 400}}]",
			events: []string{" 0 204", " 0 204", "updated 9 204", " 0 400"},
		},
		{
			name:   "an event that send generates does not advance the lead",
			file:   "steps: [{start: {}, lead: ann}, {send: {action: completed}, lead: ann}, {answer: 1}]",
			events: []string{"created 1 204", "completed 2 204", "updated 2 204"},
		},
		{
			name:   "repeat",
			file:   "steps: [{start: {}}, {repeat: {times: 2, steps: [{answer: {'Field ${index}': x}}, {answer: 1}]}}]",
			events: []string{"created 1 204", "updated 2 204", "updated 3 204", "updated 4 204", "updated 5 204"},
		},
		{
			name:   "an escaped variable",
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

// TestFaultInjectionNeedsSend checks that the format accepts fault injection only for the actions that send.
func TestFaultInjectionNeedsSend(t *testing.T) {
	t.Parallel()
	values := map[string]string{
		"start": "{}", "answer": "1", "complete": "", "abandon": "", "send": "{body: x}", "resend": "first", "wait": "1s",
		"probe": "{run: x}", "repeat": "{times: 1, steps: [{start: {}}]}", "parallel": "[{steps: [{start: {}}]}]",
		"for_each": "{leads: 1, steps: [{start: {}}]}",
	}
	for key, a := range actionTable() {
		value, ok := values[key]
		if !ok {
			t.Errorf("no value for the action %q; add one to this test", key)
		}
		text := "name: test\nsteps:\n  - start: {}\n    id: first\n  - " + key + ": " + value + "\n"
		if _, err := format.Parse("test.yaml", []byte(text)); err != nil {
			t.Errorf("%s: %v", key, err)
		}
		sends := a.prepare != nil && a.execute != nil
		if _, err := format.Parse("test.yaml", []byte(text+"    unsigned: true\n")); (err == nil) != sends {
			t.Errorf("%s: sends is %t in the table, but the error of the format is %v", key, sends, err)
		}
	}
}
