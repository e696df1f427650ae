package exchange

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

const (
	signed = "x-artibot-signature"

	// These are the values of every file of testdata/read without an expectation of its own.
	savedSignature = "D839F93AAA46F48839EA3BD9D16046B6FBBD347C"
	savedTarget    = "//crm.example/hook?x=1"
	savedText      = `{"lead":{"data":{"Name":{"input":"Zoë O'Neil"},"Seats":{"value":4.0}}},"note":"50% \"off\" & $5 [x] ^! ` + "`" + `C:\\tmp` + "`" + ` <b>","action":"updated"}`
)

// savedCase is a file in the format of a tool. want is what Read returns for it, "" for the usual request.
type savedCase struct{ form, name, text, want string }

func savedCases(t testing.TB) []savedCase {
	files, err := filepath.Glob("testdata/read/*.txtar")
	if err != nil || len(files) < len(Forms()) {
		t.Fatalf("found %d files, %v", len(files), err)
	}
	var cases []savedCase
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		form := strings.TrimSuffix(filepath.Base(file), ".txtar")
		for _, f := range archive.Files {
			if name, ok := strings.CutSuffix(f.Name, ".want"); ok {
				last := &cases[len(cases)-1]
				if last.name != name {
					t.Fatalf("%s: %s does not follow its text", file, f.Name)
				}
				last.want = strings.TrimRight(string(f.Data), "\n")
				continue
			}
			cases = append(cases, savedCase{form, f.Name, string(f.Data), ""})
		}
	}
	return cases
}

// described returns the result of Read as text.
func described(list []Recording, err error) string {
	var out []string
	if err != nil {
		out = append(out, "error: "+err.Error())
	}
	for _, r := range list {
		if r.Err != nil {
			out = append(out, "error: "+r.Err.Error())
			continue
		}
		url := r.URL
		if url == "" {
			url = "//" + r.Request.Host + r.Request.Target
		}
		if len(r.Also) > 0 {
			url += " also " + strings.Join(r.Also, " ")
		}
		out = append(out, fmt.Sprintf("%s %s\n%s", r.Request.Method, url, r.Request.Body))
	}
	return strings.TrimRight(strings.Join(out, "\n"), "\n")
}

func TestRead(t *testing.T) {
	t.Parallel()
	windows := func(s string) string { return strings.ReplaceAll(strings.ReplaceAll(s, "\r", ""), "\n", "\r\n") }
	for _, c := range savedCases(t) {
		for spelling, text := range map[string]string{
			"": c.text, " with a byte order mark": "\ufeff" + c.text, " with CRLF": windows(c.text), " of PowerShell": inUTF16(windows(c.text)),
		} {
			t.Run(c.form+"/"+c.name+spelling, func(t *testing.T) {
				t.Parallel()
				list, err := Read([]byte(text), "")
				if c.want != "" {
					if diff := cmp.Diff(c.want, described(list, err)); diff != "" {
						t.Error(diff)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				r := list[0]
				if url := described([]Recording{{URL: r.URL, Request: Request{Method: r.Request.Method, Host: r.Request.Host, Target: r.Request.Target}}}, nil); !strings.HasSuffix(url, savedTarget) {
					t.Errorf("got %q, want %s", url, savedTarget)
				}
				if diff := cmp.Diff(savedText, string(r.Request.Body)); diff != "" {
					t.Error(diff)
				}
				if value := r.Request.Headers.Get(signed); len(list) != 1 || r.Err != nil || r.Request.Method != "POST" || value != savedSignature {
					t.Errorf("got %d requests, %v, %s, signature %q", len(list), r.Err, r.Request.Method, value)
				}
			})
		}
	}
}

// inUTF16 returns s in UTF-16 with a byte order mark.
func inUTF16(s string) string {
	out := []byte("\xff\xfe")
	for _, u := range utf16.Encode([]rune(s)) {
		out = append(out, byte(u), byte(u>>8))
	}
	return string(out)
}

func TestReadNamesWhatItCannotRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                 "it is empty",
		" \n":                              "it is empty",
		"{}":                               "without a method, headers and a body",
		`{"lead":{},"resource":"lead"}`:    "without a method, headers and a body",
		`{"log":5}`:                        "without a method",
		`{"request":"x"}`:                  "without a method",
		"[]":                               `it begins with "[]"`,
		"hello\nworld":                     `it begins with "hello"`,
		"POST":                             `it begins with "POST"`,
		"POST haste makes waste":           "it begins with",
		"curls":                            "it begins with",
		"[object Object]":                  "it begins with",
		"undefined":                        "it begins with",
		"{\"lead\":{\"id\":1},\n\"data\":": "line 2: the JSON ends too early",
		"{\"lead\":{\"id\":1},\n]":         "line 2: it is not valid JSON",
		"{\"lead\":[" + strings.Repeat("[", 20000): "exceeded max depth",
	} {
		list, err := Read([]byte(text), "")
		if list != nil || !errors.Is(err, ErrNoRequest) || !strings.Contains(err.Error(), want) || len(err.Error()) > 200 {
			t.Errorf("%.40q: got %v, want %q", text, err, want)
		}
	}
	for text, want := range map[string]string{
		"{\n\"log\": {\"version\": \"1.2\",":    "reading a HAR file: line 2: the JSON ends too early; the file was cut off",
		`{"version":"2.0","requestContext":{},`: "reading an AWS Lambda event: line 1: the JSON ends too early; the file was cut off",
		"{\"token_id\":\"a\"\n\"method\"}":      "reading a webhook.site capture: line 2: it is not valid JSON: invalid character '\"' after object key:value pair",
	} {
		if _, err := Read([]byte(text), ""); err == nil || err.Error() != want {
			t.Errorf("%.40q: got %v, want %q", text, err, want)
		}
	}
	if _, err := Read(make([]byte, maxRead+1), ""); err == nil || errors.Is(err, ErrNoRequest) {
		t.Errorf("got %v", err)
	}
}

