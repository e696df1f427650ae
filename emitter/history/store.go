package history

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/ncruces/go-sqlite3/driver"
)

// Options are the options for opening a history.
type Options struct {
	// ReadOnly creates no file and no folder: a missing history is read as an empty
	// one. Plan and Finish return an error. A history in a read-only directory, or on a
	// full disk, is read without locks if it has no write-ahead log.
	ReadOnly bool
	// SkipCheckpoint is for a process that exits after closing the history. Close then
	// leaves a short write-ahead log to the next process, since reading it is faster
	// than moving it into the file. Memory and file handles are freed by the exit.
	SkipCheckpoint bool
}

// Store is an open history. Its methods are safe for concurrent use.
type Store struct {
	path           string
	mode           string // readWrite or immutable
	skipCheckpoint bool
	writer         *writer // nil if open for reading only

	mu     sync.Mutex
	reader *sql.DB // opened by the first read
	closed bool
}

// Open opens the history in the file at path. It creates a missing file with mode
// 0600, and a missing folder with 0700. The caller closes the store. Errors are of
// type [*Error]. A file that cannot be used is not changed.
func Open(ctx context.Context, path string, opt Options) (*Store, error) {
	return open(ctx, path, opt, schema())
}

func open(ctx context.Context, path string, opt Options, steps []string) (*Store, error) {
	s := &Store{path: path, mode: readWrite, skipCheckpoint: opt.SkipCheckpoint}
	abs, err := filepath.Abs(path)
	if err == nil {
		s.path = abs
		err = ctx.Err()
	}
	if err != nil {
		return nil, s.explain("opening", err)
	}
	// SQLite must not get a missing file. Do not open the file here: closing it would
	// release the locks of SQLite in this process.
	info, err := os.Stat(s.path)
	switch {
	case opt.ReadOnly && (errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0):
		return s, nil
	case errors.Is(err, fs.ErrNotExist):
		err = createFile(s.path)
	case err == nil && !info.Mode().IsRegular():
		err = &Error{Op: "opening", Path: s.path, Reason: "it is not a regular file; choose another"}
	}
	if err != nil {
		return nil, s.explain("opening", err)
	}
	if err := s.connect(ctx, opt, steps); err != nil {
		return nil, s.explain("opening", err)
	}
	return s, nil
}

// connect opens the writing connection and upgrades the file. A store for reading only
// does so too, but then closes the connection.
func (s *Store) connect(ctx context.Context, opt Options, steps []string) error {
	c, version, err := s.openConn(steps)
	if opt.ReadOnly && cannotWrite(err) && s.logSize() == 0 {
		s.mode = immutable
		c, version, err = s.openConn(steps)
	}
	if err != nil {
		return err
	}
	if version > 0 {
		err = s.checkSize(c)
	}
	if err == nil && s.mode == immutable && 0 < version && version < len(steps) {
		err = &Error{Op: "opening", Path: s.path, Reason: "an older artihook has written it, and it is read-only; copy it and use the copy", Err: fs.ErrPermission}
	}
	if err == nil && (!opt.ReadOnly || 0 < version && version < len(steps)) {
		err = upgrade(ctx, c, steps)
	}
	if err == nil && !opt.ReadOnly {
		err = s.restrictLog()
	}
	if err != nil || opt.ReadOnly {
		return errors.Join(err, c.Close())
	}
	s.writer = startWriter(s, c)
	return nil
}

// openConn opens a connection and returns the number of steps applied to the file.
func (s *Store) openConn(steps []string) (c *conn, version int, err error) {
	if c, err = openConnIn(s.mode, s.path); err != nil {
		return nil, 0, err
	}
	if version, err = checkVersion(c, steps); err != nil {
		return nil, 0, errors.Join(err, c.Close())
	}
	return c, version, nil
}

// restrictLog makes the write-ahead log and its index readable only by their owner.
// SQLite creates them with the mode of the history, which others may be able to read.
func (s *Store) restrictLog() error {
	for _, file := range []string{s.path + "-wal", s.path + "-shm"} {
		info, err := os.Stat(file)
		if errors.Is(err, fs.ErrNotExist) || err == nil && info.Mode().Perm()&0o077 == 0 {
			continue
		}
		// Only the owner can change the mode, and does.
		if err := os.Chmod(file, 0o600); err != nil && !errors.Is(err, fs.ErrPermission) && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// checkSize returns an error for a file that ends within a page, which SQLite would
// fill with zeros. If there is a write-ahead log, another process may be extending the
// file, and checkSize accepts it. It checks twice, since the log may just have been
// removed.
func (s *Store) checkSize(c *conn) error {
	page, err := c.number("PRAGMA page_size")
	if err != nil {
		return err
	}
	for range 2 {
		info, err := os.Stat(s.path)
		if err != nil || info.Size()%page == 0 || s.logSize() > 0 {
			return err
		}
	}
	return &Error{Op: "opening", Path: s.path, Reason: reasonDamaged, Err: errCorrupt}
}

// createFile creates an empty file under another name and links it to path, since
// closing a descriptor of a file in use would release its locks. If another process
// has created path meanwhile, createFile succeeds.
func createFile(path string) error {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(folder, filepath.Base(path)+".new-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if err := f.Close(); err != nil {
		return err
	}
	err = os.Link(f.Name(), path)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return nil
	}
	// Some file systems have no hard links.
	f, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// Path returns the absolute path of the file.
func (s *Store) Path() string { return s.path }

// Close commits what is in the queue and closes the file. It returns the error of an
// outcome that could not be written, if there was one.
func (s *Store) Close() error {
	s.mu.Lock()
	reader := s.reader
	s.reader, s.closed = nil, true
	s.mu.Unlock()
	var err error
	if reader != nil {
		err = s.explain("reading", reader.Close())
	}
	if s.writer == nil {
		return err
	}
	if failed := s.writer.close(); failed != nil {
		return failed
	}
	return err
}

// logSize returns the length of the write-ahead log in bytes, 0 if there is none.
func (s *Store) logSize() int64 {
	info, err := os.Stat(s.path + "-wal")
	if err != nil {
		return 0
	}
	return info.Size()
}

// db returns the connections for reading, or nil while there is no history.
func (s *Store) db(ctx context.Context) (*sql.DB, error) {
	_ = s.Flush(ctx) // the writing calls return its error
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return nil, &Error{Op: "reading", Path: s.path, Reason: "it has been closed", Err: errClosed}
	case s.reader != nil:
		return s.reader, nil
	}
	if s.writer == nil {
		if ready, err := s.isReady(); !ready {
			return nil, err
		}
	}
	reader, err := driver.Open(dsn(s.path, s.mode, "query_only(1)"))
	if err != nil {
		return nil, s.explain("reading", err)
	}
	s.reader = reader
	return reader, nil
}

// isReady reports whether another process has created the history by now.
func (s *Store) isReady() (bool, error) {
	info, err := os.Stat(s.path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
		return false, nil
	}
	if err != nil {
		return false, s.explain("reading", err)
	}
	c, version, err := s.openConn(schema())
	if err != nil {
		return false, s.explain("reading", err)
	}
	return version > 0, s.explain("reading", errors.Join(err, c.Close()))
}
