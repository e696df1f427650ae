package exchange

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const signed = "x-artibot-signature"

// want is what every spelling below says.
func wantRecording(url string) Recording {
	return Recording{URL: url, Request: Request{
		Method: "POST", Host: "crm.example", Headers: []Header{{signed, "ABC"}, {"Content-Type", "application/json"}}, Body: []byte(`{"a":"it's"}`),
	}}
}

func TestReadHTTP(t *testing.T) {
	t.Parallel()
	bare := wantRecording("")
	bare.Request.Target = "/hook?x=1"
	tests := []struct {
		name, text string
		want       Recording
	}{
		{"as it stands on the wire", "POST /hook?x=1 HTTP/1.1\r\nHost: crm.example\r\nx-artibot-signature: ABC\r\nContent-Type: application/json\r\n\r\n{\"a\":\"it's\"}", bare},
		{"line feeds alone, one at the end", "POST /hook?x=1 HTTP/1.1\nHost: crm.example\nx-artibot-signature: ABC\nContent-Type: application/json\n\n{\"a\":\"it's\"}\n", bare},
		{"HTTP/2", "POST /hook?x=1 HTTP/2\n:authority: crm.example\nx-artibot-signature: ABC\nContent-Type: application/json\n\n{\"a\":\"it's\"}", bare},
		{"an editor's file", "### the lead\n# noted\n\nPOST https://crm.example/hook?x=1\nHost: crm.example\nx-artibot-signature: ABC\nContent-Type: application/json\n\n{\"a\":\"it's\"}\n", wantRecording("https://crm.example/hook?x=1")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ReadHTTP([]byte(tt.text))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			if form := Guess([]byte(tt.text)); form != FormHTTP {
				t.Errorf("guessed %q", form)
			}
		})
	}
	for text, want := range map[string]string{
		"":                                 "request line",
		"hello":                            "request line",
		"POST / HTTP/1.1\nno header\n\n{}": "header line",
		"POST / HTTP/1.1\nContent-Length: 9\n\n{}":                         "it was cut off",
		"POST / HTTP/1.1\nContent-Length: x\n\n{}":                         "want a number of bytes",
		"POST / HTTP/1.1\nContent-Length: 2, 2\n\n{}":                      "want a number of bytes",
		"POST / HTTP/1.1\nA: " + strings.Repeat("b", maxHead+5) + "\n\n{}": "longer than 1 MiB",
	} {
		if _, err := ReadHTTP([]byte(text)); err == nil || !strings.Contains(err.Error(), want) || len(err.Error()) > 200 {
			t.Errorf("%.40q: got %v, want %q", text, err, want)
		}
	}
}

func TestReadHTTPBodies(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ head, body, want string }{
		{"Content-Length: 2", "{}\n", "{}"},
		{"Content-Length: 3", "{}\n", "{}\n"},
		{"Transfer-Encoding: chunked", "2\r\n{}\r\n0\r\n\r\n", "{}"},
		{"Transfer-Encoding: chunked", "{}", "{}"},
		{"X: y", "", ""},
	} {
		got, err := ReadHTTP([]byte("POST / HTTP/1.1\r\n" + tt.head + "\r\n\r\n" + tt.body))
		if err != nil || string(got.Request.Body) != tt.want {
			t.Errorf("%s: got %q %v, want %q", tt.head, got.Request.Body, err, tt.want)
		}
	}
}

