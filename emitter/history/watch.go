package history

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"
)

// defaultWatchInterval is the default of WatchOptions.Every.
const defaultWatchInterval = 200 * time.Millisecond

const (
	// maxChanges is the limit for the deliveries of one poll, and for the deliveries without an outcome that are watched;
	// the newest are used.
	maxChanges = 200
	// maxScanned is the limit for the deliveries of one poll to which a filter is applied.
	maxScanned = 5000
)

// WatchOptions select what Watch yields. The zero value selects everything.
type WatchOptions struct {
	Filter  Filter        // Before and Limit are ignored
	After   int64         // deliveries above this number are new; 0: all
	Pending []int64       // deliveries that the caller has seen without their outcome
	Every   time.Duration // the interval of polling; 0 is 200 ms
}

// Watch yields the deliveries that any process adds to the history, oldest first. A delivery without an outcome is
// yielded again when its outcome is recorded. Watch ends after an error, and without one when ctx is done. While nothing
// is written, a poll reads one number and no table. Of more than 200 new deliveries in one poll, Watch yields the newest
// 200; a filter is applied to the newest 5000.
func (s *Store) Watch(ctx context.Context, opt WatchOptions) iter.Seq2[[]Delivery, error] {
	return func(yield func([]Delivery, error) bool) {
		w, err := newWatch(s, opt)
		if err == nil {
			err = w.run(ctx, func(news []Delivery) bool { return yield(news, nil) })
		}
		if w != nil && w.conn != nil {
			w.conn.Close()
		}
		if err != nil && ctx.Err() == nil {
			yield(nil, err)
		}
	}
}

// watch is the state of one Watch.
type watch struct {
	store   *Store
	opt     WatchOptions
	sel     selection // of the filter without its status, which changes with the outcome
	status  []statusFilter
	leads   map[string]bool // those that match Filter.Who
	conn    *sql.Conn       // its data_version grows with every commit of any other connection
	version int64
	after   int64
	pending map[int64]bool // the deliveries without an outcome, and whether they were yielded
}

func newWatch(s *Store, opt WatchOptions) (*watch, error) {
	if opt.Every <= 0 {
		opt.Every = defaultWatchInterval
	}
	w := &watch{store: s, opt: opt, after: opt.After, version: -1, pending: map[int64]bool{}, leads: map[string]bool{}}
	for _, id := range opt.Pending[:min(len(opt.Pending), maxChanges)] {
		w.pending[id] = true
	}
	if err := opt.Filter.Validate(); err != nil {
		return nil, err
	}
	var err error
	w.status, _ = parseStatuses(opt.Filter.Status)
	w.opt.Filter.Status = ""
	if w.sel, err = w.opt.Filter.selection(); opt.Filter.Lead != "" {
		w.sel.and("l.key = ?", leadKey(opt.Filter.Lead)) // the lead may not have a number yet
	}
	return w, err
}

