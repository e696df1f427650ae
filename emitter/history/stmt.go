package history

import (
	"errors"
	"fmt"

	"github.com/ncruces/go-sqlite3"
)

// stmt is a statement, which its first use prepares. To run it, bind its arguments,
// which are numbered from 1, and call run.
type stmt struct {
	*sqlite3.Stmt // nil if not prepared
	conn          *conn
	query         string
	failed        error // the first argument that could not be bound
}

// prepare prepares the statement for its arguments.
func (s *stmt) prepare() (err error) {
	s.failed = nil
	if s.Stmt == nil {
		s.Stmt, _, err = s.conn.PrepareFlags(s.query, sqlite3.PREPARE_PERSISTENT)
	}
	return err
}

// bound stores the first error of a bind.
func (s *stmt) bound(err error) {
	if s.failed == nil {
		s.failed = err
	}
}

func (s *stmt) bindNumber(i int, n int64) { s.bound(s.BindInt64(i, n)) }
func (s *stmt) bindNull(i int)            { s.bound(s.BindNull(i)) }
func (s *stmt) bindText(i int, v string)  { s.bound(s.BindText(i, v)) }
func (s *stmt) bindBlob(i int, v []byte)  { s.bound(s.BindBlob(i, v)) }

// bind binds int64, string, []byte and nil.
func (s *stmt) bind(values []any) error {
	if err := s.prepare(); err != nil {
		return err
	}
	for i, v := range values {
		switch v := v.(type) {
		case int64:
			s.bindNumber(i+1, v)
		case string:
			s.bindText(i+1, v)
		case []byte:
			s.bindBlob(i+1, v)
		case nil:
			s.bindNull(i + 1)
		default:
			return fmt.Errorf("a value of type %T for SQLite", v)
		}
	}
	return nil
}

// run runs the statement with the bound arguments and drops its rows.
func (s *stmt) run() error {
	if s.failed != nil {
		return s.failed
	}
	return s.Exec()
}

// exec runs the statement; values are int64, string, []byte or nil.
func (s *stmt) exec(values ...any) error {
	if err := s.bind(values); err != nil {
		return err
	}
	return s.run()
}

// insert runs the statement and returns the number of the new row. RETURNING
// would do the same, but makes SQLite copy a page each time.
func (s *stmt) insert(values ...any) (int64, error) {
	if err := s.exec(values...); err != nil {
		return 0, err
	}
	return s.conn.LastInsertRowID(), nil
}

var errNoRow = errors.New("no such row")

// number runs a statement that returns one number.
func (s *stmt) number(values ...any) (n int64, err error) {
	if err := s.bind(values); err != nil {
		return 0, err
	}
	if s.failed != nil {
		return 0, s.failed
	}
	found := s.Step()
	if found {
		n = s.ColumnInt64(0)
		for s.Step() { // an UPDATE must run to its end
		}
	}
	if err := errors.Join(s.Err(), s.Reset()); err != nil {
		return 0, err
	}
	if !found {
		return 0, errNoRow
	}
	return n, nil
}
