package history

import "context"

// Webhooks returns the names of the webhooks that deliveries were sent to, sorted.
func (s *Store) Webhooks(ctx context.Context) ([]string, error) {
	db, err := s.db(ctx)
	if db == nil || err != nil {
		return nil, err
	}
	rows, err := db.QueryContext(ctx, "SELECT DISTINCT webhook FROM settings WHERE webhook <> '' ORDER BY webhook")
	if err != nil {
		return nil, s.explain("reading", err)
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, s.explain("reading", err)
		}
		names = append(names, name)
	}
	return names, s.explain("reading", rows.Err())
}
