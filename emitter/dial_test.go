package emitter

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"artihook/emitter/history"
)

// TestLocalhostTriesBothAddresses sends to localhost while the receiver listens on one of the loopback addresses only.
func TestLocalhostTriesBothAddresses(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
		listener, err := net.Listen("tcp", address)
		if err != nil {
			t.Skipf("this machine has no %s: %v", address, err)
		}
		server := http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) })}
		go server.Serve(listener)
		t.Cleanup(func() { server.Close() })
		port := listener.Addr().String()[strings.LastIndex(listener.Addr().String(), ":"):]
		for _, host := range []string{"localhost", "LOCALHOST", "app.localhost"} {
			url := "http://" + host + port + "/hook"
			if d := deliver(t, &Webhook{URL: parseURL(t, url)}, Options{}); d.Status != 204 {
				t.Errorf("%s, listening on %s: %q (%s)", url, address, d.Error, d.Reason)
			}
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			response, err := HTTPClient(Options{}).Do(request)
			if err != nil {
				t.Fatal(err)
			}
			io.Copy(io.Discard, response.Body)
			response.Body.Close()
		}
	}
}

func TestLocalhostRefused(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().String()[strings.LastIndex(listener.Addr().String(), ":"):]
	listener.Close()
	if d := deliver(t, &Webhook{URL: parseURL(t, "http://localhost"+port)}, Options{}); d.Error != history.FailureRefused {
		t.Errorf("got %q (%s)", d.Error, d.Reason)
	}
}
