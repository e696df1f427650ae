package cmd

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"maps"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"artihook/cmd/console"
	"artihook/emitter/receiver"
	"artihook/emitter/signature"
)

// runWithEnv runs a command line with these environment variables.
func runWithEnv(ctx context.Context, env map[string]string, args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	system := testSystem(&out, &errs, args...)
	system.Env = func(name string) (string, bool) { value, ok := env[name]; return value, ok }
	code = Run(ctx, system)
	return code, out.String(), errs.String()
}

// startProxy starts a proxy that wants a password and sends every http request to one verifying receiver. It returns the URL
// of the proxy without credentials.
func startProxy(t *testing.T) (address string, requests *atomic.Int64) {
	t.Helper()
	target := httptest.NewServer(receiver.New(receiver.Options{Secret: signature.NewSecret("s3cret")}))
	t.Cleanup(target.Close)
	requests = new(atomic.Int64)
	forward := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Host = target.Listener.Addr().String()
		r.Out.Host = r.In.URL.Host
	}}
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		if r.Header.Get("Proxy-Authorization") != "Basic YWRhOnB4LTc3Nzc=" { // ada:px-7777
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		forward.ServeHTTP(w, r)
	}))
	t.Cleanup(proxy.Close)
	return proxy.URL, requests
}

func withCredentials(url string) string { return strings.Replace(url, "://", "://ada:px-7777@", 1) }

// TestProxyFlags sends to a host that only the proxy knows, with each command that sends, and looks for the password.
func TestProxyFlags(t *testing.T) {
	t.Parallel()
	proxy, _ := startProxy(t)
	file := filepath.Join(t.TempDir(), "history.db")
	const url = "http://crm.invalid/hook"
	for name, env := range map[string]map[string]string{
		"flag": nil, "HTTP_PROXY": {"HTTP_PROXY": withCredentials(proxy)}, "http_proxy": {"http_proxy": withCredentials(proxy)},
		"ARTIHOOK_PROXY": {"ARTIHOOK_PROXY": withCredentials(proxy), "HTTP_PROXY": "http://127.0.0.1:1"},
	} {
		for _, args := range [][]string{
			{"send", url, "-v"},
			{"send", url, "-o", "json"},
			{"play", url, "-v"},
			{"run", "happy-path", "--url", url, "-v"},
			{"history", "resend", "last", "-v"},
			{"history", "show", "last"},
			{"check", url, "--only", "signature-valid", "--yes", "-v"},
			{"load", url, "--leads", "1"},
		} {
			args = append(args, "--history", file)
			if args[1] != "show" {
				args = append(args, "--secret", "s3cret")
				if env == nil {
					args = append(args, "--proxy", withCredentials(proxy))
				}
			}
			code, stdout, stderr := runWithEnv(t.Context(), env, args...)
			if code != console.ExitOK {
				t.Errorf("%s: %v: exit code %d: %s%s", name, args[:2], code, stdout, stderr)
			}
			if shown := strings.Contains(stdout, proxy); !shown && args[0] != "load" && args[0] != "run" && args[0] != "check" {
				t.Errorf("%s: %v does not name the proxy: %s", name, args[:2], stdout)
			}
			if strings.Contains(stdout+stderr, "px-7777") || strings.Contains(stdout+stderr, "YWRhOnB4LTc3Nzc=") {
				t.Errorf("%s: %v prints the password: %s%s", name, args[:2], stdout, stderr)
			}
		}
	}
	if code, stdout, _ := runCommand(t.Context(), "history", "export", "--history", file); code != 0 || strings.Contains(stdout, "px-7777") || !strings.Contains(stdout, `"proxy":"`+proxy+`"`) {
		t.Errorf("the history has the password or not the proxy:\n%s", stdout)
	}
}

