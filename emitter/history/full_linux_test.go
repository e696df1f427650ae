package history

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// smallDisk mounts a file system of 3 MB with a file of the size filler.
func smallDisk(t *testing.T, filler int) (dir, file string) {
	t.Helper()
	dir = t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=3m"); err != nil {
		t.Skipf("a small disk cannot be mounted: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	file = filepath.Join(dir, "filler")
	writeFile(t, file, make([]byte, filler))
	return dir, file
}

// fillDisk records until the disk is full.
func fillDisk(t *testing.T, path string) {
	t.Helper()
	store, err := Open(context.Background(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for range 100_000 {
		if err = store.Plan(context.Background(), sampleBatch(1)); err != nil {
			break
		}
	}
	if err == nil {
		t.Fatal("the disk is not full")
	}
	_ = store.Close() // the error may be the same
}

func pruneAll(t *testing.T, path string) (Pruned, error) {
	t.Helper()
	store, err := Open(context.Background(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	done, err := store.Prune(context.Background(), Condition{Keep: 3, All: true})
	_ = store.Close() // may fail, because the disk is full
	return done, err
}

var freeFirst = regexp.MustCompile(`: the disk is full; free (\d+) KB on it and try again, or move \S+/history.db and \S+/history.db-wal to another disk and prune there with --history$`)

// TestPruneOnAFullDisk: prune frees space if it can. Otherwise its error has the space that it needs, which is enough.
func TestPruneOnAFullDisk(t *testing.T) {
	t.Parallel()
	dir, filler := smallDisk(t, 1<<20)
	path := filepath.Join(dir, "history.db")
	fillDisk(t, path)
	done, err := pruneAll(t, path)
	if err != nil {
		match := freeFirst.FindStringSubmatch(err.Error())
		if match == nil {
			t.Fatalf("%v does not say what to do", err)
		}
		need, _ := strconv.Atoi(match[1])
		t.Logf("%d KB are needed", need)
		if need > 1024 {
			t.Fatalf("%d KB are needed to remove deliveries of less than 2 MB", need)
		}
		if err := os.Truncate(filler, 1<<20-int64(need)<<10); err != nil {
			t.Fatal(err)
		}
		if done, err = pruneAll(t, path); err != nil {
			t.Fatalf("with %d KB free: %v", need, err)
		}
	}
	if done.Deliveries == 0 || done.After >= done.Before || done.After > 1<<20 {
		t.Errorf("%+v", done)
	}
	store := openStore(t, path)
	checkIntegrity(t, store)
	record(t, store, nil)
}

// TestFullDiskWithoutALog has no space for the log files of the history. The history can be read, and pruned after the space
// in the error is free.
func TestFullDiskWithoutALog(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	dir, filler := smallDisk(t, 1<<20)
	path := filepath.Join(dir, "history.db")
	store, err := Open(ctx, path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Plan(ctx, sampleBatch(200)); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil { // moves the log into the file
		t.Fatal(err)
	}
	_ = os.WriteFile(filler, make([]byte, 3<<20), 0o600) // fills the disk

	if _, err := Open(ctx, path, Options{}); err == nil || !strings.HasSuffix(err.Error(), "free 1 MB, or move the history to another disk") {
		t.Errorf("opening for writing: %v", err)
	}
	reading, err := Open(ctx, path, Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(strings.Fields(listIDs(t, reading, Filter{}))); n != 200 {
		t.Errorf("%d deliveries can be read, want 200", n)
	}
	if err := reading.Close(); err != nil {
		t.Error(err)
	}
	info, err := os.Stat(filler)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filler, info.Size()-1<<20); err != nil {
		t.Fatal(err)
	}
	if done, err := pruneAll(t, path); err != nil || done.Deliveries != 197 {
		t.Errorf("%+v, %v", done, err)
	}
}
