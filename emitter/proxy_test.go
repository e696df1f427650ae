package emitter

import (
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"artihook/emitter/exchange"
	"artihook/emitter/history"
	"artihook/emitter/payload"
	"artihook/emitter/receiver"
	"artihook/emitter/signature"

	"github.com/google/uuid"
)

// forwardProxy is an HTTP proxy that connects every request to one receiver, whatever its host is.
type forwardProxy struct {
	receiver string // host:port
	mu       sync.Mutex
	lines    []string // the request line of each request, with the credentials if there are any
}

func (p *forwardProxy) seen() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.lines, "\n")
}

func (p *forwardProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	line := r.Method + " " + r.RequestURI
	if user, password, ok := (&http.Request{Header: http.Header{"Authorization": r.Header["Proxy-Authorization"]}}).BasicAuth(); ok {
		line += " by " + user + ":" + password
	}
	p.mu.Lock()
	p.lines = append(p.lines, line)
	p.mu.Unlock()
	if r.Method == http.MethodConnect {
		p.tunnel(w)
		return
	}
	out := r.Clone(r.Context())
	out.RequestURI, out.Host = "", r.URL.Host // RFC 9112, section 3.2.2
	out.URL.Host = p.receiver
	out.Header.Del("Proxy-Authorization")
	response, err := http.DefaultTransport.RoundTrip(out)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer response.Body.Close()
	w.WriteHeader(response.StatusCode)
	io.Copy(w, response.Body)
}

func (p *forwardProxy) tunnel(w http.ResponseWriter) {
	out, err := net.Dial("tcp", p.receiver)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer out.Close()
	w.WriteHeader(http.StatusOK)
	in, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer in.Close()
	go func() { io.Copy(out, buffered); out.Close() }()
	io.Copy(in, out)
}

// startProxy starts a receiver and a proxy to it, and returns the options for it.
func startProxy(t *testing.T, overTLS bool, target *httptest.Server) (*forwardProxy, Options) {
	t.Helper()
	p := &forwardProxy{receiver: target.Listener.Addr().String()}
	server := httptest.NewUnstartedServer(p)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	if overTLS {
		server.StartTLS()
	} else {
		server.Start()
	}
	t.Cleanup(server.Close)
	at, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	at.User = url.UserPassword("ada", "lovelace")
	return p, Options{Insecure: true, Timeout: 10 * time.Second, Proxy: func(*url.URL) (*url.URL, error) { return at, nil }}
}

func verifyingReceiver(t *testing.T, overTLS bool) *httptest.Server {
	t.Helper()
	handler := receiver.New(receiver.Options{Secret: signature.NewSecret("s3cret")})
	server := httptest.NewUnstartedServer(handler)
	if overTLS {
		server.StartTLS()
	} else {
		server.Start()
	}
	t.Cleanup(server.Close)
	return server
}

// TestProxy sends two deliveries to hosts that only the proxy knows.
func TestProxy(t *testing.T) {
	t.Parallel()
	const by = " by ada:lovelace"
	for _, tt := range []struct {
		name, url, signURL string
		proxyTLS           bool
		seen               string // by the proxy
	}{
		{"http", "http://crm.invalid/hook?a=1", "", false, "POST http://crm.invalid/hook?a=1" + by + "\nPOST http://crm.invalid/hook?a=1" + by},
		{"https", "https://crm.invalid/hook", "", false, "CONNECT crm.invalid:443" + by},
		{"http through TLS", "http://crm.invalid:8080/hook", "", true, "POST http://crm.invalid:8080/hook" + by + "\nPOST http://crm.invalid:8080/hook" + by},
		{"https through TLS", "https://crm.invalid/hook", "", true, "CONNECT crm.invalid:443" + by},
		{"another Host", "http://crm.invalid/hook", "http://public.invalid/hook", false, "CONNECT crm.invalid:80" + by},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := &Webhook{URL: parseURL(t, tt.url), Secret: signature.NewSecret("s3cret")}
			if tt.signURL != "" {
				w.SignURL = parseURL(t, tt.signURL)
			}
			p, opt := startProxy(t, tt.proxyTLS, verifyingReceiver(t, w.URL.Scheme == "https"))
			e := New(opt)
			defer e.Close()
			for range 2 {
				d, err := emit(t.Context(), e, w, testMessage())
				if err != nil || d.Status != 204 {
					t.Fatalf("status %d, %s (%s), %v", d.Status, d.Error, d.Reason, err)
				}
				want := nameOf(mustProxy(t, opt))
				if d.Proxy != want || strings.Contains(string(d.Request.AppendRaw(nil)), "Proxy-") || d.Request.Target != w.URL.Target {
					t.Errorf("recorded proxy %q and %q, want proxy %q", d.Proxy, d.Request.AppendRaw(nil), want)
				}
			}
			if got := p.seen(); got != tt.seen {
				t.Errorf("the proxy got\n%s\nwant\n%s", got, tt.seen)
			}
		})
	}
}

