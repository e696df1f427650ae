package cmd

import (
	"testing"

	"artihook/emitter/history"
)

func TestFailuresLeaveOutRetriedDeliveries(t *testing.T) {
	t.Parallel()
	var f failures
	for _, d := range []history.Delivery{
		{ID: 1, Lead: "a", Event: "lead:created", Version: 1, Attempt: 1, Status: 500},
		{ID: 2, Lead: "b", Event: "lead:created", Version: 1, Attempt: 1, Status: 500},
		{ID: 3, Lead: "a", Event: "lead:created", Version: 1, Attempt: 2, Status: 204, State: history.Done},
		{ID: 4, Lead: "b", Event: "lead:created", Version: 1, Attempt: 2, Status: 503},
		{ID: 5, Lead: "a", Event: "lead:updated", Version: 2, Attempt: 1, Status: 500},
	} {
		f.add(d)
	}
	if len(f) != 2 || f[0].ID != 4 || f[1].ID != 5 {
		t.Errorf("failures are %v, want deliveries 4 and 5", f)
	}
}
