package history

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestPrune(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		condition Condition
		left      string
	}{
		"keep":           {Condition{Keep: 4}, "9 8 7 6"},
		"keep all":       {Condition{Keep: 9}, "9 8 7 6 5 4 3 2 1"},
		"all":            {Condition{All: true}, ""},
		"older":          {Condition{Filter: Filter{Until: noon.Add(time.Hour)}}, "4 2"},
		"status":         {Condition{Filter: Filter{Status: "5xx"}}, "9 8 7 6 5 2 1"},
		"unknown":        {Condition{Filter: Filter{Status: "unknown"}}, "8 7 6 5 4 3 2 1"},
		"lead, keep one": {Condition{Filter: Filter{Lead: leadB}, Keep: 1}, "9 8 7 6 5 4 3 1"},
		"listed":         {Condition{IDs: []int64{3, 77, 3, 9}}, "8 7 6 5 4 2 1"},
		"grep":           {Condition{Filter: Filter{Grep: "thank you"}}, "9 5 4 3 2 1"},
		"nothing meant":  {Condition{Filter: Filter{Status: "302"}}, "9 8 7 6 5 4 3 2 1"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			store := listed(t)
			done, err := store.Prune(context.Background(), c.condition)
			if err != nil {
				t.Fatal(err)
			}
			left := listIDs(t, store, Filter{})
			if left != c.left || done.Deliveries != int64(9-len(strings.Fields(left))) {
				t.Errorf("left %q, removed %d, want %q left", left, done.Deliveries, c.left)
			}
			since := listIDs(t, store, Filter{Since: noon.Add(time.Hour)})
			for _, id := range strings.Fields("4 2") {
				if strings.Contains(left, id) != strings.Contains(since, id) {
					t.Errorf("since an hour later there are %q of %q", since, left)
				}
			}
			if id := record(t, store, nil).ID; id != 10 {
				t.Errorf("the next number is %d, want 10: numbers are never reused", id)
			}
			checkIntegrity(t, store)
			checkNoOrphans(t, store)
		})
	}
}

func checkNoOrphans(t *testing.T, store *Store) {
	t.Helper()
	db, err := store.db(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{
		"outcomes WHERE id NOT IN (SELECT id FROM deliveries)", "requests WHERE id NOT IN (SELECT id FROM deliveries)",
		"origins WHERE id NOT IN (SELECT id FROM deliveries)", "leads WHERE id NOT IN (SELECT lead FROM deliveries WHERE lead IS NOT NULL)",
		"settings WHERE id NOT IN (SELECT setting FROM deliveries)", "minutes WHERE minute NOT IN (SELECT time / 60000000 FROM deliveries)",
	} {
		var n int
		if err := db.QueryRow("SELECT count(*) FROM " + table).Scan(&n); err != nil || n > 0 {
			t.Errorf("%d rows of %s (%v)", n, table, err)
		}
	}
}

func TestPruneNeedsACondition(t *testing.T) {
	t.Parallel()
	store := listed(t)
	for _, c := range []Condition{{}, {Filter: Filter{Limit: 5, Whole: true}}, {Keep: -1}, {Filter: Filter{Status: "9xx"}}} {
		if done, err := store.Prune(context.Background(), c); err == nil || done.Deliveries > 0 {
			t.Errorf("%+v: %+v, %v", c, done, err)
		}
	}
	if _, err := store.Prune(context.Background(), Condition{}); !errors.Is(err, ErrNoCondition) {
		t.Errorf("no condition: %v", err)
	}
	if got := listIDs(t, store, Filter{}); got != "9 8 7 6 5 4 3 2 1" {
		t.Errorf("left are %q", got)
	}
}

// TestPruneReclaimsSpace has a file of some MB, in the current and in the first schema.
func TestPruneReclaimsSpace(t *testing.T) {
	t.Parallel()
	for _, first := range []bool{false, true} {
		t.Run(fmt.Sprint("first form ", first), func(t *testing.T) {
			path := newPath(t)
			filledHistory(t, path)
			if first {
				rawExec(t, path, "PRAGMA journal_mode = DELETE", "PRAGMA auto_vacuum = NONE", "VACUUM")
			}
			store := openStore(t, path)
			large := store.fileSize()
			done, err := store.Prune(context.Background(), Condition{Keep: 2})
			if err != nil {
				t.Fatal(err)
			}
			if done.Deliveries != 98 || done.Before < large || done.After > large/2 || done.After != store.fileSize() {
				t.Errorf("%+v of a file of %d bytes", done, large)
			}
			again := openStore(t, path)
			if mode, free := pragma(t, again, "auto_vacuum"), pragma(t, again, "freelist_count"); mode != "2" || free != "0" {
				t.Errorf("auto_vacuum %s, %s free pages", mode, free)
			}
			checkIntegrity(t, store)
		})
	}
}

// TestPruneWhileOthersRecord prunes while two other processes and this one record.
func TestPruneWhileOthersRecord(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	path := newPath(t)
	store := openStore(t, path)
	children := []*child{startChild(t, path), startChild(t, path)}
	removed, seen := int64(0), 0
	for range 3 {
		for _, c := range children {
			for range 20 {
				c.planned(t)
				seen++
			}
		}
		mine := record(t, store, func(d *Delivery) { d.Webhook = "mine" }).ID
		done, err := store.Prune(ctx, Condition{Filter: Filter{Before: mine}, Keep: 50})
		if err != nil {
			t.Fatal(err)
		}
		removed += done.Deliveries
		if _, err := store.Get(ctx, mine); err != nil {
			t.Error(err)
		}
	}
	for _, c := range children {
		c.kill()
	}
	if removed < int64(10*seen)-50*3-10 {
		t.Errorf("%d removed of more than %d", removed, 10*seen)
	}
	checkIntegrity(t, store)
}

func TestPruneOfAReadOnlyStore(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	record(t, openStore(t, path), nil)
	store, err := Open(context.Background(), path, Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if _, err := store.Prune(context.Background(), Condition{All: true}); !errors.Is(err, errClosed) {
		t.Errorf("error %v", err)
	}
}
