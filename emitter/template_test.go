package emitter

import (
	"testing"

	"artihook/emitter/exchange"
	"artihook/emitter/payload"
	"artihook/emitter/signature"

	"github.com/google/go-cmp/cmp"
)

// TestRequestTemplate compares the requests of the template with those of Plan.
func TestRequestTemplate(t *testing.T) {
	t.Parallel()
	url := parseURL(t, "http://localhost:1/hook?token=a%20b")
	secret := signature.NewSecret("s3cret-s3cret")
	for name, w := range map[string]Webhook{
		"plain":              {URL: url, Secret: secret},
		"no secret":          {URL: url},
		"scheme body":        {URL: url, Secret: secret, Scheme: signature.SchemeBody},
		"sign URL":           {URL: url, Secret: secret, SignURL: parseURL(t, "https://crm.example/artibot?x=1")},
		"more headers":       {URL: url, Secret: secret, Headers: []exchange.Header{{Name: "X-Env", Value: "test"}, {Name: "zz", Value: "Content-Length: 0"}, {Name: "Accept", Value: "*/*"}}},
		"another agent":      {URL: url, Secret: secret, Headers: []exchange.Header{{Name: "user-agent", Value: "me"}}},
		"no agent":           {URL: url, Secret: secret, Headers: []exchange.Header{{Name: "User-Agent"}}},
		"no signature":       {URL: url, Secret: secret, Headers: []exchange.Header{{Name: signature.Header}}},
		"signature header":   {URL: url, Secret: secret, Headers: []exchange.Header{{Name: signature.Header, Value: "ABC"}}},
		"another case":       {URL: url, Secret: secret, Headers: []exchange.Header{{Name: "X-Artibot-Signature", Value: "ABC"}}},
		"another host":       {URL: url, Secret: secret, Headers: []exchange.Header{{Name: "Host", Value: "other.example"}}},
		"URL without a path": {URL: parseURL(t, "http://localhost:1"), Secret: secret, SignURL: parseURL(t, "https://crm.example/artibot")},
	} {
		s := newRequestTemplate(&w)
		for _, body := range [][]byte{{}, []byte("{}"), testMessage().Body} {
			m := Message{Body: body, Summary: payload.Summary{}}
			planned := Plan(&w, m)
			if diff := cmp.Diff(string(planned.Request.AppendRaw(nil)), string(s.append(nil, body))); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
	}
}

func BenchmarkRequestTemplate(b *testing.B) {
	w := Webhook{URL: parseURL(b, "http://localhost:1/hook"), Secret: signature.NewSecret("s3cret-s3cret")}
	s, body := newRequestTemplate(&w), make([]byte, 1573)
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		dst = s.append(dst[:0], body)
	}
}
