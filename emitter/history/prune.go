package history

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"artihook/emitter/text"
)

// Pruned is the result of Prune.
type Pruned struct {
	Deliveries    int64 // removed
	Before, After int64 // size of the file in bytes, its write-ahead log included
}

// Condition selects the deliveries that Prune removes: those that the filter selects,
// except the newest Keep of them. The zero value is an error.
type Condition struct {
	Filter Filter // Limit, Oldest and Whole are ignored
	Keep   int
	IDs    []int64 // if set, remove exactly these; Filter and Keep are ignored
	All    bool    // remove every delivery if there is no other condition
}

// ErrNoCondition is the error of a Condition without a filter, Keep and All.
var ErrNoCondition = errors.New("no condition: it would remove every delivery")

// validate returns the error of Prune for the condition.
func (c Condition) validate() error {
	f := c.Filter
	if f.Limit, f.Oldest, f.Whole = 0, false, false; f == (Filter{}) && c.Keep == 0 && len(c.IDs) == 0 && !c.All {
		return ErrNoCondition
	}
	if c.Keep < 0 {
		return fmt.Errorf("keeping %d deliveries, want 0 or more", c.Keep)
	}
	return f.Validate()
}

const (
	// pruneChunk deliveries are removed in one transaction, so that others can
	// write in between.
	pruneChunk = 1000
	// shrinkPages of pageSize are removed from the file in one transaction.
	shrinkPages = 256
	// fullDiskChunk and fullDiskPages replace them on a full disk.
	fullDiskChunk, fullDiskPages = 4, 4
	// stepSize is the space that one step on a full disk needs, in bytes.
	stepSize = 512 << 10
)

// Prune removes deliveries and shrinks the file. Others can read and write meanwhile.
// The numbers are not used again. If Prune fails, Pruned counts what it had removed.
func (s *Store) Prune(ctx context.Context, c Condition) (Pruned, error) {
	if err := c.validate(); err != nil {
		return Pruned{}, err
	}
	if s.writer == nil {
		return Pruned{}, s.notForWriting()
	}
	if err := s.Flush(ctx); err != nil {
		return Pruned{}, err
	}
	conn, err := openConn(s.path)
	if err != nil {
		return Pruned{}, s.explain("writing", err)
	}
	p := pruner{
		store: s, conn: conn,
		outcome: conn.stmt("DELETE FROM outcomes WHERE id = ?"), request: conn.stmt("DELETE FROM requests WHERE id = ?"),
		origin: conn.stmt("DELETE FROM origins WHERE id = ?"), delivery: conn.stmt("DELETE FROM deliveries WHERE id = ?"),
	}
	done := Pruned{Before: s.fileSize()}
	if err = p.run(ctx, c); isFull(err) {
		err = p.runOnFullDisk(ctx, c)
	}
	done.Deliveries = p.removed
	err = errors.Join(s.explain("writing", err), s.explain("writing", conn.Close()))
	done.After = s.fileSize()
	return done, err
}

// pruner removes deliveries. It has its own connection, since the writer's goroutine
// must not wait for it.
type pruner struct {
	store                              *Store
	conn                               *conn
	outcome, request, origin, delivery *stmt
	removed                            int64
	diskFull                           bool // the disk is full: work in small steps
}

// runOnFullDisk prunes on a full disk. The write-ahead log often takes most of the
// space, so it is moved into the file and truncated before each small step.
func (p *pruner) runOnFullDisk(ctx context.Context, c Condition) error {
	p.diskFull = true
	err := p.truncateLog()
	if err == nil {
		err = p.run(ctx, c)
	}
	if !isFull(err) {
		return err
	}
	pages, err := p.conn.number("PRAGMA page_count")
	if err != nil {
		return err
	}
	info, err := os.Stat(p.store.path)
	if err != nil {
		return err
	}
	need := max(0, pages*pageSize-info.Size()) + stepSize
	reason := fmt.Sprintf("the disk is full; free %s on it and try again, or move %s and %s to another disk and prune there with --history",
		text.ByteSize(need), p.store.path, p.store.path+"-wal")
	return &Error{Op: "writing", Path: p.store.path, Reason: reason, Err: err}
}

// truncateLog moves the write-ahead log into the file and truncates it.
func (p *pruner) truncateLog() error { return p.conn.Exec("PRAGMA wal_checkpoint(TRUNCATE)") }

