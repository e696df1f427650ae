package exchange

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseResponse(t *testing.T) {
	t.Parallel()
	ok := Response{Status: 200, Proto: "HTTP/1.1", Reason: "OK"}
	with := func(headers []Header, body string) Response {
		r := ok
		r.Headers = headers
		if body != "" {
			r.Body = []byte(body)
		}
		return r
	}
	chunked := []Header{{"Transfer-Encoding", "chunked"}}
	cases := map[string]struct {
		raw  string
		want Response
	}{
		"length":          {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", with([]Header{{"Content-Length", "2"}}, "hi")},
		"names as sent":   {"HTTP/1.1 200 OK\r\nx-A:1\r\nX-a:  2 \r\nset-cookie: c\r\n\r\n", with([]Header{{"x-A", "1"}, {"X-a", "2"}, {"set-cookie", "c"}}, "")},
		"longer body":     {"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi there", with([]Header{{"content-length", "2"}}, "hi")},
		"shorter body":    {"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhi", with([]Header{{"Content-Length", "20"}}, "hi")},
		"bad length":      {"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nhi", with([]Header{{"Content-Length", "x"}}, "hi")},
		"two lengths":     {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nhi", with([]Header{{"Content-Length", "1"}, {"Content-Length", "2"}}, "hi")},
		"chunks":          {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n3;x=y\r\n yo\r\n0\r\nT: r\r\n\r\n", with(chunked, "hi yo")},
		"chunks, cut":     {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n9\r\n yo", with(chunked, "hi yo")},
		"chunks, garbage": {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\nzz\r\n", with(chunked, "hi")},
		"interim": {
			"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\nhi", with(nil, "hi"),
		},
		"until the end": {"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi", Response{
			Status: 200, Proto: "HTTP/1.0", Reason: "OK", Headers: chunked, Body: []byte("2\r\nhi"),
		}},
		"no content": {"HTTP/1.1 204 No Content\r\n\r\nnext", Response{Status: 204, Proto: "HTTP/1.1", Reason: "No Content"}},
		"no reason":  {"HTTP/1.1 401\r\n\r\n", Response{Status: 401, Proto: "HTTP/1.1"}},
		"switching":  {"HTTP/1.1 101 Switching Protocols\r\n\r\n", Response{Status: 101, Proto: "HTTP/1.1", Reason: "Switching Protocols"}},
		"bare feeds": {"HTTP/1.1 200 OK\nA: b\n\nhi", with([]Header{{"A", "b"}}, "hi")},
		"folded":     {"HTTP/1.1 200 OK\r\n lost\r\nA: b\r\n\tc\r\n\r\n", with([]Header{{"A", "b c"}}, "")},
		"no colon":   {"HTTP/1.1 200 OK\r\nwhat is this\r\n\r\n", with([]Header{{"what is this", ""}}, "")},
		"cut head":   {"HTTP/1.1 200 OK\r\nA: b\r\nC: d", with([]Header{{"A", "b"}}, "")},
		"binary":     {"HTTP/1.1 200 OK\r\n\r\n\x00\xff\r\n", with(nil, "\x00\xff\r\n")},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := ParseResponse([]byte(c.raw), false)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			again, err := ParseResponse(got.AppendRaw(nil), false)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(got, again); diff != "" {
				t.Error("written and read again:", diff)
			}
		})
	}
}

func TestParseResponseKeepsAMebibyte(t *testing.T) {
	t.Parallel()
	head := "HTTP/1.1 200 OK\r\n"
	body := strings.Repeat("x", MaxBody)
	cases := map[string]struct {
		raw       string
		truncated bool
		want      bool
	}{
		"just fits":     {head + "\r\n" + body, false, false},
		"one too many":  {head + "\r\n" + body + "y", false, true},
		"length":        {head + "Content-Length: 99999999999\r\n\r\n" + body + "y", false, true},
		"chunks":        {head + "Transfer-Encoding: chunked\r\n\r\n100001\r\n" + body + "y\r\n0\r\n\r\n", false, true},
		"chunks, fit":   {head + "Transfer-Encoding: chunked\r\n\r\n100000\r\n" + body + "\r\n0\r\n\r\n", false, false},
		"caller cut it": {head + "\r\n" + body, true, true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := ParseResponse([]byte(c.raw), c.truncated)
			if err != nil {
				t.Fatal(err)
			}
			if string(got.Body) != body || got.Truncated != c.want {
				t.Errorf("%d bytes, truncated %v, want %d bytes, %v", len(got.Body), got.Truncated, MaxBody, c.want)
			}
		})
	}
}

func TestParseResponseThatIsNone(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ raw, want string }{
		"nothing":      {"", "ends before the status line does"},
		"cut line":     {"HTTP/1.1 20", "ends before the status line does"},
		"ssh":          {"SSH-2.0-OpenSSH_9.2\r\n", `status line "SSH-2.0-OpenSSH_9.2"`},
		"long code":    {"HTTP/1.1 2000 OK\r\n\r\n", "want HTTP/1.1 and a status code"},
		"low code":     {"HTTP/1.1 099 OK\r\n\r\n", "status line"},
		"signed code":  {"HTTP/1.1 +20 OK\r\n\r\n", "status line"},
		"interim only": {"HTTP/1.1 100 Continue\r\n\r\n", "ends before the status line does"},
		"endless head": {"HTTP/1.1 200 OK\r\nA: " + strings.Repeat("x", maxHead) + "\r\n", "longer than 1 MiB"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := ParseResponse([]byte(c.raw), false)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
			if want := c.raw[:min(len(c.raw), MaxBody)]; string(got.Body) != want || got.Status != 0 {
				t.Errorf("got status %d and body %q, want the bytes as they came", got.Status, shorten(string(got.Body)))
			}
		})
	}
}