func TestReadInNamedForm(t *testing.T) {
	t.Parallel()
	for _, c := range savedCases(t) {
		form := map[string]string{"webhooksite": "webhook.site"}[c.form]
		if form == "" {
			form = c.form
		}
		if c.want != "" || form == "curl" && strings.Contains(c.name, "here") {
			continue
		}
		list, err := Read([]byte(c.text), form)
		if err != nil || string(list[0].Request.Body) != savedText {
			t.Errorf("%s/%s: %v", c.form, c.name, err)
		}
	}
	for form, want := range map[string]string{
		"curl": "reading a curl command: it does not run curl", "http": "reading a raw request: line 1: request line", "har": "reading a HAR file: it is not JSON with a request",
		"powershell": "it has no Invoke-WebRequest", "fetch": "it has no fetch call", "trace": "it contains no request",
	} {
		if _, err := Read([]byte("hello"), form); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", form, err, want)
		}
	}
}

func TestReadHTTPBodies(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ head, body, want string }{
		{"Content-Length: 2", "{}\n", "{}"},
		{"Content-Length: 3", "{}\n", "{}\n"},
		{"Content-Length: 6", "{\r\n  }\r\n", "{\r\n  }"},
		{"Content-Length: 5", "{\r\n  }\r\n", "{\n  }"}, // written by > in PowerShell
		{"Content-Length: 8", "{\n  }\n", "{\r\n  }\r\n"},
		{"Content-Length: 9", "{}\n", "{}"}, // cut off
		{"Content-Length: 1", "{}\n", "{}"}, // extended
		{"Content-Length: x", "{}\n", "{}"},
		{"Transfer-Encoding: chunked", "2\r\n{}\r\n0\r\n\r\n", "{}"},
		{"Transfer-Encoding: chunked", "{}", "{}"},
		{"X: y", "", ""},
		{"X: y", "{}\r\n", "{}"},
	} {
		list, err := Read([]byte("POST / HTTP/1.1\r\n"+tt.head+"\r\n\r\n"+tt.body), "")
		if err != nil || string(list[0].Request.Body) != tt.want {
			t.Errorf("%s: got %q %v, want %q", tt.head, list[0].Request.Body, err, tt.want)
		}
	}
	long := "POST / HTTP/1.1\nA: " + strings.Repeat("b", maxHead+5) + "\n\n{}"
	if _, err := Read([]byte(long), ""); err == nil || !strings.Contains(err.Error(), "line 2: the head is longer than 1 MiB") {
		t.Errorf("got %v", err)
	}
}

