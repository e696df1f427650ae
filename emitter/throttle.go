package emitter

import (
	"context"
	"errors"
	"net"
	"time"

	"artihook/emitter/text"
)

// errCut is the error of a connection that SendOptions.Cut closed.
var errCut = errors.New("the connection was closed in the middle of the body")

// slowPieces is how many pieces a slow body is sent in.
const slowPieces = 20

// throttledWriter writes one request whose body is slow or cut.
type throttledWriter struct {
	SendOptions
	head int // bytes before the body
	body int
	sent int // bytes
}

// write returns how many bytes were sent. The error is errCut after closing the connection, or that of ctx.
func (t *throttledWriter) write(ctx context.Context, conn net.Conn, p []byte) (int, error) {
	for len(p) > 0 {
		if err := t.wait(ctx); err != nil {
			return t.sent, err
		}
		n, err := conn.Write(p[:min(len(p), t.piece())])
		t.sent += n
		if err != nil {
			return t.sent, err
		}
		p = p[n:]
		if t.Cut && t.sent >= t.head+min(t.CutAfter, t.body) {
			conn.Close()
			return t.sent, errCut
		}
	}
	return t.sent, nil
}

// wait blocks until the next piece of a slow body is to be sent.
func (t *throttledWriter) wait(ctx context.Context) error {
	if t.SlowBody == 0 || t.sent < t.head {
		return nil
	}
	return text.Wait(ctx, t.SlowBody*time.Duration(min(t.piece(), t.body))/time.Duration(t.body))
}

// piece returns the size of the next piece. A piece does not hold bytes of both head and body, or go beyond the cut.
func (t *throttledWriter) piece() int {
	if t.sent < t.head {
		return t.head - t.sent
	}
	piece := t.body
	if t.SlowBody > 0 {
		piece = max(1, t.body/slowPieces)
	}
	if left := t.head + t.CutAfter - t.sent; t.Cut && left > 0 {
		piece = min(piece, left)
	}
	return max(piece, 1)
}
