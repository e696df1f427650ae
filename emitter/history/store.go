package history

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"modernc.org/sqlite"
)

// Options changes how a history is opened.
type Options struct {
	// ReadOnly makes no file and no folder: a history that is not there reads as
	// an empty one. Plan and Finish are refused. A history in a directory that may
	// only be read, or on a full disk, is read without locks if it has no
	// write-ahead log.
	ReadOnly bool
	// SkipCheckpoint is for a process that ends when it has closed the history: a short
	// write-ahead log is left to the next one, which takes it over in less time
	// than clearing it away takes. The memory and the file handles go with the
	// process.
	SkipCheckpoint bool
}

// Store is an open history. Its methods may be called from many goroutines.
type Store struct {
	path           string
	mode           string // how the file is opened: readWrite or immutable
	skipCheckpoint bool
	writer         *writer // nil when opened for reading only

	mu     sync.Mutex
	reader *sql.DB // opened by the first read
	closed bool
}

// Open opens the history in the file at path, and makes it when it is missing:
// the file with mode 0600, its folder, when that is missing too, with 0700. The
// caller closes the store. Errors are of type [*Error]; errors.Is tells
// [ErrNewer] and [ErrCorrupt] apart. A file that cannot be used is left as it was.
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
	// SQLite must not be handed a file that is not there, and we must not open a
	// file that SQLite may hold in this process: closing ours would drop its locks.
	info, err := os.Stat(s.path)
	switch {
	case opt.ReadOnly && (errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0):
		return s, nil
	case errors.Is(err, fs.ErrNotExist):
		err = createFile(s.path)
	case err == nil && !info.Mode().IsRegular():
		err = &Error{Op: "opening", Path: s.path, Reason: "it is no regular file; choose another"}
	}
	if err != nil {
		return nil, s.explain("opening", err)
	}
	if err := s.connect(ctx, opt, steps); err != nil {
		return nil, s.explain("opening", err)
	}
	return s, nil
}

// connect opens the writing connection and brings the file up to date. A store
// for reading only needs that too, but keeps no writer.
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
		err = &Error{Op: "opening", Path: s.path, Reason: "an older artihook has written it, and it may only be read; copy it and use the copy", Err: fs.ErrPermission}
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

// openConn opens a connection and returns how many steps the file has seen.
func (s *Store) openConn(steps []string) (c *conn, version int, err error) {
	if c, err = openConnIn(s.mode, s.path); err != nil {
		return nil, 0, err
	}
	if version, err = checkVersion(c, steps); err != nil {
		return nil, 0, errors.Join(err, c.Close())
	}
	return c, version, nil
}

// restrictLog lets nobody else read the write-ahead log and its index. SQLite creates
// them with the mode of the history, which others may be able to read.
func (s *Store) restrictLog() error {
	for _, file := range []string{s.path + "-wal", s.path + "-shm"} {
		info, err := os.Stat(file)
		if errors.Is(err, fs.ErrNotExist) || err == nil && info.Mode().Perm()&0o077 == 0 {
			continue
		}
		// Who cannot change the mode does not own the file; its owner has.
		if err := os.Chmod(file, 0o600); err != nil && !errors.Is(err, fs.ErrPermission) && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// checkSize finds a file that ends within a page, which SQLite would fill up with
// zeros. Where there is a write-ahead log, another process may be making the file
// longer right now; when it has gone, the size is looked at again.
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
	return &Error{Op: "opening", Path: s.path, Reason: reasonDamaged, Err: ErrCorrupt}
}

// createFile makes an empty file. It is filled under another name and then
// linked, so that no descriptor of ours is ever closed on a file that is in use.
// A file that somebody else has made meanwhile is just as good.
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

// Close waits until everything is committed and closes the file. It returns the
// error of an outcome that could not be written, if there was one.
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

// logSize gives the length of the write-ahead log in bytes, 0 where there is none.
func (s *Store) logSize() int64 {
	info, err := os.Stat(s.path + "-wal")
	if err != nil {
		return 0
	}
	return info.Size()
}

// db returns the connections that read, or nil while there is no history.
func (s *Store) db(ctx context.Context) (*sql.DB, error) {
	_ = s.Flush(ctx) // whoever wrote what failed is told
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return nil, &Error{Op: "reading", Path: s.path, Reason: "it has been closed", Err: ErrClosed}
	case s.reader != nil:
		return s.reader, nil
	}
	if s.writer == nil {
		if ready, err := s.isReady(); !ready {
			return nil, err
		}
	}
	connector, err := sqlite.NewConnector(dsn(s.path, s.mode, "_pragma=query_only(1)"))
	if err != nil {
		return nil, s.explain("reading", err)
	}
	s.reader = sql.OpenDB(connector)
	return s.reader, nil
}

// isReady tells whether another process has made the history by now.
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
