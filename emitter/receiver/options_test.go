package receiver

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"artihook/emitter/payload"
	"artihook/emitter/signature"
)

// post sends one signed delivery and returns the response and its body.
func post(t *testing.T, server *httptest.Server, scheme signature.Scheme) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "POST", server.URL+"/a%2Fb?x=1", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header[signature.Header] = []string{signature.Sign(secret, scheme, signature.Message{URL: server.URL + "/a%2Fb?x=1", Body: []byte(body)})}
	response, err := server.Client().Transport.RoundTrip(r) // does not follow redirects
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(text)
}

func serve(t *testing.T, opt Options) *httptest.Server {
	t.Helper()
	opt.Secret = secret
	server := httptest.NewServer(New(opt))
	t.Cleanup(server.Close)
	return server
}

func TestEitherScheme(t *testing.T) {
	t.Parallel()
	var seen []signature.Scheme
	server := serve(t, Options{AnyScheme: true, Seen: func(a Arrival) { seen = append(seen, a.Scheme) }})
	for _, scheme := range []signature.Scheme{signature.SchemeURL, signature.SchemeBody} {
		if response, _ := post(t, server, scheme); response.StatusCode != 204 || seen[len(seen)-1] != scheme {
			t.Errorf("%s: got %d, %v", scheme, response.StatusCode, seen)
		}
	}
	if response, _ := post(t, serve(t, Options{}), signature.SchemeBody); response.StatusCode != 401 {
		t.Errorf("got %d", response.StatusCode)
	}
}

func TestFail(t *testing.T) {
	t.Parallel()
	server := serve(t, Options{FailFirst: 2})
	for i, want := range []int{503, 503, 204} {
		if response, _ := post(t, server, 0); response.StatusCode != want {
			t.Errorf("delivery %d: got %d", i, response.StatusCode)
		}
	}
	draws := []float64{0.05, 0.5}
	server = serve(t, Options{Fail: 0.1, Random: func() float64 { d := draws[0]; draws = draws[1:]; return d }})
	for i, want := range []int{503, 204} {
		if response, _ := post(t, server, 0); response.StatusCode != want {
			t.Errorf("draw %d: got %d", i, response.StatusCode)
		}
	}
}

func TestResponseBody(t *testing.T) {
	t.Parallel()
	response, text := post(t, serve(t, Options{Status: 200, Body: []byte(`{"id":7}`)}), 0)
	if text != `{"id":7}` || response.Header.Get("Content-Type") != "application/json" {
		t.Errorf("got %q %v", text, response.Header)
	}
	if response, text = post(t, serve(t, Options{Status: 200, Body: []byte(`thanks`)}), 0); text != "thanks" || !strings.HasPrefix(response.Header.Get("Content-Type"), "text/plain") {
		t.Errorf("got %q %v", text, response.Header)
	}
	if response, text = post(t, serve(t, Options{Body: []byte(`thanks`)}), 0); text != "" || response.StatusCode != 204 {
		t.Errorf("got %d %q", response.StatusCode, text)
	}
}

func TestDelayEndsWhenTheSenderDisconnects(t *testing.T) {
	t.Parallel()
	handler := New(Options{Secret: secret, Delay: time.Hour})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequestWithContext(ctx, "POST", "/", strings.NewReader("{}")))
	if w.Code != 401 { // a sender that has closed only its writing side still reads
		t.Errorf("got %d", w.Code)
	}
}

