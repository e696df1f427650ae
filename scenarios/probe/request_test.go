package probe_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"artihook/emitter/history"
	"artihook/scenarios/probe"
)

// maxBody is the documented limit of a body.
const maxBody = 1 << 20

func TestGet(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/here", http.StatusFound)
		case "/long":
			fmt.Fprint(w, strings.Repeat("x", maxBody+1))
		default:
			w.Header().Set("X-Test", "yes")
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, r.URL.Path)
		}
	}))
	defer server.Close()
	runner := new(probe.Runner)
	r := runner.Get(t.Context(), server.URL+"/moved")
	if r.Status != 404 || string(r.Body) != "/here" || r.Header.Get("X-Test") != "yes" || !strings.Contains(r.Head, "404 Not Found\n") || r.Failure != "" {
		t.Errorf("got %+v", r)
	}
	if r := runner.Get(t.Context(), server.URL+"/long"); len(r.Body) != maxBody || !r.Truncated {
		t.Errorf("%d bytes, truncated %t", len(r.Body), r.Truncated)
	}
	server.Close()
	if r := runner.Get(t.Context(), server.URL); r.Failure != history.FailureRefused || r.Status != 0 {
		t.Errorf("got %+v", r)
	}
}

func TestGetUsesClient(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	if r := new(probe.Runner).Get(t.Context(), server.URL); r.Failure == "" {
		t.Errorf("without its certificate: %+v", r)
	}
	if r := (&probe.Runner{Client: server.Client()}).Get(t.Context(), server.URL); r.Status != 404 {
		t.Errorf("with its certificate: %+v", r)
	}
}

// rawServer sends the same bytes in response to every request and does not close the connection.
func rawServer(t *testing.T, response string) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { conn.Close() })
			_, _ = conn.Read(make([]byte, 4096))
			_, _ = conn.Write([]byte(response))
		}
	}()
	return "http://" + listener.Addr().String() + "/"
}

func TestGetSwitchingProtocols(t *testing.T) {
	t.Parallel()
	url := rawServer(t, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
	r := (&probe.Runner{Timeout: time.Hour}).Get(t.Context(), url) // reading the body would not end
	if r.Status != 101 || r.Failure != "" || len(r.Body) != 0 {
		t.Errorf("got %+v", r)
	}
}

func TestGetRejectsInvalidStatus(t *testing.T) {
	t.Parallel()
	for _, status := range []string{"099", "600", "999"} {
		url := rawServer(t, "HTTP/1.1 "+status+" X\r\nContent-Length: 0\r\n\r\n")
		if r := new(probe.Runner).Get(t.Context(), url); r.Failure != "malformed" {
			t.Errorf("%s: got %+v", status, r)
		}
	}
}

func TestGetEndsWithTimeoutAndContext(t *testing.T) {
	t.Parallel()
	url := rawServer(t, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12")
	if r := (&probe.Runner{Timeout: 50 * time.Millisecond}).Get(t.Context(), url); r.Failure != history.FailureTimeout {
		t.Errorf("got %+v", r)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if r := new(probe.Runner).Get(ctx, url); r.Failure != history.FailureCancelled {
		t.Errorf("got %+v", r)
	}
}

func TestCheckURL(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "leads", "ftp://h/", "http://", "http://h\n/", "://"} {
		if probe.CheckURL(bad) == nil {
			t.Errorf("CheckURL accepts %q", bad)
		}
	}
	if err := probe.CheckURL("https://localhost:1/x"); err != nil {
		t.Error(err)
	}
}
