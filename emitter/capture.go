package emitter

import (
	"errors"
	"io"

	"artihook/emitter/exchange"
)

const (
	// maxResponseHead bounds the head of a response, in bytes.
	maxResponseHead = 64 << 10
	// maxRecorded bounds what is kept of one response as it came: the largest body, the largest head, and what chunks
	// of a usual size add.
	maxRecorded = exchange.MaxBody + maxResponseHead + 64<<10
)

var errLongHead = errors.New("the head of the response is too long")

// capture reads from a connection and keeps what it reads, at most maxRecorded bytes of each response.
type capture struct {
	conn      io.Reader
	kept      []byte
	read      int  // bytes of the response that have been read, kept or not
	truncated bool // fewer bytes are kept than were read
	headLeft  int  // bytes that the head may still have; -1 is any number
	err       error
}

// reset is called before each request. It drops a buffer that one response has made large.
func (c *capture) reset() {
	if cap(c.kept) > maxResponseHead {
		c.kept = nil
	}
	c.kept, c.read, c.truncated, c.headLeft, c.err = c.kept[:0], 0, false, maxResponseHead, nil
}

// bytes returns what is kept, without the last bytes read that are not part of the response.
func (c *capture) bytes(extra int) []byte {
	return c.kept[:min(len(c.kept), c.read-extra)]
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
	keep := min(n, maxRecorded-len(c.kept))
	c.kept, c.truncated = append(c.kept, p[:keep]...), c.truncated || keep < n
	return n, err
}
