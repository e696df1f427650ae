package history

import "context"

// selection picks what the filter does, its lead too.
func (s *Store) selection(ctx context.Context, f Filter) (selection, error) {
	sel, err := f.selection()
	if err == nil && f.Lead != "" {
		err = s.ofLead(ctx, &sel, f.Lead)
	}
	return sel, err
}

// ofLead narrows a selection down to one lead. Nearly always that has one number,
// under which its deliveries lie in their order and need not be sorted.
func (s *Store) ofLead(ctx context.Context, sel *selection, lead string) error {
	numbers, err := s.leadNumbers(ctx, lead)
	if len(numbers) == 1 {
		sel.and("d.lead = ?", numbers[0])
	} else {
		sel.and(inList("d.lead", numbers))
	}
	return s.explain("reading", err)
}

// leadNumbers looks for the lead in each thousand.
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