func mustProxy(t *testing.T, opt Options) *url.URL {
	t.Helper()
	proxy, err := opt.Proxy(nil)
	if err != nil {
		t.Fatal(err)
	}
	return proxy
}

// TestProxySlowAndCutBodies throttles the body of a request in absolute form.
func TestProxySlowAndCutBodies(t *testing.T) {
	t.Parallel()
	w := &Webhook{URL: parseURL(t, "http://crm.invalid/hook"), Secret: signature.NewSecret("s3cret")}
	_, opt := startProxy(t, false, verifyingReceiver(t, false))
	e := New(opt)
	defer e.Close()
	if d, err := emit(t.Context(), e.WithOptions(SendOptions{SlowBody: 20 * time.Millisecond}), w, testMessage()); err != nil || d.Status != 204 {
		t.Errorf("slow: status %d, %s (%s), %v", d.Status, d.Error, d.Reason, err)
	}
	if d, err := emit(t.Context(), e.WithOptions(SendOptions{Cut: true, CutAfter: 5}), w, testMessage()); err != nil || d.Error != history.FailureCut {
		t.Errorf("cut: %s (%s), %v", d.Error, d.Reason, err)
	}
}

func TestProxyBulk(t *testing.T) {
	t.Parallel()
	w := &Webhook{URL: parseURL(t, "http://crm.invalid/hook"), Secret: signature.NewSecret("s3cret")}
	p, opt := startProxy(t, false, verifyingReceiver(t, false))
	e := New(opt)
	defer e.Close()
	b := e.Bulk(t.Context(), w, BulkOptions{})
	defer b.Close(t.Context())
	event := &payload.Event{Action: payload.Created, Lead: payload.Lead{ID: uuid.MustParse("c19377db-bdab-4f6d-b8f8-a327c693295e"), Version: 1}}
	ok, err := b.Next(t.Context(), func(yield func(*payload.Event, uint64) bool) { yield(event, 1) })
	if !ok || err != nil {
		t.Fatal(ok, err)
	}
	if r, err := b.Send(t.Context()); err != nil || r.Status != 204 {
		t.Errorf("got %+v, %v", r, err)
	}
	if got := p.seen(); got != "POST http://crm.invalid/hook by ada:lovelace" {
		t.Errorf("the proxy got %s", got)
	}
}

