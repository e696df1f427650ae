package history

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"time"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// conn is a connection that writes. It calls SQLite directly: the locks of
// database/sql and the conversions of its driver cost some microseconds for each
// recorded delivery. It must not be used concurrently.
type conn struct {
	path  string
	tls   *libc.TLS
	db    uintptr
	stmts []*stmt
}

// codeError is a result code of SQLite.
type codeError struct {
	code int
	text string
}

func (e *codeError) Error() string { return e.text }
func (e *codeError) Code() int     { return e.code }

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

// dsn returns the URI of the file. The pragmas are for the driver; SQLite ignores
// them.
func dsn(path, mode, pragmas string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/history.db
	}
	u := url.URL{Scheme: "file", Path: path, RawQuery: fmt.Sprintf("%s&_pragma=busy_timeout(%d)&%s", mode, lockWait.Milliseconds(), pragmas)}
	return u.String()
}

func openConn(path string) (*conn, error) { return openConnIn(readWrite, path) }

func openConnIn(mode, path string) (*conn, error) {
	c := &conn{path: path, tls: libc.NewTLS()}
	if err := c.open(mode); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

func (c *conn) open(mode string) error {
	name, err := libc.CString(dsn(c.path, mode, ""))
	if err != nil {
		return err
	}
	defer libc.Xfree(c.tls, name)
	const flags = sqlite3.SQLITE_OPEN_READWRITE | sqlite3.SQLITE_OPEN_URI | sqlite3.SQLITE_OPEN_NOMUTEX
	open := func(handle uintptr) int32 { return sqlite3.Xsqlite3_open_v2(c.tls, name, handle, flags, 0) }
	if err := c.handle(&c.db, open); err != nil {
		return err
	}
	sqlite3.Xsqlite3_extended_result_codes(c.tls, c.db, 1)
	c.setLockWait(lockWait)
	return c.exec("PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000")
}

// setLockWait sets how long a statement waits for another process.
func (c *conn) setLockWait(d time.Duration) {
	sqlite3.Xsqlite3_busy_timeout(c.tls, c.db, int32(d.Milliseconds()))
}

// handle sets *to to the pointer that call writes to SQLite's memory.
func (c *conn) handle(to *uintptr, call func(slot uintptr) int32) error {
	const size = int(unsafe.Sizeof(*to))
	slot := c.tls.Alloc(size)
	defer c.tls.Free(size)
	rc := call(slot)
	*to = **(**uintptr)(unsafe.Pointer(&slot))
	return c.resultError(rc)
}

// resultError returns the error of a result code, or nil for SQLITE_OK.
func (c *conn) resultError(rc int32) error {
	if rc == sqlite3.SQLITE_OK {
		return nil
	}
	text := libc.GoString(sqlite3.Xsqlite3_errstr(c.tls, rc))
	if c.db != 0 {
		text = libc.GoString(sqlite3.Xsqlite3_errmsg(c.tls, c.db))
	}
	return &codeError{int(rc), fmt.Sprintf("%s (%d)", text, rc)}
}

// exec runs statements without arguments and drops their rows.
func (c *conn) exec(query string) error {
	text, err := libc.CString(query)
	if err != nil {
		return err
	}
	defer libc.Xfree(c.tls, text)
	return c.resultError(sqlite3.Xsqlite3_exec(c.tls, c.db, text, 0, 0, 0))
}

func (c *conn) setPragma(name string, value int) error {
	return c.exec(fmt.Sprintf("PRAGMA %s = %d", name, value))
}

// number runs a query that returns one number.
func (c *conn) number(query string) (int64, error) {
	s := stmt{conn: c, query: query}
	n, err := s.number()
	return n, errors.Join(err, s.close())
}

// changes returns how many rows the last insert has added.
func (c *conn) changes() int { return int(sqlite3.Xsqlite3_changes(c.tls, c.db)) }

// checkpoint moves what it can from the write-ahead log into the file, without
// waiting for readers or writers.
func (c *conn) checkpoint() error {
	return c.resultError(sqlite3.Xsqlite3_wal_checkpoint_v2(c.tls, c.db, 0, sqlite3.SQLITE_CHECKPOINT_PASSIVE, 0, 0))
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
		_ = c.exec("ROLLBACK") // fails if SQLite has already rolled back
	}
	return err
}

// Close closes the statements, for which SQLite would keep the file open, and the
// connection.
func (c *conn) Close() error {
	if c.tls == nil {
		return nil
	}
	for _, s := range c.stmts {
		_ = s.close() // repeats the error of its last use
	}
	err := c.resultError(sqlite3.Xsqlite3_close_v2(c.tls, c.db))
	c.tls.Close()
	c.tls, c.db = nil, 0
	return err
}

func (c *conn) stmt(query string) *stmt {
	s := &stmt{conn: c, query: query}
	c.stmts = append(c.stmts, s)
	return s
}
