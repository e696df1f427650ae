package check

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"

	"artihook/emitter/signature"
	"artihook/scenarios/report"
)

// TestHeaderNames checks that http-header-names fails for a receiver that compares header names exactly. net/http hides their case
// from the receivers of receivertest.
func TestHeaderNames(t *testing.T) {
	t.Parallel()
	for exact, want := range map[bool]report.Outcome{false: report.Passed, true: report.Failed} {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer listener.Close()
		go func() {
			for {
				conn, err := listener.Accept()
				if err != nil {
					return
				}
				go serveByHand(conn, exact)
			}
		}()
		results := examine(t, "http://"+listener.Addr().String()+"/hook", exam{only: []string{"http-header-names"}, blind: true}, nil)
		if got := results[0]; got.Outcome != want {
			t.Errorf("exact names %t: %s, %s", exact, got.Outcome, got.Got)
		}
	}
}

// serveByHand serves one request. With exact names, it knows only the spelling of ArtiBot.
func serveByHand(conn net.Conn, exact bool) {
	defer conn.Close()
	reader := bufio.NewReader(conn)
	header := map[string]string{}
	first := ""
	for {
		line, err := reader.ReadString('\n')
		if line = strings.TrimSpace(line); err != nil || line == "" {
			break
		}
		name, value, _ := strings.Cut(line, ":")
		if !exact {
			name = strings.ToLower(name)
		}
		if header[name] = strings.TrimSpace(value); first == "" {
			first = line
		}
	}
	names := [...]string{"Host", "Content-Length"}
	if !exact {
		names = [...]string{"host", "content-length"}
	}
	length, _ := strconv.Atoi(header[names[1]]) // 0 if it is missing
	body := make([]byte, length)
	_, _ = io.ReadFull(reader, body) // a short body has a wrong signature
	message := signature.Message{Method: "POST", URL: "http://" + header[names[0]] + strings.Fields(first + " / /")[1], Body: body}
	status := 401
	if signature.Verify(signature.NewSecret(testSecret), signature.SchemeURL, message, header[signature.Header]) {
		status = 204
	}
	fmt.Fprintf(conn, "HTTP/1.1 %d X\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", status)
}
