package check

import (
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"artihook/emitter/payload"
	"artihook/emitter/signature"
	"artihook/scenarios/report"
)

// nodeSample verifies as ArtiBot's sample for Node and Express does (docs/contract.md, section 3): the header in lower
// case, compared with lower-case hex over the raw bytes. Where the header is missing, there is nothing to bring into
// lower case, and Express answers with its page for errors.
func nodeSample(secret signature.Secret) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		if r.Method != http.MethodPost {
			expressPage(w, http.StatusNotFound)
			return
		}
		given, here := r.Header[http.CanonicalHeaderKey(signature.Header)]
		right := signature.Sign(secret, signature.SchemeURL, signature.Message{Method: r.Method, URL: "http://" + r.Host + r.RequestURI, Body: body})
		switch {
		case !here:
			expressPage(w, http.StatusInternalServerError)
		case strings.ToLower(given[0]) != hex.EncodeToString(decoded(right)):
			w.WriteHeader(http.StatusUnauthorized)
		case !json.Valid(body):
			w.WriteHeader(http.StatusBadRequest)
		default:
			w.WriteHeader(http.StatusOK)
		}
	})
}

// decoded gives the bytes of a signature.
func decoded(header string) []byte {
	digest, _ := hex.DecodeString(header) // it was made a moment ago
	return digest
}

func expressPage(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	fmt.Fprintf(w, "<!DOCTYPE html>\n<html lang=\"en\">\n<body>\n<pre>%s</pre>\n</body>\n</html>\n", http.StatusText(status))
}

// csharpSample verifies as ArtiBot's sample for C# and ASP.NET does (docs/contract.md, section 3): upper-case text,
// compared exactly, over the body as Newtonsoft.Json writes it again after it has read it (newtonsoft-json.md).
func csharpSample(secret signature.Secret) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		if r.Method != http.MethodPost {
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		if r.Header.Get("Content-Type") != "application/json" {
			w.WriteHeader(http.StatusUnsupportedMediaType)
			return
		}
		again, err := newtonsoft(body)
		right := signature.Sign(secret, signature.SchemeURL, signature.Message{Method: r.Method, URL: "http://" + r.Host + r.RequestURI, Body: again})
		switch {
		case err != nil:
			w.WriteHeader(http.StatusBadRequest)
		case r.Header.Get(signature.Header) != right:
			w.WriteHeader(http.StatusUnauthorized)
		default:
			w.WriteHeader(http.StatusNoContent)
		}
	})
}

// newtonsoft reads JSON and writes it again, strings that look like dates in its own form.
func newtonsoft(body []byte) ([]byte, error) {
	raw, err := payload.ParseRaw(body)
	if err != nil {
		return nil, err
	}
	parts := strings.Split(string(raw), `"`) // every second part is a string, as long as none has a quote in it
	for i := 1; i < len(parts); i += 2 {
		parts[i] = newtonsoftDate(parts[i])
	}
	return []byte(strings.Join(parts, `"`)), nil
}

// newtonsoftDate cuts the zeros at the end of a date-time's fraction.
func newtonsoftDate(text string) string {
	if len(text) < 19 || text[10] != 'T' {
		return text
	}
	bare, zone := strings.CutSuffix(text, "Z")
	whole, fraction, _ := strings.Cut(bare, ".")
	if fraction = strings.TrimRight(fraction, "0"); fraction != "" {
		whole += "." + fraction
	}
	if zone {
		whole += "Z"
	}
	if _, err := payload.ParseDateTime(whole); err != nil {
		return text
	}
	return whole
}

// TestSamplesTakeThePublishedSignature holds that the samples are rebuilt rightly: ArtiBot has published what they take.
func TestSamplesTakeThePublishedSignature(t *testing.T) {
	t.Parallel()
	secret := signature.NewSecret("<Whatever you set your secret to in the ArtiBot webhook>")
	for name, handler := range map[string]http.Handler{"Node": nodeSample(secret), "C#": csharpSample(secret)} {
		for header, want := range map[string]bool{"D3817110D46EBB2678A3752F4912C74B2A3E736E": true, "d3817110d46ebb2678a3752f4912c74b2a3e736e": name == "Node"} {
			r := httptest.NewRequest("POST", "/api/webhooks", strings.NewReader("{}"))
			r.Host = "localhost:5000"
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set(signature.Header, header)
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			if got := w.Code < 300; got != want {
				t.Errorf("%s, %s: got %d", name, header, w.Code)
			}
		}
	}
}

var update = flag.Bool("update", false, "rewrite the tables of the document")

const docs = "../../docs/check.md"

// TestDocsTellWhatTheSamplesGetWrong holds the table of the document against what the battery finds.
func TestDocsTellWhatTheSamplesGetWrong(t *testing.T) {
	t.Parallel()
	got := map[string][]Result{}
	for name, sample := range map[string]func(signature.Secret) http.Handler{"Node": nodeSample, "C#": csharpSample} {
		server := httptest.NewServer(sample(signature.NewSecret(testSecret)))
		got[name] = examine(t, server.URL+"/api/webhooks", exam{blind: true}, nil)
		server.Close()
	}
	table := []string{"| case | level | the sample for Node | the sample for C# |", "|---|---|---|---|"}
	for i, node := range got["Node"] {
		csharp := got["C#"][i]
		if node.Outcome == report.Failed || csharp.Outcome == report.Failed {
			table = append(table, fmt.Sprintf("| `%s` | %s | %s | %s |", node.Case.ID, node.Case.Level, cellOf(node), cellOf(csharp)))
		}
	}
	compareTable(t, "samples", table)
}

func cellOf(r Result) string {
	if r.Outcome == report.Passed {
		return "passes"
	}
	_, what, _ := strings.Cut(r.Sent, ", ")
	status, _, _ := strings.Cut(r.Got, ":")
	return fmt.Sprintf("answers %s to a delivery %s", status, what)
}

// TestDocsListTheCases holds the document's list against the battery.
func TestDocsListTheCases(t *testing.T) {
	t.Parallel()
	table := []string{"| case | level | why |", "|---|---|---|"}
	for _, c := range Cases() {
		table = append(table, fmt.Sprintf("| `%s` | %s | %s |", c.ID, c.Level, c.Why))
	}
	compareTable(t, "cases", table)
}

// compareTable holds the lines between two marks of the document against what they should be.
func compareTable(t *testing.T, name string, want []string) {
	t.Helper()
	text, err := os.ReadFile(docs)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(text), "<!-- "+name+" -->\n")
	table, _, closed := strings.Cut(rest, "<!-- end -->")
	if !found || !closed {
		t.Fatalf("%s has no table %q", docs, name)
	}
	if *update {
		whole := strings.Replace(string(text), "<!-- "+name+" -->\n"+table, "<!-- "+name+" -->\n"+strings.Join(want, "\n")+"\n", 1)
		if err := os.WriteFile(docs, []byte(whole), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	have := slices.DeleteFunc(strings.Split(table, "\n"), func(line string) bool { return line == "" })
	if diff := cmp.Diff(have, want); diff != "" {
		t.Errorf("the table %q of %s (-have +want; -update rewrites it): %s", name, docs, diff)
	}
}