func TestReadHAR(t *testing.T) {
	t.Parallel()
	const entry = `{"request":{"method":"post","url":"https://crm.example/hook","headers":[{"name":"Host","value":"crm.example"},{"name":"x-artibot-signature","value":"ABC"},{"name":":path","value":"/"},{"name":"Content-Type","value":"application/json"}],"postData":{"mimeType":"application/json","text":"{\"a\":\"it's\"}"}}}`
	encoded := strings.Replace(entry, `"text":"{\"a\":\"it's\"}"`, `"text":"eyJhIjoiaXQncyJ9","encoding":"base64"`, 1)
	for _, text := range []string{entry, encoded, `{"log":{"entries":[` + entry + `]}}`} {
		got, err := ReadHAR([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]Recording{wantRecording("https://crm.example/hook")}, got); diff != "" {
			t.Error(diff)
		}
		if form := Guess([]byte(text)); form != FormHAR {
			t.Errorf("guessed %q", form)
		}
	}
	if got, err := ReadHAR([]byte(`{"log":{"entries":[` + entry + `,{},` + encoded + `]}}`)); err != nil || len(got) != 2 {
		t.Errorf("got %d %v", len(got), err)
	}
	for text, want := range map[string]string{
		`{`:                                      "not valid HAR",
		`{"log":{"entries":[]}}`:                 "contains no request",
		`{"request":{"method":"P O","url":"x"}}`: "method",
		strings.Replace(encoded, "eyJ", "!!!", 1): "base64",
	} {
		if _, err := ReadHAR([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", text, err)
		}
	}
}

func TestReadCurl(t *testing.T) {
	t.Parallel()
	const url = "https://crm.example/hook?x=1"
	for _, text := range []string{
		`curl -X POST 'https://crm.example/hook?x=1' -H 'Host: crm.example' -H "x-artibot-signature: ABC" -H Content-Type:\ application/json -d "{\"a\":\"it's\"}"`,
		"curl 'https://crm.example/hook?x=1' \\\n  -H 'host: crm.example' \\\n  -H 'x-artibot-signature: ABC' \\\n  -H 'Content-Type: application/json' \\\n  --data-raw $'{\"a\":\"it\\'s\"}' \\\n  --compressed\n",
		`curl -sSk -XPOST --http1.1 -H 'Host: crm.example' -H'x-artibot-signature: ABC' -H 'Content-Type: application/json' -H 'Accept:' --cacert a.pem --data-binary '{"a":"it'\''s"}' --url https://crm.example/hook?x=1 # noted`,
	} {
		got, err := ReadCurl(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if diff := cmp.Diff(wantRecording(url), got); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
		if form := Guess([]byte(text)); form != FormCurl {
			t.Errorf("guessed %q", form)
		}
	}
	for text, want := range map[string]string{
		`wget x`:               "does not begin with curl",
		`curl`:                 "no URL",
		`curl 'x`:              "every quote is closed",
		`curl a b`:             "two URLs",
		`curl a; rm -rf b`:     "want one command",
		`curl $(rm b)`:         "a variable, braces or another command",
		`curl a{1..900000000}`: "a variable, braces or another command",
		`curl $HOME`:           "a variable, braces or another command",
		`cat b | curl a -d @-`: "only a printf may be piped into it",
		`curl a -d @body.json`: `in the file "body.json"`,
		`curl a --form x=y`:    `option "--form" is unknown`,
		`curl a -X`:            "has no value",
		`curl a -H broken`:     "want Name: value",
		`curl -G a -d b`:       "-G",
	} {
		if _, err := ReadCurl(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
}

func TestGuess(t *testing.T) {
	t.Parallel()
	for _, text := range []string{``, `{}`, `{"lead":{},"resource":"lead"}`, `{"log":5}`, `{"request":"x"}`, `hello`, `POST`, `curls`, `[]`, `POST haste HTTP/1.1`} {
		if form := Guess([]byte(text)); form != FormNone {
			t.Errorf("%s: got %q", text, form)
		}
	}
}

// FuzzCurl holds that what Curl writes is read back, whatever the body is.
func FuzzCurl(f *testing.F) {
	for _, body := range []string{`{"a":"it's"}`, "", "@file", "\x00\xff%%\\1", "line\nfeed\r\n", strings.Repeat("é", 60000)} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		request := Request{Method: "POST", Target: "/hook", Host: "crm.example", Headers: []Header{{"Content-Type", "application/json"}, {"User-Agent", "artibot-api"}, {signed, "ABC"}}, Body: body}
		var text bytes.Buffer
		if err := Curl(&text, request, CurlOptions{URL: "https://crm.example/hook"}); err != nil {
			t.Fatal(err)
		}
		got, err := ReadCurl(text.String())
		if err != nil {
			t.Fatalf("%s: %v", &text, err)
		}
		if !bytes.Equal(got.Request.Body, body) || got.URL != "https://crm.example/hook" || got.Request.Method != "POST" {
			t.Fatalf("%s: got %q", &text, got.Request.Body)
		}
		if value, ok := got.Request.Headers.Lookup(strings.ToUpper(signed)); value != "ABC" || !ok {
			t.Fatalf("got %q", value)
		}
	})
}

func FuzzReadCurl(f *testing.F) {
	for _, text := range []string{`curl -XPOST a -d 'b'`, `printf '\101%%' | curl a -d @-`, `curl $'a\x41' -sS`, "curl a \\\n -H b:c", "curl `x`", "curl <(x)", "curl ${x:=y}", "curl {a,b}", "curl ~"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := ReadCurl(text)
		if err == nil && (r.URL == "" || r.Request.Method == "") {
			t.Fatalf("%q: %+v", text, r)
		}
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Fatalf("%q: %v", text, err)
		}
	})
}

func FuzzReadHTTP(f *testing.F) {
	f.Add([]byte("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}"))
	f.Add([]byte("### a\nPOST https://a/b\nC: d\n\n{}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := ReadHTTP(text)
		if err == nil && r.Request.Method == "" {
			t.Fatal("no method")
		}
		Guess(text)
	})
}

func FuzzReadHAR(f *testing.F) {
	f.Add([]byte(`{"log":{"entries":[{"request":{"method":"POST","url":"https://a","headers":[{"name":"A","value":"b"}],"postData":{"text":"e30=","encoding":"base64"}}}]}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		list, err := ReadHAR(text)
		if err == nil && (len(list) == 0 || !json.Valid(bytes.TrimPrefix(text, []byte("\ufeff")))) {
			t.Fatalf("%d requests of what is no JSON", len(list))
		}
	})
}
