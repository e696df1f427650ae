package cmd

import (
	"bufio"
	"encoding/base64"
	"encoding/hex"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// respondCmd starts a receiver that writes the same bytes after each request and puts its URL into the variable:
// respond NAME 'HTTP/1.1 …\r\n\r\n', or respond NAME @FILE, whose lines end with CRLF in the response. The sender
// closes the connection, or with a third argument, close, the receiver does. In the bytes, SECRET is the secret, SEC and
// RET are its halves, of 12 bytes each, and BASE64, HEX and QUERY are encodings of it.
func respondCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 || len(args) == 3 && args[2] != "close" {
		ts.Fatalf("usage: respond NAME BYTES|@FILE [close]")
	}
	text := ""
	if file, ok := strings.CutPrefix(args[1], "@"); ok {
		text = strings.ReplaceAll(ts.ReadFile(file), "\n", "\r\n")
	} else {
		var err error
		text, err = strconv.Unquote(`"` + args[1] + `"`)
		ts.Check(err)
	}
	text = withSecret(text)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go respondTo(conn, text, len(args) == 3)
		}
	}()
	ts.Setenv(args[0], "http://"+listener.Addr().String())
}

// withSecret replaces the placeholders of respondCmd.
func withSecret(text string) string {
	half := len(scriptSecret) / 2
	return strings.NewReplacer("SECRET", scriptSecret, "SEC", scriptSecret[:half], "RET", scriptSecret[half:],
		"BASE64", base64.StdEncoding.EncodeToString([]byte("x"+scriptSecret)), "HEX", hex.EncodeToString([]byte(scriptSecret)),
		"QUERY", url.QueryEscape(scriptSecret)).Replace(text)
}

// respondTo responds to each request of a connection, or closes the connection after the first response.
func respondTo(conn net.Conn, text string, once bool) {
	defer conn.Close()
	reader := bufio.NewReader(conn)
	for {
		request, err := http.ReadRequest(reader)
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, request.Body) // a request that ends early shows in the next one
		if _, err := io.WriteString(conn, text); err != nil || once {
			return
		}
	}
}
