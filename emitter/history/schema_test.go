package history

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// rawExec executes queries without a store.
func rawExec(t *testing.T, path string, queries ...string) {
	t.Helper()
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1) // so that the PRAGMA applies
	for _, q := range append([]string{"PRAGMA foreign_keys = OFF"}, queries...) {
		if _, err := db.Exec(q); err != nil {
			t.Fatal(q, err)
		}
	}
}

func pragma(t *testing.T, store *Store, name string) string {
	t.Helper()
	db, err := store.db(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var value string
	if err := db.QueryRow("PRAGMA " + name).Scan(&value); err != nil {
		t.Fatal(err)
	}
	return value
}

func TestNewFileHasPragmas(t *testing.T) {
	t.Parallel()
	store := openStore(t, newPath(t))
	for name, want := range map[string]string{
		"application_id": "1634890857", "user_version": "5", "page_size": "16384", "journal_mode": "wal",
	} {
		if got := pragma(t, store, name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}

func TestOpenFillsAnEmptyFile(t *testing.T) {
	t.Parallel()
	cases := map[string]func(t *testing.T, path string){
		"no bytes":       func(t *testing.T, path string) { writeFile(t, path, nil) },
		"empty database": func(t *testing.T, path string) { rawExec(t, path, "VACUUM") },
	}
	for name, prepare := range cases {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "history.db")
			prepare(t, path)
			store := openStore(t, path)
			record(t, store, nil)
			if got := listIDs(t, store, Filter{}) + " " + pragma(t, store, "user_version"); got != "1 5" {
				t.Errorf("deliveries and version %q, want 1 5", got)
			}
		})
	}
}

