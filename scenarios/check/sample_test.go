package check

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"artihook/emitter/payload"
	"artihook/emitter/signature"
	"artihook/scenarios/report"
)

// nodeSample starts ArtiBot's sample for Node, Express and body-parser (docs/contract.md, section 3), and returns its origin.
func nodeSample(t *testing.T, secret string) string {
	t.Helper()
	const folder = "testdata/node-sample"
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed")
	}
	if _, err := os.Stat(folder + "/node_modules/express"); err != nil {
		t.Skip("express is not installed: run npm ci in scenarios/check/" + folder)
	}
	command := exec.CommandContext(t.Context(), node, folder+"/server.js")
	command.Env = append(os.Environ(), "SECRET="+secret)
	command.WaitDelay = time.Second
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait() // it was killed
	})
	port, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal("the sample did not start: ", err)
	}
	return "http://127.0.0.1:" + strings.TrimSpace(port)
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
		if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
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

// TestSamplesAcceptThePublishedSignature checks that the samples verify as the real ones do: ArtiBot has published what they accept.
func TestSamplesAcceptThePublishedSignature(t *testing.T) {
	t.Parallel()
	const secret = "<Whatever you set your secret to in the ArtiBot webhook>"
	for name, start := range samples {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			origin := start(t, secret)
			for header, want := range map[string]bool{"D3817110D46EBB2678A3752F4912C74B2A3E736E": true, "d3817110d46ebb2678a3752f4912c74b2a3e736e": name == "Node"} {
				r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, origin+"/api/webhooks", strings.NewReader("{}"))
				if err != nil {
					t.Fatal(err)
				}
				r.Host = "localhost:5000"
				r.Header.Set("Content-Type", "application/json")
				r.Header.Set(signature.Header, header)
				response, err := http.DefaultClient.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				response.Body.Close()
				if got := response.StatusCode < 300; got != want {
					t.Errorf("%s: got %d", header, response.StatusCode)
				}
			}
		})
	}
}

// samples starts each of ArtiBot's sample receivers and returns its origin.
var samples = map[string]func(t *testing.T, secret string) string{
	"Node": nodeSample,
	"C#": func(t *testing.T, secret string) string {
		server := httptest.NewServer(csharpSample(signature.NewSecret(secret)))
		t.Cleanup(server.Close)
		return server.URL
	},
}

var update = flag.Bool("update", false, "rewrite the tables of the document")

const docs = "../../docs/check.md"

// TestDocsListFailuresOfSamples compares the table of the document with what the cases find.
func TestDocsListFailuresOfSamples(t *testing.T) {
	t.Parallel()
	got := map[string][]Result{}
	for name, start := range samples {
		got[name] = examine(t, start(t, testSecret)+"/api/webhooks", exam{blind: true}, nil)
	}
	table := []string{"| case | level | the sample for Node | the sample for C# |", "|---|---|---|---|"}
	for i, node := range got["Node"] {
		csharp := got["C#"][i]
		if node.Outcome == report.Failed || csharp.Outcome == report.Failed {
			table = append(table, fmt.Sprintf("| `%s` | %s | %s | %s |", node.Case.ID, node.Case.Level, cellOf(node), cellOf(csharp)))
		}
	}
	compareTable(t, docs, "samples", table)
}

func cellOf(r Result) string {
	if r.Outcome == report.Passed {
		return "passes"
	}
	status, _, _ := strings.Cut(r.Got, ":")
	if _, what, found := strings.Cut(r.Sent, ", "); found {
		return fmt.Sprintf("%s to a delivery %s", status, what)
	}
	method, _, _ := strings.Cut(r.Sent, " ")
	return status + " to " + method
}

// TestDocsListCases compares the pages of the groups with the cases.
func TestDocsListCases(t *testing.T) {
	t.Parallel()
	counts := []string{"| group | cases | about |", "|---|---|---|"}
	for _, group := range Groups {
		var page []string
		n := 0
		for _, c := range Cases() {
			if c.Group() == group {
				n++
				page = append(page, section(&c)...)
			}
		}
		counts = append(counts, fmt.Sprintf("| [%s](check/%[1]s.md) | %d | %s |", group, n, aboutGroup[group]))
		compareTable(t, "../../docs/check/"+group+".md", "cases", page)
	}
	compareTable(t, docs, "groups", counts)
}

// aboutGroup describes the cases of each group.
var aboutGroup = map[string]string{
	"signature": "only deliveries that ArtiBot signed are accepted",
	"body":      "every body that ArtiBot may send is accepted and stored as it was sent",
	"life":      "repeated, late, simultaneous and missing events leave the lead in the right state",
	"http":      "the receiver uses HTTP as a sender expects",
}

// section returns the lines about a case.
func section(c *Case) []string {
	text := strings.NewReplacer("<", `\<`).Replace
	contract := strings.Replace(c.Contract(), " in artihook's repository", "", 1) // the page is there too
	lines := []string{
		"## " + c.ID, "", "**" + string(c.Level) + "** · " + contract, "", text(c.Why), "",
		"- Sends: " + text(c.Sends), "- Fix: " + text(c.Fix), "",
	}
	if c.Code.Node == "" {
		return lines
	}
	lines = append(lines, "```")
	for _, snippet := range c.Code.Snippets() {
		code := strings.ReplaceAll(snippet.Code, "\n", "\n        ")
		if snippet.Language == "Node" && c.Code.Python == c.Code.Node { // it is the same in every language
			return append(lines, code, "```", "")
		}
		lines = append(lines, strings.Split(fmt.Sprintf("%-7s %s", snippet.Language, code), "\n")...)
	}
	return append(lines, "```", "")
}

// compareTable compares the lines between two marks of a document with what they should be.
func compareTable(t *testing.T, file, name string, want []string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(text), "<!-- "+name+" -->\n")
	table, _, closed := strings.Cut(rest, "<!-- end -->")
	if !found || !closed {
		t.Fatalf("%s has no part %q", file, name)
	}
	if *update {
		whole := strings.Replace(string(text), "<!-- "+name+" -->\n"+table, "<!-- "+name+" -->\n"+strings.Join(want, "\n")+"\n", 1)
		if err := os.WriteFile(file, []byte(whole), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	isBlank := func(line string) bool { return line == "" }
	have := slices.DeleteFunc(strings.Split(table, "\n"), isBlank)
	if diff := cmp.Diff(have, slices.DeleteFunc(want, isBlank)); diff != "" {
		t.Errorf("the part %q of %s (-have +want; -update rewrites it): %s", name, file, diff)
	}
}
