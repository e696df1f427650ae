package history

import "context"

// selection returns all conditions of the filter.
func (s *Store) selection(ctx context.Context, f Filter) (selection, error) {
	sel, err := f.selection()
	if err == nil && f.Lead != "" {
		err = s.ofLead(ctx, &sel, f.Lead)
	}
	return sel, err
}

// ofLead restricts a selection to one lead. Nearly always a lead has one number; the
// index then returns its deliveries in order, and they need no sorting.
func (s *Store) ofLead(ctx context.Context, sel *selection, lead string) error {
	numbers, err := s.leadNumbers(ctx, lead)
	if len(numbers) == 1 {
		sel.and("d.lead = ?", numbers[0])
	} else {
		sel.and(inList("d.lead", numbers))
	}
	return s.explain("reading", err)
}

// leadNumbers returns the numbers of the lead. The key of a lead is unique only within
// a block of 1024 numbers, so each block is searched.
func (s *Store) leadNumbers(ctx context.Context, lead string) (numbers []int64, err error) {
	db, err := s.db(ctx)
	if db == nil || err != nil {
		return nil, err
	}
	rows, err := db.QueryContext(ctx, `
WITH RECURSIVE thousands(n) AS (SELECT max(id) >> 10 FROM leads UNION ALL SELECT n - 1 FROM thousands WHERE n > 0)
SELECT id FROM thousands CROSS JOIN leads WHERE id >> 10 = n AND key = ?`, leadKey(lead))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		numbers = append(numbers, n)
	}
	return numbers, rows.Err()
}