// TestProxyIsNotUsed sends past a proxy that is set.
func TestProxyIsNotUsed(t *testing.T) {
	t.Parallel()
	target := httptest.NewServer(receiver.New(receiver.Options{Secret: signature.NewSecret("s3cret")}))
	t.Cleanup(target.Close)
	_, port, err := net.SplitHostPort(target.Listener.Addr().String())
	must(t, err)
	proxy, requests := startProxy(t)
	for _, tt := range []struct {
		url  string
		env  map[string]string
		args []string
		want int
	}{
		{url: "http://127.0.0.1:" + port, args: []string{"--proxy", proxy}},
		{url: "http://localhost:" + port, args: []string{"--proxy", proxy}},
		{url: "http://a.localhost:" + port, env: map[string]string{"HTTP_PROXY": proxy}},
		{url: "http://127.0.0.1:" + port, env: map[string]string{"HTTP_PROXY": "socks5://127.0.0.1:1"}},
		{url: "http://crm.invalid/", env: map[string]string{"HTTP_PROXY": proxy, "NO_PROXY": ".invalid"}, want: console.ExitFailed},
		{url: "http://crm.invalid/", env: map[string]string{"NO_PROXY": "crm.invalid"}, args: []string{"--proxy", proxy}, want: console.ExitFailed},
		{url: "http://crm.invalid/", env: map[string]string{"HTTP_PROXY": proxy}, args: []string{"--proxy", ""}, want: console.ExitFailed},
		{url: "https://crm.invalid/", env: map[string]string{"HTTP_PROXY": proxy}, want: console.ExitFailed},
	} {
		code, stdout, stderr := runWithEnv(t.Context(), tt.env, append([]string{"send", tt.url, "--secret", "s3cret", "--no-history", "-o", "json", "--timeout", "5s"}, tt.args...)...)
		if code != tt.want || strings.Contains(stdout, `"proxy":`) {
			t.Errorf("%s with %v %v: exit code %d: %s%s", tt.url, tt.env, tt.args, code, stdout, stderr)
		}
	}
	if n := requests.Load(); n > 0 {
		t.Errorf("the proxy got %d requests", n)
	}
}

func TestProxyErrors(t *testing.T) {
	t.Parallel()
	proxy, _ := startProxy(t)
	for _, tt := range []struct {
		env    map[string]string
		args   []string
		code   int
		stderr string
	}{
		{args: []string{"--proxy", proxy}, code: console.ExitFailed, stderr: "407: the proxy " + proxy + " requires a user and a password"},
		{args: []string{"--proxy", "socks5://ada:px-7777@localhost:1080"}, code: console.ExitUsage, stderr: `--proxy "socks5://…@localhost:1080": "socks5" is not supported`},
		{args: []string{"--proxy", "http://ada:px/7777@localhost:1080"}, code: console.ExitUsage, stderr: `--proxy "http://…@localhost:1080": this is not a URL`},
		{args: []string{"--proxy", "http://:3128"}, code: console.ExitUsage, stderr: "it has no host"},
		{args: []string{"--proxy", "ada:px-7777@127.0.0.1:1"}, code: console.ExitFailed, stderr: "proxy: there is no connection to the proxy http://127.0.0.1:1: nothing listens there"},
		{env: map[string]string{"HTTP_PROXY": "socks5://ada:px-7777@localhost:1"}, code: console.ExitFailed, stderr: `the variable HTTP_PROXY is "socks5://…@localhost:1": "socks5" is not supported`},
	} {
		code, stdout, stderr := runWithEnv(t.Context(), tt.env, append([]string{"send", "http://crm.invalid/", "--secret", "s3cret", "--no-history"}, tt.args...)...)
		if code != tt.code || !strings.Contains(stderr, tt.stderr) || strings.Contains(stdout+stderr, "7777") {
			t.Errorf("%v %v: exit code %d, want %d: %s%s", tt.env, tt.args, code, tt.code, stdout, stderr)
		}
	}
}

// certificates are PEM files: an authority that signed a server and a client.
type certificates struct {
	ca, cert, key, both, other, encrypted string
	pool                                  *x509.CertPool
	server                                tls.Certificate
}

