package scenarios

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"testing"

	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/receiver"
	"artihook/scenarios/format"

	"github.com/google/go-cmp/cmp"
)

// TestBatch checks that a batch is recorded before its first delivery is sent, and that deliveries which are not sent are
// withdrawn.
func TestBatch(t *testing.T) {
	t.Parallel()
	store, err := history.Open(t.Context(), filepath.Join(t.TempDir(), "history.db"), history.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	c := startCRM(t, testSecret)
	planned := -1 // deliveries in the history during the first request
	c.respond = func(w http.ResponseWriter, a *receiver.Arrival) {
		if a.Summary.Version == 1 && planned < 0 {
			planned = len(listAll(t, store))
		}
	}
	opt := c.options(t)
	e := emitter.New(emitter.Options{History: store})
	defer e.Close()
	opt.Emitter, opt.FailFast = e, true
	f := parseSteps(t, "steps: [{start: {}}, {answer: 2}, {answer: 1, expect: {status: 204}, name: 'bad one'}, {answer: 1}, {complete: }]")
	if _, err := Run(t.Context(), []*format.File{f}, opt); err != nil || planned != 6 {
		t.Fatalf("%d deliveries were planned, %v", planned, err)
	}
	var steps []string
	for _, d := range listAll(t, store) {
		steps = append(steps, fmt.Sprintf("%s %s v%d %d", d.Scenario, d.Step, d.Version, d.Status))
	}
	want := []string{"test 3 bad one v4 200", "test 2 answer 2 v3 200", "test 2 answer 2 v2 200", "test 1 start v1 200"}
	if diff := cmp.Diff(want, steps); diff != "" {
		t.Error(diff)
	}
}

func listAll(t *testing.T, store *history.Store) []history.Delivery {
	var all []history.Delivery
	for d, err := range store.List(context.Background(), history.Filter{}) {
		if err != nil {
			t.Error(err)
		}
		all = append(all, d)
	}
	return all
}