func (w *watch) run(ctx context.Context, yield func([]Delivery) bool) error {
	ticker := time.NewTicker(w.opt.Every)
	defer ticker.Stop()
	for {
		changed, err := w.changed(ctx)
		if err != nil {
			return w.store.explain("reading", err)
		}
		if changed {
			news, err := w.poll(ctx)
			if err != nil {
				return w.store.explain("reading", err)
			}
			if len(news) > 0 && !yield(news) {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
}

// changed reports whether anything was written since the last call.
func (w *watch) changed(ctx context.Context) (bool, error) {
	if w.conn == nil {
		db, err := w.store.db(ctx)
		if db == nil || err != nil {
			return false, err
		}
		if w.conn, err = db.Conn(ctx); err != nil {
			return false, err
		}
	}
	before := w.version
	err := w.conn.QueryRowContext(ctx, "PRAGMA data_version").Scan(&w.version)
	return w.version != before, err
}

// poll returns the new deliveries, oldest first.
func (w *watch) poll(ctx context.Context) ([]Delivery, error) {
	ids, finished, err := w.candidates(ctx)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	rows, err := w.read(ctx, ids)
	if err != nil {
		return nil, err
	}
	var news []Delivery
	yielded := map[int64]bool{}
	for _, d := range rows {
		finished[d.ID] = d.State == Done // the outcome may be newer than the list of candidates
		if matchesAny(w.status, &d) || w.pending[d.ID] {
			news = append(news, d)
			yielded[d.ID] = true
		}
	}
	for _, id := range ids {
		if w.after = max(w.after, id); finished[id] {
			delete(w.pending, id)
		} else {
			w.pending[id] = yielded[id]
		}
	}
	w.dropOldest()
	return news[max(0, len(news)-maxChanges):], nil
}

// candidates returns the numbers of the new deliveries and of the pending ones that have an outcome now.
func (w *watch) candidates(ctx context.Context) (ids []int64, finished map[int64]bool, err error) {
	finished = map[int64]bool{}
	rows, err := w.conn.QueryContext(ctx, "SELECT d.id, o.id FROM deliveries d LEFT JOIN outcomes o ON o.id = d.id"+
		" WHERE d.id > ? ORDER BY d.id DESC LIMIT ?", w.after, w.limit())
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var outcome sql.NullInt64
		if err := rows.Scan(&id, &outcome); err != nil {
			return nil, nil, err
		}
		ids = append(ids, id)
		finished[id] = outcome.Valid
	}
	if err := rows.Err(); err != nil || len(w.pending) == 0 {
		return ids, finished, err
	}
	late, err := w.conn.QueryContext(ctx, "SELECT id FROM outcomes WHERE "+inList("id", w.pendingIDs()))
	if err != nil {
		return nil, nil, err
	}
	defer late.Close()
	for late.Next() {
		var id int64
		if err := late.Scan(&id); err != nil {
			return nil, nil, err
		}
		ids = append(ids, id)
		finished[id] = true
	}
	return ids, finished, late.Err()
}

// limit returns how many new deliveries one poll reads.
func (w *watch) limit() int {
	if len(w.sel.where) == 0 && len(w.status) == 0 {
		return maxChanges
	}
	return maxScanned
}

// read returns those of the deliveries that the filter selects, with any status.
func (w *watch) read(ctx context.Context, ids []int64) ([]Delivery, error) {
	text := w.opt.Filter.Grep
	var selected []Delivery
	for len(ids) > 0 {
		sel := w.sel
		sel.where = append(slices.Clone(sel.where), inList("d.id", ids))
		rows, more, err := w.store.query(ctx, sel, w.opt.Filter.Whole || text != "" || w.opt.Filter.Who != "", "d.id LIMIT ?", len(ids))
		if err != nil {
			return nil, err
		}
		for _, d := range rows {
			if text != "" && !d.contains(text) {
				continue
			}
			isAbout, err := w.isAbout(ctx, &d)
			if err != nil {
				return nil, err
			}
			if !isAbout {
				continue
			}
			if !w.opt.Filter.Whole {
				d.dropExchange()
			}
			selected = append(selected, d)
		}
		if !more || len(rows) == 0 {
			break
		}
		last := rows[len(rows)-1].ID
		ids = slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return id <= last })
	}
	return selected, nil
}

// isAbout reports whether the lead of the delivery matches Filter.Who by now.
func (w *watch) isAbout(ctx context.Context, d *Delivery) (bool, error) {
	who := w.opt.Filter.Who
	if who == "" || w.leads[d.Lead] {
		return true, nil
	}
	if d.Lead == "" {
		return false, nil
	}
	person, err := w.store.Person(ctx, d.Lead)
	if err == nil && (person.matches(who) || d.Person().matches(who)) {
		w.leads[d.Lead] = true
	}
	return w.leads[d.Lead], err
}

func (w *watch) pendingIDs() []int64 {
	var ids []int64
	for id := range w.pending {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// dropOldest drops the oldest pending deliveries: most likely their senders were stopped.
func (w *watch) dropOldest() {
	ids := w.pendingIDs()
	for _, id := range ids[:max(0, len(ids)-maxChanges)] {
		delete(w.pending, id)
	}
}

// inList returns a condition on a column. Numbers need no placeholders.
func inList(column string, ids []int64) string {
	return column + " IN (" + strings.Trim(strings.Join(strings.Fields(fmt.Sprint(ids)), ","), "[]") + ")"
}

// matchesAny reports whether the delivery meets the condition that addStatuses writes in SQL.
func matchesAny(statuses []statusFilter, d *Delivery) bool {
	return len(statuses) == 0 || slices.ContainsFunc(statuses, func(s statusFilter) bool { return s.matches(d) })
}

func (s statusFilter) matches(d *Delivery) bool {
	switch {
	case s.name == StatusOK:
		return d.State == Done && d.OK()
	case s.name == StatusFailed:
		return d.State == Done && !d.OK()
	case s.name != "":
		return d.Error == s.name
	case s.code > 0:
		return d.Status == s.code
	case s.class > 0:
		return d.Status/100 == s.class
	}
	return false
}