func (p *pruner) run(ctx context.Context, c Condition) error {
	if err := p.remove(ctx, c); err != nil {
		return err
	}
	if p.removed > 0 {
		if err := p.runTransaction(ctx, p.removeUnreferenced); err != nil {
			return err
		}
	}
	return p.shrink(ctx)
}

// remove removes the deliveries, from the newest to the oldest.
func (p *pruner) remove(ctx context.Context, c Condition) error {
	if len(c.IDs) > 0 {
		return p.removeListed(ctx, c.IDs)
	}
	f := c.Filter
	f.Limit, f.Oldest, f.Whole = 0, false, false
	newest := 0 // deliveries that stay
	var ids []int64
	for d, err := range p.store.List(ctx, f) {
		if err != nil {
			return err
		}
		if newest < c.Keep {
			newest++
			continue
		}
		if ids = append(ids, d.ID); len(ids) == pruneChunk || p.diskFull && len(ids) == fullDiskChunk {
			if err := p.removeIDs(ctx, ids); err != nil {
				return err
			}
			ids = ids[:0]
		}
	}
	return p.removeIDs(ctx, ids)
}

// removeListed removes those of the deliveries that exist.
func (p *pruner) removeListed(ctx context.Context, ids []int64) error {
	chunk := pruneChunk
	if p.diskFull {
		chunk = fullDiskChunk
	}
	for some := range slices.Chunk(ids, chunk) {
		existing, err := p.store.existing(ctx, some)
		if err == nil {
			err = p.removeIDs(ctx, existing)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// existing returns those of the deliveries that the history has, without repetitions.
func (s *Store) existing(ctx context.Context, ids []int64) (found []int64, err error) {
	db, err := s.db(ctx)
	if db == nil || err != nil {
		return nil, err
	}
	rows, err := db.QueryContext(ctx, "SELECT id FROM deliveries WHERE "+inList("id", ids))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		found = append(found, id)
	}
	return found, rows.Err()
}

func (p *pruner) removeIDs(ctx context.Context, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	err := p.runTransaction(ctx, func() error {
		for _, id := range ids {
			for _, s := range []*stmt{p.outcome, p.request, p.origin, p.delivery} {
				if err := s.exec(id); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err == nil {
		p.removed += int64(len(ids))
	}
	return err
}

// runTransaction does the work in a transaction and then waits as long as that took,
// so that others can write. SQLite retries a lock at least every 100 ms.
func (p *pruner) runTransaction(ctx context.Context, work func() error) error {
	began := time.Now()
	if err := p.conn.inTransaction(work); err != nil {
		return err
	}
	if p.diskFull {
		if err := p.truncateLog(); err != nil {
			return err
		}
	}
	return text.Wait(ctx, min(time.Since(began), 150*time.Millisecond))
}

// removeUnreferenced removes rows that no delivery refers to, such as outcomes that
// were written after their delivery was removed.
func (p *pruner) removeUnreferenced() error {
	return p.conn.Exec(`
DELETE FROM outcomes WHERE NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.id = outcomes.id);
DELETE FROM leads WHERE NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.lead = leads.id);
DELETE FROM settings WHERE id NOT IN (SELECT setting FROM deliveries);
DELETE FROM minutes;
INSERT INTO minutes SELECT time / 60000000, min(id) FROM deliveries GROUP BY 1`)
}

// shrink removes free pages from the file, a few at a time, and truncates the
// write-ahead log.
func (p *pruner) shrink(ctx context.Context) error {
	// A file of the first version cannot shrink until VACUUM has rewritten it.
	if mode, err := p.conn.number("PRAGMA auto_vacuum"); err != nil || mode == 0 {
		return errors.Join(err, p.conn.Exec("PRAGMA auto_vacuum = INCREMENTAL; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)"))
	}
	for {
		free, err := p.conn.number("PRAGMA freelist_count")
		if err != nil {
			return err
		}
		if free == 0 {
			break
		}
		pages := shrinkPages
		if p.diskFull {
			pages = fullDiskPages
		}
		vacuum := func() error { return p.conn.Exec(fmt.Sprintf("PRAGMA incremental_vacuum(%d)", pages)) }
		if err := p.runTransaction(ctx, vacuum); err != nil {
			return err
		}
	}
	return p.truncateLog()
}
