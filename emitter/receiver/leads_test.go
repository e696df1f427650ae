package receiver

import (
	"fmt"
	"strings"
	"testing"
)

func eventOf(action string, version int) []byte {
	return fmt.Appendf(nil, `{"lead":{"data":{"Name":{"value":"v%d"}}},"resource":"lead","action":%q,"resource_id":"one","resource_version":%d}`, version, action, version)
}

func TestLeads(t *testing.T) {
	t.Parallel()
	type step struct {
		action  string
		version int
		effect  Effect
	}
	tests := []struct {
		name    string
		steps   []step
		version int // of the record at the end
	}{
		{"in order", []step{{"created", 1, EffectApplied}, {"updated", 2, EffectApplied}, {"completed", 3, EffectApplied}}, 3},
		{"twice", []step{{"created", 1, EffectApplied}, {"created", 1, EffectDuplicate}}, 1},
		{"stale", []step{{"updated", 3, EffectApplied}, {"updated", 2, EffectStale}, {"created", 1, EffectStale}}, 3},
		{"completed repeats the version", []step{{"updated", 3, EffectApplied}, {"completed", 3, EffectApplied}, {"updated", 3, EffectDuplicate}}, 3},
		{"updated after completed", []step{{"completed", 3, EffectApplied}, {"updated", 3, EffectStale}}, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			leads := &Leads{}
			for i, s := range tt.steps {
				if got := leads.Take(eventOf(s.action, s.version)); got != s.effect {
					t.Errorf("step %d: got %q, want %q", i, got, s.effect)
				}
			}
			record, _ := leads.Of("one")
			if want := fmt.Sprintf(`"v%d"`, record.Version); record.Version != tt.version || string(record.Answers["Name"]) != want {
				t.Errorf("got %+v, want version %d with answer %s", record, tt.version, want)
			}
		})
	}
}

func has(leads *Leads, id string) bool {
	_, ok := leads.Of(id)
	return ok
}

func TestLeadsAreBounded(t *testing.T) {
	t.Parallel()
	leads := &Leads{}
	for i := range maxLeads + 5 {
		leads.Take(fmt.Appendf(nil, `{"resource":"lead","action":"created","resource_id":"%d","resource_version":1}`, i))
	}
	if len(leads.known) != maxLeads || has(leads, "0") || !has(leads, fmt.Sprint(maxLeads)) {
		t.Errorf("%d leads are stored", len(leads.known))
	}
	large := &Leads{limit: 1000}
	for i := range 20 {
		large.Take(fmt.Appendf(nil, `{"resource":"lead","action":"created","resource_id":"%d","resource_version":1,"x":%q}`, i, strings.Repeat("x", 100)))
	}
	if large.size > 1000 || len(large.order) < 3 || has(large, "0") {
		t.Errorf("%d bytes of %d leads are stored", large.size, len(large.order))
	}
	for i := range maxEvents + 5 {
		large.Take(fmt.Appendf(nil, `{"resource":"lead","action":"updated","resource_id":"one","resource_version":%d}`, i))
	}
	if n := len(large.known["one"].seen); n != maxEvents {
		t.Errorf("%d events of the lead are stored", n)
	}
	if leads.Take([]byte(`5`)) != "" {
		t.Error("a body without a lead has an effect")
	}
}
