package exchange

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// event is a delivery as the emitter sends it.
func event() Request {
	return Request{
		Method: "POST", Target: "/hooks/lead?a=1&b=%2F", Host: "example.com:8080",
		Headers: []Header{
			{"User-Agent", "artibot-api"},
			{"x-artibot-signature", "D3817110D46EBB2678A3752F4912C74B2A3E736E"},
			{"Content-Type", "application/json"},
		},
		Body: []byte(`{"lead":{"name":"Zoë <o'Neill> & co"}}`),
	}
}

const eventRaw = "POST /hooks/lead?a=1&b=%2F HTTP/1.1\r\n" +
	"Host: example.com:8080\r\n" +
	"User-Agent: artibot-api\r\n" +
	"Content-Length: 39\r\n" +
	"Content-Type: application/json\r\n" +
	"x-artibot-signature: D3817110D46EBB2678A3752F4912C74B2A3E736E\r\n" +
	"\r\n" +
	`{"lead":{"name":"Zoë <o'Neill> & co"}}`

func TestAppendRawIsTheWireForm(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff(eventRaw, string(event().AppendRaw(nil))); diff != "" {
		t.Error(diff)
	}
	if got := string(event().AppendRaw([]byte("before "))); got != "before "+eventRaw {
		t.Errorf("what stood before is gone: %q", got)
	}
	zero := "POST / HTTP/1.1\r\nHost: \r\nContent-Length: 0\r\n\r\n"
	if got := string(Request{}.AppendRaw(nil)); got != zero {
		t.Errorf("zero request: %q", got)
	}
}

// asNetHTTP writes the same request with net/http.
func asNetHTTP(t testing.TB, r Request) string {
	t.Helper()
	req, err := http.NewRequest(r.Method, "http://"+r.Host+r.Target, bytes.NewReader(r.Body))
	if err != nil {
		t.Skip("net/http does not take this request:", err)
	}
	req.Header["User-Agent"] = nil
	for _, h := range r.Headers {
		req.Header[h.Name] = append(req.Header[h.Name], h.Value)
	}
	var b bytes.Buffer
	if err := req.Write(&b); err != nil {
		t.Skip("net/http does not write this request:", err)
	}
	return b.String()
}