func makeCertificates(t *testing.T) certificates {
	t.Helper()
	dir := t.TempDir()
	write := func(name string, blocks ...*pem.Block) string {
		var b bytes.Buffer
		for _, block := range blocks {
			must(t, pem.Encode(&b, block))
		}
		path := filepath.Join(dir, name)
		must(t, os.WriteFile(path, b.Bytes(), 0o600))
		return path
	}
	newKey := func() (*ecdsa.PrivateKey, *pem.Block) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		must(t, err)
		der, err := x509.MarshalPKCS8PrivateKey(key)
		must(t, err)
		return key, &pem.Block{Type: "PRIVATE KEY", Bytes: der}
	}
	caKey, _ := newKey()
	ca := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	sign := func(key *ecdsa.PrivateKey, names ...string) *pem.Block {
		template := &x509.Certificate{SerialNumber: big.NewInt(2), NotAfter: time.Now().Add(time.Hour), DNSNames: names}
		if len(names) == 0 {
			template = ca
		}
		der, err := x509.CreateCertificate(rand.Reader, template, ca, &key.PublicKey, caKey)
		must(t, err)
		return &pem.Block{Type: "CERTIFICATE", Bytes: der}
	}
	serverKey, _ := newKey()
	clientKey, clientPEM := newKey()
	_, otherPEM := newKey()
	client := sign(clientKey, "client")
	authority := sign(caKey)
	c := certificates{
		ca: write("ca.pem", authority), cert: write("client.pem", client), key: write("client.key", clientPEM), both: write("both.pem", client, clientPEM),
		other: write("other.key", otherPEM), encrypted: write("encrypted.key", &pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte("x")}),
		server: tls.Certificate{Certificate: [][]byte{sign(serverKey, "localhost").Bytes}, PrivateKey: serverKey},
		pool:   x509.NewCertPool(),
	}
	c.pool.AppendCertsFromPEM(pem.EncodeToMemory(authority))
	return c
}

