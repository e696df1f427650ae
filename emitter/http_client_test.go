package emitter

import (
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"artihook/emitter/history"
)

// TestHTTPClientEnds: a 101 response ends, although its connection stays open. An invalid status is an error.
func TestHTTPClientEnds(t *testing.T) {
	t.Parallel()
	stay := func(text string) func(net.Conn) {
		return func(conn net.Conn) {
			io.WriteString(conn, text)
			io.Copy(io.Discard, conn)
		}
	}
	s := listenRaw(t, stay("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"))
	response, err := HTTPClient(Options{}).Get("http://" + s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, err := io.ReadAll(response.Body); err != nil || len(body) > 0 || response.StatusCode != 101 {
		t.Errorf("status %d, body %q, %v", response.StatusCode, body, err)
	}
	for _, status := range []string{"099", "600", "999"} {
		s := listenRaw(t, stay("HTTP/1.1 "+status+" Odd\r\nContent-Length: 0\r\n\r\n"))
		response, err := HTTPClient(Options{}).Get("http://" + s.Addr().String())
		if err == nil {
			response.Body.Close()
			t.Fatalf("the status %s is not an error", status)
		}
		if name, reason := NameFailure(err, time.Second); name != history.FailureMalformed {
			t.Errorf("%s: %s: %s", status, name, reason)
		}
	}
}

// TestNameFailureOfACertificate: an untrusted certificate has the same failure as for a delivery.
func TestNameFailureOfACertificate(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	_, err := HTTPClient(Options{}).Get(server.URL)
	if name, reason := NameFailure(err, time.Second); name != history.FailureTLS || !strings.Contains(reason, "authority") {
		t.Errorf("%v is %q, %q", err, name, reason)
	}
}