func TestAppendRawWritesWhatNetHTTPWrites(t *testing.T) {
	t.Parallel()
	cases := map[string]Request{
		"event":     event(),
		"no body":   {Method: "POST", Target: "/", Host: "h"},
		"get":       {Method: "GET", Target: "/x", Host: "h"},
		"delete":    {Method: "DELETE", Target: "/x", Host: "h", Body: []byte("x")},
		"repeated":  {Method: "PUT", Target: "/", Host: "h", Headers: []Header{{"b", "2"}, {"B", "1"}, {"b", "1"}, {"a", ""}}},
		"framing":   {Method: "POST", Target: "/", Host: "h", Headers: []Header{{"Host", "x"}, {"Content-Length", "9"}, {"Transfer-Encoding", "chunked"}, {"Trailer", "x"}, {"content-length", "7"}}},
		"odd value": {Method: "POST", Target: "/", Host: "h", Headers: []Header{{"X-A", " a\r\nb\t"}, {"X-B", "é\xff"}}},
		"odd name":  {Method: "POST", Target: "/", Host: "h", Headers: []Header{{"X A", "1"}, {"", "2"}, {"X:", "3"}, {"Ok", "4"}}},
		"two agents": {Method: "POST", Target: "/", Host: "h", Headers: []Header{
			{"user-agent", "third"}, {"User-Agent", " first"}, {"User-Agent", "second"},
		}},
	}
	for name, r := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(asNetHTTP(t, r), string(r.AppendRaw(nil))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestAppendRawMatchesTheClient reads a real client's bytes from the network.
func TestAppendRawMatchesTheClient(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	arrived := make(chan []byte, 1)
	go serveRaw(listener, arrived)

	want := event()
	want.Host = listener.Addr().String()
	req, err := http.NewRequest(want.Method, "http://"+want.Host+want.Target, bytes.NewReader(want.Body))
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range want.Headers {
		req.Header[h.Name] = []string{h.Value}
	}
	transport := &http.Transport{DisableCompression: true}
	defer transport.CloseIdleConnections()
	resp, err := transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if diff := cmp.Diff(string(<-arrived), string(want.AppendRaw(nil))); diff != "" {
		t.Error(diff)
	}
}

// serveRaw answers each connection once with 204, and hands on the bytes of the
// request.
func serveRaw(listener net.Listener, arrived chan<- []byte) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		var raw []byte
		buf := make([]byte, 1<<16)
		for {
			n, err := conn.Read(buf)
			raw = append(raw, buf[:n]...)
			if _, perr := ParseRequest(raw); perr == nil || err != nil {
				break
			}
		}
		io.WriteString(conn, "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
		conn.Close()
		arrived <- raw
	}
}

func TestParseRequestReadsAnyOrderAndCase(t *testing.T) {
	t.Parallel()
	got, err := ParseRequest([]byte("PUT /a b HTTP/1.1\r\nzeta:1\r\nhost:\t h \r\nAlpha: 2 \r\ncontent-length: 2\r\n\r\nhi"))
	if err != nil {
		t.Fatal(err)
	}
	want := Request{Method: "PUT", Target: "/a b", Host: "h", Headers: []Header{{"zeta", "1"}, {"Alpha", "2"}}, Body: []byte("hi")}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestParseRequestSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ raw, want string }{
		"empty":        {"", "ends before its headers do"},
		"cut head":     {"POST / HTTP/1.1\r\nHost: h\r\n", "ends before its headers do"},
		"no request":   {"hello\r\n\r\n", `request line "hello"`},
		"old version":  {"POST / HTTP/1.0\r\n\r\n", "want METHOD target HTTP/1.1"},
		"no target":    {"POST  HTTP/1.1\r\n\r\n", "request line"},
		"control":      {"POST /\x01 HTTP/1.1\r\n\r\n", "request line"},
		"no colon":     {"POST / HTTP/1.1\r\nHost\r\n\r\n", `header line "Host"`},
		"bare feed":    {"POST / HTTP/1.1\r\nA: b\nC: d\r\n\r\n", "header line"},
		"space name":   {"POST / HTTP/1.1\r\nA : b\r\n\r\n", "header line"},
		"two hosts":    {"POST / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", `"Host" occurs twice`},
		"two lengths":  {"POST / HTTP/1.1\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n", "occurs twice"},
		"chunks":       {"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "want a plain body"},
		"short body":   {"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nab", `"3", but the body has 2 bytes`},
		"long body":    {"POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\nab", `"1", but the body has 2 bytes`},
		"no length":    {"POST / HTTP/1.1\r\n\r\nab", "the body has 2 bytes"},
		"endless head": {"POST / HTTP/1.1\r\nA: " + strings.Repeat("x", maxHead) + "\r\n\r\n", "longer than 1 MiB"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := ParseRequest([]byte(c.raw))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
			if diff := cmp.Diff(Request{}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func FuzzParseRequest(f *testing.F) {
	f.Add([]byte(eventRaw))
	f.Add([]byte("PUT /a HTTP/1.1\r\nzeta:1\r\nhost:\t h \r\nAlpha: 2 \r\ncontent-length: 2\r\n\r\nhi"))
	f.Add([]byte("GET / HTTP/1.1\r\nHost: h\r\ncontent-length: 0\r\n\r\n"))
	if r, err := ParseRequest([]byte(eventRaw)); err != nil || string(r.AppendRaw(nil)) != eventRaw {
		f.Fatal("the first seed does not come back:", err)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := ParseRequest(raw)
		if err != nil {
			return
		}
		once := r.AppendRaw(nil)
		again, err := ParseRequest(once)
		if err != nil {
			t.Fatalf("what AppendRaw wrote is refused: %v\n%q", err, once)
		}
		if twice := again.AppendRaw(nil); !bytes.Equal(once, twice) {
			t.Fatalf("not stable:\n%q\n%q", once, twice)
		}
	})
}

func FuzzAppendRaw(f *testing.F) {
	f.Add("POST", "/hook", "x-artibot-signature", "AB", "Content-Type", "a/b", []byte(`{}`))
	f.Add("GET", "/", "content-length", "0", "User-Agent", " x", []byte(nil))
	f.Fuzz(func(t *testing.T, method, target, name1, value1, name2, value2 string, body []byte) {
		r := Request{Method: method, Target: target, Host: "h", Headers: []Header{{name1, value1}, {name2, value2}}, Body: body}
		if !isToken(method) || !strings.HasPrefix(target, "/") || strings.ContainsFunc(target, isControl) {
			return
		}
		raw := r.AppendRaw(nil)
		back, err := ParseRequest(raw)
		if err != nil {
			t.Fatalf("%v\n%q", err, raw)
		}
		if again := back.AppendRaw(nil); !bytes.Equal(raw, again) {
			t.Fatalf("lossy:\n%q\n%q", raw, again)
		}
		// net/http respells some targets, and writes an agent of blanks.
		blank := strings.TrimSpace(value1) == "" || strings.TrimSpace(value2) == ""
		if want := asNetHTTP(t, r); !blank && strings.HasPrefix(want, method+" "+target+" ") && want != string(raw) {
			t.Fatalf("net/http writes %q\nwe write %q", want, raw)
		}
	})
}

func BenchmarkAppendRaw(b *testing.B) {
	r := event()
	r.Body = bytes.Repeat([]byte("x"), 1573)
	buf := make([]byte, 0, 4096)
	b.ReportAllocs()
	for b.Loop() {
		buf = r.AppendRaw(buf[:0])
	}
}

func BenchmarkParseRequest(b *testing.B) {
	raw := event().AppendRaw(nil)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseRequest(raw); err != nil {
			b.Fatal(err)
		}
	}
}
