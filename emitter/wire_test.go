package emitter

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"artihook/emitter/exchange"
	"artihook/emitter/signature"

	"github.com/google/go-cmp/cmp"
)

// TestWireBytes compares the sent bytes with the contract (docs/contract.md, section 1).
func TestWireBytes(t *testing.T) {
	t.Parallel()
	s := listenRaw(t, respond(ok204))
	secret := signature.NewSecret("s3cret-s3cret")
	w := &Webhook{URL: s.url(t, "/hook?token=a%20b"), Secret: secret}
	m := testMessage()
	e := New(Options{})
	defer e.Close()
	d, err := emit(t.Context(), e, w, m)
	if err != nil || !d.OK() {
		t.Fatalf("%+v, %v", d, err)
	}
	want := strings.Join([]string{
		"POST /hook?token=a%20b HTTP/1.1",
		"Host: " + s.Addr().String(),
		"User-Agent: artibot-api",
		fmt.Sprintf("Content-Length: %d", len(m.Body)),
		"Content-Type: application/json",
		"x-artibot-signature: " + signature.Sign(secret, signature.SchemeURL, signature.Message{Method: "POST", URL: w.URL.String(), Body: m.Body}),
		"", string(m.Body),
	}, "\r\n")
	if diff := cmp.Diff(want, s.only(t)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(want, string(d.Request.AppendRaw(nil))); diff != "" {
		t.Errorf("the history has other bytes than were sent: %s", diff)
	}
}

func TestSignedURLIsSent(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/signing-url.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name   string `json:"name"`
		Given  string `json:"configured_url"`
		Signed string `json:"signed_url"`
		Host   string `json:"host_header"`
		Target string `json:"request_target"`
	}
	dec := json.NewDecoder(strings.NewReader(string(text)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&cases); err != nil || len(cases) == 0 {
		t.Fatalf("%d cases: %v", len(cases), err)
	}
	for _, tt := range cases {
		t.Run(tt.Name, func(t *testing.T) {
			t.Parallel()
			s := listenRaw(t, respond(ok204))
			// The URL of the case is signed, and the connection goes to the socket, as with a tunnel.
			w := &Webhook{URL: s.url(t, ""), SignURL: parseURL(t, tt.Given)}
			e := New(Options{})
			defer e.Close()
			d, err := emit(t.Context(), e, w, testMessage())
			if err != nil || !d.OK() {
				t.Fatalf("%+v, %v", d, err)
			}
			head := "POST " + tt.Target + " HTTP/1.1\r\nHost: " + tt.Host + "\r\n"
			if raw := s.only(t); !strings.HasPrefix(raw, head) {
				t.Errorf("got %q, want %q first", raw, head)
			}
			if d.SignURL != tt.Signed {
				t.Errorf("signed %q, want %q", d.SignURL, tt.Signed)
			}
		})
	}
}

func TestSignURLAndTarget(t *testing.T) {
	t.Parallel()
	tests := []struct{ path, signURL, line, host string }{
		{"/local", "https://public.example/artibot", "POST /local HTTP/1.1", "public.example"},
		{"", "https://public.example/artibot?x=1", "POST /artibot?x=1 HTTP/1.1", "public.example"},
		{"/local?y=2", "https://public.example:8443/", "POST /local?y=2 HTTP/1.1", "public.example:8443"},
	}
	for _, tt := range tests {
		s := listenRaw(t, respond(ok204))
		w := &Webhook{URL: s.url(t, tt.path), SignURL: parseURL(t, tt.signURL)}
		e := New(Options{})
		defer e.Close()
		if _, err := emit(t.Context(), e, w, testMessage()); err != nil {
			t.Fatal(err)
		}
		if raw := s.only(t); !strings.HasPrefix(raw, tt.line+"\r\nHost: "+tt.host+"\r\n") {
			t.Errorf("%s signed as %s: got %q", tt.path, tt.signURL, raw)
		}
	}
}

func TestWebhookHeaders(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		header exchange.Header
		has    string
		lacks  string
	}{
		{"added, same case", exchange.Header{Name: "x-ENV", Value: "test"}, "\r\nx-ENV: test\r\n", ""},
		{"replaced in any case", exchange.Header{Name: "content-type", Value: "text/plain"}, "\r\ncontent-type: text/plain\r\n", "application/json"},
		{"user agent", exchange.Header{Name: "user-agent", Value: "me"}, "\r\nUser-Agent: me\r\n", "artibot-api"},
		{"removed", exchange.Header{Name: "User-Agent"}, "", "User-Agent"},
		{"content type removed", exchange.Header{Name: "Content-Type"}, "", "Content-Type"},
		{"host", exchange.Header{Name: "Host", Value: "other.example"}, "\r\nHost: other.example\r\n", "127.0.0.1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := listenRaw(t, respond(ok204))
			w := &Webhook{URL: s.url(t, "/"), Headers: []exchange.Header{tt.header}}
			e := New(Options{})
			defer e.Close()
			d, err := emit(t.Context(), e, w, testMessage())
			if err != nil {
				t.Fatal(err)
			}
			raw := s.only(t)
			if !strings.Contains(raw, tt.has) || tt.lacks != "" && strings.Contains(raw, tt.lacks) {
				t.Errorf("got %q", raw)
			}
			if diff := cmp.Diff(raw, string(d.Request.AppendRaw(nil))); diff != "" {
				t.Errorf("the history has other bytes than were sent: %s", diff)
			}
		})
	}
}

