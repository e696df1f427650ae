package history

import "context"

// Count returns the number of deliveries that the filter selects. Whole and Oldest are ignored.
func (s *Store) Count(ctx context.Context, f Filter) (n int64, err error) {
	if f.Grep != "" || f.Limit > 0 || f.Before > 0 {
		f.Whole, f.Oldest = false, false
		for _, err := range s.List(ctx, f) {
			if err != nil {
				return n, err
			}
			n++
		}
		return n, nil
	}
	sel, err := s.selection(ctx, f)
	if err != nil {
		return 0, err
	}
	db, err := s.db(ctx)
	if db == nil || err != nil {
		return 0, err
	}
	err = db.QueryRowContext(ctx, "SELECT count(*)"+sel.from(false), sel.args...).Scan(&n)
	return n, s.explain("reading", err)
}
