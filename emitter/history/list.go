package history

import (
	"bytes"
	"context"
	"iter"
	"strings"
)

// The limits for one query, in deliveries and in bytes. Between queries nothing is held open, so a slow reader does not
// block writers, and the loop over the deliveries may write too.
const (
	lightChunk = 256
	wholeChunk = 64
	chunkBytes = 4 << 20
)

// List yields the deliveries that the filter selects, newest first unless
// Filter.Oldest is set. After an error it stops. Deliveries that are added meanwhile
// may be missing.
func (s *Store) List(ctx context.Context, f Filter) iter.Seq2[Delivery, error] {
	return func(yield func(Delivery, error) bool) {
		w, err := s.newCursor(ctx, f)
		for left := f.Limit; err == nil && !w.done; {
			var chunk []Delivery
			chunk, err = s.next(ctx, &w)
			for _, d := range chunk {
				if !yield(d, nil) {
					return
				}
				if left--; left == 0 {
					return
				}
			}
		}
		if err != nil {
			yield(Delivery{}, err)
		}
	}
}

// cursor is a position in the deliveries that a filter selects.
type cursor struct {
	filter Filter
	sel    selection
	from   int64 // the last number read; 0: none yet
	done   bool
}

func (s *Store) newCursor(ctx context.Context, f Filter) (cursor, error) {
	w := cursor{filter: f}
	var err error
	if w.sel, err = s.selection(ctx, f); err != nil || !f.Oldest {
		w.from = f.Before
		return w, err
	}
	first, last, err := s.ends(ctx, f)
	if first == 0 {
		w.done = true
		return w, err
	}
	w.sel.and(w.sel.id()+" <= ?", last)
	w.from = first - 1
	return w, err
}

// ends returns the lowest and the highest number for a list that begins with the
// oldest delivery; 0, 0 if there is none.
func (s *Store) ends(ctx context.Context, f Filter) (first, last int64, err error) {
	newest := Filter{Limit: 1, Before: f.Before}
	if f.Limit > 0 {
		newest = f
		newest.Oldest, newest.Whole = false, false
	}
	for d, err := range s.List(ctx, newest) {
		if err != nil {
			return 0, 0, err
		}
		first, last = d.ID, max(last, d.ID)
	}
	if f.Limit == 0 {
		first = min(last, 1)
	}
	return first, last, nil
}

// next returns the next deliveries at a cursor and advances it.
func (s *Store) next(ctx context.Context, w *cursor) (chunk []Delivery, err error) {
	f, sel := w.filter, w.sel
	whole := f.Whole || f.Grep != ""
	size := lightChunk
	if whole {
		size = wholeChunk
	}
	if f.Limit > 0 && f.Grep == "" {
		size = min(size, f.Limit)
	}
	beyond, order := " < ?", " DESC LIMIT ?"
	if f.Oldest {
		beyond, order = " > ?", " LIMIT ?"
	}
	if w.from > 0 {
		sel.where = append(sel.where[:len(sel.where):len(sel.where)], sel.id()+beyond)
		sel.args = append(sel.args[:len(sel.args):len(sel.args)], w.from)
	}
	rows, more, err := s.query(ctx, sel, whole, sel.id()+order, size)
	if w.done = !more; more {
		w.from = rows[len(rows)-1].ID
	}
	for _, d := range rows {
		if f.Grep != "" && !d.contains(f.Grep) {
			continue
		}
		if !f.Whole {
			d.dropExchange()
		}
		chunk = append(chunk, d)
	}
	return chunk, err
}

// contains reports whether one of the two bodies contains text.
func (d *Delivery) contains(text string) bool {
	return bytes.Contains(d.Request.Body, []byte(text)) ||
		d.Response != nil && bytes.Contains(d.Response.Body, []byte(text))
}

// query reads deliveries; order ends in "LIMIT ?". more is true if it stopped at the
// limit, or because the deliveries read are large.
func (s *Store) query(ctx context.Context, sel selection, whole bool, order string, limit int) (list []Delivery, more bool, err error) {
	db, err := s.db(ctx)
	if db == nil || err != nil {
		return nil, false, err
	}
	rows, err := db.QueryContext(ctx, sel.query(whole, order), append(sel.args[:len(sel.args):len(sel.args)], limit)...)
	if err != nil {
		return nil, false, s.explain("reading", err)
	}
	defer rows.Close()
	for held := 0; held < chunkBytes && rows.Next(); {
		d, err := scan(rows, whole)
		if err != nil {
			return list, false, s.explain("reading", err)
		}
		list = append(list, d)
		if held += len(d.RawRequest) + len(d.RawResponse); held >= chunkBytes {
			more = true
		}
	}
	return list, more || len(list) == limit, s.explain("reading", rows.Err())
}

// sourceColumn is the source of a delivery. Earlier versions recorded it in origins.
const sourceColumn = "coalesce(g.source, s.source)"

// query returns the statement that reads the selected deliveries.
func (s *selection) query(whole bool, order string) string {
	columns := "d.id, d.time, d.event, d.version, d.attempt, d.seed, l.key, " +
		"s.webhook, s.url, s.sign_url, s.scheme, s.edition, s.bot, " +
		"o.id, o.status, o.duration, o.truncated, o.error, o.reason, " +
		"g.scenario, g.step, g.resend_of, " + sourceColumn + ", s.tampered, s.proxy"
	if whole {
		columns += ", r.raw, o.response"
	}
	return "SELECT " + columns + s.from(whole) + " ORDER BY " + order
}

// from returns the FROM and WHERE clauses. CROSS JOIN fixes the order of the joins:
// the planner does not know which rows are rare.
func (s *selection) from(requests bool) string {
	var q strings.Builder
	if s.byOutcome {
		q.WriteString(" FROM outcomes o CROSS JOIN deliveries d ON d.id = o.id")
	} else {
		q.WriteString(" FROM deliveries d LEFT JOIN outcomes o ON o.id = d.id")
	}
	q.WriteString(" LEFT JOIN leads l ON l.id = d.lead LEFT JOIN settings s ON s.id = d.setting LEFT JOIN origins g ON g.id = d.id")
	if requests {
		q.WriteString(" LEFT JOIN requests r ON r.id = d.id")
	}
	if len(s.where) > 0 {
		q.WriteString(" WHERE " + strings.Join(s.where, " AND "))
	}
	return q.String()
}
