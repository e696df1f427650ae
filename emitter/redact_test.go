package emitter

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"artihook/emitter/history"
	"artihook/emitter/signature"
)

// echoes returns responses with the secret and the failure of each.
func echoes(secret string) map[string][2]string {
	half := len(secret) / 2
	quoted, _ := json.Marshal(secret)
	badName := ""
	if strings.ContainsFunc(secret, func(r rune) bool { return r > unicode.MaxASCII }) {
		badName = history.FailureMalformed
	}
	whole := func(body string) string {
		return fmt.Sprintf("HTTP/1.1 401 Unauthorized\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	}
	return map[string][2]string{
		"status line":       {"HTTP/1.1 401 " + secret + "\r\nContent-Length: 0\r\n\r\n"},
		"header value":      {"HTTP/1.1 204 No Content\r\nX-Debug: expected " + secret + "\r\n\r\n"},
		"header name":       {"HTTP/1.1 204 No Content\r\n" + secret + ": x\r\n\r\n", badName},
		"interim":           {"HTTP/1.1 103 Early Hints\r\nX-Debug: " + secret + "\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"},
		"body":              {whole("expected " + secret)},
		"body in JSON":      {whole(`{"expected":` + string(quoted) + `}`)},
		"body in a URL":     {whole("/?key=" + url.QueryEscape(secret))},
		"body, all escaped": {whole("/?key=%" + fmt.Sprintf("%x", secret[:1]) + secret[1:])},
		"chunk":             {fmt.Sprintf("HTTP/1.1 401 No\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(secret), secret)},
		"two chunks": {fmt.Sprintf("HTTP/1.1 401 No\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n",
			half, secret[:half], len(secret)-half, secret[half:])},
		"chunk extension":     {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0;" + secret + "\r\n\r\n"},
		"trailer":             {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Debug: " + secret + "\r\n\r\n"},
		"after a 204":         {"HTTP/1.1 204 No Content\r\n\r\nexpected " + secret},
		"beyond the length":   {"HTTP/1.1 401 No\r\nContent-Length: 3\r\n\r\nno expected " + secret},
		"not HTTP":            {"220 " + secret + " ESMTP\r\n", history.FailureMalformed},
		"status not a number": {"HTTP/1.1 " + secret + " OK\r\n\r\n", history.FailureMalformed},
		"bad length":          {"HTTP/1.1 200 OK\r\nContent-Length: " + secret + "\r\n\r\n", history.FailureMalformed},
		"bad coding":          {"HTTP/1.1 200 OK\r\nTransfer-Encoding: " + secret + "\r\n\r\n", history.FailureMalformed},
		"bad chunk":           {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + secret + "\r\n", history.FailureMalformed},
		"short body":          {"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n" + secret, history.FailureClosed},
	}
}

// TestEchoedSecretIsMasked sends an event to a receiver that echoes the secret. Neither the delivery nor a file of the history
// may have it.
func TestEchoedSecretIsMasked(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{"hush-hush-0815-\u00fcn\u00efcode", "s3cret"} {
		for name, echo := range echoes(secret) {
			t.Run(secret+"/"+name, func(t *testing.T) {
				t.Parallel()
				s, _ := startScript(t, echo[0])
				w := &Webhook{URL: s.url(t, "/"), Secret: signature.NewSecret(secret)}
				dir := t.TempDir()
				store, err := history.Open(t.Context(), filepath.Join(dir, "history.db"), history.Options{})
				if err != nil {
					t.Fatal(err)
				}
				d := deliver(t, w, Options{History: store})
				wantEcho(t, &d, echo[1])
				wantNoSecret(t, secret, fmt.Sprintf("%+v %s %s", d.Response, d.Reason, d.RawResponse))
				wantNoSecretIn(t, secret, dir)
				if err := store.Close(); err != nil {
					t.Fatal(err)
				}
				wantNoSecretIn(t, secret, dir)
			})
		}
	}
}

func wantEcho(t *testing.T, d *history.Delivery, failure string) {
	t.Helper()
	if d.Error != failure {
		t.Errorf("failed with %q (%s), want %q", d.Error, d.Reason, failure)
	}
	if d.Response == nil || !bytes.Contains(d.RawResponse, []byte("HTTP")) && !bytes.Contains(d.RawResponse, []byte("***")) {
		t.Errorf("the response is not recorded: %q", d.RawResponse)
	}
}

func wantNoSecretIn(t *testing.T, secret, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files in %s: %v", dir, err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		wantNoSecret(t, secret, string(content))
	}
}

// wantNoSecret also looks for halves of a long secret, and for other spellings of it.
func wantNoSecret(t *testing.T, secret, text string) {
	t.Helper()
	parts := []string{secret, base64.StdEncoding.EncodeToString([]byte(secret[:6])), url.QueryEscape(secret)}
	if len(secret) > 8 {
		parts = append(parts, secret[:len(secret)/2], secret[len(secret)/2:])
	}
	for _, part := range parts {
		if strings.Contains(text, part) {
			t.Errorf("%q of the secret is recorded: %.300q", part, text)
		}
	}
}

// TestSecretInTheFraming: the framing of a response is not masked, also if the secret occurs in it.
func TestSecretInTheFraming(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{"1", "200", "HTTP", "5", "chunked"} {
		s, _ := startScript(t, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
		store := openHistory(t)
		e := New(Options{History: store})
		for range 2 {
			w := &Webhook{URL: s.url(t, "/"), Secret: signature.NewSecret(secret)}
			if _, err := emit(t.Context(), e, w, testMessage()); err != nil {
				t.Fatal(err)
			}
		}
		e.Close()
		for _, d := range recorded(t, store) {
			if d.Status != 200 || d.Error != "" || string(d.Response.Body) != "hello" {
				t.Errorf("%q: status %d, %s, body %q", secret, d.Status, d.Error, d.Response.Body)
			}
		}
	}
}

// TestCutSecret closes the connection in the middle of the secret.
func TestCutSecret(t *testing.T) {
	t.Parallel()
	s := listenRaw(t, respond("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nkey=very-secret-08"))
	d := deliver(t, &Webhook{URL: s.url(t, "/"), Secret: signature.NewSecret("very-secret-0815")}, Options{Timeout: time.Minute})
	if got := string(d.Response.Body); got != "key=**************" {
		t.Errorf("the body is %q", got)
	}
}
