package receiver

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"artihook/emitter/signature"
)

const body = `{"resource":"lead","action":"updated","resource_id":"c19377db-bdab-4f6d-b8f8-a327c693295e","resource_version":2}`

var secret = signature.NewSecret("s3cret-s3cret")

// The sample that ArtiBot has published (docs/contract.md, section 3).
const (
	publishedSecret    = "<Whatever you set your secret to in the ArtiBot webhook>"
	publishedSignature = "D3817110D46EBB2678A3752F4912C74B2A3E736E"
)

func TestPublishedSampleIsAccepted(t *testing.T) {
	t.Parallel()
	handler := New(Options{Secret: signature.NewSecret(publishedSecret)})
	for _, header := range []string{publishedSignature, strings.ToLower(publishedSignature)} {
		r := httptest.NewRequest("POST", "/api/webhooks", strings.NewReader("{}"))
		r.Host = "localhost:5000"
		r.Header.Set(signature.Header, header)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != http.StatusNoContent {
			t.Errorf("%s: got %d %s", header, w.Code, w.Body)
		}
	}
}

func TestResponses(t *testing.T) {
	t.Parallel()
	sign := func(url, body string) string {
		return signature.Sign(secret, signature.SchemeURL, signature.Message{Method: "POST", URL: url, Body: []byte(body)})
	}
	tests := []struct {
		name, method, body, header string
		opt                        Options
		status                     int
	}{
		{"valid", "POST", body, sign("http://crm.example/hook?x=1", body), Options{}, 204},
		{"valid, another status", "POST", body, sign("http://crm.example/hook?x=1", body), Options{Status: 202}, 202},
		{"unsigned", "POST", body, "", Options{}, 401},
		{"signature for another URL", "POST", body, sign("http://crm.example/hook?x=2", body), Options{}, 401},
		{"body changed", "POST", body + " ", sign("http://crm.example/hook?x=1", body), Options{}, 401},
		{"get", "GET", "", sign("http://crm.example/hook?x=1", ""), Options{}, 405},
		{"not JSON", "POST", "hello", sign("http://crm.example/hook?x=1", "hello"), Options{}, 400},
		{"too long", "POST", strings.Repeat(" ", maxBody+1), "", Options{}, 413},
		{"public origin", "POST", body, sign("https://public.example/hook?x=1", body), Options{PublicURL: parseURL(t, "https://public.example")}, 204},
		{"public URL", "POST", body, sign("https://public.example/other?x=1", body), Options{PublicURL: parseURL(t, "https://public.example/other")}, 204},
		{"public URL, query not signed", "POST", body, sign("https://public.example/other", body), Options{PublicURL: parseURL(t, "https://public.example/other")}, 401},
		{"public URL with a query", "POST", body, sign("https://public.example/other?y=2", body), Options{PublicURL: parseURL(t, "https://public.example/other?y=2")}, 204},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var seen []Arrival
			tt.opt.Secret = secret
			tt.opt.Seen = func(a Arrival) { seen = append(seen, a) }
			r := httptest.NewRequest(tt.method, "/hook?x=1", strings.NewReader(tt.body))
			r.Host = "crm.example"
			r.Header.Set(signature.Header, tt.header)
			w := httptest.NewRecorder()
			New(tt.opt).ServeHTTP(w, r)
			if w.Code != tt.status || len(seen) != 1 || seen[0].Status != tt.status {
				t.Fatalf("got %d %s, seen %+v; want %d", w.Code, w.Body, seen, tt.status)
			}
			if (seen[0].Reason == "") != (tt.status < 300) {
				t.Errorf("reason %q", seen[0].Reason)
			}
		})
	}
}

// TestArrivalHasBothURLs: with a public URL, Arrival has the URL of the request too, because a sender may have signed either.
func TestArrivalHasBothURLs(t *testing.T) {
	t.Parallel()
	var seen Arrival
	r := httptest.NewRequest("POST", "/hook", strings.NewReader(body))
	r.Host = "localhost:8000"
	New(Options{PublicURL: parseURL(t, "https://public.example"), Seen: func(a Arrival) { seen = a }}).ServeHTTP(httptest.NewRecorder(), r)
	if seen.URL != "https://public.example/hook" || seen.LocalURL != "http://localhost:8000/hook" {
		t.Errorf("got %s and %s", seen.URL, seen.LocalURL)
	}
	if seen.Summary.Event != "lead:updated" || seen.Summary.Version != 2 {
		t.Errorf("got %+v", seen.Summary)
	}
}

func parseURL(t *testing.T, s string) signature.URL {
	t.Helper()
	u, err := signature.ParseURL(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
