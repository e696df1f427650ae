package history

import (
	"os"
	"testing"
)

// TestSkipCheckpointLeavesTheLog records through one store with SkipCheckpoint after the other, as commands in a shell do,
// and reads all deliveries at the end.
func TestSkipCheckpointLeavesTheLog(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	left := 0
	for range 12 {
		store, err := Open(t.Context(), path, Options{SkipCheckpoint: true})
		if err != nil {
			t.Fatal(err)
		}
		d := sample()
		if err := store.Plan(t.Context(), []*Delivery{d}); err != nil {
			t.Fatal(err)
		}
		setStatus(d, 204)
		if err := store.Finish(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path + "-wal"); err == nil && info.Size() > 0 {
			left++
		}
	}
	if left == 0 {
		t.Error("no store has left a log")
	}
	store := openStore(t, path)
	checkIntegrity(t, store)
	seen := 0
	for d, err := range store.List(t.Context(), Filter{}) {
		if err != nil || d.Status != 204 {
			t.Fatalf("%+v, %v", d, err)
		}
		seen++
	}
	if seen != 12 {
		t.Errorf("%d of 12 deliveries are there", seen)
	}
}