func TestProxyFailures(t *testing.T) {
	t.Parallel()
	closed := listenRaw(t, nil)
	closed.Close()
	for _, tt := range []struct {
		name    string
		proxy   net.Addr
		url     string
		err     error
		reasons string
	}{
		{name: "refused", proxy: closed.Addr(), url: "http://crm.invalid/", reasons: "nothing listens there"},
		{name: "wants a password", proxy: listenRaw(t, respond("HTTP/1.1 407 Denied\r\nContent-Length: 0\r\n\r\n")).Addr(), url: "https://crm.invalid/", reasons: "responded 407 Proxy Authentication Required to CONNECT crm.invalid:443; write user and password"},
		{name: "does not reach the host", proxy: listenRaw(t, respond("HTTP/1.1 502 Bad\r\nContent-Length: 0\r\n\r\n")).Addr(), url: "https://crm.invalid/", reasons: "responded 502 Bad Gateway"},
		{name: "is no proxy", proxy: listenRaw(t, respond("220 mail.example ESMTP\r\n")).Addr(), url: "https://crm.invalid/", reasons: "sent no valid response to CONNECT"},
		{name: "closes", proxy: listenRaw(t, respond("")).Addr(), url: "https://crm.invalid/", reasons: "sent no valid response to CONNECT"},
		{name: "sends too early", proxy: listenRaw(t, respond("HTTP/1.1 200 OK\r\n\r\nhello")).Addr(), url: "https://crm.invalid/", reasons: "sent data before the request"},
		{name: "has a bad setting", url: "http://crm.invalid/", err: errors.New("HTTP_PROXY is wrong"), reasons: "HTTP_PROXY is wrong"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			opt := Options{Timeout: 10 * time.Second, Proxy: func(*url.URL) (*url.URL, error) {
				if tt.err != nil {
					return nil, tt.err
				}
				return &url.URL{Scheme: "http", Host: tt.proxy.String(), User: url.UserPassword("ada", "lovelace")}, nil
			}}
			d := deliver(t, &Webhook{URL: parseURL(t, tt.url)}, opt)
			if d.Error != history.FailureProxy || !strings.Contains(d.Reason, tt.reasons) || strings.Contains(d.Reason, "lovelace") {
				t.Errorf("got %q (%s), want %s", d.Error, d.Reason, tt.reasons)
			}
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, tt.url, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			response, err := HTTPClient(opt).Do(request)
			if err == nil {
				response.Body.Close()
				t.Fatal("HTTPClient returned no error")
			}
			if _, reason := NameFailure(err, time.Second); strings.Contains(reason, "lovelace") {
				t.Errorf("HTTPClient: %s", reason)
			}
		})
	}
}

// TestProxyTimeout has a proxy that never responds to CONNECT.
func TestProxyTimeout(t *testing.T) {
	t.Parallel()
	s := listenRaw(t, func(conn net.Conn) { io.Copy(io.Discard, conn) })
	opt := Options{Timeout: 100 * time.Millisecond, Proxy: func(*url.URL) (*url.URL, error) { return &url.URL{Scheme: "http", Host: s.Addr().String()}, nil }}
	if d := deliver(t, &Webhook{URL: parseURL(t, "https://crm.invalid/")}, opt); d.Error != history.FailureTimeout {
		t.Errorf("got %q (%s)", d.Error, d.Reason)
	}
}

// FuzzAbsoluteForm checks that a proxy gets the same request with another target.
func FuzzAbsoluteForm(f *testing.F) {
	f.Add("POST", "/hook?a=1", "crm.example", "ada", "pass:word@", []byte("{}"))
	f.Add("POST", "http://other.example/", "crm.example", "", "", []byte(nil))
	f.Fuzz(func(t *testing.T, method, target, host, user, password string, body []byte) {
		r := exchange.Request{Method: method, Target: target, Host: host, Body: body}
		if method == "" || target == "" || !isValid(&r) {
			t.Skip()
		}
		raw := r.AppendRaw(nil)
		out := string(absoluteForm(raw, origin{scheme: "http", host: host}, &url.URL{User: url.UserPassword(user, password)}))
		line, rest, _ := strings.Cut(out, "\r\n")
		credentials, rest, _ := strings.Cut(rest, "\r\n")
		if !strings.HasPrefix(credentials, "Proxy-Authorization: Basic ") {
			t.Errorf("no credentials in %q", out)
		}
		line = strings.Replace(line, "http://"+host, "", 1)
		if strings.HasPrefix(target, "/") && line+"\r\n"+rest != string(raw) {
			t.Errorf("%q became %q", raw, out)
		}
	})
}
