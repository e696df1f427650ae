package history

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/ncruces/go-sqlite3"
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
	if code, ok := errors.AsType[sqlite3.ExtendedErrorCode](err); ok {
		e.Reason, e.Err = explainCode(code)
	} else if path, ok := errors.AsType[*fs.PathError](err); ok {
		e.Reason, e.Err = path.Err.Error()+"; choose another file", path.Err
	} else {
		e.Reason, e.Err = err.Error(), err
	}
	return e
}

// cannotWrite reports whether SQLite could not create or change a file.
func cannotWrite(err error) bool {
	return errors.Is(err, sqlite3.CANTOPEN) || errors.Is(err, sqlite3.READONLY) || errors.Is(err, sqlite3.PERM) || isFull(err)
}

// isFull reports whether err means that the disk is full or that a file has reached
// its maximum size. SQLite then reports IOERR_WRITE, or IOERR_SHMSIZE for the index of
// the write-ahead log.
func isFull(err error) bool {
	return errors.Is(err, sqlite3.FULL) || errors.Is(err, sqlite3.IOERR_WRITE) || errors.Is(err, sqlite3.IOERR_SHMSIZE)
}

// explainCode returns the reason for a result code of SQLite, and its sentinel error.
func explainCode(code sqlite3.ExtendedErrorCode) (reason string, err error) {
	if isFull(code) {
		return "the disk is full, or the file has reached the limit on file size; free 1 MB, or move the history to another disk", nil
	}
	switch code.Code() {
	case sqlite3.NOTADB:
		return reasonForeign, errCorrupt
	case sqlite3.CORRUPT, sqlite3.ERROR: // for example, a table is missing
		return reasonDamaged, errCorrupt
	case sqlite3.BUSY, sqlite3.LOCKED, sqlite3.PROTOCOL:
		return fmt.Sprintf("another program has locked it for %.0f s; try again", lockWait.Seconds()), nil
	case sqlite3.READONLY, sqlite3.PERM, sqlite3.AUTH:
		return "the file or its folder is read-only; check the permissions", fs.ErrPermission
	case sqlite3.CANTOPEN:
		return "the file cannot be opened; check the permissions of it and its folder", fs.ErrPermission
	case sqlite3.IOERR:
		return "the system could not read or write it; check the disk", nil
	case sqlite3.TOOBIG:
		return "a delivery is larger than 1 GB; make it smaller", nil
	}
	return fmt.Sprintf("SQLite reported the error code %d; try again, or choose another file", code), nil
}
