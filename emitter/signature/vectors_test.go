package signature

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// loadVectors reads a list of cases; an unknown key or an empty list fails.
func loadVectors[T any](t testing.TB, path string) []T {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	var cases []T
	if err := dec.Decode(&cases); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if len(cases) == 0 {
		t.Fatalf("%s holds no cases", path)
	}
	return cases
}

type signatureVector struct {
	Name   string `json:"name"`
	Scheme string `json:"scheme"`
	Secret string `json:"secret"`
	Method string `json:"method"`
	URL    string `json:"url"`
	Body   string `json:"body"`
	Header string `json:"header"`
}

type urlVector struct {
	Name          string `json:"name"`
	ConfiguredURL string `json:"configured_url"`
	SignedURL     string `json:"signed_url"`
	HostHeader    string `json:"host_header"`
	RequestTarget string `json:"request_target"`
}

func TestSignatureVectors(t *testing.T) {
	t.Parallel()
	for _, v := range loadVectors[signatureVector](t, "testdata/signature.json") {
		t.Run(v.Name, func(t *testing.T) {
			scheme, err := ParseScheme(v.Scheme)
			if err != nil {
				t.Fatal(err)
			}
			secret := NewSecret(v.Secret)
			m := Message{Method: v.Method, URL: v.URL, Body: []byte(v.Body)}
			if got := Sign(secret, scheme, m); got != v.Header {
				t.Errorf("Sign returns %s, want %s", got, v.Header)
			}
			if !Verify(secret, scheme, m, v.Header) {
				t.Error("Verify refuses the published header")
			}
			m.Body = append(m.Body, ' ')
			if Verify(secret, scheme, m, v.Header) {
				t.Error("Verify accepts a body with a byte more")
			}
		})
	}
}

func TestSigningURLVectors(t *testing.T) {
	t.Parallel()
	for _, v := range loadVectors[urlVector](t, "testdata/signing-url.json") {
		t.Run(v.Name, func(t *testing.T) {
			u, err := ParseURL(v.ConfiguredURL)
			if err != nil {
				t.Fatal(err)
			}
			got := urlVector{v.Name, v.ConfiguredURL, u.String(), u.Host, u.Target}
			if diff := cmp.Diff(v, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// The one complete vector that ArtiBot published, in its C# sample receiver (docs/contract.md, section 3).
func TestPublishedSampleVector(t *testing.T) {
	t.Parallel()
	secret := NewSecret("<Whatever you set your secret to in the ArtiBot webhook>")
	u, err := ParseURL("http://localhost:5000/api/webhooks")
	if err != nil {
		t.Fatal(err)
	}
	got := Sign(secret, SchemeURL, Message{Method: "POST", URL: u.String(), Body: []byte("{}")})
	if want := "D3817110D46EBB2678A3752F4912C74B2A3E736E"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
