package receiver

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func eventOf(action string, version int) []byte {
	return fmt.Appendf(nil, `{"lead":{"data":{"Name":{"value":"v%d"}}},"resource":"lead","action":%q,"resource_id":"one","resource_version":%d}`, version, action, version)
}

func TestLeads(t *testing.T) {
	type step struct {
		action  string
		version int
		effect  Effect
	}
	tests := []struct {
		name    string
		faults  []Fault
		steps   []step
		version []int // of the records at the end
	}{
		{"in order", nil, []step{{"created", 1, EffectApplied}, {"updated", 2, EffectApplied}, {"completed", 3, EffectApplied}}, []int{3}},
		{"twice", nil, []step{{"created", 1, EffectApplied}, {"created", 1, EffectDuplicate}}, []int{1}},
		{"stale", nil, []step{{"updated", 3, EffectApplied}, {"updated", 2, EffectStale}, {"created", 1, EffectStale}}, []int{3}},
		{"completed repeats the version", nil, []step{{"updated", 3, EffectApplied}, {"completed", 3, EffectApplied}, {"updated", 3, EffectDuplicate}}, []int{3}},
		{"updated after completed", nil, []step{{"completed", 3, EffectApplied}, {"updated", 3, EffectStale}}, []int{3}},
		{"not idempotent", []Fault{FaultNotIdempotent}, []step{{"created", 1, EffectApplied}, {"created", 1, EffectApplied}}, []int{1, 1}},
		{"refuses duplicates", []Fault{FaultRefusesDuplicates}, []step{{"created", 1, EffectApplied}, {"created", 1, EffectRefused}}, []int{1}},
		{"refuses stale", []Fault{FaultRefusesStale}, []step{{"updated", 2, EffectApplied}, {"created", 1, EffectRefused}}, []int{2}},
		{"trusts the order", []Fault{FaultTrustsOrder}, []step{{"updated", 2, EffectApplied}, {"created", 1, EffectApplied}}, []int{1}},
		{"needs created", []Fault{FaultNeedsCreated}, []step{{"updated", 2, EffectRefused}}, nil},
		{"needs the next", []Fault{FaultNeedsNextVersion}, []step{{"created", 1, EffectApplied}, {"updated", 3, EffectRefused}}, []int{1}},
		{"drops a seen version", []Fault{FaultDropsSeenVersion}, []step{{"updated", 2, EffectApplied}, {"completed", 2, EffectDuplicate}}, []int{2}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			leads := &Leads{}
			leads.set(tt.faults)
			for i, s := range tt.steps {
				if got := leads.Take(eventOf(s.action, s.version)); got != s.effect {
					t.Errorf("step %d: got %q, want %q", i, got, s.effect)
				}
			}
			var versions []int
			for _, record := range leads.Of("one") {
				versions = append(versions, record.Version)
				if want := fmt.Sprintf(`"v%d"`, record.Version); string(record.Answers["Name"]) != want {
					t.Errorf("the answer is %s, want %s", record.Answers["Name"], want)
				}
			}
			if diff := cmp.Diff(tt.version, versions); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLeadsAreBounded(t *testing.T) {
	leads := &Leads{}
	for i := range maxLeads + 5 {
		leads.Take(fmt.Appendf(nil, `{"resource":"lead","action":"created","resource_id":"%d","resource_version":1}`, i))
	}
	if len(leads.known) != maxLeads || leads.Of("0") != nil || leads.Of(fmt.Sprint(maxLeads)) == nil {
		t.Errorf("%d leads are kept", len(leads.known))
	}
	large := &Leads{limit: 1000}
	for i := range 20 {
		large.Take(fmt.Appendf(nil, `{"resource":"lead","action":"created","resource_id":"%d","resource_version":1,"x":%q}`, i, strings.Repeat("x", 100)))
	}
	if large.size > 1000 || len(large.order) < 3 || large.Of("0") != nil {
		t.Errorf("%d bytes of %d leads are kept", large.size, len(large.order))
	}
	for i := range maxEvents + 5 {
		large.Take(fmt.Appendf(nil, `{"resource":"lead","action":"updated","resource_id":"one","resource_version":%d}`, i))
	}
	if n := len(large.known["one"].seen); n != maxEvents {
		t.Errorf("%d events are remembered", n)
	}
	if leads.Take([]byte(`5`)) != "" {
		t.Error("a body without a lead has an effect")
	}
}
