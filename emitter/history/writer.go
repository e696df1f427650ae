package history

import (
	"sync"
	"sync/atomic"
	"time"
)

const (
	// maxBatch rows are committed together at most, unless one Plan brings more.
	maxBatch = 512
	// maxWait is how long an outcome may wait to be committed with others.
	maxWait = 100 * time.Millisecond
	// batchThreshold is how many rows in one commit make the writer wait for more.
	batchThreshold = 8
	// queue is how many jobs wait before senders do.
	queue = 1024
	// largeResponse in bytes: its sender waits for the commit, so that waiting
	// outcomes never hold more than queue times this.
	largeResponse = 64 << 10
	// maxUncheckpointed is the longest write-ahead log, in bytes, that is left to the next process.
	maxUncheckpointed = 512 << 10
)

// writer is the one goroutine that writes, with its queue.
type writer struct {
	store   *Store
	tables  *tables
	jobs    chan *job
	stopped chan struct{}

	mu     sync.RWMutex // held for reading while a job goes into the queue
	closed bool

	failedMu sync.Mutex
	failed   error // the first outcome that was lost
}

// job is one Plan (intents), one Finish (outcome), one batch of Import (intents
// and outcomes), one Withdraw, or with none of them a Flush, or the hurry of one
// who waits for a Plan. Who waits for it has set done, which takes one error.
// taken is set once, by the writer or by a sender who no longer waits.
type job struct {
	intents   []intent
	outcomes  []*outcome // of the intents, nil where one is unknown; nil for a Plan
	at        int64      // the number that the first is to have, if it is still free
	first     int64      // answer: number of the first intent
	outcome   *outcome
	withdrawn []int64 // the numbers of deliveries that will not leave
	done      chan error
	ahead     bool // nobody waits for done yet
	flushes   *job // somebody does wait for that one
	ended     bool // the writer has told done; nobody else may ask
	claimed   atomic.Bool
}

func startWriter(s *Store, c *conn) *writer {
	w := &writer{
		store: s, tables: newTables(c),
		jobs: make(chan *job, queue), stopped: make(chan struct{}),
	}
	go w.run()
	return w
}

// run commits what is in the queue until the queue is closed and empty. On its
// own an outcome is committed at once; among many it waits for others.
func (w *writer) run() {
	defer close(w.stopped)
	w.tables.prepare()
	checkpoints := newCheckpointer(w.tables.conn)
	more := false
	for first := range w.jobs {
		b := batch{}
		b.add(first)
		w.gather(&b, more)
		more = b.rows >= batchThreshold
		w.commit(&b)
		checkpoints.afterCommit()
	}
	if err := checkpoints.close(); err != nil {
		w.fail(w.store.explain("writing", err))
	}
	if w.store.skipCheckpoint && w.store.logSize() < maxUncheckpointed {
		return
	}
	if err := w.tables.conn.Close(); err != nil {
		w.fail(w.store.explain("writing", err))
	}
}

// batch is what goes into one transaction.
type batch struct {
	jobs   []*job
	rows   int
	urgent bool // somebody waits for it
}

func (b *batch) add(j *job) {
	if !j.claimed.CompareAndSwap(false, true) {
		return
	}
	b.jobs = append(b.jobs, j)
	b.rows += len(j.intents) + len(j.withdrawn)
	if j.outcome != nil {
		b.rows++
	}
	b.urgent = b.urgent || j.done != nil && !j.ahead || j.flushes != nil && !j.flushes.ended
}

// gather adds what waits in the queue, and with linger also what comes within
// maxWait, as long as nobody waits for the commit.
func (w *writer) gather(b *batch, linger bool) {
	var timeout <-chan time.Time
	if linger {
		timer := time.NewTimer(maxWait)
		defer timer.Stop()
		timeout = timer.C
	}
	for b.rows < maxBatch {
		if linger && !b.urgent {
			select {
			case j, ok := <-w.jobs:
				if !ok {
					return
				}
				b.add(j)
			case <-timeout:
				linger = false
			}
			continue
		}
		select {
		case j, ok := <-w.jobs:
			if !ok {
				return
			}
			b.add(j)
		default:
			return
		}
	}
}

func (w *writer) commit(b *batch) {
	var err error
	if b.rows > 0 {
		err = w.store.explain("writing", w.tables.write(b.jobs))
	}
	for _, j := range b.jobs {
		if err != nil && j.outcome != nil {
			w.fail(err)
		}
		j.ended = true
		if j.done != nil {
			j.done <- err
		}
	}
}

// fail remembers the first outcome that was lost: from now on the history is
// not whole, and every call says so.
func (w *writer) fail(err error) {
	w.failedMu.Lock()
	defer w.failedMu.Unlock()
	if w.failed == nil {
		w.failed = err
	}
}

func (w *writer) failure() error {
	w.failedMu.Lock()
	defer w.failedMu.Unlock()
	return w.failed
}

// close takes no more jobs and waits for the last commit.
func (w *writer) close() error {
	w.mu.Lock()
	if !w.closed {
		w.closed = true
		close(w.jobs)
	}
	w.mu.Unlock()
	<-w.stopped
	return w.failure()
}
