package cmd

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"
)

// respondCmd starts a receiver that writes the same bytes after each request, and leaves it to the sender to close the
// connection. Its URL is put into the variable: respond NAME 'HTTP/1.1 …\r\n\r\n'.
func respondCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: respond NAME BYTES")
	}
	text, err := strconv.Unquote(`"` + args[1] + `"`)
	ts.Check(err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go respondTo(conn, text)
		}
	}()
	ts.Setenv(args[0], "http://"+listener.Addr().String())
}

func respondTo(conn net.Conn, text string) {
	defer conn.Close()
	reader := bufio.NewReader(conn)
	for {
		request, err := http.ReadRequest(reader)
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, request.Body) // a request that ends early shows in the next one
		if _, err := io.WriteString(conn, text); err != nil {
			return
		}
	}
}
