package history

import "strings"

// rowsPerStatement is how many rows one statement inserts. Starting and ending a
// statement costs about as much as a row.
const rowsPerStatement = 16

// inserter inserts rows of one kind, many with one statement.
type inserter[R any] struct {
	one, many *stmt
	columns   int
	bind      func(s *stmt, at int, row R) // binds its columns, the first as argument at
}

// newInserter returns an inserter for "INSERT OR ... INTO table (columns)". The
// statement must not need undoing after an error (OR ROLLBACK, OR IGNORE): otherwise
// SQLite copies each page before it inserts several rows.
func newInserter[R any](c *conn, insert string, bind func(*stmt, int, R)) *inserter[R] {
	columns := strings.Count(insert, ",") + 1
	row := "(?" + strings.Repeat(", ?", columns-1) + ")"
	return &inserter[R]{
		one:     c.stmt(insert + " VALUES " + row),
		many:    c.stmt(insert + " VALUES " + row + strings.Repeat(", "+row, rowsPerStatement-1)),
		columns: columns, bind: bind,
	}
}

// insert inserts the rows. After each statement it calls after, unless that is
// nil, with the rows of the statement.
func (in *inserter[R]) insert(rows []R, after func(some []R) error) error {
	for len(rows) > 0 {
		s, n := in.one, 1
		if len(rows) >= rowsPerStatement {
			s, n = in.many, rowsPerStatement
		}
		err := in.run(s, rows[:n])
		if err == nil && after != nil {
			err = after(rows[:n])
		}
		if err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

func (in *inserter[R]) run(s *stmt, rows []R) error {
	if err := s.prepare(); err != nil {
		return err
	}
	for i, row := range rows {
		in.bind(s, 1+i*in.columns, row)
	}
	return s.run()
}
