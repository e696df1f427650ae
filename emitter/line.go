package emitter

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"runtime"
	"sync"
	"syscall"
	"time"

	"artihook/emitter/history"
	"artihook/emitter/signature"
)

// maxDirect is the longest request, in bytes, that a line writes in one call. A receiver may answer a longer one before
// it has read it all, and net/http listens while it writes.
const maxDirect = 64 << 10

// neverIdle is how shortly after an answer a connection is taken for open. net/http, too, can only know of an end that
// its own goroutine has had time to hear of.
const neverIdle = 100 * time.Microsecond

// maxLate is how much later than asked for a line gives up, at most; it is never more than a hundredth of the timeout.
const maxLate = 10 * time.Millisecond

// line is a sender with one connection: it writes a request in one call and reads the answer in the same goroutine,
// which spares what net/http spends on handing both to goroutines of its own. It is for one goroutine at a time.
type line struct {
	client *client // for what a line does not do
	target signature.URL
	reader *bufio.Reader // over tap
	tap    tap
	raw    syscall.RawConn // of the connection, to look whether it is still open; nil where that cannot be told
	look   func(fd uintptr) bool
	silent bool      // what look saw
	idle   time.Time // since when the connection has waited
	until  time.Time // the connection's deadline
	used   int       // requests that the connection has carried
	sent   int       // bytes of the last request that have left
	wary   bool      // the receiver has closed a connection without a word of warning
	out    []byte
	whole  bool // the last answer's body came in one piece, as its length told

	mu   sync.Mutex // guards conn against interrupt
	conn net.Conn   // nil is none
}

func newLine(c *client) *line {
	l := &line{client: c}
	l.reader, l.look = bufio.NewReader(&l.tap), l.peek
	return l
}

func (l *line) close() { l.hangUp() }

// post is exchange for a request that is not written out yet, with an answer of its own.
func (l *line) post(ctx context.Context, target signature.URL, request *history.Request) answer {
	l.out = request.AppendRaw(l.out[:0])
	if len(l.out) > maxDirect {
		return l.client.post(ctx, target, request)
	}
	l.call(target)
	stop := l.listenTo(ctx)
	defer stop()
	deadline, _ := ctx.Deadline()
	_, came := l.exchange(ctx, deadline, l.out)
	came.raw = bytes.Clone(came.raw)
	return came
}

// call chooses the receiver. A connection to another one is closed.
func (l *line) call(target signature.URL) {
	if target.Scheme != l.target.Scheme || target.Host != l.target.Host {
		l.hangUp()
	}
	l.target = target
}

// listenTo makes the end of ctx the end of what the line waits for, until stop is called.
func (l *line) listenTo(ctx context.Context) (stop func()) {
	done := make(chan struct{})
	undo := context.AfterFunc(ctx, func() {
		defer close(done)
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.conn != nil {
			l.conn.SetDeadline(time.Unix(1, 0))
		}
	})
	return func() {
		if !undo() {
			<-done
			l.until = time.Time{} // what was set has been overwritten
		}
	}
}

// exchange writes the request and reads the answer, until the deadline (zero is none). What is raw in the answer is
// valid until the next call. The end of ctx counts if somebody has called listenTo.
func (l *line) exchange(ctx context.Context, deadline time.Time, request []byte) (status int, came answer) {
	l.tap.begin()
	l.sent = 0
	if l.conn != nil && !l.isFresh() {
		l.hangUp() // the receiver has closed it, or may be about to
	}
	for {
		reused := l.conn != nil
		if err := l.ready(ctx, deadline); err != nil {
			return 0, answer{err: err}
		}
		var err error
		l.sent, err = l.conn.Write(request)
		if err != nil && l.sent == 0 && reused && ctx.Err() == nil && !isTimeout(err) {
			l.hangUp() // nothing has left, so that this is no second time
			continue
		}
		runtime.Gosched() // others write meanwhile, and the answer is often there when it is looked for
		status, cut, failed := l.read()
		if failed != nil && err != nil {
			failed = err // it could not even be sent
		}
		return status, answer{raw: l.tap.kept, cut: cut || l.tap.cut, err: failed}
	}
}

// isFresh reports whether the connection can carry one more request. To look at the socket costs a call into the system,
// so that a line that is never idle looks only once it has been given a reason.
func (l *line) isFresh() bool {
	idle := time.Since(l.idle)
	return idle <= idleTimeout && (idle < neverIdle && !l.wary || l.quiet())
}

