package history

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"strings"

	"modernc.org/sqlite"
)

// conn is the connection that writes. It goes past database/sql, whose locks
// and conversions cost a fifth of a recorded delivery.
type conn struct {
	path string
	driver.Conn
	stmts []*stmt
}

// stmt is a statement with room for its arguments. Its first use prepares it.
type stmt struct {
	conn     *conn
	query    string
	prepared driver.Stmt
	args     []driver.NamedValue
}

// dsn names the file for the driver. SQLite never creates it: createFile does,
// with the right permissions.
func dsn(path, pragmas string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/history.db
	}
	u := url.URL{Scheme: "file", Path: path, RawQuery: "mode=rw&_pragma=busy_timeout(10000)&" + pragmas}
	return u.String()
}

func openConn(path string) (*conn, error) {
	connector, err := sqlite.NewConnector(dsn(path, "_pragma=synchronous(NORMAL)&_pragma=wal_autocheckpoint(4000)"))
	if err != nil {
		return nil, err
	}
	c, err := connector.Connect(context.Background())
	if err != nil {
		return nil, err
	}
	return &conn{path: path, Conn: c}, nil
}

// exec runs statements without arguments and drops their rows.
func (c *conn) exec(query string) error {
	_, err := c.Conn.(driver.ExecerContext).ExecContext(context.Background(), query, nil)
	return err
}

func (c *conn) setPragma(name string, value int) error {
	return c.exec(fmt.Sprintf("PRAGMA %s = %d", name, value))
}

// number runs a query that gives one number.
func (c *conn) number(query string) (int64, error) {
	rows, err := c.Conn.(driver.QueryerContext).QueryContext(context.Background(), query, nil)
	return oneNumber(rows, err)
}

func (c *conn) inTransaction(work func() error) error {
	if err := c.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err := work()
	if err == nil {
		err = c.exec("COMMIT")
	}
	if err != nil {
		// The first error counts; after it SQLite may have rolled back already.
		_ = c.exec("ROLLBACK")
	}
	return err
}

// Close finishes the statements first: SQLite keeps the file open for them.
func (c *conn) Close() error {
	var errs []error
	for _, s := range c.stmts {
		if s.prepared != nil {
			errs = append(errs, s.prepared.Close())
		}
	}
	return errors.Join(append(errs, c.Conn.Close())...)
}

func (c *conn) stmt(query string) *stmt {
	s := &stmt{conn: c, query: query, args: make([]driver.NamedValue, strings.Count(query, "?"))}
	c.stmts = append(c.stmts, s)
	return s
}

// exec runs the statement; values are int64, string, []byte or nil.
func (s *stmt) exec(values ...driver.Value) error {
	_, err := s.run(values)
	return err
}

// insert runs the statement and returns the number of the new row. RETURNING
// would do the same, but makes SQLite copy a page each time.
func (s *stmt) insert(values ...driver.Value) (int64, error) {
	result, err := s.run(values)
	if err != nil {
		return 0, err
	}
	return result.LastInsertId()
}

func (s *stmt) run(values []driver.Value) (driver.Result, error) {
	if err := s.bind(values); err != nil {
		return nil, err
	}
	return s.prepared.(driver.StmtExecContext).ExecContext(context.Background(), s.args)
}

// number runs a statement that gives one number.
func (s *stmt) number(values ...driver.Value) (int64, error) {
	if err := s.bind(values); err != nil {
		return 0, err
	}
	rows, err := s.prepared.(driver.StmtQueryContext).QueryContext(context.Background(), s.args)
	return oneNumber(rows, err)
}

// prepare leaves prepared alone when it fails: the driver gives a nil of its own
// type, which is not nil.
func (s *stmt) prepare() error {
	if s.prepared != nil {
		return nil
	}
	prepared, err := s.conn.Prepare(s.query)
	if err == nil {
		s.prepared = prepared
	}
	return err
}

func (s *stmt) bind(values []driver.Value) error {
	if err := s.prepare(); err != nil {
		return err
	}
	for i := range s.args {
		s.args[i] = driver.NamedValue{Ordinal: i + 1, Value: values[i]}
	}
	return nil
}

var errNoRow = errors.New("no such row")

func oneNumber(rows driver.Rows, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	dest := make([]driver.Value, 1)
	err = rows.Next(dest)
	if closed := rows.Close(); err == nil {
		err = closed
	}
	if errors.Is(err, io.EOF) {
		err = errNoRow
	}
	n, ok := dest[0].(int64)
	if err == nil && !ok {
		err = errNoRow
	}
	return n, err
}
