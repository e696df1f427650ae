package check

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"artihook/emitter/receiver/receivertest"
	"artihook/emitter/signature"
	"artihook/scenarios/report"
)

// TestExplain checks that a response which is not about the signature is quoted, and never explained by the signature.
func TestExplain(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name         string
		status       int
		body         string
		want, notYet string // in the advice, and not in it
	}{
		{"a date", 400, "cannot parse date", `responded 400: "cannot parse date"`, "raw bytes"},
		{"content type", 415, "Unsupported Media Type", `responded 415: "Unsupported Media Type"`, "raw bytes"},
		{"content", 422, `{"error":"city is required"}`, "city is required", "raw bytes"},
		{"error", 500, "<html><body><h1>Oops</h1> no city</body></html>", `responded 500: "Oops no city"`, "<h1>"},
		{"nothing", 500, "", "without a reason: look into its log", "raw bytes"},
		{"firewall", 403, "Request blocked", "a firewall", "raw bytes"},
		{"signature", 401, "the signature does not fit\n", "it does not verify the raw bytes", "firewall"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(hook(func(w http.ResponseWriter, _ *http.Request, body []byte) bool {
				if hasNoCity(body) {
					w.WriteHeader(tt.status)
					_, _ = w.Write([]byte(tt.body))
				}
				return !hasNoCity(body)
			}))
			defer server.Close()
			r := examine(t, server.URL, exam{only: []string{"body-null-place"}}, nil)[0]
			if advice := r.Advice(); r.Outcome != report.Failed || !strings.Contains(advice, tt.want) || strings.Contains(advice, tt.notYet) {
				t.Errorf("%s: %s", r.Outcome, advice)
			}
		})
	}
}

// TestValidRejected examines receivers that reject every plain delivery for another reason than its signature.
func TestValidRejected(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		rejects func(r *http.Request, body []byte) bool
		status  int
		want    string
		not     string
	}{
		{"charset", func(r *http.Request, _ []byte) bool {
			return r.Header.Get("Content-Type") != "application/json; charset=utf-8"
		}, 415, "application/json; charset=utf-8 only", "Sign METHOD"},
		{"user agent", func(r *http.Request, _ []byte) bool {
			return !strings.Contains(r.UserAgent(), "Mozilla")
		}, 403, "user agents of browsers only", "Sign METHOD"},
		{"answers", func(_ *http.Request, body []byte) bool { return !bytes.Contains(body, []byte(`"Email"`)) }, 400, "an event with more answers", "Sign METHOD"},
		{"everything", func(*http.Request, []byte) bool { return true }, 500, "Look into its log", "Sign METHOD"},
		{"path", func(*http.Request, []byte) bool { return true }, 404, "another path", "Sign METHOD"},
		{"limit", func(*http.Request, []byte) bool { return true }, 429, "limits the rate", "Sign METHOD"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(hook(func(w http.ResponseWriter, r *http.Request, body []byte) bool {
				rejects := tt.rejects(r, body)
				if rejects {
					http.Error(w, "no", tt.status)
				}
				return !rejects
			}))
			defer server.Close()
			results := examine(t, server.URL, exam{only: []string{"signature-valid", "body-unicode"}}, nil)
			if advice := results[0].Advice(); results[0].Outcome != report.Failed || !strings.Contains(advice, tt.want) || strings.Contains(advice, tt.not) {
				t.Errorf("%s: %s", results[0].Outcome, advice)
			}
			if results[1].Outcome != report.Inconclusive {
				t.Errorf("%s: %s", results[1].Case.ID, results[1].Outcome)
			}
		})
	}
}

// TestChangedBodies examines receivers that change the body before they sign it, in a way that makes no difference for a plain event. The
// first case that shows it names the mistake, and no other case fails.
func TestChangedBodies(t *testing.T) {
	t.Parallel()
	ascii := func(body []byte) []byte {
		for i := range body {
			body[i] &= 0x7f
		}
		return body
	}
	escape := func(body []byte) []byte {
		var out bytes.Buffer
		json.HTMLEscape(&out, body)
		return out.Bytes()
	}
	latin1 := func(body []byte) []byte {
		var out []rune
		for _, c := range body {
			out = append(out, rune(c))
		}
		return []byte(string(out))
	}
	trim := func(body []byte) []byte { return bytes.ReplaceAll(body, []byte("  "), []byte(" ")) }
	tests := map[string]struct {
		change func([]byte) []byte
		id     string
		want   string
	}{
		"ascii":    {ascii, "body-unicode", "the signature of the body in Node's ascii"},
		"latin1":   {latin1, "body-unicode", "the body with its UTF-8 bytes taken for Latin-1"},
		"escapes":  {escape, "body-html-characters", "writes it again"},
		"unproven": {trim, "body-spaces-around", "does not verify the raw bytes"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				right := signature.Sign(signature.NewSecret(testSecret), signature.SchemeURL, signature.Message{
					Method: r.Method, URL: "http://" + r.Host + r.RequestURI, Body: tt.change(body),
				})
				if right != r.Header.Get(signature.Header) {
					w.WriteHeader(http.StatusUnauthorized)
				}
			}))
			defer server.Close()
			results := examine(t, server.URL, exam{only: []string{"signature-valid", "body-unicode", "body-html-characters", "body-emoji", "body-script", "body-spaces-around"}}, nil)
			if diff := cmp.Diff([]string{tt.id}, failed(results)); diff != "" {
				t.Error(diff)
			}
			for _, r := range results {
				if r.Case.ID == tt.id && !strings.Contains(strings.ToLower(r.Advice()), strings.ToLower(tt.want)) {
					t.Errorf("%s: %s", r.Case.ID, r.Advice())
				}
			}
		})
	}
}

// TestNotes checks what is noted and is no failure.
func TestNotes(t *testing.T) {
	t.Parallel()
	respond := func(text string) http.Handler {
		return hook(func(w http.ResponseWriter, _ *http.Request, _ []byte) bool {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				_, _ = conn.Write([]byte(text))
				conn.Close()
			}
			return false
		})
	}
	tests := []struct {
		handler    http.Handler
		only, note string
	}{
		{respond("HTTP/1.0 204 No Content\r\n\r\n"), "http-keep-alive", "HTTP/1.0"},
		{respond("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"), "http-keep-alive", "Connection: close"},
		{respond("HTTP/1.1 204 No Content\r\nHost: localhost\r\nConnection: close\r\n\r\n"), "http-keep-alive", "php -S"},
		{respond("HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n<html></html>"), "http-no-html", "is HTML"},
	}
	for _, tt := range tests {
		server := httptest.NewServer(tt.handler)
		r := examine(t, server.URL, exam{only: []string{tt.only}}, nil)[0]
		server.Close()
		if r.Outcome != report.Passed || !strings.Contains(r.Note, tt.note) {
			t.Errorf("%s: %s %s %s", r.Case.ID, r.Outcome, r.Note, r.Got)
		}
	}
	results, _ := exam{mistakes: []receivertest.Misbehavior{receivertest.ClosesSilently}, only: []string{"http-keep-alive"}}.run(t)
	if results[0].Outcome != report.Failed {
		t.Errorf("a connection that closes silently: %s", results[0].Outcome)
	}
}
