package history

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"
)

// TestWaitForALockOnce writes while another process holds the lock, as a suspended process does. All jobs in the queue
// wait once together, and the error has the time.
func TestWaitForALockOnce(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	path := newPath(t)
	store, err := Open(ctx, path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	other, err := openConn(store.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if err := other.Exec("BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	var waiting []Planning
	for range 3 {
		p, err := store.PlanAhead(ctx, sampleBatch(maxBatch)) // each takes a transaction of its own
		if err != nil {
			t.Fatal(err)
		}
		waiting = append(waiting, p)
	}
	for _, p := range waiting {
		if err := p.Wait(ctx); err == nil || !strings.Contains(err.Error(), "has locked it for 10 s") {
			t.Errorf("%v, want an error that states 10 s", err)
		}
	}
	if err := store.Close(); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took < lockWait || took > 2*lockWait {
		t.Errorf("waited %s, want %s", took, lockWait)
	}
}

// TestLogIsPrivate: only the user may read the log, also of a history that others may read.
func TestLogIsPrivate(t *testing.T) {
	t.Parallel()
	for _, mode := range []os.FileMode{0o600, 0o644} {
		path := newPath(t)
		record(t, openStore(t, path), nil)
		first := openStore(t, path)
		record(t, first, nil)
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		for _, store := range []*Store{openStore(t, path), openStore(t, path)} {
			record(t, store, nil)
		}
		for _, file := range []string{path + "-wal", path + "-shm"} {
			if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("history %v: %s: %v, %v, want mode 0600", mode, file, info.Mode(), err)
			}
		}
	}
}