func TestForwardIsByteExact(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var got Arrival
	var raw string
	other := New(Options{Secret: secret, Status: 201, Body: []byte(`{"id":7}`), Seen: func(a Arrival) { got = a }})
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		raw = r.RequestURI
		w.Header().Set("X-Other", "yes")
		other.ServeHTTP(w, r)
	}))
	defer target.Close()
	server := serve(t, Options{Forward: &Forward{To: parseURL(t, target.URL)}})
	response, text := post(t, server, 0)
	if response.StatusCode != 201 || text != `{"id":7}` || response.Header.Get("X-Other") != "yes" {
		t.Errorf("got %d %q %v", response.StatusCode, text, response.Header)
	}
	if !got.Verified || string(got.Body) != body || raw != "/a%2Fb?x=1" || got.URL != server.URL+"/a%2Fb?x=1" {
		t.Errorf("the other receiver got %+v at %s", got, raw)
	}
	// A request that is not valid is not forwarded.
	got = Arrival{}
	if response, _ := post(t, server, signature.SchemeBody); response.StatusCode != 401 || got.Method != "" {
		t.Errorf("got %d, forwarded %+v", response.StatusCode, got)
	}
	target.Close()
	if response, text := post(t, server, 0); response.StatusCode != 502 || text != "the receiver that requests are forwarded to sent no valid response\n" {
		t.Errorf("got %d %q", response.StatusCode, text)
	}
}

// TestForwardSignsAgain forwards to a correct receiver, which rebuilds the URL from its own request.
func TestForwardSignsAgain(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, path, public string // of --forward and of the listener
		exact, body        bool
		status             int
		again              bool
		target             string // what the other receiver gets
	}{
		{name: "same URL", status: 204, target: "/a%2Fb?x=1"},
		{name: "another path", path: "/hook", status: 204, again: true, target: "/hook?x=1"},
		{name: "another path and query", path: "/hook?y=2", status: 204, again: true, target: "/hook?y=2"},
		{name: "a public URL", public: "https://tunnel.example", status: 204, again: true, target: "/a%2Fb?x=1"},
		{name: "exact", path: "/hook", exact: true, status: 401, target: "/hook?x=1"},
		{name: "the older scheme", path: "/hook", body: true, status: 204, target: "/hook?x=1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := make(chan Arrival, 1)
			target := serve(t, Options{AnyScheme: true, Seen: func(a Arrival) { got <- a }})
			forward := &Forward{To: parseURL(t, target.URL+tt.path), Exact: tt.exact}
			scheme := signature.SchemeURL
			if tt.body {
				scheme = signature.SchemeBody
			}
			opt := Options{Scheme: scheme, Secret: secret, Forward: forward}
			signed := "http://sender.example/a%2Fb?x=1"
			if tt.public != "" {
				opt.PublicURL, signed = parseURL(t, tt.public), tt.public+"/a%2Fb?x=1"
			}
			var seen Arrival
			opt.Seen = func(a Arrival) { seen = a }
			r := httptest.NewRequestWithContext(t.Context(), "POST", "/a%2Fb?x=1", strings.NewReader(body))
			r.Host = "sender.example"
			r.Header.Set("X-Forwarded-Proto", "https")
			r.Header.Set(signature.Header, signature.Sign(secret, scheme, signature.Message{Method: "POST", URL: signed, Body: []byte(body)}))
			w := httptest.NewRecorder()
			New(opt).ServeHTTP(w, r)
			a := <-got
			if w.Code != tt.status || !strings.HasSuffix(a.URL, tt.target) || (a.Header.Get("X-Forwarded-Proto") == "") != tt.again {
				t.Errorf("the response is %d, the other receiver got %s with %v", w.Code, a.URL, a.Header)
			}
			if seen.Forwarded == nil || seen.Forwarded.SignedAgain != tt.again || seen.Forwarded.URL != a.URL || seen.Response.Status != tt.status {
				t.Errorf("got %+v, %+v, want %+v", seen.Forwarded, seen.Response, tt)
			}
		})
	}
}

