package emitter

import (
	"errors"
	"io"

	"artihook/emitter/exchange"
)

const (
	// maxResponseHead bounds the head of a response, in bytes.
	maxResponseHead = 64 << 10
	// maxRecorded bounds the recorded bytes of a response: the largest body, the largest head, and the framing of chunks
	// of a usual size.
	maxRecorded = exchange.MaxBody + maxResponseHead + 64<<10
)

var errLongHead = errors.New("the head of the response is too long")

// capture reads from a connection and stores the bytes, at most maxRecorded of each response.
type capture struct {
	conn      io.Reader
	stored    []byte
	read      int  // bytes of the response that have been read, stored or not
	truncated bool // fewer bytes are stored than were read
	headLeft  int  // the limit for the rest of the head, in bytes; -1 is no limit
	err       error
}

// reset prepares for the next response. It drops a buffer that has become large.
func (c *capture) reset() {
	if cap(c.stored) > maxResponseHead {
		c.stored = nil
	}
	c.stored, c.read, c.truncated, c.headLeft, c.err = c.stored[:0], 0, false, maxResponseHead, nil
}

// bytes returns the stored bytes, without the last extra bytes that were read.
func (c *capture) bytes(extra int) []byte {
	return c.stored[:min(len(c.stored), c.read-extra)]
}

func (c *capture) Read(p []byte) (int, error) {
	if c.headLeft == 0 {
		return 0, errLongHead
	}
	if c.headLeft > 0 {
		p = p[:min(len(p), c.headLeft)]
	}
	n, err := c.conn.Read(p)
	c.err = err
	if c.headLeft > 0 {
		c.headLeft -= n
	}
	c.read += n
	stored := min(n, maxRecorded-len(c.stored))
	c.stored, c.truncated = append(c.stored, p[:stored]...), c.truncated || stored < n
	return n, err
}
