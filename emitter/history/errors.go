package history

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	sqlite3 "modernc.org/sqlite/lib"
)

// ErrNotFound is the error if the history does not have the delivery.
var ErrNotFound = errors.New("not found in the history")

// The causes of an [Error], for tests.
var (
	errNewer   = errors.New("the history is of a newer version")
	errCorrupt = errors.New("not a history, or a damaged one")
	errClosed  = errors.New("the history is not open for writing")
)

// Error is the reason why a history file could not be used. Op is "opening",
// "reading" or "writing". Err is the cause; it may be nil.
type Error struct {
	Op, Path, Reason string
	Err              error
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s the history %q: %s", e.Op, e.Path, e.Reason)
}

func (e *Error) Unwrap() error { return e.Err }

const (
	reasonForeign = "it is not a history of deliveries; choose another file"
	reasonDamaged = "it is damaged; move it away, and artihook creates a new one"
)

// explain returns err as an *Error, with a reason for people instead of the text of
// the driver. It returns an error of a context as it is.
func (s *Store) explain(op string, err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if known, ok := errors.AsType[*Error](err); ok {
		return known
	}
	e := &Error{Op: op, Path: s.path}
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

// isFull reports whether err means that the disk is full. SQLITE_IOERR_SHMSIZE means
// it for the index of the write-ahead log.
func isFull(err error) bool {
	coded, ok := errors.AsType[coder](err)
	return ok && isFullCode(coded.Code())
}

func isFullCode(code int) bool {
	return code&0xff == sqlite3.SQLITE_FULL || code == sqlite3.SQLITE_IOERR_SHMSIZE
}

// coder is an error with a result code of SQLite: of the driver or of a conn.
type coder interface {
	error
	Code() int
}

// explainCode returns the reason for a result code of SQLite, and its sentinel error.
func explainCode(code int) (reason string, err error) {
	if isFullCode(code) {
		return "the disk is full; free 1 MB on it, or move the history to another disk", nil
	}
	switch code & 0xff {
	case sqlite3.SQLITE_NOTADB:
		return reasonForeign, errCorrupt
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR: // for example, a table is missing
		return reasonDamaged, errCorrupt
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL:
		return fmt.Sprintf("another program has locked it for %.0f s; try again", lockWait.Seconds()), nil
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH:
		return "the file or its folder is read-only; check the permissions", fs.ErrPermission
	case sqlite3.SQLITE_CANTOPEN:
		return "the file cannot be opened; check the permissions of it and its folder", fs.ErrPermission
	case sqlite3.SQLITE_IOERR:
		return "the system could not read or write it; check the disk, its free space and the limits on file size", nil
	case sqlite3.SQLITE_TOOBIG:
		return "a delivery is larger than 1 GB; make it smaller", nil
	}
	return fmt.Sprintf("SQLite reported the error code %d; try again, or choose another file", code), nil
}
