package history

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

func TestNewFileIsPrivate(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("windows has no file modes")
	}
	outer := t.TempDir()
	if err := os.Chmod(outer, 0o755); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(outer, "a", "b")
	path := filepath.Join(folder, "history.db")
	store := openStore(t, path)
	record(t, store, nil)
	if err := store.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]fs.FileMode{
		outer: 0o755, filepath.Dir(folder): 0o700, folder: 0o700,
		path: 0o600, path + "-wal": 0o600, path + "-shm": 0o600,
	} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", name, got, want)
		}
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(folder)
	if err != nil || len(left) != 1 {
		t.Errorf("after closing there are %v, want the history alone (%v)", left, err)
	}
}

func TestOpenAnyFileName(t *testing.T) {
	t.Parallel()
	names := []string{"a b.db", "50%.db", "what?mode=ro#x.db", ":memory:", "é'\"&;.db"}
	if runtime.GOOS == "windows" {
		names = names[:2]
	}
	for _, name := range names {
		path := filepath.Join(t.TempDir(), name)
		record(t, openStore(t, path), nil)
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
		if got := listIDs(t, openStore(t, path), Filter{}); got != "1" {
			t.Errorf("%q: deliveries %q, want 1", name, got)
		}
	}
}

func TestOpenFromTheWorkingFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	store := openStore(t, "history.db")
	record(t, store, nil)
	if !filepath.IsAbs(store.Path()) {
		t.Errorf("path %q, want an absolute one", store.Path())
	}
	t.Chdir(t.TempDir())
	if got := listIDs(t, store, Filter{}); got != "1" {
		t.Errorf("deliveries %q after changing the folder, want 1", got)
	}
}

func TestReadOnlyOfAMissingHistoryIsEmpty(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	path := newPath(t)
	store, err := Open(ctx, path, Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if got := listIDs(t, store, Filter{}); got != "" {
		t.Errorf("deliveries %q, want none", got)
	}
	if _, err := store.Last(ctx); !errors.Is(err, ErrNotFound) {
		t.Errorf("last: %v, want ErrNotFound", err)
	}
	if err := store.Plan(ctx, sampleBatch(1)); !errors.Is(err, errClosed) {
		t.Errorf("planning: %v, want errClosed", err)
	}
	if _, err := os.Stat(filepath.Dir(path)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder has been made: %v", err)
	}
	record(t, openStore(t, path), nil)
	if got := listIDs(t, store, Filter{}); got != "1" {
		t.Errorf("deliveries %q once another store has made the history, want 1", got)
	}
}

func TestReadOnlyDoesNotChangeAnEmptyFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "history.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	store, err := Open(context.Background(), path, Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if got := listIDs(t, store, Filter{}); got != "" {
		t.Errorf("deliveries %q, want none", got)
	}
	if info, err := os.Stat(path); err != nil || info.Size() != 0 {
		t.Errorf("the file has changed: %v, %v", info, err)
	}
}

func TestOpenInvalidPaths(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	file := filepath.Join(folder, "file")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	closed := filepath.Join(folder, "closed")
	if err := os.Mkdir(closed, 0o500); err != nil {
		t.Fatal(err)
	}
	cases := map[string]struct {
		path    string
		needsMe bool // root can write anywhere
	}{
		"below a file":       {filepath.Join(file, "history.db"), false},
		"far below a file":   {filepath.Join(file, "a", "b", "history.db"), false},
		"a folder":           {folder, false},
		"in a closed folder": {filepath.Join(closed, "history.db"), true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if c.needsMe && os.Getuid() <= 0 {
				t.Skip("root may write anywhere, and windows has no such folder")
			}
			store, err := Open(context.Background(), c.path, Options{})
			if err == nil {
				store.Close()
			}
			plain, ok := errors.AsType[*Error](err)
			if !ok || plain.Op != "opening" || plain.Path != c.path {
				t.Fatalf("error %#v, want an *Error with the path", err)
			}
			if text := err.Error(); strings.Contains(text, "SQL") || strings.Contains(text, "\n") {
				t.Errorf("error %q is not plain", text)
			}
		})
	}
}

func TestOpenEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Open(ctx, newPath(t), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}

func TestClosedStore(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	store := openStore(t, newPath(t))
	d := record(t, store, nil)
	for range 2 {
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
	}
	_, getErr := store.Get(ctx, 1)
	for name, err := range map[string]error{
		"plan": store.Plan(ctx, sampleBatch(1)), "finish": store.Finish(ctx, d), "flush": store.Flush(ctx), "get": getErr,
	} {
		if !errors.Is(err, errClosed) {
			t.Errorf("%s: %v, want errClosed", name, err)
		}
	}
}

// TestOpenTogether opens one new file with many stores at the same time.
func TestOpenTogether(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	var wg sync.WaitGroup
	start := make(chan struct{})
	for range 12 {
		wg.Go(func() {
			<-start
			store, err := Open(context.Background(), path, Options{})
			if err != nil {
				t.Error(err)
				return
			}
			defer store.Close()
			if err := store.Plan(context.Background(), sampleBatch(5)); err != nil {
				t.Error(err)
			}
		})
	}
	close(start)
	wg.Wait()
	store := openStore(t, path)
	if n := len(strings.Fields(listIDs(t, store, Filter{}))); n != 60 {
		t.Errorf("%d deliveries, want 60", n)
	}
	checkIntegrity(t, store)
}

func checkIntegrity(t *testing.T, store *Store) {
	t.Helper()
	db, err := store.db(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var verdict string
	if err := db.QueryRow("PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
		t.Errorf("integrity check: %q, %v", verdict, err)
	}
}