// start starts a verifying receiver that uses TLS for localhost, and wants a client certificate.
func (c *certificates) start(t *testing.T) (url string) {
	t.Helper()
	server := httptest.NewUnstartedServer(receiver.New(receiver.Options{Secret: signature.NewSecret("s3cret")}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{c.server}, ClientCAs: c.pool, ClientAuth: tls.RequireAndVerifyClientCert}
	server.StartTLS()
	t.Cleanup(server.Close)
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	must(t, err)
	return "https://localhost:" + port + "/hook"
}

func TestClientCertificates(t *testing.T) {
	t.Parallel()
	c := makeCertificates(t)
	url := c.start(t)
	config := filepath.Join(t.TempDir(), "artihook.yaml")
	must(t, os.WriteFile(config, []byte("defaults:\n  ca_cert: "+c.ca+"\n  cert: "+c.cert+"\n  key: "+c.key+"\n"), 0o600))
	for _, tt := range []struct {
		args   []string
		code   int
		stderr string
	}{
		{args: []string{"--cert", c.cert, "--key", c.key}},
		{args: []string{"--cert", c.both}},
		{args: []string{"--config", config}},
		{args: nil, code: console.ExitFailed, stderr: "got none, and ended the connection; --cert FILE and --key FILE send a client certificate"},
		{args: []string{"--key", c.key}, code: console.ExitUsage, stderr: "give the file with --cert"},
		{args: []string{"--cert", c.cert}, code: console.ExitUsage, stderr: "client.pem contains no private key; give its file with --key"},
		{args: []string{"--cert", c.key, "--key", c.key}, code: console.ExitUsage, stderr: "client.key contains no certificate in PEM form"},
		{args: []string{"--cert", c.cert, "--key", c.other}, code: console.ExitUsage, stderr: "does not belong to the certificate"},
		{args: []string{"--cert", c.cert, "--key", c.encrypted}, code: console.ExitUsage, stderr: "is encrypted; write it without a password: openssl pkey"},
		{args: []string{"--cert", "missing.pem"}, code: console.ExitUsage, stderr: "missing.pem"},
	} {
		args := append([]string{"send", url, "--secret", "s3cret", "--no-history", "--ca-cert", c.ca}, tt.args...)
		code, stdout, stderr := runCommand(t.Context(), args...)
		if code != tt.code || !strings.Contains(stderr, tt.stderr) {
			t.Errorf("%v: exit code %d, want %d: %s%s", tt.args, code, tt.code, stdout, stderr)
		}
	}
	certified := []string{"--secret", "s3cret", "--no-history", "--ca-cert", c.ca, "--cert", c.both, "--wait-for", url}
	for _, args := range [][]string{{"play", url}, {"run", "happy-path", "--url", url}, {"check", url, "--only", "signature-valid"}, {"load", url, "--leads", "1"}} {
		if code, stdout, stderr := runCommand(t.Context(), append(args, certified...)...); code != console.ExitOK {
			t.Errorf("%v: exit code %d: %s%s", args, code, stdout, stderr)
		}
	}
}

// TestWrongScheme sends http to ports for TLS, and https to a port without TLS.
func TestWrongScheme(t *testing.T) {
	t.Parallel()
	c := makeCertificates(t)
	goServer := strings.Replace(c.start(t), "https:", "http:", 1) // responds with 400, or resets the connection
	closing, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{c.server}})
	must(t, err)
	t.Cleanup(func() { closing.Close() })
	go func() {
		for {
			conn, err := closing.Accept()
			if err != nil {
				return
			}
			go func() { io.Copy(io.Discard, conn); conn.Close() }()
		}
	}()
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { silent.Close() })
	go func() {
		for {
			conn, err := silent.Accept()
			if err != nil {
				return
			}
			conn.Close()
		}
	}()
	tests := map[string]string{
		goServer:                            "the receiver expects TLS on this port; write https instead of http",
		"http://" + closing.Addr().String(): "the receiver expects TLS on this port; write https instead of http",
		"https://" + plain.Listener.Addr().String(): "the receiver does not speak TLS on this port; write http instead of https",
		"https://" + silent.Addr().String():         "during the TLS handshake; if it does not speak TLS on this port, write http instead of https",
	}
	for _, url := range slices.Sorted(maps.Keys(tests)) {
		for _, args := range [][]string{{"send", url}, {"check", url}, {"fuzz", url}, {"run", "unsigned", "--url", url}} {
			code, stdout, stderr := runCommand(t.Context(), append(args, "--secret", "s3cret", "--no-history")...)
			if code != console.ExitFailed || !strings.Contains(stdout+stderr, tests[url]) {
				t.Errorf("%v: exit code %d: %s", args, code, stderr)
			}
			if args[0] == "check" && stdout != "" {
				t.Errorf("%v: %s", args, stdout)
			}
		}
	}
}

// TestWaitFor starts the receiver after the command.
func TestWaitFor(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"send"}, {"play"}, {"load", "--leads", "1"}, {"check", "--only", "signature-valid"}, {"fuzz", "--runs", "3"}} {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		must(t, err)
		address := listener.Addr().String()
		must(t, listener.Close())
		url := "http://" + address + "/hook"
		args = append([]string{args[0], url, "--secret", "s3cret", "--no-history", "--wait-for", url}, args[1:]...)
		if code, _, stderr := runCommand(t.Context(), append(args, "--wait-timeout", "50ms")...); code != console.ExitFailed || !strings.Contains(stderr, "did not respond within 50ms: nothing listens there") {
			t.Errorf("%v: exit code %d: %s", args[0], code, stderr)
		}
		later := time.AfterFunc(100*time.Millisecond, func() {
			if listener, err := net.Listen("tcp", address); err == nil {
				server := &http.Server{Handler: receiver.New(receiver.Options{Secret: signature.NewSecret("s3cret")})}
				t.Cleanup(func() { server.Close() })
				go server.Serve(listener)
			}
		})
		t.Cleanup(func() { later.Stop() })
		if code, stdout, stderr := runCommand(t.Context(), args...); code != console.ExitOK {
			t.Errorf("%v: exit code %d: %s%s", args[0], code, stdout, stderr)
		}
		if code, _, stderr := runCommand(t.Context(), append(args, "--wait-for", "http://a b/")...); code != console.ExitUsage || !strings.Contains(stderr, ": --wait-for: ") {
			t.Errorf("%v: exit code %d: %s", args[0], code, stderr)
		}
	}
}
