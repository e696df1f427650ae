package history

import (
	"errors"
	"fmt"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// stmt is a statement, which its first use prepares. To run it, bind its arguments,
// which are numbered from 1, and call run.
type stmt struct {
	conn   *conn
	query  string
	handle uintptr // 0 if not prepared
	buffer uintptr // SQLite's memory for the texts and blobs that are bound
	size   int     // of buffer
	used   int     // of buffer
	failed error   // the first argument that could not be bound
}

func (s *stmt) prepare() error {
	if s.handle != 0 {
		return nil
	}
	text, err := libc.CString(s.query)
	if err != nil {
		return err
	}
	c := s.conn
	defer libc.Xfree(c.tls, text)
	return c.handle(&s.handle, func(slot uintptr) int32 {
		return sqlite3.Xsqlite3_prepare_v3(c.tls, c.db, text, -1, sqlite3.SQLITE_PREPARE_PERSISTENT, slot, 0)
	})
}

func (s *stmt) close() error {
	rc := sqlite3.Xsqlite3_finalize(s.conn.tls, s.handle)
	sqlite3.Xsqlite3_free(s.conn.tls, s.buffer)
	s.handle, s.buffer, s.size = 0, 0, 0
	return s.conn.resultError(rc)
}

// begin prepares the statement for arguments with texts and blobs of so many bytes in
// total. The buffer must not move while arguments are bound.
func (s *stmt) begin(bytes int) error {
	if err := s.prepare(); err != nil {
		return err
	}
	s.used, s.failed = 0, nil
	if bytes < s.size {
		return nil
	}
	sqlite3.Xsqlite3_free(s.conn.tls, s.buffer)
	s.size = bytes + bytes/4 + 64
	if s.buffer = sqlite3.Xsqlite3_malloc64(s.conn.tls, uint64(s.size)); s.buffer == 0 {
		s.size = 0
		return s.conn.resultError(sqlite3.SQLITE_NOMEM)
	}
	return nil
}

func (s *stmt) check(rc int32) {
	if rc != sqlite3.SQLITE_OK && s.failed == nil {
		s.failed = s.conn.resultError(rc)
	}
}

func (s *stmt) bindNumber(i int, n int64) {
	s.check(sqlite3.Xsqlite3_bind_int64(s.conn.tls, s.handle, int32(i), n))
}

func (s *stmt) bindNull(i int) {
	s.check(sqlite3.Xsqlite3_bind_null(s.conn.tls, s.handle, int32(i)))
}

func (s *stmt) bindText(i int, text string) {
	s.check(sqlite3.Xsqlite3_bind_text(s.conn.tls, s.handle, int32(i), copyIn(s, text), int32(len(text)), 0))
}

func (s *stmt) bindBlob(i int, blob []byte) {
	s.check(sqlite3.Xsqlite3_bind_blob(s.conn.tls, s.handle, int32(i), copyIn(s, blob), int32(len(blob)), 0))
}

// copyIn copies the content to where SQLite can read it while the statement runs.
func copyIn[T string | []byte](s *stmt, content T) uintptr {
	at := s.buffer + uintptr(s.used)
	copy(unsafe.Slice(*(**byte)(unsafe.Pointer(&at)), len(content)), content)
	s.used += len(content)
	return at
}

// bind binds int64, string, []byte and nil.
func (s *stmt) bind(values []any) error {
	bytes := 0
	for _, v := range values {
		switch v := v.(type) {
		case string:
			bytes += len(v)
		case []byte:
			bytes += len(v)
		}
	}
	if err := s.begin(bytes); err != nil {
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
	_, _, err := s.step()
	return err
}

// step runs the statement and returns the number in its first row, if there is one.
func (s *stmt) step() (n int64, found bool, err error) {
	if s.failed != nil {
		return 0, false, s.failed
	}
	c := s.conn
	rc := sqlite3.Xsqlite3_step(c.tls, s.handle)
	if rc == sqlite3.SQLITE_ROW {
		n, found = sqlite3.Xsqlite3_column_int64(c.tls, s.handle, 0), true
		for rc == sqlite3.SQLITE_ROW {
			rc = sqlite3.Xsqlite3_step(c.tls, s.handle)
		}
	}
	if rc != sqlite3.SQLITE_DONE {
		err = c.resultError(rc)
	}
	sqlite3.Xsqlite3_reset(c.tls, s.handle) // repeats the result of step
	return n, found, err
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
	return sqlite3.Xsqlite3_last_insert_rowid(s.conn.tls, s.conn.db), nil
}

var errNoRow = errors.New("no such row")

// number runs a statement that returns one number.
func (s *stmt) number(values ...any) (int64, error) {
	if err := s.bind(values); err != nil {
		return 0, err
	}
	n, found, err := s.step()
	if err == nil && !found {
		err = errNoRow
	}
	return n, err
}