// ready sees to a connection with this deadline.
func (l *line) ready(ctx context.Context, deadline time.Time) error {
	if l.conn == nil {
		if err := l.dial(ctx, deadline); err != nil {
			return err
		}
	}
	if err := l.limit(deadline); err != nil {
		return err
	}
	return ctx.Err() // asked after the deadline was set, which may just have undone an interruption
}

// limit sets the connection's deadline a little late, and lets it stand for the requests that follow soon: each setting
// costs time.
func (l *line) limit(deadline time.Time) error {
	if !deadline.IsZero() && !l.until.Before(deadline) && l.until.Sub(deadline) <= maxLate {
		return nil
	}
	if l.until = deadline; !deadline.IsZero() {
		l.until = deadline.Add(min(maxLate, time.Until(deadline)/100))
	}
	return l.conn.SetDeadline(l.until)
}

func (l *line) dial(ctx context.Context, deadline time.Time) error {
	if !deadline.IsZero() {
		limited, cancel := context.WithDeadline(ctx, deadline)
		defer cancel()
		ctx = limited
	}
	conn, err := dial(ctx, l.target, l.client.config)
	if err != nil {
		return err
	}
	l.mu.Lock()
	l.conn = conn
	l.mu.Unlock()
	l.tap.conn, l.raw, l.used, l.until = conn, rawConn(conn), 0, time.Time{}
	l.reader.Reset(&l.tap)
	return nil
}

func (l *line) hangUp() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn != nil {
		l.conn.Close()
		l.conn = nil
	}
}

var errManyAnswers = errors.New("more provisional answers than anybody needs")

// read reads one answer whole, past provisional ones, and keeps the connection where both sides want that.
func (l *line) read() (status int, cut bool, err error) {
	var response *http.Response
	for provisional := 0; ; provisional++ {
		if response, err = http.ReadResponse(l.reader, nil); err != nil {
			break
		}
		status = response.StatusCode
		if status < 100 || status > 199 || status == http.StatusSwitchingProtocols {
			break
		}
		if provisional == 5 { // as many as net/http takes
			err = errManyAnswers
			break
		}
	}
	l.whole = err == nil && response.ContentLength >= 0
	if err == nil && response.Body != http.NoBody {
		l.tap.room = -1
		cut, err = readBody(response.Body)
	}
	if err != nil && l.tap.err != nil {
		err = l.tap.err // net/http may take for bad spelling what was cut short
	}
	if l.used++; err != nil && l.used > 1 && len(l.tap.kept) == 0 && !isTimeout(err) {
		l.wary = true
	}
	if err != nil || cut || response.Close || status == http.StatusSwitchingProtocols || l.reader.Buffered() > 0 {
		l.hangUp()
	}
	l.idle = time.Now()
	return status, cut, err
}

// readBody reads on to the end or just past what is kept.
func readBody(body io.Reader) (cut bool, err error) {
	n, err := io.Copy(io.Discard, io.LimitReader(body, history.MaxBody+1))
	if n > history.MaxBody {
		return true, nil
	}
	return false, err
}

func isTimeout(err error) bool {
	var timer net.Error
	return errors.As(err, &timer) && timer.Timeout()
}

// tap reads from a connection and keeps what came, up to maxRecorded bytes.
type tap struct {
	conn io.Reader
	kept []byte
	cut  bool
	room int // bytes that may still come; -1 is any number
	err  error
}

var errLongHead = errors.New("the head of the response is too long")

// begin is called before each request. A buffer that one answer has made large does not stay.
func (t *tap) begin() {
	if cap(t.kept) > maxResponseHead {
		t.kept = nil
	}
	t.kept, t.cut, t.room, t.err = t.kept[:0], false, maxResponseHead, nil
}

func (t *tap) Read(p []byte) (int, error) {
	if t.room == 0 {
		return 0, errLongHead
	}
	if t.room > 0 {
		p = p[:min(len(p), t.room)]
	}
	n, err := t.conn.Read(p)
	t.err = err
	if t.room > 0 {
		t.room -= n
	}
	keep := min(n, maxRecorded-len(t.kept))
	t.kept, t.cut = append(t.kept, p[:keep]...), t.cut || keep < n
	return n, err
}
