package history

import (
	"context"
	"strings"
)

// selection returns all conditions of the filter.
func (s *Store) selection(ctx context.Context, f Filter) (selection, error) {
	sel, err := f.selection()
	if err == nil && f.Lead != "" {
		err = s.ofLead(ctx, &sel, f.Lead)
	}
	if err == nil && f.Who != "" {
		var numbers []int64
		numbers, err = s.leadsOf(ctx, f.Who)
		sel.and(inList("d.lead", numbers))
	}
	return sel, err
}

// MinLeadPrefix is the length of the shortest prefix of a lead's ID that LeadsWithPrefix accepts, in characters.
const MinLeadPrefix = 4

// LeadsWithPrefix returns the IDs of up to limit leads that begin with the prefix, in any case, in no order. It returns
// none for a prefix that is too short.
func (s *Store) LeadsWithPrefix(ctx context.Context, prefix string, limit int) ([]string, error) {
	db, err := s.db(ctx)
	if db == nil || err != nil || len(prefix) < MinLeadPrefix {
		return nil, err
	}
	// The start of a UUID without dashes is the start of its bytes in hex.
	compact := strings.ToUpper(strings.ReplaceAll(prefix, "-", ""))
	rows, err := db.QueryContext(ctx, "SELECT DISTINCT key FROM leads WHERE"+
		" typeof(key) = 'blob' AND substr(hex(key), 1, ?1) = ?2 OR typeof(key) = 'text' AND lower(substr(key, 1, ?3)) = lower(?4) LIMIT ?5",
		len(compact), compact, len([]rune(prefix)), prefix, limit)
	if err != nil {
		return nil, s.explain("reading", err)
	}
	defer rows.Close()
	var leads []string
	for rows.Next() {
		var key any
		if err := rows.Scan(&key); err != nil {
			return nil, s.explain("reading", err)
		}
		if lead := leadOfKey(key); strings.HasPrefix(strings.ToLower(lead), strings.ToLower(prefix)) {
			leads = append(leads, lead)
		}
	}
	return leads, s.explain("reading", rows.Err())
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
