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

// The receiver of BenchmarkPeers does as little as a receiver can, so that the sender is what is slow: it takes each
// request off its connection and answers 204. It runs in a process of its own, prints its address, and answers GET with
// how many requests it has taken and in how many nanoseconds, from the first to the last, and starts over.

const (
	bareCommand = "bare-receiver"
	bareAnswer  = "HTTP/1.1 204 No Content\r\n\r\n"
)

type bareReceiver struct{ taken, first, last atomic.Int64 }

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
	buf, held := make([]byte, 64<<10), 0
	for {
		length := bareLength(buf[:held])
		if length == 0 {
			n, err := conn.Read(buf[held:])
			if err != nil {
				return
			}
			held += n
			continue
		}
		answer := bareAnswer
		if buf[0] == 'G' {
			answer = b.counts()
		} else {
			b.count()
		}
		held = copy(buf, buf[length:held])
		if _, err := conn.Write([]byte(answer)); err != nil {
			return
		}
	}
}

// bareLength gives the length of the request at the beginning of buf, 0 while it is not whole.
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
	if b.taken.Add(1) == 1 {
		b.first.Store(now)
	}
	b.last.Store(now)
}

func (b *bareReceiver) counts() string {
	text := fmt.Sprintf("%d %d", b.taken.Swap(0), b.last.Load()-b.first.Load())
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(text), text)
}
