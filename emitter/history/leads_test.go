package history

import (
	"fmt"
	"testing"
)

// TestLeadAfterManyOthers: a lead has a second row in leads after a thousand others, without an effect on lists.
func TestLeadAfterManyOthers(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	ofA := func(version int) {
		store, err := Open(t.Context(), path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		record(t, store, func(d *Delivery) { d.Lead, d.Version = leadA, version })
		record(t, store, func(d *Delivery) { d.Lead = leadB })
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
	}
	others := func(from int) {
		rawExec(t, path, fmt.Sprintf("WITH RECURSIVE n(i) AS (SELECT %d UNION ALL SELECT i + 1 FROM n WHERE i < %d) INSERT INTO leads (key) SELECT 'other ' || i FROM n", from, from+1499))
	}
	ofA(1)
	ofA(2)
	others(0)
	ofA(3)
	others(1500)
	ofA(9)
	store := openStore(t, path)
	if n, err := store.leadNumbers(t.Context(), leadA); err != nil || len(n) != 3 {
		t.Errorf("numbers %v (%v), want three", n, err)
	}
	for filter, want := range map[Filter]string{
		{Lead: leadA}: "7 5 3 1", {Lead: leadA, Oldest: true}: "1 3 5 7", {Lead: leadA, Limit: 2}: "7 5", {Lead: leadA, Before: 6, Limit: 2}: "5 3",
		{Lead: leadA, Oldest: true, Limit: 2}: "5 7", {Lead: leadA, Status: "5xx"}: "", {Lead: "other 7"}: "",
	} {
		if got := listIDs(t, store, filter); got != want {
			t.Errorf("%+v: %q, want %q", filter, got, want)
		}
	}
	if d, err := store.LastOfLead(t.Context(), leadA); err != nil || d.ID != 7 {
		t.Errorf("the last is %d, %v", d.ID, err)
	}
	if stats, err := store.Stats(t.Context(), Filter{Lead: leadA}); err != nil || stats.Deliveries != 4 {
		t.Errorf("%d deliveries, %v, want 4", stats.Deliveries, err)
	}
	if _, err := store.LastOfLead(t.Context(), "none"); err == nil {
		t.Error("an unknown lead was found")
	}
}