func writeFile(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestOpenUpgradesAnOlderFile(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	path := newPath(t)
	record(t, openStore(t, path), nil)
	steps := append(schema(), "ALTER TABLE outcomes ADD COLUMN more TEXT; CREATE TABLE later (id)", "INSERT INTO later VALUES (7)")
	for _, opt := range []Options{{ReadOnly: true}, {}, {}} {
		store, err := open(ctx, path, opt, steps)
		if err != nil {
			t.Fatal(err)
		}
		db, err := store.db(ctx)
		if opt.ReadOnly {
			// The current schema rejects this file as newer.
			if !errors.Is(err, errNewer) {
				t.Errorf("reading: %v, want errNewer", err)
			}
			store.Close()
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		var n int
		if err := db.QueryRow("SELECT count(*) FROM later JOIN deliveries WHERE later.id = 7").Scan(&n); err != nil || n != 1 {
			t.Errorf("%d rows (%v), want the step applied once and the delivery", n, err)
		}
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestUpgradeFromTheFirstSchema upgrades a file with rows of the first schema.
func TestUpgradeFromTheFirstSchema(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	rawExec(t, path, schema()[0], "PRAGMA application_id = 1634890857", "PRAGMA user_version = 1",
		"INSERT INTO settings VALUES (1, 'crm', 'http://localhost/', 'http://localhost/', 'url', '2019', '')",
		"INSERT INTO leads VALUES (1, 'an old lead'), (7, 'a lead')",
		"INSERT INTO deliveries VALUES (1, 60000000, 7, 1, 'lead:created', 1, 1, 0), (2, 59999999, NULL, 1, 'lead:created', 1, 1, 0), (3, 60000001, NULL, 1, 'lead:created', 1, 1, 0)",
		"INSERT INTO requests SELECT id, x'' FROM deliveries", "INSERT INTO outcomes VALUES (2, 0, 0, 0, 'refused', NULL, NULL)",
		"UPDATE numbering SET last = 3")
	store := openStore(t, path)
	record(t, store, func(d *Delivery) {
		d.Lead, d.Time, d.Scenario, d.Step, d.ResendOf = "a lead", time.UnixMicro(5), "a day", "the third", 2
	})
	for filter, want := range map[Filter]string{
		{}: "4 3 2 1", {Since: time.UnixMicro(1)}: "4 3 2 1", {Since: time.UnixMicro(60_000_000)}: "3 1", {Status: "refused"}: "2", {Lead: "a lead"}: "4 1",
	} {
		if got := listIDs(t, store, filter); got != want {
			t.Errorf("%+v: %q, want %q", filter, got, want)
		}
	}
	if d, err := store.Last(context.Background()); err != nil || d.Scenario != "a day" || d.Step != "the third" || d.ResendOf != 2 {
		t.Errorf("the origin came back as %q, %q, %d (%v)", d.Scenario, d.Step, d.ResendOf, err)
	}
}

func TestUpgradeIsAtomic(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	record(t, openStore(t, path), nil)
	steps := append(schema(), "CREATE TABLE later (id); INSERT INTO nowhere VALUES (1)")
	if _, err := open(context.Background(), path, Options{}, steps); err == nil {
		t.Fatal("a broken step is not an error")
	}
	store := openStore(t, path)
	if got := listIDs(t, store, Filter{}) + " " + pragma(t, store, "user_version"); got != "1 5" {
		t.Errorf("deliveries and version %q, want 1 5", got)
	}
	rawExec(t, path, "CREATE TABLE later (id)") // fails if the table exists
}

// TestOpenDoesNotChangeInvalidFiles opens files that are not a history, or are damaged.
func TestOpenDoesNotChangeInvalidFiles(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		prepare func(t *testing.T, path string)
		want    error
	}{
		"newer":         {func(t *testing.T, path string) { rawExec(t, path, "PRAGMA user_version = 99") }, errNewer},
		"text":          {func(t *testing.T, path string) { writeFile(t, path, []byte("dear diary\n")) }, errCorrupt},
		"long text":     {func(t *testing.T, path string) { writeFile(t, path, bytes.Repeat([]byte("dear diary\n"), 9000)) }, errCorrupt},
		"other program": {func(t *testing.T, path string) { rawExec(t, path, "PRAGMA application_id = 5") }, errCorrupt},
		"no marks": {func(t *testing.T, path string) {
			rawExec(t, path, "PRAGMA application_id = 0", "PRAGMA user_version = 0")
		}, errCorrupt},
		"cut short":      {func(t *testing.T, path string) { cutFile(t, path, 3*16384) }, errCorrupt},
		"cut to a page":  {func(t *testing.T, path string) { cutFile(t, path, 16384) }, errCorrupt},
		"cut in header":  {func(t *testing.T, path string) { cutFile(t, path, 50) }, errCorrupt},
		"older and torn": {damageOlder, errCorrupt},
		"zeros":          {func(t *testing.T, path string) { writeFile(t, path, make([]byte, 16384)) }, errCorrupt},
	}
	for name, c := range cases {
		for _, opt := range []Options{{}, {ReadOnly: true}} {
			t.Run(name, func(t *testing.T) {
				path := newPath(t)
				filledHistory(t, path)
				c.prepare(t, path)
				before, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				store, err := Open(context.Background(), path, opt)
				if err == nil {
					store.Close()
				}
				if !errors.Is(err, c.want) {
					t.Errorf("error %v, want %v", err, c.want)
				}
				if _, ok := errors.AsType[*Error](err); !ok || strings.Contains(err.Error(), "SQL") {
					t.Errorf("error %q is no plain *Error", err)
				}
				after, err := os.ReadFile(path)
				if err != nil || !bytes.Equal(before, after) {
					t.Errorf("the file has changed (%v)", err)
				}
			})
		}
	}
}

// damageOlder writes a file of the second schema with unreadable leads, which cannot be upgraded.
func damageOlder(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	rawExec(t, path, "PRAGMA page_size = 16384; PRAGMA auto_vacuum = INCREMENTAL;"+schema()[0], schema()[1], "INSERT INTO leads VALUES (1, 'a lead')", "PRAGMA application_id = 1634890857", "PRAGMA user_version = 2")
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	const root, size = 4, 16384 // after the schema, SQLite's map of pages, and numbering
	if _, err := file.WriteAt(bytes.Repeat([]byte{0xa5}, size), (root-1)*size); err != nil {
		t.Fatal(err)
	}
}

// filledHistory writes a history of a few dozen pages.
func filledHistory(t *testing.T, path string) {
	t.Helper()
	store := openStore(t, path)
	batch := sampleBatch(100)
	for _, d := range batch {
		d.Request.Body = bytes.Repeat([]byte("x"), 5000)
	}
	if err := store.Plan(context.Background(), batch); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
}

func cutFile(t *testing.T, path string, size int64) {
	t.Helper()
	if err := os.Truncate(path, size); err != nil {
		t.Fatal(err)
	}
}

func TestOverwrittenPages(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	path := newPath(t)
	filledHistory(t, path)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 2 * 16384; i < len(content); i++ {
		content[i] = 0xa5
	}
	writeFile(t, path, content)
	store, err := Open(ctx, path, Options{})
	if err == nil {
		defer store.Close()
		for _, e := range store.List(ctx, Filter{}) {
			err = e
		}
	}
	if !errors.Is(err, errCorrupt) {
		t.Errorf("listing: %v, want errCorrupt", err)
	}
	if store != nil {
		if err := store.Plan(ctx, sampleBatch(1)); !errors.Is(err, errCorrupt) {
			t.Errorf("planning: %v, want errCorrupt", err)
		}
	}
}