func TestTamperMakesTheSignatureWrong(t *testing.T) {
	t.Parallel()
	secret := signature.NewSecret("s3cret-s3cret")
	for _, scheme := range []signature.Scheme{signature.SchemeURL, signature.SchemeBody} {
		for _, tamper := range []Tamper{"", tamperSignature, tamperBody, tamperURL, TamperUnsigned} {
			w := &Webhook{URL: parseURL(t, "http://localhost:1/hook"), Secret: secret, Scheme: scheme}
			m := testMessage()
			m.Tamper = tamper
			d := Plan(w, m)
			var header string
			for _, h := range d.Request.Headers {
				if h.Name == signature.Header {
					header = h.Value
				}
			}
			fits := signature.Verify(secret, scheme, signature.Message{Method: "POST", URL: w.URL.String(), Body: d.Request.Body}, header)
			if fits != (tamper == "") {
				t.Errorf("%s, tamper %q: the signature fits: %v", scheme, tamper, fits)
			}
			if changed := string(d.Request.Body) != string(m.Body); changed != (tamper == tamperBody) {
				t.Errorf("%s, tamper %q: the body is changed: %v", scheme, tamper, changed)
			}
			if d.Tampered != string(tamper) {
				t.Errorf("%s, tamper %q: recorded as %q", scheme, tamper, d.Tampered)
			}
			if found := TamperOf(w, &d); fits != (found == "") || (found == TamperUnsigned) != (tamper == TamperUnsigned) {
				t.Errorf("%s, tamper %q: found %q", scheme, tamper, found)
			}
			if !json.Valid(d.Request.Body) {
				t.Errorf("%s, tamper %q: the body is not JSON", scheme, tamper)
			}
			if (header == "") != (tamper == TamperUnsigned) {
				t.Errorf("%s, tamper %q: header %q", scheme, tamper, header)
			}
		}
	}
}

func TestOwnSignatureHeaderIsTampering(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{"": "unsigned", "AB": "signature"} {
		w := &Webhook{URL: parseURL(t, "http://localhost:1/hook"), Headers: []exchange.Header{{Name: "X-Artibot-Signature", Value: value}}}
		if d := Plan(w, testMessage()); d.Tampered != want {
			t.Errorf("signature %q: recorded as %q, want %q", value, d.Tampered, want)
		}
	}
}
