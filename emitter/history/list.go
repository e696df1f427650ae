package history

import (
	"bytes"
	"context"
	"iter"
	"strings"
)

// How many deliveries one query brings. Between queries nothing is held open, so
// a slow reader hinders no writer, and the loop may write itself.
const (
	lightChunk = 256
	wholeChunk = 64
)

// List yields the deliveries that the filter picks, newest first. After an error
// it stops. Deliveries that are added meanwhile may be missing.
func (s *Store) List(ctx context.Context, f Filter) iter.Seq2[Delivery, error] {
	return func(yield func(Delivery, error) bool) {
		sel, err := f.selection()
		if err != nil {
			yield(Delivery{}, err)
			return
		}
		left, before := f.Limit, f.Before
		for {
			chunk, last, err := s.listChunk(ctx, f, sel, before)
			for _, d := range chunk {
				if !yield(d, nil) {
					return
				}
				if left--; left == 0 {
					return
				}
			}
			if err != nil {
				yield(Delivery{}, err)
				return
			}
			if last == 0 {
				return
			}
			before = last
		}
	}
}

// listChunk returns the next deliveries below the number before (0: from the
// newest), and the last number that it looked at, 0 when there is no more.
func (s *Store) listChunk(ctx context.Context, f Filter, sel selection, before int64) (chunk []Delivery, last int64, err error) {
	whole := f.Whole || f.Grep != ""
	size := lightChunk
	if whole {
		size = wholeChunk
	}
	if f.Limit > 0 && f.Grep == "" {
		size = min(size, f.Limit)
	}
	if before > 0 {
		sel.where = append(sel.where[:len(sel.where):len(sel.where)], sel.id()+" < ?")
		sel.args = append(sel.args[:len(sel.args):len(sel.args)], before)
	}
	rows, err := s.query(ctx, sel, whole, sel.id()+" DESC LIMIT ?", size)
	if len(rows) == size {
		last = rows[size-1].ID
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
	return chunk, last, err
}

// contains looks at the bodies only.
func (d *Delivery) contains(text string) bool {
	return bytes.Contains(d.Request.Body, []byte(text)) ||
		d.Response != nil && bytes.Contains(d.Response.Body, []byte(text))
}

// query reads deliveries; order ends in "LIMIT ?".
func (s *Store) query(ctx context.Context, sel selection, whole bool, order string, limit int) ([]Delivery, error) {
	db, err := s.db(ctx)
	if db == nil || err != nil {
		return nil, err
	}
	rows, err := db.QueryContext(ctx, sel.query(whole, order), append(sel.args[:len(sel.args):len(sel.args)], limit)...)
	if err != nil {
		return nil, s.explain("reading", err)
	}
	defer rows.Close()
	var list []Delivery
	for rows.Next() {
		d, err := scan(rows, whole)
		if err != nil {
			return list, s.explain("reading", err)
		}
		list = append(list, d)
	}
	return list, s.explain("reading", rows.Err())
}

// query puts a statement together. The order of the joins is ours (CROSS JOIN):
// the planner knows nothing of what is rare.
func (s *selection) query(whole bool, order string) string {
	var q strings.Builder
	q.WriteString("SELECT d.id, d.time, d.event, d.version, d.attempt, d.seed, l.key, " +
		"s.webhook, s.url, s.sign_url, s.scheme, s.edition, s.bot, " +
		"o.id, o.status, o.duration, o.truncated, o.error, o.reason, " +
		"g.scenario, g.step, g.resend_of")
	if whole {
		q.WriteString(", r.raw, o.response")
	}
	if s.byOutcome {
		q.WriteString(" FROM outcomes o CROSS JOIN deliveries d ON d.id = o.id")
	} else {
		q.WriteString(" FROM deliveries d LEFT JOIN outcomes o ON o.id = d.id")
	}
	q.WriteString(" LEFT JOIN leads l ON l.id = d.lead LEFT JOIN settings s ON s.id = d.setting LEFT JOIN origins g ON g.id = d.id")
	if whole {
		q.WriteString(" LEFT JOIN requests r ON r.id = d.id")
	}
	if len(s.where) > 0 {
		q.WriteString(" WHERE " + strings.Join(s.where, " AND "))
	}
	q.WriteString(" ORDER BY " + order)
	return q.String()
}