func FuzzParseResponse(f *testing.F) {
	seed := "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"
	f.Add([]byte(seed))
	f.Add([]byte("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 500 No\nA: b\r\n c\r\n:\r\n\r\nhi"))
	f.Add([]byte("HTTP/1.1 204 No Content\r\ncontent-Length: 5\r\n\r\nhello"))
	if r, err := ParseResponse([]byte(seed), false); err != nil || string(r.Body) != "hi" {
		f.Fatal("the first seed is not understood:", err)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := ParseResponse(raw, false)
		if len(r.Body) > MaxBody {
			t.Fatalf("%d bytes of body", len(r.Body))
		}
		if err != nil {
			return
		}
		again, err := ParseResponse(r.AppendRaw(nil), r.Truncated)
		if err != nil {
			t.Fatalf("what AppendRaw wrote is refused: %v\n%q", err, r.AppendRaw(nil))
		}
		if diff := cmp.Diff(r, again); diff != "" {
			t.Fatal(diff)
		}
	})
}

// TestParseResponseAgreesWithNetHTTP on what it accepts.
func TestParseResponseAgreesWithNetHTTP(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
		"HTTP/1.1 500 Internal Server Error\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
		"HTTP/1.0 302 Found\r\nLocation: /x\r\n\r\nto the end",
		"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
	} {
		theirs, err := http.ReadResponse(bufio.NewReader(strings.NewReader(raw)), nil)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(theirs.Body)
		if err != nil {
			t.Fatal(err)
		}
		ours, err := ParseResponse([]byte(raw), false)
		if err != nil {
			t.Fatal(err)
		}
		if ours.Status != theirs.StatusCode || ours.Proto != theirs.Proto || !bytes.Equal(ours.Body, body) {
			t.Errorf("%q: %d %q, net/http has %d %q", raw, ours.Status, ours.Body, theirs.StatusCode, body)
		}
	}
}

func BenchmarkParseResponse(b *testing.B) {
	raw := []byte("HTTP/1.1 200 OK\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{\"ok\":true}")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseResponse(raw, false); err != nil {
			b.Fatal(err)
		}
	}
}
