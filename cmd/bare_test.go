package cmd

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"strconv"
	"sync/atomic"
	"time"

	"artihook/cmd/console"
)

// The receiver of BenchmarkPeers does as little as possible, so that the sender is the slower side. It reads each request and
// responds with 204. It runs in its own process and prints its address. The response to GET is the number of requests and the
// nanoseconds from the first to the last; GET also resets both.

const (
	bareCommand  = "bare-receiver"
	bareResponse = "HTTP/1.1 204 No Content\r\n\r\n"
)

type bareReceiver struct{ requests, first, last atomic.Int64 }

func runBareReceiver() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(console.ExitTool)
	}
	fmt.Println(listener.Addr())
	b := &bareReceiver{}
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		go b.serve(conn)
	}
}

func (b *bareReceiver) serve(conn net.Conn) {
	defer conn.Close()
	buf, buffered := make([]byte, 64<<10), 0
	for {
		length := bareLength(buf[:buffered])
		if length == 0 {
			n, err := conn.Read(buf[buffered:])
			if err != nil {
				return
			}
			buffered += n
			continue
		}
		response := bareResponse
		if buf[0] == 'G' {
			response = b.counts()
		} else {
			b.count()
		}
		buffered = copy(buf, buf[length:buffered])
		if _, err := conn.Write([]byte(response)); err != nil {
			return
		}
	}
}

// bareLength returns the length of the request at the beginning of buf, 0 if the request is incomplete.
func bareLength(buf []byte) int {
	head := bytes.Index(buf, []byte("\r\n\r\n"))
	if head < 0 {
		return 0
	}
	body := 0
	if at := bytes.Index(buf[:head], []byte("Content-Length: ")); at >= 0 {
		digits, _, _ := bytes.Cut(buf[at+len("Content-Length: "):head+2], []byte("\r"))
		body, _ = strconv.Atoi(string(digits))
	}
	if length := head + 4 + body; len(buf) >= length {
		return length
	}
	return 0
}

func (b *bareReceiver) count() {
	now := time.Now().UnixNano()
	if b.requests.Add(1) == 1 {
		b.first.Store(now)
	}
	b.last.Store(now)
}

func (b *bareReceiver) counts() string {
	text := fmt.Sprintf("%d %d", b.requests.Swap(0), b.last.Load()-b.first.Load())
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(text), text)
}
