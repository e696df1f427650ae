package exchange

import (
	"bytes"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func runScript(t *testing.T, add func(*Script)) (output string, err error) {
	t.Helper()
	var text bytes.Buffer
	s := NewScript(&text)
	add(s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "again.sh")
	if err := os.WriteFile(file, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	run := exec.Command("sh", file)
	run.Env = append(os.Environ(), "http_proxy=", "https_proxy=", "all_proxy=", "ALL_PROXY=", "HTTPS_PROXY=")
	out, err := run.CombinedOutput()
	return string(out), err
}

// TestScriptSendsEveryRequest compares the bytes that arrive.
func TestScriptSendsEveryRequest(t *testing.T) {
	t.Parallel()
	needCurl(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	arrived := make(chan []byte, 4)
	go serveRaw(listener, arrived)
	address := listener.Addr().String()
	var requests []Request
	for _, body := range []string{`{"a":"it's"}`, "caf\xe9\x00%d\\", "'\n$(id)`\n\n"} {
		r := event()
		r.Host, r.Body = address, []byte(body)
		requests = append(requests, r)
	}
	output, err := runScript(t, func(s *Script) {
		for i, r := range requests {
			if err := s.Add(r, CurlOptions{URL: "http://" + address + r.Target}, "#"+string(rune('1'+i))+" it's $(id)\nrm"); err != nil {
				t.Fatal(err)
			}
		}
	})
	if err != nil || strings.Count(output, "\n") != 3 || !strings.HasPrefix(output, `[2`) || !strings.Contains(output, `] "#2 it's $(id)\nrm"`) {
		t.Errorf("%v: %s", err, output)
	}
	for _, r := range requests {
		sameRequest(t, r, <-arrived)
	}
}

func TestScriptFailsUnlessAllIsWell(t *testing.T) {
	t.Parallel()
	needCurl(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/no" {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	defer server.Close()
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	for _, tt := range []struct{ urls, want string }{
		{"", ""},
		{server.URL + "/", "[200] x\n"},
		{server.URL + "/no " + server.URL + "/", "[401] x\n[200] x\n"},
		{closed.URL + "/", "[000] x\n"},
	} {
		output, err := runScript(t, func(s *Script) {
			for _, url := range strings.Fields(tt.urls) {
				r := event()
				r.Target = strings.TrimPrefix(url, server.URL)
				if err := s.Add(r, CurlOptions{URL: url}, "x"); err != nil {
					t.Fatal(err)
				}
			}
		})
		bad := strings.Contains(tt.want, "[401]") || strings.Contains(tt.want, "[000]")
		var exit *exec.ExitError
		if errors.As(err, &exit) != bad || bad && exit.ExitCode() != 1 || !strings.HasSuffix(output, tt.want) {
			t.Errorf("%q: %v, %q, want %q", tt.urls, err, output, tt.want)
		}
	}
}

func TestScriptRefusesABadURL(t *testing.T) {
	t.Parallel()
	var text bytes.Buffer
	s := NewScript(&text)
	if err := s.Add(event(), CurlOptions{URL: "ftp://h/"}, "x"); err == nil || strings.Contains(text.String(), "curl -q") {
		t.Errorf("%v: %s", err, &text)
	}
}