// TestEvents accepts all correct deliveries and passes on those of one event.
func TestEvents(t *testing.T) {
	t.Parallel()
	seen := 0
	server := serve(t, Options{Events: []payload.Action{payload.Completed}, Forward: &Forward{To: parseURL(t, "http://127.0.0.1:1")}, Seen: func(Arrival) { seen++ }})
	if response, _ := post(t, server, 0); response.StatusCode != 204 || seen != 0 { // an updated event
		t.Errorf("got %d, %d seen", response.StatusCode, seen)
	}
	if response, _ := post(t, server, signature.SchemeBody); response.StatusCode != 401 || seen != 1 {
		t.Errorf("a rejected delivery: got %d, %d seen", response.StatusCode, seen)
	}
	server = serve(t, Options{Events: []payload.Action{payload.Updated}, Seen: func(Arrival) { seen++ }})
	if response, _ := post(t, server, 0); response.StatusCode != 204 || seen != 2 {
		t.Errorf("got %d, %d seen", response.StatusCode, seen)
	}
}

// TestForwardSendsTheSignatureInLowerCase compares the bytes of the header's name (docs/contract.md, section 1).
func TestForwardSendsTheSignatureInLowerCase(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	head := make(chan string, 1)
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		var text strings.Builder
		for reader := bufio.NewReader(conn); ; {
			line, err := reader.ReadString('\n')
			if text.WriteString(line); err != nil || line == "\r\n" {
				break
			}
		}
		head <- text.String()
		io.WriteString(conn, "HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n")
	}()
	response, _ := post(t, serve(t, Options{Forward: &Forward{To: parseURL(t, "http://"+listener.Addr().String())}}), 0)
	if response.StatusCode != 302 || response.Header.Get("Location") != "/x" {
		t.Errorf("the redirect is not passed back: %d %v", response.StatusCode, response.Header)
	}
	if got := <-head; !strings.Contains(got, "\r\n"+signature.Header+": ") {
		t.Errorf("got %s", got)
	}
}

// TestSlowBody: the response to a body that takes too long is 408. Many slow requests do not block another one.
func TestSlowBody(t *testing.T) {
	t.Parallel()
	handler := New(Options{Secret: secret})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" { // its deadline is in the past
			if err := http.NewResponseController(w).SetReadDeadline(time.Unix(1, 0)); err != nil {
				t.Error(err)
			}
		}
		handler.ServeHTTP(w, r)
	}))
	defer server.Close()
	var wait sync.WaitGroup
	for range 200 {
		wait.Go(func() {
			conn, err := net.Dial("tcp", server.Listener.Addr().String())
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close()
			io.WriteString(conn, "POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n{")
			if line, err := bufio.NewReader(conn).ReadString('\n'); !strings.Contains(line, " 408 ") {
				t.Errorf("got %q %v", line, err)
			}
		})
	}
	if response, _ := post(t, server, 0); response.StatusCode != 204 {
		t.Errorf("another request: got %d", response.StatusCode)
	}
	wait.Wait()
}

func TestHead(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	New(Options{}).ServeHTTP(w, httptest.NewRequest("HEAD", "/", nil))
	if w.Code != 405 || w.Header().Get("Allow") != "POST" {
		t.Errorf("got %d %v", w.Code, w.Header())
	}
}

// TestForwardWithoutAValidResponse: the response is 502, at once, if the other receiver sends something else.
func TestForwardWithoutAValidResponse(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"nothing":             "",
		"garbage":             "220 mail.example ESMTP\r\n",
		"switching protocols": "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
		"status 099":          "HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n",
		"status 999":          "HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n",
		"half a body":         "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
	} {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer listener.Close()
		open := name == "switching protocols"
		go func() {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			defer conn.Close()
			reader := bufio.NewReader(conn)
			if r, err := http.ReadRequest(reader); err == nil {
				io.Copy(io.Discard, r.Body)
			}
			io.WriteString(conn, text)
			if open {
				io.Copy(io.Discard, reader)
			}
		}()
		server := serve(t, Options{Forward: &Forward{To: parseURL(t, "http://"+listener.Addr().String())}})
		if response, _ := post(t, server, 0); response.StatusCode != 502 {
			t.Errorf("%s: got %d", name, response.StatusCode)
		}
	}
}
