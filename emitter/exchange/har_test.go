package exchange

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// harSchema is HAR 1.2, written down from its specification.
func harSchema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	file, err := os.Open("testdata/har-1.2.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	document, err := jsonschema.UnmarshalJSON(file)
	if err != nil {
		t.Fatal(err)
	}
	const name = "http://localhost/har" // a relative name is one of a file, and not found below a folder such as "für alle"
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource(name, document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile(name)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

var morning = time.Date(2026, 11, 21, 9, 30, 0, 123_456_000, time.FixedZone("", 3600))

func entries() map[string]Entry {
	r := event()
	binary := event()
	binary.Body = []byte("\x00caf\xe9")
	return map[string]Entry{
		"answered": {
			URL: "http://localhost:8000/hooks/lead?a=1&b=%2F&a=+x&=&c", Started: morning, Duration: 3100 * time.Microsecond, Request: r,
			Response: &Response{Status: 302, Proto: "HTTP/1.1", Reason: "Found", Headers: []Header{{"Location", "/there"}, {"content-type", "text/html"}}, Body: []byte("</script>")},
			Comment:  "lead:created v1 #1",
		},
		"failed":        {URL: "http://localhost:8000/", Started: morning, Request: r, Error: "connection refused"},
		"binary":        {URL: "http://localhost:8000/b?x=1", Started: morning, Request: binary, Response: &Response{Status: 200, Body: []byte("\xff")}},
		"truncated":     {URL: "http://localhost:8000/", Started: morning, Request: Request{Method: "GET"}, Response: &Response{Status: 200, Proto: "HTTP/1.0", Truncated: true, Body: []byte("x")}},
		"no http":       {URL: "http://localhost:8000/", Started: morning, Request: r, Response: &Response{Body: []byte("220 mail")}, Error: "no HTTP"},
		"broken header": {URL: "http://localhost:8000/", Started: morning, Request: r, Response: &Response{Status: 200, Headers: []Header{{"x", "caf\xe9"}}}},
	}
}

func archive(t testing.TB, list ...Entry) []byte {
	t.Helper()
	var b bytes.Buffer
	h := NewHAR(&b, `dev "1"`)
	for _, e := range list {
		if err := h.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestHARFitsItsSchema(t *testing.T) {
	t.Parallel()
	schema := harSchema(t)
	var list []Entry
	for name, e := range entries() {
		list = append(list, e)
		checkArchive(t, schema, name, archive(t, e))
	}
	checkArchive(t, schema, "none", archive(t))
	checkArchive(t, schema, "all", archive(t, list...))
	if err := schema.Validate(map[string]any{"log": map[string]any{"version": "1.2"}}); err == nil {
		t.Error("the schema takes anything")
	}
}

func checkArchive(t *testing.T, schema *jsonschema.Schema, name string, text []byte) {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err == nil {
		err = schema.Validate(document)
	}
	if err != nil {
		t.Errorf("%s: %v\n%s", name, err, text)
	}
}

func TestHARSaysWhatHappened(t *testing.T) {
	t.Parallel()
	all := entries()
	e := readEntry(t, all["answered"])
	if e.Started != "2026-11-21T08:30:00.123456Z" || e.Time != 3.1 || e.Comment != "lead:created v1 #1" {
		t.Errorf("%s, %v ms, %q", e.Started, e.Time, e.Comment)
	}
	want := []harPair{{"a", "1"}, {"b", "/"}, {"a", " x"}, {"", ""}, {"c", ""}}
	if diff := cmp.Diff(want, e.Request.QueryString); diff != "" {
		t.Error(diff)
	}
	if string(all["answered"].Request.Body) != e.Request.PostData.Text || e.Request.PostData.MimeType != "application/json" {
		t.Errorf("the body is %+v", e.Request.PostData)
	}
	if r := e.Response; r.RedirectURL != "/there" || r.Content.MimeType != "text/html" || r.Content.Text != "</script>" || r.Content.Encoding != "" {
		t.Errorf("the response is %+v", r)
	}
	if r := readEntry(t, all["failed"]).Response; r.Status != 0 || r.Error != "connection refused" {
		t.Errorf("the failure is %+v", r)
	}
	if r := readEntry(t, all["truncated"]).Response; r.BodySize != -1 || r.Comment == "" {
		t.Errorf("the cut answer is %+v", r)
	}
}

// TestHARKeepsEveryByteOfABody decodes what is no text.
func TestHARKeepsEveryByteOfABody(t *testing.T) {
	t.Parallel()
	given := entries()["binary"]
	e := readEntry(t, given)
	for _, part := range []struct{ text, encoding, want string }{
		{e.Request.PostData.Text, e.Request.PostData.Encoding, string(given.Request.Body)},
		{e.Response.Content.Text, e.Response.Content.Encoding, string(given.Response.Body)},
	} {
		if got, err := base64.StdEncoding.DecodeString(part.text); err != nil || string(got) != part.want || part.encoding != "base64" {
			t.Errorf("%q in %q (%v), want %q", got, part.encoding, err, part.want)
		}
	}
}

func readEntry(t *testing.T, e Entry) harEntry {
	t.Helper()
	var got struct {
		Log struct{ Entries []harEntry }
	}
	if err := json.Unmarshal(archive(t, e), &got); err != nil || len(got.Log.Entries) != 1 {
		t.Fatalf("%d entries (%v)", len(got.Log.Entries), err)
	}
	return got.Log.Entries[0]
}

func TestHARGivesTheWritersError(t *testing.T) {
	t.Parallel()
	h := NewHAR(failingWriter{}, "1")
	if err := h.Add(entries()["failed"]); !errors.Is(err, errFull) {
		t.Error(err)
	}
	if err := h.Close(); !errors.Is(err, errFull) {
		t.Error(err)
	}
}

func FuzzHAR(f *testing.F) {
	f.Add("http://h/?a=%zz&", "text/plain", "\xff\x00", "why")
	f.Add("http://h/", "caf\xe9\u2028", `"\`, "")
	schema := harSchema(f)
	f.Fuzz(func(t *testing.T, query, value, body, why string) {
		e := Entry{URL: "http://h/?" + strings.Map(func(r rune) rune {
			if strings.ContainsRune("abc=&+1", r) {
				return r
			}
			return -1
		}, query), Started: morning, Request: Request{Headers: []Header{{"X", value}}, Body: []byte(body)}, Response: &Response{Headers: []Header{{value, why}}, Body: []byte(body)}, Error: why}
		checkArchive(t, schema, query, archive(t, e))
	})
}
