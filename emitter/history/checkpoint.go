package history

import (
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// checkpointLengths of the write-ahead log, in pages. What is in the log has to go into
// the file at some time; when all of it has, the log begins anew.
type checkpointLengths struct {
	begin int32 // a helper begins with it, beside the writer
	rest  int32 // as much the writer does itself, for which everybody waits
	limit int32 // the writer waits for the helper
}

// usualLengths are some 80, 7 and 200 MB. Each rest waits for the disk.
func usualLengths() checkpointLengths { return checkpointLengths{begin: 5000, rest: 400, limit: 12000} }

// checkpointer keeps the write-ahead log short. Left to itself SQLite clears it away
// at the end of a commit, and nothing can be planned meanwhile. It belongs to the
// writer's goroutine.
type checkpointer struct {
	lengths checkpointLengths
	conn    *conn
	helper  *conn         // a second connection; nil until it is needed
	pages   uintptr       // to an int32 of SQLite's memory: the log's length after the last commit
	base    int32         // length that was reached before, when a reader kept the log from beginning anew
	done    int32         // length that the helper has seen to; 0 is none
	busy    chan struct{} // closed when the helper has ended; nil while it does nothing
}

// newCheckpointer takes the place of SQLite's own clearing.
func newCheckpointer(c *conn) *checkpointer {
	k := &checkpointer{lengths: usualLengths(), conn: c, pages: sqlite3.Xsqlite3_malloc(c.tls, 4)}
	if k.pages == 0 {
		return k // SQLite goes on as it does
	}
	*k.length() = 0
	hook := struct {
		f func(*libc.TLS, uintptr, uintptr, uintptr, int32) int32
	}{noteLength}
	sqlite3.Xsqlite3_wal_hook(c.tls, c.db, *(*uintptr)(unsafe.Pointer(&hook)), k.pages)
	return k
}

// noteLength is what SQLite calls after each commit.
func noteLength(_ *libc.TLS, to, _, _ uintptr, pages int32) int32 {
	**(**int32)(unsafe.Pointer(&to)) = pages
	return sqlite3.SQLITE_OK
}

func (k *checkpointer) length() *int32 { return *(**int32)(unsafe.Pointer(&k.pages)) }

// afterCommit clears away what has become too long. Failures do not count: what
// is in the log is safe there, and the next commit tries again.
func (k *checkpointer) afterCommit() {
	if k.pages == 0 {
		return
	}
	length := *k.length()
	if length < k.base || length < k.done {
		k.base, k.done = 0, 0 // it has begun anew
	}
	if k.busy != nil {
		select {
		case <-k.busy:
			k.busy = nil
		default:
			if length-k.base < k.lengths.limit {
				return
			}
			<-k.busy
			k.busy = nil
		}
	}
	switch {
	case k.done > 0 && length-k.done <= k.lengths.rest || length-k.base >= k.lengths.limit:
		_ = k.conn.checkpoint()
		k.base, k.done = length, 0
	case k.done > 0 || length-k.base >= k.lengths.begin:
		k.help(length)
	}
}

// help lets the helper clear away what is in the log now.
func (k *checkpointer) help(length int32) {
	if k.helper == nil {
		helper, err := openConn(k.conn.path)
		if err != nil {
			_ = k.conn.checkpoint()
			k.base = length
			return
		}
		k.helper = helper
	}
	k.done, k.busy = length, make(chan struct{})
	go func(done chan<- struct{}) {
		defer close(done)
		_ = k.helper.checkpoint()
	}(k.busy)
}

func (k *checkpointer) close() error {
	if k.busy != nil {
		<-k.busy
	}
	if k.pages != 0 {
		sqlite3.Xsqlite3_wal_hook(k.conn.tls, k.conn.db, 0, 0)
		sqlite3.Xsqlite3_free(k.conn.tls, k.pages)
		k.pages = 0
	}
	if k.helper == nil {
		return nil
	}
	return k.helper.Close()
}
