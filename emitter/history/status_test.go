package history

import (
	"bytes"
	"slices"
	"testing"

	"artihook/emitter/exchange"
)

func TestStatusFailed(t *testing.T) {
	t.Parallel()
	store := listed(t)
	record(t, store, func(d *Delivery) { // a 200 without its body
		d.Status, d.Error = 200, "timeout"
		d.Response = &exchange.Response{Status: 200}
	})
	for _, tt := range []struct {
		filter Filter
		want   string
	}{
		{Filter{Status: StatusFailed}, "10 8 5 4 3"},
		{Filter{Status: StatusFailed, Limit: 2}, "10 8"},
		{Filter{Status: StatusFailed, Oldest: true}, "3 4 5 8 10"},
		{Filter{Status: StatusFailed, Lead: leadB}, "5"},
		{Filter{Status: ErrorUnknown}, "9"},
	} {
		if got := listIDs(t, store, tt.filter); got != tt.want {
			t.Errorf("%+v: got %q, want %q", tt.filter, got, tt.want)
		}
	}
	var failed int64
	for d, err := range store.List(t.Context(), Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		status, _ := parseStatuses(StatusFailed)
		if matches := matchesAny(status, &d); matches != slices.Contains([]int64{10, 8, 5, 4, 3}, d.ID) {
			t.Errorf("watching, delivery %d: %v", d.ID, matches)
		} else if matches {
			failed++
		}
	}
	if s, err := store.Stats(t.Context(), Filter{Status: StatusFailed}); err != nil || s.Deliveries != failed || s.Accepted != 0 {
		t.Errorf("stats: %+v, %v", s, err)
	}
}

// TestOldNameOfOtherFailures reads failures that earlier versions recorded as "failed".
func TestOldNameOfOtherFailures(t *testing.T) {
	t.Parallel()
	store := openStore(t, newPath(t))
	record(t, store, func(d *Delivery) { d.Error = oldFailureOther })
	record(t, store, func(d *Delivery) { d.Error = FailureOther })
	for _, status := range []string{FailureOther, StatusFailed} {
		if got := listIDs(t, store, Filter{Status: status}); got != "2 1" {
			t.Errorf("%s: got %q", status, got)
		}
	}
	old, err := store.Get(t.Context(), 1)
	if err != nil || old.Error != FailureOther {
		t.Errorf("got %q, %v", old.Error, err)
	}
	if s, err := store.Stats(t.Context(), Filter{}); err != nil || len(s.Statuses) != 1 || s.Statuses[0].Name != FailureOther || s.Statuses[0].Deliveries != 2 {
		t.Errorf("stats: %+v, %v", s, err)
	}
	old.Error = oldFailureOther
	var line bytes.Buffer
	if err := WriteLine(&line, &old); err != nil {
		t.Fatal(err)
	}
	for d, err := range ReadLines(&line) {
		if err != nil || d.Error != FailureOther {
			t.Errorf("imported: got %q, %v", d.Error, err)
		}
	}
}
