package history

import "github.com/ncruces/go-sqlite3"

// checkpointLengths are lengths of the write-ahead log, in pages. A checkpoint moves
// its content into the file. When all of it is there, the log restarts at length 0.
type checkpointLengths struct {
	begin int // from here on, the helper runs checkpoints concurrently with the writer
	rest  int // the writer itself checkpoints so much, while every sender waits
	limit int // from here on, the writer waits for the helper
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
	length  int           // of the log after the last commit, in pages
	base    int           // the length at the last checkpoint after which a reader prevented a restart
	done    int           // the length that the helper has checkpointed; 0 is none
	busy    chan struct{} // closed when the helper has finished; nil while it is idle
}

// newCheckpointer replaces SQLite's automatic checkpoint.
func newCheckpointer(c *conn) *checkpointer {
	k := &checkpointer{lengths: usualLengths(), conn: c}
	c.WALHook(func(_ *sqlite3.Conn, _ string, pages int) error {
		k.length = pages
		return nil
	})
	return k
}

// afterCommit runs a checkpoint if the log is too long. It ignores errors: the
// content of the log is safe, and the next commit tries again.
func (k *checkpointer) afterCommit() {
	length := k.length
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
func (k *checkpointer) help(length int) {
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
	k.conn.WALHook(nil)
	if k.helper == nil {
		return nil
	}
	return k.helper.Close()
}
