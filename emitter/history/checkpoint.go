package history

import (
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// checkpointLengths are lengths of the write-ahead log, in pages. A checkpoint moves
// its content into the file. When all of it is there, the log restarts at length 0.
type checkpointLengths struct {
	begin int32 // from here on, the helper runs checkpoints concurrently with the writer
	rest  int32 // the writer itself checkpoints so much, while every sender waits
	limit int32 // from here on, the writer waits for the helper
}

// usualLengths returns about 80, 7 and 200 MB. Each rest waits for the disk.
func usualLengths() checkpointLengths { return checkpointLengths{begin: 5000, rest: 400, limit: 12000} }

// checkpointer bounds the length of the write-ahead log. SQLite's automatic checkpoint
// runs at the end of a commit, and would block every Plan meanwhile. A checkpointer
// belongs to the writer's goroutine.
type checkpointer struct {
	lengths checkpointLengths
	conn    *conn
	helper  *conn         // a second connection; nil until it is needed
	pages   uintptr       // to an int32 in SQLite's memory: the log's length after the last commit
	base    int32         // the length at the last checkpoint after which a reader prevented a restart
	done    int32         // the length that the helper has checkpointed; 0 is none
	busy    chan struct{} // closed when the helper has finished; nil while it is idle
}

// newCheckpointer replaces SQLite's automatic checkpoint.
func newCheckpointer(c *conn) *checkpointer {
	k := &checkpointer{lengths: usualLengths(), conn: c, pages: sqlite3.Xsqlite3_malloc(c.tls, 4)}
	if k.pages == 0 {
		return k // the automatic checkpoint stays
	}
	*k.length() = 0
	hook := struct {
		f func(*libc.TLS, uintptr, uintptr, uintptr, int32) int32
	}{noteLength}
	sqlite3.Xsqlite3_wal_hook(c.tls, c.db, *(*uintptr)(unsafe.Pointer(&hook)), k.pages)
	return k
}

// noteLength stores the length of the log. SQLite calls it after each commit.
func noteLength(_ *libc.TLS, to, _, _ uintptr, pages int32) int32 {
	**(**int32)(unsafe.Pointer(&to)) = pages
	return sqlite3.SQLITE_OK
}

func (k *checkpointer) length() *int32 { return *(**int32)(unsafe.Pointer(&k.pages)) }

// afterCommit runs a checkpoint if the log is too long. It ignores errors: the
// content of the log is safe, and the next commit tries again.
func (k *checkpointer) afterCommit() {
	if k.pages == 0 {
		return
	}
	length := *k.length()
	if length < k.base || length < k.done {
		k.base, k.done = 0, 0 // the log has restarted
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

// help starts a checkpoint of the whole log by the helper.
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
