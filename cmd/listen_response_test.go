package cmd

import (
	"bufio"
	"crypto/tls"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"artihook/cmd/console"
	"artihook/emitter/receiver"
	"artihook/emitter/signature"
)

// postToListen starts listen with these flags, posts the body several times, and returns the responses, "200 ok", and the
// lines on stdout.
func postToListen(t *testing.T, flags []string, body string, times int) (responses []string, lines <-chan string) {
	t.Helper()
	listen := start(t, append([]string{"listen", "--addr", ":0", "--secret", "s3cret", "--color", "never"}, flags...)...)
	t.Cleanup(func() { listen.stop() })
	url := listen.url(t)
	lines = listen.lines()
	client := &http.Client{Timeout: waitLimit, Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	for range times {
		r, err := http.NewRequestWithContext(t.Context(), "POST", url+"/hook", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set(signature.Header, signFor(url+"/hook", body))
		response, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		responses = append(responses, strings.TrimSpace(response.Status[:4]+string(text)))
	}
	return responses, lines
}

func TestListenResponses(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "answer.json")
	if err := os.WriteFile(file, []byte(`{"id":7}`), 0o600); err != nil {
		t.Fatal(err)
	}
	behind := httptest.NewServer(receiver.New(receiver.Options{AnyScheme: true, Secret: signature.NewSecret("s3cret"), Status: 201, Body: []byte("kept")}))
	t.Cleanup(behind.Close)
	tests := []struct {
		flags     []string
		responses []string
	}{
		{[]string{"--body", "thanks"}, []string{"200 thanks"}},
		{[]string{"--body", "@" + file, "--status", "202"}, []string{`202 {"id":7}`}},
		{[]string{"--fail-first", "1", "--delay", "1ms"}, []string{"503 this receiver is set to fail", "204"}},
		{[]string{"--fail", "100%"}, []string{"503 this receiver is set to fail"}},
		{[]string{"--forward", behind.URL}, []string{"201 kept"}},
		{[]string{"--tls"}, []string{"204"}},
		{[]string{"--scheme", "any"}, []string{"204"}},
		{[]string{"--scheme", "body"}, []string{"401 the signature does not fit"}},
	}
	for _, tt := range tests {
		t.Run(strings.Join(tt.flags, " "), func(t *testing.T) {
			t.Parallel()
			responses, _ := postToListen(t, tt.flags, eventBody, len(tt.responses))
			if !slices.Equal(responses, tt.responses) {
				t.Errorf("got %q, want %q", responses, tt.responses)
			}
		})
	}
}

// TestListenLints checks the output for a payload that differs from docs/contract.md, and for one that arrives twice.
func TestListenLints(t *testing.T) {
	t.Parallel()
	sample, err := os.ReadFile("../emitter/payload/testdata/samples/2022-completed.json")
	if err != nil {
		t.Fatal(err)
	}
	body := strings.Replace(string(sample), `"latitude":"28.6"`, `"latitude":28.6`, 1)
	_, lines := postToListen(t, []string{"-o", "json"}, body, 2)
	for _, effect := range []string{"applied", "duplicate"} {
		if line := <-lines; !strings.Contains(line, `"effect":"`+effect+`","flaws":[{"id":"type","path":"meta.location.latitude","text":"got a double, want a string","schema":"#/$defs/Location/properties/latitude"}]`) {
			t.Errorf("got %s", line)
		}
	}
	_, lines = postToListen(t, nil, string(sample), 2)
	<-lines
	if line := <-lines; !regexp.MustCompile(`\[204\] lead:completed v8 lead 0b9d5a52-\S+ verified, duplicate\n$`).MatchString(line) {
		t.Errorf("got %s", line)
	}
}

// forwardTo starts a correct receiver and listen, which forwards to a path of it with these flags.
func forwardTo(t *testing.T, flags ...string) (url string, listen *running) {
	t.Helper()
	behind := httptest.NewServer(receiver.New(receiver.Options{Secret: signature.NewSecret("s3cret"), Status: 201, Body: []byte(`{"id":7,"secret":"s3cret"}`)}))
	t.Cleanup(behind.Close)
	listen = start(t, append([]string{"listen", "--addr", ":0", "--secret", "s3cret", "--color", "never", "--forward", behind.URL + "/api/hook"}, flags...)...)
	line, err := listen.stderr.ReadString('\n')
	must(t, err)
	return regexp.MustCompile(`http://\S+\d`).FindString(line) + "/", listen
}

// TestListenForwardsToAPath: a correct receiver at another path accepts a forwarded delivery, and listen prints its response.
func TestListenForwardsToAPath(t *testing.T) {
	t.Parallel()
	url, listen := forwardTo(t, "-v")
	stderr := make(chan string, 1)
	go func() { text, _ := io.ReadAll(listen.stderr); stderr <- string(text) }()
	lines := listen.lines()
	for range 2 {
		if status := post(t, url, eventBody, signFor(url, eventBody)); status != 201 {
			t.Errorf("got %d", status)
		}
	}
	var out strings.Builder
	for range 2 {
		for line := range lines {
			if out.WriteString(line); strings.HasPrefix(line, "< {") {
				break
			}
		}
	}
	listen.stop()
	want := `(?s)^\S+ \[201\] lead:updated v2 lead c19377db verified\n> POST ` + url + `\n.*` +
		`\* forwarded to http://127.0.0.1:\d+/api/hook, signed again for it\n< HTTP/1.1 201 Created\n< Content-Type: application/json\n.*< \{"id":7,"secret":"\*+"\}\n`
	if !regexp.MustCompile(want).MatchString(out.String()) {
		t.Errorf("got\n%s\nwant %s", &out, want)
	}
	if notes := <-stderr; strings.Count(notes, "hint: requests are signed again for http://127.0.0.1:") != 1 {
		t.Errorf("got %s", notes)
	}
}

// TestListenForwardsExactly: with --forward-exact, the same receiver rejects the signature, which is for another path.
func TestListenForwardsExactly(t *testing.T) {
	t.Parallel()
	url, listen := forwardTo(t, "--forward-exact", "-o", "json")
	go io.Copy(io.Discard, listen.stderr)
	lines := listen.lines()
	if status := post(t, url, eventBody, signFor(url, eventBody)); status != 401 {
		t.Errorf("got %d", status)
	}
	defer listen.stop()
	var got struct {
		Verified bool
		Status   int
		Response struct {
			Headers map[string][]string
			Body    string
		}
		Forwarded struct {
			URL         string
			SignedAgain bool `json:"signed_again"`
		}
	}
	must(t, json.Unmarshal([]byte(<-lines), &got))
	if !got.Verified || got.Status != 401 || got.Response.Body != "the signature does not fit\n" || got.Response.Headers["Content-Type"] == nil {
		t.Errorf("got %+v", got)
	}
	if got.Forwarded.SignedAgain || !strings.HasSuffix(got.Forwarded.URL, "/api/hook") {
		t.Errorf("got %+v", got.Forwarded)
	}
}

// TestListenForwardsToTLS forwards to a receiver that wants a client certificate and whose own certificate no authority of this
// machine has signed.
func TestListenForwardsToTLS(t *testing.T) {
	t.Parallel()
	c := makeCertificates(t)
	behind := c.start(t)
	for _, tt := range []struct {
		flags  []string
		status string
		line   string
	}{
		{[]string{"--ca-cert", c.ca, "--cert", c.cert, "--key", c.key}, "204", "verified"},
		{[]string{"-k", "--cert", c.both}, "204", "verified"},
		{nil, "502", "is signed by no authority that is trusted here"},
	} {
		responses, lines := postToListen(t, append([]string{"--forward", behind}, tt.flags...), eventBody, 1)
		if line := <-lines; !strings.HasPrefix(responses[0], tt.status) || !strings.Contains(line, tt.line) {
			t.Errorf("%v: got %q, %s", tt.flags, responses, line)
		}
	}
}

func TestListenEvents(t *testing.T) {
	t.Parallel()
	listen := start(t, "listen", "--addr", ":0", "--secret", "s3cret", "--color", "never", "--events", "LeadCompleted,created")
	t.Cleanup(func() { listen.stop() })
	url := listen.url(t) + "/"
	lines := listen.lines()
	completed := strings.Replace(eventBody, "updated", "completed", 1)
	for _, body := range []string{eventBody, completed} {
		if status := post(t, url, body, signFor(url, body)); status != 204 {
			t.Errorf("got %d", status)
		}
	}
	if line := <-lines; !strings.Contains(line, "lead:completed") {
		t.Errorf("got %s", line)
	}
	code, _, stderr := runCommand(t.Context(), "listen", "--events", "deleted")
	if code != console.ExitUsage || !strings.Contains(stderr, `"deleted"`) {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	for _, flags := range [][]string{{"--forward-exact"}, {"--insecure"}, {"--tls", "--cert", "server.pem"}} {
		code, _, stderr := runCommand(t.Context(), append([]string{"listen"}, flags...)...)
		if code != console.ExitUsage || !strings.Contains(stderr, " needs --forward URL") {
			t.Errorf("%v: exit code %d: %s", flags, code, stderr)
		}
	}
}

// TestListenRespondsBeforeItPrints sends requests while nothing reads the output of listen.
func TestListenRespondsBeforeItPrints(t *testing.T) {
	t.Parallel()
	listen := start(t, "listen", "--addr", ":0", "--secret", "s3cret")
	url := listen.url(t) + "/hook"
	for range 3 {
		if status := post(t, url, eventBody, "00"); status != http.StatusUnauthorized {
			t.Errorf("got %d", status)
		}
	}
	go io.Copy(io.Discard, listen.stdout)
	listen.stop()
}

// TestListenExplains prints the explanation of verify, once for each mistake, and the headers of a proxy.
func TestListenExplains(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"text", "json"} {
		listen := start(t, "listen", "--addr", ":0", "--secret", "s3cret", "--color", "never", "-o", format)
		url := listen.url(t) + "/hook"
		out := bufio.NewReader(listen.stdout)
		signedFor := map[string]string{"unknown": "http://elsewhere.example/other", "https": strings.Replace(url, "http:", "https:", 1)}
		for _, name := range []string{"unknown", "https", "unknown", "https"} {
			r, err := http.NewRequestWithContext(t.Context(), "POST", url, strings.NewReader(eventBody))
			must(t, err)
			if name == "unknown" {
				r.Header.Set("X-Forwarded-Proto", "https")
				r.Header.Set("X-Forwarded-Host", "crm.example")
			}
			r.Header.Set(signature.Header, signFor(signedFor[name], eventBody))
			response, err := testClient.Do(r)
			must(t, err)
			response.Body.Close()
		}
		got, times := "", 1
		for requests := 0; requests < 4; {
			line, err := out.ReadString('\n')
			must(t, err)
			got += line
			if strings.Contains(line, "[401]") || strings.Contains(line, `"status":401`) {
				requests++
			}
		}
		listen.stop()
		rest, err := io.ReadAll(out)
		must(t, err)
		got += string(rest)
		if format == "json" {
			times = 2 // each object is complete
		}
		for want, n := range map[string]int{"a proxy added: X-Forwarded-Host: crm.example, X-Forwarded-Proto: https": times, "fix: ": 2 * times} {
			if found := strings.Count(got, want); found != n {
				t.Errorf("%q occurs %d times, want %d:\n%s", want, found, n, got)
			}
		}
	}
}

func TestExplainArrival(t *testing.T) {
	t.Parallel()
	secret, body := signature.NewSecret("s3cret"), []byte("{}")
	for _, tt := range []struct{ public, local, signed, id, text string }{
		{"http://crm.example/hook", "http://crm.example/hook", "https://crm.example/hook", "scheme-https", "a TLS proxy in front?"},
		{
			"https://public.example/hook", "http://localhost:8000/hook", "http://localhost:8000/hook", "other-url",
			"the signature fits http://localhost:8000/hook, the URL of the request; the sender does not know the public URL https://public.example/hook",
		},
	} {
		header := signature.Sign(secret, signature.SchemeURL, signature.Message{Method: "POST", URL: tt.signed, Body: body})
		got := explainArrival(&receiver.Options{Secret: secret}, &receiver.Arrival{
			Method: "POST", URL: tt.public, LocalURL: tt.local, Body: body, Header: http.Header{"X-Artibot-Signature": {header}},
		})
		if got.ID != tt.id || !strings.Contains(got.Text, tt.text) {
			t.Errorf("signed for %s: got %+v", tt.signed, got)
		}
	}
}

func TestPublicURLHints(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		header map[string]string
		signed string
		hint   string
	}{
		{nil, "https://HOST/hook", "hint: start listen with --public-url https://127.0.0.1:"},
		{map[string]string{"X-Forwarded-Proto": "https"}, "https://HOST/hook", "hint: a proxy is in front (X-Forwarded-Proto: https); start listen with --public-url https://127.0.0.1:"},
		{map[string]string{"X-Forwarded-Proto": "https", "X-Forwarded-Host": "crm.example"}, "https://crm.example/hook", "hint: a proxy is in front (X-Forwarded-Proto: https); start listen with --public-url https://crm.example\n"},
		{map[string]string{"X-Forwarded-Proto": "https", "X-Forwarded-Host": "crm.example"}, "https://other.example/hook", "hint: a proxy is in front; start listen with --public-url https://crm.example, or with the URL that ArtiBot has"},
		{map[string]string{"X-Forwarded-Proto": "https"}, "https://crm.example/hook", "hint: a proxy is in front (X-Forwarded-Proto: https); start listen with --public-url and the URL that ArtiBot has"},
	} {
		listen := start(t, "listen", "--addr", ":0", "--secret", "s3cret")
		line, err := listen.stderr.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		url := regexp.MustCompile(`http://\S+\d`).FindString(line)
		hints := make(chan string, 1)
		go func(from *bufio.Reader) {
			line, _ := from.ReadString('\n')
			hints <- line
		}(listen.stderr)
		listen.lines()
		r, err := http.NewRequestWithContext(t.Context(), "POST", url+"/hook", strings.NewReader(eventBody))
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range tt.header {
			r.Header.Set(name, value)
		}
		r.Header.Set(signature.Header, signFor(strings.Replace(tt.signed, "HOST", strings.TrimPrefix(url, "http://"), 1), eventBody))
		response, err := testClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if hint := <-hints; !strings.HasPrefix(hint, tt.hint) {
			t.Errorf("got %q, want %q", hint, tt.hint)
		}
		listen.stop()
	}
}

// TestListenPassesCheck runs check --strict against listen, with and without TLS.
func TestListenPassesCheck(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("-short sends no whole examination")
	}
	for _, flags := range [][]string{nil, {"--tls"}} {
		listen := start(t, append([]string{"listen", "--addr", ":0", "--secret", "s3cret-s3cret"}, flags...)...)
		url := listen.url(t)
		go io.Copy(io.Discard, listen.stdout)
		code, stdout, stderr := runCommand(t.Context(), "check", url+"/hook?a=1", "--secret", "s3cret-s3cret", "--strict", "--no-history", "--insecure")
		if code != console.ExitOK || !strings.HasSuffix(stdout, "nothing failed\n") {
			t.Errorf("exit code %d: %s%s", code, stdout, stderr)
		}
		listen.stop()
	}
}
