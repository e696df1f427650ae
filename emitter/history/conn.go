package history

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/ncruces/go-sqlite3"
)

// conn is a connection that writes. It does not use database/sql, whose locks and
// conversions cost some microseconds for each recorded delivery. It must not be used
// concurrently.
type conn struct {
	*sqlite3.Conn
	path  string
	stmts []*stmt
}

// The modes of opening a file. SQLite never creates it: createFile does, with the
// right permissions.
const (
	readWrite = "mode=rw"
	// immutable reads a file without locks and without additional files. It is for
	// a history in a read-only directory.
	immutable = "mode=ro&immutable=1"
)

// lockWait is how long a statement waits for another process.
const lockWait = 10 * time.Second

// dsn returns the URI of the file. SQLite creates the write-ahead log with the mode of
// the file.
func dsn(path, mode string, pragmas ...string) string {
	path = filepath.ToSlash(path)
	// The others may have to wait for a lock.
	pragmas = append([]string{fmt.Sprintf("busy_timeout(%d)", lockWait.Milliseconds()), "foreign_keys(0)"}, pragmas...)
	query := url.Values{"_pragma": pragmas, "modeof": {path}}.Encode()
	u := url.URL{Scheme: "file", Path: path, RawQuery: mode + "&" + strings.ReplaceAll(query, "+", "%20")} // SQLite does not decode +
	if !strings.HasPrefix(path, "/") {
		u.Opaque = u.EscapedPath() // C:/history.db; the driver would not remove a slash before it
	}
	return u.String()
}

func openConn(path string) (*conn, error) { return openConnIn(readWrite, path) }

func openConnIn(mode, path string) (*conn, error) {
	c, err := sqlite3.OpenFlags(dsn(path, mode, "synchronous(NORMAL)", "wal_autocheckpoint(4000)"), sqlite3.OPEN_READWRITE|sqlite3.OPEN_URI)
	if err != nil {
		return nil, err
	}
	return &conn{Conn: c, path: path}, nil
}

func (c *conn) setPragma(name string, value int) error {
	return c.Exec(fmt.Sprintf("PRAGMA %s = %d", name, value))
}

// number runs a query that returns one number.
func (c *conn) number(query string) (int64, error) {
	s := stmt{conn: c, query: query}
	n, err := s.number()
	return n, errors.Join(err, s.Close())
}

// checkpoint moves what it can from the write-ahead log into the file, without
// waiting for readers or writers.
func (c *conn) checkpoint() error {
	_, _, err := c.WALCheckpoint("", sqlite3.CHECKPOINT_PASSIVE)
	return err
}

func (c *conn) inTransaction(work func() error) error {
	if err := c.Exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err := work()
	if err == nil {
		err = c.Exec("COMMIT")
	}
	if err != nil {
		_ = c.Exec("ROLLBACK") // fails if SQLite has already rolled back
	}
	return err
}

// Close closes the statements, for which SQLite would keep the file open, and the
// connection.
func (c *conn) Close() error {
	for _, s := range c.stmts {
		_ = s.Close() // repeats the error of its last use
	}
	return c.Conn.Close()
}

func (c *conn) stmt(query string) *stmt {
	s := &stmt{conn: c, query: query}
	c.stmts = append(c.stmts, s)
	return s
}
