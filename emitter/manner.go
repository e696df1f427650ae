package emitter

import (
	"context"
	"errors"
	"net"
	"time"
)

// Manner is how single deliveries are sent where not all are alike, and what a network does to them. The zero value is
// what the Options say, with a body that travels at once and whole.
type Manner struct {
	Timeout  time.Duration // instead of Options.Timeout; 0 is that
	Retries  int           // besides Options.Retries
	SlowBody time.Duration // stretch the body over this time; 0 is at once
	Cut      bool          // close the connection in the middle of the body,
	CutAfter int           // after this many bytes of it
}

// With gives an Emitter that sends in this manner, over the connections of New and into the same history.
func (e *Emitter) With(m Manner) *Emitter {
	other := *e
	if m.Timeout > 0 {
		other.opt.Timeout = m.Timeout
	}
	other.opt.Retries += m.Retries
	in := *e.client
	in.how = m
	other.client, other.sender = &in, &in
	return &other
}

// errCut is the end of a connection that was closed on purpose.
var errCut = errors.New("the connection was cut on purpose")

// slowPieces is into how many pieces a slow body is divided.
const slowPieces = 20

// travel writes one request in a manner other than the usual.
type travel struct {
	Manner
	ctx  context.Context // ends the waits
	head int             // bytes before the body
	body int
	done int // bytes that have left
}

func (t *travel) write(conn net.Conn, p []byte) (written int, err error) {
	for len(p) > 0 {
		if err := t.wait(); err != nil {
			return written, err
		}
		n, err := conn.Write(p[:min(len(p), t.piece())])
		written += n
		t.done += n
		if err != nil {
			return written, err
		}
		p = p[n:]
		if t.Cut && t.done >= t.head+min(t.CutAfter, t.body) {
			conn.Close()
			return written, errCut
		}
	}
	return written, nil
}

// wait lasts as long as the next piece of a slow body takes.
func (t *travel) wait() error {
	if t.SlowBody == 0 || t.done < t.head {
		return nil
	}
	return Wait(t.ctx, t.SlowBody*time.Duration(min(t.piece(), t.body))/time.Duration(t.body))
}

// piece gives how many bytes leave together: no piece holds both head and body, or goes beyond the cut.
func (t *travel) piece() int {
	if t.done < t.head {
		return t.head - t.done
	}
	piece := t.body
	if t.SlowBody > 0 {
		piece = max(1, t.body/slowPieces)
	}
	if left := t.head + t.CutAfter - t.done; t.Cut && left > 0 {
		piece = min(piece, left)
	}
	return max(piece, 1)
}
