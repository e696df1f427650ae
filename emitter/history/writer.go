package history

import (
	"sync"
	"sync/atomic"
	"time"
)

const (
	// maxBatch is the limit for the rows of one commit, unless one Plan has more.
	maxBatch = 512
	// maxWait is how long an outcome may wait to be committed with others.
	maxWait = 100 * time.Millisecond
	// batchThreshold is the number of rows in a commit from which on the writer waits
	// for more before the next commit.
	batchThreshold = 8
	// queue is the capacity of the queue, in jobs.
	queue = 1024
	// largeResponse is the size in bytes from which on Finish waits for the commit. It
	// bounds the memory of the queue.
	largeResponse = 64 << 10
	// maxUncheckpointed is the longest write-ahead log, in bytes, that is left to the next process.
	maxUncheckpointed = 512 << 10
)

// writer is the goroutine that writes, and its queue.
type writer struct {
	store   *Store
	tables  *tables
	jobs    chan *job
	stopped chan struct{}

	mu     sync.RWMutex // held for reading while a job goes into the queue
	closed bool

	failedMu sync.Mutex
	failed   error // the error of the first outcome that was lost
}

// job is one Plan (intents), one Finish (outcome), one batch of Import (intents and
// outcomes), or one Withdraw. Without any of these it is a Flush, or the request to
// commit another job now (flushes).
type job struct {
	intents   []intent
	outcomes  []*outcome // of the intents, nil for an unknown one; nil for a Plan
	at        int64      // the number wanted for the first intent, if it is unused
	first     int64      // the number of the first intent, set by the writer
	outcome   *outcome
	withdrawn []int64     // the numbers of deliveries that will not be sent
	done      chan error  // receives one result; nil if the sender does not wait for it
	ahead     bool        // the sender does not wait for done yet
	flushes   *job        // a job for which its sender waits now
	ended     bool        // the job is committed or has failed; only the writer uses this
	claimed   atomic.Bool // set once, by the writer or by a sender that no longer waits
}

func startWriter(s *Store, c *conn) *writer {
	w := &writer{
		store: s, tables: newTables(c),
		jobs: make(chan *job, queue), stopped: make(chan struct{}),
	}
	go w.run()
	return w
}

// run commits the jobs in the queue until the queue is closed and empty. A single
// outcome is committed at once; among many, it waits for others.
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

// batch is the jobs of one transaction.
type batch struct {
	jobs   []*job
	rows   int
	urgent bool // a sender waits for one of the jobs
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

// gather adds the jobs in the queue. With linger it also waits up to maxWait for more,
// while no sender waits for the commit.
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

// fail stores the error of the first outcome that was lost. From then on the history
// is incomplete, and every writing call returns this error.
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

// close closes the queue and waits for the last commit.
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
