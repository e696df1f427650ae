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

	"github.com/google/go-cmp/cmp"
)

func TestCurlText(t *testing.T) {
	t.Parallel()
	req := event()
	req.Host = "localhost:8000"
	req.Body = []byte(`{"a":"it's"}`)
	cases := map[string]struct {
		change func(*Request, *CurlOptions)
		want   []string
	}{
		"plain": {func(*Request, *CurlOptions) {}, []string{
			"curl -q -X POST --http1.1 --path-as-is --globoff \\\n  -H 'User-Agent: artibot-api'",
			`--data-binary '{"a":"it'\''s"}'`, "-H Accept:", " 'http://localhost:8000/hooks/lead?a=1&b=%2F'\n",
		}},
		"tls":                   {func(_ *Request, o *CurlOptions) { o.Insecure, o.CACert = true, "my ca.pem" }, []string{"--globoff -k --cacert 'my ca.pem' \\\n"}},
		"client certificate":    {func(_ *Request, o *CurlOptions) { o.Cert, o.Key = "my client.pem", "client.key" }, []string{" --cert 'my client.pem' --key client.key "}},
		"proxy":                 {func(_ *Request, o *CurlOptions) { o.Proxy = "http://proxy:3128" }, []string{" --proxy http://proxy:3128 \\\n"}},
		"proxy with a password": {func(r *Request, o *CurlOptions) { o.ProxyVariable, r.Host = "HTTPS_PROXY", "hooks.example" }, []string{` --proxy "$HTTPS_PROXY" --proxytunnel `}},
		"no proxy":              {func(_ *Request, o *CurlOptions) { o.NoProxy = true }, []string{" --noproxy '*' "}},
		"other host":            {func(r *Request, _ *CurlOptions) { r.Host = "hooks.example" }, []string{"-H 'Host: hooks.example'"}},
		"other path":            {func(r *Request, _ *CurlOptions) { r.Target = "/x" }, []string{"--request-target /x \\\n"}},
		"binary":                {func(r *Request, _ *CurlOptions) { r.Body = []byte("-\x00%\\'é") }, []string{`printf '\055\000%%\\\047\303\251' | curl `, "--data-binary @- "}},
		"no value":              {func(r *Request, _ *CurlOptions) { r.Headers = []Header{{"X-Empty", ""}} }, []string{"-H 'X-Empty;'", "-H User-Agent:", "-H Content-Type:"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r, opt := req, CurlOptions{URL: "http://localhost:8000/hooks/lead?a=1&b=%2F"}
			c.change(&r, &opt)
			var out strings.Builder
			if err := Curl(&out, r, opt); err != nil {
				t.Fatal(err)
			}
			for _, want := range c.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("no %s in\n%s", want, out.String())
				}
			}
		})
	}
}

func TestCurlErrors(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "localhost", "ftp://h/", "http://", "http:///x", "-o/etc/x://h"} {
		var out strings.Builder
		if err := Curl(&out, event(), CurlOptions{URL: url}); err == nil || out.Len() > 0 {
			t.Errorf("URL %q: error %v, wrote %q", url, err, out.String())
		}
	}
	if err := Curl(failingWriter{}, event(), CurlOptions{URL: "http://h/"}); !errors.Is(err, errFull) {
		t.Errorf("error %v, want the writer's", err)
	}
}

var errFull = errors.New("full")

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, errFull }

// TestCurlSendsTheRequest runs the printed command and compares what arrives.
func TestCurlSendsTheRequest(t *testing.T) {
	t.Parallel()
	needCurl(t)
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	cases := map[string]Request{
		"event":         event(),
		"signed host":   {Target: "/", Host: "hooks.example", Headers: event().Headers, Body: []byte("{}")},
		"target apart":  {Target: "/a/../b%2f%2F/[1-2]{x}?q=%zz", Headers: event().Headers, Body: []byte("{}")},
		"bare":          {Target: "/"},
		"quotes":        {Target: "/it's", Body: []byte("'\"`$(id)\\\n\t! %s é\n\n")},
		"at":            {Target: "/", Body: []byte("@/etc/passwd")},
		"every byte":    {Target: "/", Body: every},
		"dash, percent": {Target: "/", Body: []byte("-n%d\\n\x00")},
		"not utf-8":     {Target: "/", Body: []byte("caf\xe9")},
		"large":         {Target: "/", Headers: event().Headers, Body: bytes.Repeat([]byte("0123456789abcdef'\n"), 120_000)},
		"header values": {Target: "/", Headers: []Header{{"X-Empty", ""}, {"x-Quote", "it's \"$HOME\" \\"}, {"X-Two", "1"}, {"X-Two", "2"}, {"x-@", "@x"}, {"X-High", "caf\xe9"}}},
		"own accept":    {Target: "/", Headers: []Header{{"accept", "*/*"}, {"expect", ""}, {"user-agent", "me"}, {"CONTENT-type", "a/b"}, {"Connection", "close"}}},
		"no agent":      {Target: "/", Headers: []Header{{"User-Agent", ""}}},
		"method":        {Method: "PUT", Target: "/", Body: []byte("x")},
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	arrived := make(chan []byte, 1)
	go serveRaw(listener, arrived)
	address := listener.Addr().String()
	for name, req := range cases {
		t.Run(name, func(t *testing.T) {
			if req.Host == "" {
				req.Host = address
			}
			for _, url := range []string{"http://" + address + req.Target, "HTTP://" + address} {
				runCurl(t, req, CurlOptions{URL: url})
				sameRequest(t, req, <-arrived)
			}
		})
	}
}

func needCurl(t *testing.T) {
	t.Helper()
	for _, tool := range []string{"sh", "curl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
}

func runCurl(t *testing.T, req Request, opt CurlOptions) {
	t.Helper()
	var command bytes.Buffer
	if err := Curl(&command, req, opt); err != nil {
		t.Fatal(err)
	}
	script := filepath.Join(t.TempDir(), "send.sh")
	if err := os.WriteFile(script, command.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	run := exec.Command("sh", script)
	run.Env = append(os.Environ(), "http_proxy=", "https_proxy=", "all_proxy=", "ALL_PROXY=", "HTTPS_PROXY=")
	if out, err := run.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s\n%s", err, out, shorten(command.String()))
	}
}

// sameRequest compares all but the order of headers, which is curl's own.
func sameRequest(t *testing.T, want Request, raw []byte) {
	t.Helper()
	got, err := ParseRequest(raw)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want.AppendRaw(nil), got.AppendRaw(nil)) {
		t.Errorf("sent %q\nwant %q", shorten(string(got.AppendRaw(nil))), shorten(string(want.AppendRaw(nil))))
		got.Body, want.Body = nil, nil
		t.Log(cmp.Diff(string(want.AppendRaw(nil)), string(got.AppendRaw(nil))))
	}
}

func TestCurlOverTLS(t *testing.T) {
	t.Parallel()
	needCurl(t)
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	defer server.Close()
	runCurl(t, event(), CurlOptions{URL: server.URL, Insecure: true})
}