// TestReadIsLinear reads texts that would take long if a reader went back, or recurse deeply.
func TestReadIsLinear(t *testing.T) {
	t.Parallel()
	const n = 1 << 18
	for name, text := range map[string]string{
		"subshells":       "curl a " + strings.Repeat("(", n),
		"substitutions":   `curl "` + strings.Repeat("$(", n) + `"`,
		"quotes":          "curl " + strings.Repeat("'a' ", n/4),
		"here-documents":  "curl a " + strings.Repeat("<<E ", n/4) + "\n",
		"escapes":         "curl $'" + strings.Repeat(`\ud83d`, n/6) + "'",
		"carets":          "curl ^\"" + strings.Repeat("^", n) + "\"",
		"backslashes":     "curl ^\"" + strings.Repeat(`\`, n) + "^\"",
		"tables":          "irm a -Headers " + strings.Repeat("@{a=", n/4),
		"parentheses":     "irm a -Body " + strings.Repeat("(", n),
		"objects":         `fetch("a", ` + strings.Repeat("{a:", n/3),
		"brackets":        `fetch("a", {a: ` + strings.Repeat("[", n),
		"comments":        "fetch(" + strings.Repeat("/**/", n/4),
		"entries":         `{"log":{"entries":[` + strings.Repeat(`{"request":{"method":"GET","url":"a"}},`+"\n", n/40),
		"JSON lines":      strings.Repeat(`{"method":"GET","url":"a","headers":{}}`+"\n", n/40),
		"nested JSON":     strings.Repeat(`{"log":`, 9000) + strings.Repeat(`}`, 9000),
		"trace":           strings.Repeat("> POST / HTTP/1.1\n> \n> {}\n", n/26),
		"requests":        strings.Repeat("###\nPOST / HTTP/1.1\n\n{}\n", n/24),
		"time stamps":     strings.Repeat("2026-01-31T09:30:00Z POST / HTTP/1.1\n", n/40),
		"here-strings":    "irm a " + strings.Repeat("@'\n'@ ", n/6),
		"fences":          strings.Repeat("```\n", n/4),
		"escaped in text": "> POST / HTTP/1.1\n> Content-Length: 3\n> \n> " + strings.Repeat(`\u202e`, n/6),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := Read([]byte(text), ""); err != nil && len(err.Error()) > 300 {
				t.Errorf("the error has %d bytes", len(err.Error()))
			}
		})
	}
}

// TestReadBack reads what this package writes.
func TestReadBack(t *testing.T) {
	t.Parallel()
	request := Request{
		Method: "POST", Target: "/hook?x=1", Host: "crm.example",
		Headers: Headers{{"Content-Type", "application/json"}, {"User-Agent", "artibot-api"}, {signed, savedSignature}}, Body: []byte(savedText),
	}
	entry := Entry{URL: "https:" + savedTarget, Request: request}
	writers := map[string]func(*bytes.Buffer) error{
		"raw":  func(b *bytes.Buffer) error { b.Write(request.AppendRaw(nil)); return nil },
		"curl": func(b *bytes.Buffer) error { return Curl(b, request, CurlOptions{URL: entry.URL}) },
		"script": func(b *bytes.Buffer) error {
			s := NewScript(b)
			return errors.Join(s.Add(request, CurlOptions{URL: entry.URL, Insecure: true}, "lead:created"), s.Close())
		},
		"har": func(b *bytes.Buffer) error {
			h := NewHAR(b, "1.0")
			return errors.Join(h.Add(entry), h.Close())
		},
	}
	for name, write := range writers {
		for _, body := range []string{savedText, "@file", "\x00\xff%%\\1", "line\nfeed\r\n", "{\n  \"a\": 1\n}\n", strings.Repeat("é", 60000)} {
			var b bytes.Buffer
			request.Body = []byte(body)
			entry.Request = request
			if err := write(&b); err != nil {
				t.Fatal(err)
			}
			list, err := Read(b.Bytes(), "")
			if err != nil || len(list) != 1 {
				t.Errorf("%s of %.20q: %d requests, %v", name, body, len(list), err)
				continue
			}
			got := list[0].Request
			if string(got.Body) != body || got.Method != "POST" || got.Headers.Get(signed) != savedSignature {
				t.Errorf("%s of %.20q: got %.80q", name, body, got.Body)
			}
		}
	}
}

// fuzzForm fuzzes one reader with the cases of its format. No text makes it panic, or return neither a request nor an error of
// one short line.
func fuzzForm(f *testing.F, name string) {
	for _, c := range savedCases(f) {
		if c.form == strings.ReplaceAll(name, ".", "") {
			f.Add([]byte(c.text))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, form := range []string{name, ""} {
			list, err := Read(data, form)
			if (err == nil) == (len(list) == 0) {
				t.Fatalf("got %d requests, %v", len(list), err)
			}
			if err != nil && (len(err.Error()) > 1000 || strings.ContainsAny(err.Error(), "\n")) {
				t.Fatalf("%q", err)
			}
			for _, r := range list {
				if r.Err == nil && r.Request.Method == "" {
					t.Fatalf("no method: %+v", r)
				}
			}
		}
	})
}

func FuzzReadHTTP(f *testing.F)        { fuzzForm(f, "http") }
func FuzzReadTrace(f *testing.F)       { fuzzForm(f, "trace") }
func FuzzReadCurl(f *testing.F)        { fuzzForm(f, "curl") }
func FuzzReadPowerShell(f *testing.F)  { fuzzForm(f, "powershell") }
func FuzzReadFetch(f *testing.F)       { fuzzForm(f, "fetch") }
func FuzzReadHAR(f *testing.F)         { fuzzForm(f, "har") }
func FuzzReadLambda(f *testing.F)      { fuzzForm(f, "lambda") }
func FuzzReadCloudflare(f *testing.F)  { fuzzForm(f, "cloudflare") }
func FuzzReadWebhookSite(f *testing.F) { fuzzForm(f, "webhook.site") }
func FuzzReadNgrok(f *testing.F)       { fuzzForm(f, "ngrok") }
func FuzzReadZapier(f *testing.F)      { fuzzForm(f, "zapier") }
func FuzzReadDelivery(f *testing.F)    { fuzzForm(f, "artihook") }
func FuzzReadObject(f *testing.F)      { fuzzForm(f, "json") }

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
		list, err := Read(text.Bytes(), "curl")
		if err != nil {
			t.Fatalf("%s: %v", &text, err)
		}
		got := list[0]
		if !bytes.Equal(got.Request.Body, body) || got.URL != "https://crm.example/hook" || got.Request.Method != "POST" {
			t.Fatalf("%s: got %q", &text, got.Request.Body)
		}
		if value, ok := got.Request.Headers.Lookup(strings.ToUpper(signed)); value != "ABC" || !ok {
			t.Fatalf("got %q", value)
		}
	})
}
