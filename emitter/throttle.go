package emitter

import (
	"context"
	"errors"
	"net"
	"time"

	"artihook/emitter/text"
)

// errCut is the end of a connection that was closed on purpose.
var errCut = errors.New("the connection was cut on purpose")

// slowPieces is how many pieces a slow body has.
const slowPieces = 20

// throttledWriter writes one request whose body is slow or cut.
type throttledWriter struct {
	SendOptions
	head int // bytes before the body
	body int
	done int // bytes that have left
}

// write returns how many bytes have left. It returns errCut after closing the connection, and the error of ctx.
func (t *throttledWriter) write(ctx context.Context, conn net.Conn, p []byte) (int, error) {
	for len(p) > 0 {
		if err := t.wait(ctx); err != nil {
			return t.done, err
		}
		n, err := conn.Write(p[:min(len(p), t.piece())])
		t.done += n
		if err != nil {
			return t.done, err
		}
		p = p[n:]
		if t.Cut && t.done >= t.head+min(t.CutAfter, t.body) {
			conn.Close()
			return t.done, errCut
		}
	}
	return t.done, nil
}

// wait waits before the next piece of a slow body.
func (t *throttledWriter) wait(ctx context.Context) error {
	if t.SlowBody == 0 || t.done < t.head {
		return nil
	}
	return text.Wait(ctx, t.SlowBody*time.Duration(min(t.piece(), t.body))/time.Duration(t.body))
}

// piece returns how many bytes are written together. No piece holds both head and body, or goes beyond the cut.
func (t *throttledWriter) piece() int {
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
