package history

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	sqlite3 "modernc.org/sqlite/lib"
)

// What callers tell apart with errors.Is.
var (
	// ErrNewer: a newer artihook has written the history; it is left as it was.
	ErrNewer = errors.New("history of a newer version")
	// ErrCorrupt: the file is no history, or a damaged one; it is left as it was.
	ErrCorrupt = errors.New("no history, or a damaged one")
	// ErrNotFound: no such delivery.
	ErrNotFound = errors.New("not found in the history")
	// ErrClosed: the store has been closed, or was opened for reading only.
	ErrClosed = errors.New("history not open for writing")
)

// Error says why a history file could not be used, in plain words. Doing is
// "opening", "reading" or "writing". It unwraps to ErrNewer, ErrCorrupt,
// ErrClosed or an error of package io/fs, where one of them fits.
type Error struct {
	Op, Path, Reason string
	Err              error
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s the history %q: %s", e.Op, e.Path, e.Reason)
}

func (e *Error) Unwrap() error { return e.Err }

const (
	reasonForeign = "it is no history of deliveries; choose another file"
	reasonDamaged = "it is damaged; move it away and a new one will be made"
)

// explain makes an *Error of whatever went wrong. The driver's own words stay
// out of it. An error of ctx comes back as it is.
func (s *Store) explain(doing string, err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if known, ok := errors.AsType[*Error](err); ok {
		return known
	}
	e := &Error{Op: doing, Path: s.path}
	if coded, ok := errors.AsType[coder](err); ok {
		e.Reason, e.Err = explainCode(coded.Code())
	} else if path, ok := errors.AsType[*fs.PathError](err); ok {
		e.Reason, e.Err = path.Err.Error()+"; choose another file", path.Err
	} else {
		e.Reason, e.Err = err.Error(), err
	}
	return e
}

// cannotWrite reports whether SQLite could not create or change a file.
func cannotWrite(err error) bool {
	coded, ok := errors.AsType[coder](err)
	if !ok {
		return false
	}
	switch coded.Code() & 0xff {
	case sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		return true
	}
	return isFull(err)
}

// isFull reports whether a disk has no room. SQLITE_IOERR_SHMSIZE says so of the
// index of the write-ahead log.
func isFull(err error) bool {
	coded, ok := errors.AsType[coder](err)
	return ok && isFullCode(coded.Code())
}

func isFullCode(code int) bool {
	return code&0xff == sqlite3.SQLITE_FULL || code == sqlite3.SQLITE_IOERR_SHMSIZE
}

// coder is an error with a result code of SQLite: the driver's or a conn's.
type coder interface {
	error
	Code() int
}

// explainCode words a result code of SQLite.
func explainCode(code int) (reason string, err error) {
	if isFullCode(code) {
		return "the disk is full; free 1 MB on it, or move the history to another disk", nil
	}
	switch code & 0xff {
	case sqlite3.SQLITE_NOTADB:
		return reasonForeign, ErrCorrupt
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR: // such as a table that is not there
		return reasonDamaged, ErrCorrupt
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL:
		return fmt.Sprintf("another program has kept it locked for %.0f s; try again", lockWait.Seconds()), nil
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH:
		return "the file or its folder may only be read; check the permissions", fs.ErrPermission
	case sqlite3.SQLITE_CANTOPEN:
		return "the file cannot be opened; check the permissions of it and its folder", fs.ErrPermission
	case sqlite3.SQLITE_IOERR:
		return "the disk refused to read or write it; is it full, or the file at a limit?", nil
	case sqlite3.SQLITE_TOOBIG:
		return "a delivery is larger than 1 GB", nil
	}
	return fmt.Sprintf("the database refused it (code %d)", code), nil
}
