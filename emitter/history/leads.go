package history

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
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

// FindLead returns the lead that the text names: an ID of the history, a UUID in upper or lower case, the start of one of them, or
// "last" for the lead of the newest delivery. It returns an error if the newest delivery has none, or if several leads have that
// start. An unknown ID is returned in lower case.
func (s *Store) FindLead(ctx context.Context, text string) (string, error) {
	if text != "last" {
		return s.recordedLead(ctx, text)
	}
	newest, err := s.Last(ctx)
	switch {
	case errors.Is(err, ErrNotFound):
		return "", errors.New("there is no last lead: the history is empty; start a lead with artihook send")
	case err == nil && newest.Lead == "":
		return "", fmt.Errorf("the last delivery, #%d, has no lead; give the ID of a lead", newest.ID)
	}
	return newest.Lead, err
}

// maxCandidates is the number of leads that an error lists.
const maxCandidates = 5

// recordedLead returns the ID as the history has it. The log of a receiver may show a UUID in upper case.
func (s *Store) recordedLead(ctx context.Context, prefix string) (string, error) {
	lower := strings.ToLower(prefix)
	for _, id := range slices.Compact([]string{prefix, lower}) {
		for d, err := range s.List(ctx, Filter{Lead: id, Limit: 1}) {
			return d.Lead, err
		}
	}
	if utf8.RuneCountInString(prefix) < MinLeadPrefix {
		return "", fmt.Errorf("there is no lead %q; give its ID, or at least %d characters of it", prefix, MinLeadPrefix)
	}
	leads, err := s.LeadsWithPrefix(ctx, prefix, maxCandidates+1)
	switch {
	case err != nil || len(leads) == 0:
		return lower, err
	case len(leads) == 1:
		return leads[0], nil
	}
	slices.Sort(leads)
	if len(leads) > maxCandidates {
		leads = append(leads[:maxCandidates], "…")
	}
	return "", fmt.Errorf("several leads begin with %q: %s; give more characters", prefix, strings.Join(leads, ", "))
}
