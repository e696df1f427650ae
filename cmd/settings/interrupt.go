package settings

import (
	"context"
	"io"
)

// Interruptible calls f and returns its result, or the error of ctx as soon as ctx is done. f then continues, and its result is
// dropped: f must not write anything. It is for calls that take no context, such as opening a FIFO and parsing a file.
func Interruptible[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := f()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

// interruptibleReader reads until ctx is done.
type interruptibleReader struct {
	ctx  context.Context
	from io.Reader
}

func (r *interruptibleReader) Read(p []byte) (int, error) {
	data, err := Interruptible(r.ctx, func() ([]byte, error) {
		buf := make([]byte, len(p)) // not p, which the caller may use after an interrupt
		n, err := r.from.Read(buf)
		return buf[:n], err
	})
	return copy(p, data), err
}

// InterruptibleReader returns a reader that reads from r until ctx is done.
func InterruptibleReader(ctx context.Context, r io.Reader) io.Reader {
	return &interruptibleReader{ctx, r}
}
