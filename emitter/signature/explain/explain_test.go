package explain

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"strings"
	"testing"

	"artihook/emitter/signature"
)

const (
	testSecret = "s3cret-of-the-hook"
	testURL    = "http://hooks.example.com/artibot?token=abc"
	testBody   = `{"name":"Zoë <O'Brien> & Co","n":4.0,"a":{"b":[1,2]}}`
)

// signed is an independent signature over a text.
func signed(text string) string { return strings.ToUpper(hexMAC(testSecret, text)) }

func hexMAC(secret, text string) string { return hexOf(sha1.New, secret, text) }

func hexOf(newHash func() hash.Hash, secret, text string) string {
	h := hmac.New(newHash, []byte(secret))
	h.Write([]byte(text))
	return hex.EncodeToString(h.Sum(nil))
}

func plainSHA1(text string) string { return fmt.Sprintf("%x", sha1.Sum([]byte(text))) }

func claim(header string) Claim {
	return Claim{
		Secret:  signature.NewSecret(testSecret),
		Message: signature.Message{Method: "POST", URL: testURL, Body: []byte(testBody)},
		Header:  header,
	}
}

func assertFinding(t *testing.T, c Claim, wantID, wantText string) Finding {
	t.Helper()
	got, proven := Mismatch(c)
	if !proven || got.ID != wantID {
		t.Fatalf("got %+v, proven %v; want %s", got, proven, wantID)
	}
	if !strings.Contains(got.Text, wantText) {
		t.Errorf("the text is %q, want %q in it", got.Text, wantText)
	}
	assertSpeakable(t, got)
	return got
}

// assertSpeakable checks what holds for every finding: one line, in one voice, without the secret.
func assertSpeakable(t *testing.T, f Finding) {
	t.Helper()
	if f.ID == "" || f.Text == "" || strings.ContainsAny(f.Text, "\n\r") || strings.HasSuffix(f.Text, ".") {
		t.Errorf("the finding %q says %q", f.ID, f.Text)
	}
	if strings.Contains(fmt.Sprintf("%+v", f), testSecret) {
		t.Errorf("the finding shows the secret: %+v", f)
	}
}

func TestMismatchURL(t *testing.T) {
	t.Parallel()
	const given = testURL
	tests := []struct{ name, given, signed, id, text string }{
		{"right", given, given, "right", "the signature fits"},
		{"normal form", "HTTP://Hooks.example.com:80/a/../artibot?token=abc", given, "url-normalised", "normal form"},
		{
			"https", given, "https://hooks.example.com/artibot?token=abc", "scheme-https",
			`the signature fits https://hooks.example.com/artibot?token=abc: the receiver saw http (a TLS proxy in front?)`,
		},
		{"http", "https://h/x", "http://h/x", "scheme-http", `fits http://h/x`},
		{"default port", "http://h/x", "http://h:80/x", "port", "default port"},
		{"default port of https", "https://h/x", "https://h:443/x", "port", "default port"},
		{"port missing", "http://h:3000/x", "http://h/x", "port", "has no port"},
		{"port 3000", "http://h/x", "http://h:3000/x", "port", "port 3000"},
		{"port 8080", "http://h/x", "http://h:8080/x", "port", "port 8080"},
		{"another port", "http://h:3000/x", "http://h:8443/x", "port", "port 8443"},
		{"IPv6 port", "http://[::1]/x", "http://[::1]:5000/x", "port", "port 5000"},
		{"slash added", "http://h/x", "http://h/x/", "trailing-slash", "has a slash"},
		{"slash removed", "http://h/x/?a=1", "http://h/x?a=1", "trailing-slash", "has no slash"},
		{"root without slash", "http://h/", "http://h", "trailing-slash", "has no slash"},
		{"without query", given, "http://hooks.example.com/artibot", "query", "without the query"},
		{"query sorted", "http://h/x?b=1&a=2", "http://h/x?a=2&b=1", "query", "sorted"},
		{"query written again", "http://h/x?b=/&a=2", "http://h/x?a=2&b=%2F", "query", "again"},
		{"bare question mark", "http://h/x", "http://h/x?", "query", "bare question mark"},
		{"path decoded", "http://h/a%20b", "http://h/a b", "escaping", "percent-decoded"},
		{"only the path decoded", "http://h/a%20b?c=%20", "http://h/a b?c=%20", "escaping", "percent-decoded"},
		{"only the query decoded", "http://h/a%20b?c=%20", "http://h/a%20b?c= ", "escaping", "percent-decoded"},
		{"non-ASCII decoded", "http://h/%C3%A4", "http://h/ä", "escaping", "percent-decoded"},
		{"escapes in upper case", "http://h/a%2fb", "http://h/a%2Fb", "escaping", "upper case"},
		{"escapes in lower case", "http://h/a%2Fb", "http://h/a%2fb", "escaping", "lower case"},
		{"brackets encoded", "http://h/x?a[]=1", "http://h/x?a%5B%5D=1", "escaping", "more of its characters"},
		{"quote encoded", "http://h/x?a='1'", "http://h/x?a=%271%27", "escaping", "more of its characters"},
		{"spaces as plus", "http://h/x?a=b%20c", "http://h/x?a=b+c", "escaping", "plus"},
		{"encoded twice", "http://h/a%20b", "http://h/a%2520b", "escaping", "twice"},
		{"raw", "http://h/a b|c", "http://h/a b|c", "url-raw", "as it was given"},
		{"raw dots", "http://h/a/../b", "http://h/a/../b", "url-raw", "as it was given"},
		{"raw fragment", "http://h/b#c", "http://h/b#c", "url-raw", "as it was given"},
		{"raw path at the normal host", "http://H:80/%7eme", "http://h/%7eme", "url-raw", "as it was given"},
		{"raw case", "http://LocalHost/", "http://LocalHost/", "url-raw", "as it was given"},
		{"loopback names", "http://127.0.0.1:5000/x", "http://localhost:5000/x", "host", "localhost"},
		{"IPv6 loopback", "http://localhost/x", "http://[::1]/x", "host", "[::1]"},
		{"www", "https://example.com/x", "https://www.example.com/x", "host", "www."},
		{"no www", "https://www.example.com/x", "https://example.com/x", "host", "www."},
		{"Unicode host", "https://xn--bcher-kva.example/x", "https://bücher.example/x", "host", "Unicode"},
		{"path in lower case", "http://h/ArtiBot", "http://h/artibot", "case", "lower case"},
		{"host in upper case", "http://h/x", "http://H/x", "case", "upper case"},
		{"request target only", given, "/artibot?token=abc", "url-part", `fits /artibot?token=abc`},
		{"path only", given, "/artibot", "url-part", `fits /artibot`},
		{"without scheme", given, "hooks.example.com/artibot?token=abc", "url-part", "piece"},
		{"origin only", given, "http://hooks.example.com", "url-part", "piece"},
		{"no URL", given, "", "url-part", "piece"},
		{"https and slash", "http://h/x", "https://h/x/", "scheme-https+trailing-slash", "TLS proxy in front?); the URL"},
		{"https and no port", "http://h:3000/x", "https://h/x", "scheme-https+port", "has no port"},
		{"http and port 8080", "https://h/x", "http://h:8080/x", "scheme-http+port", "port 8080"},
		{"slash and query", "http://h/x?a=1", "http://h/x/", "trailing-slash+query", "without the query"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := claim(signed("POST&" + tt.signed + "&" + testBody))
			c.Message.URL = tt.given
			got := assertFinding(t, c, tt.id, tt.text)
			if got.URL != tt.signed || got.Method != "POST" || got.Scheme != signature.SchemeURL {
				t.Errorf("the finding fits %+v, want the URL %q", got, tt.signed)
			}
		})
	}
}

func TestMismatchOtherURL(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, also, signed, id, text string }{
		{"whole", "https://tunnel.example/hook", "https://tunnel.example/hook", "other-url", "public URL"},
		{"not normalised", "https://Tunnel.example:443", "https://tunnel.example/", "other-url", "public URL"},
		{"raw", "https://Tunnel.example", "https://Tunnel.example", "other-url", "public URL"},
		{
			"origin with this path", "https://tunnel.example",
			"https://tunnel.example/artibot?token=abc", "other-url", "this path at the other host",
		},
		{"with http", "https://tunnel.example/hook", "http://tunnel.example/hook", "other-url+scheme-http", "http"},
		{"with slash", "https://tunnel.example/hook", "https://tunnel.example/hook/", "other-url+trailing-slash", "slash"},
		{
			"origin, http and slash", "https://tunnel.example",
			"http://tunnel.example/artibot/?token=abc", "other-url+scheme-http+trailing-slash", "slash",
		},
		{"origin without query", "https://tunnel.example", "https://tunnel.example/artibot", "other-url+query", "query"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := claim(signed("POST&" + tt.signed + "&" + testBody))
			c.AlsoURLs = []string{"nonsense", "https://unrelated.example/", tt.also}
			if got := assertFinding(t, c, tt.id, tt.text); got.URL != tt.signed {
				t.Errorf("the URL is %q, want %q", got.URL, tt.signed)
			}
		})
	}
}

func TestMismatchSecret(t *testing.T) {
	t.Parallel()
	const path = "POST&" + testURL + "&" + testBody
	tests := []struct{ name, given, used, id, text string }{
		{"line feed here", "k3y-long-enough\n", "k3y-long-enough", "secret-space", "without the white space"},
		{"spaces here", " k3y-long-enough ", "k3y-long-enough", "secret-space", "without the white space"},
		{"line feed there", "k3y-long-enough", "k3y-long-enough\n", "secret-space", "with a line feed"},
		{"Windows line end there", "k3y-long-enough", "k3y-long-enough\r\n", "secret-space", "Windows line end"},
		{"space there", "k3y-long-enough", "k3y-long-enough ", "secret-space", "space at its end"},
		{"byte order mark here", "\ufeffk3y-long-enough", "k3y-long-enough", "secret-space", "byte order mark"},
		{"byte order mark there", "k3y-long-enough", "\ufeffk3y-long-enough", "secret-space", "byte order mark"},
		{"quotes here", `"k3y-long-enough"`, "k3y-long-enough", "secret-quotes", "without the quotes"},
		{"quotes there", "k3y-long-enough", "'k3y-long-enough'", "secret-quotes", "with quotes"},
		{"empty there", "k3y-long-enough", "", "secret-empty", "no secret was set"},
		{"undefined there", "k3y-long-enough", "undefined", "secret-empty", "unset variable"},
		{"sample's placeholder there", "k3y-long-enough", samplePlaceholder, "secret-sample", "placeholder"},
		{"Latin-1", "schlüssel-lang", "schl\xfcssel-lang", "secret-encoding", "Latin-1"},
		{"question marks", "schlüssel-lang", "schl?ssel-lang", "secret-encoding", "question mark"},
		{"UTF-16", "schlüssel", "s\x00c\x00h\x00l\x00\xfc\x00s\x00s\x00e\x00l\x00", "secret-encoding", "UTF-16"},
		{"base64 here", "azN5LWxvbmctZW5vdWdo", "k3y-long-enough", "secret-encoding", "decoded from base64"},
		{"base64 there", "k3y-long-enough", "azN5LWxvbmctZW5vdWdo", "secret-encoding", "encoded as base64"},
		{"hex here", "6b33792d6c6f6e67", "k3y-long", "secret-encoding", "decoded from hex"},
		{"hex there", "k3y-long", "6b33792d6c6f6e67", "secret-encoding", "encoded as hex"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := claim(strings.ToUpper(hexMAC(tt.used, path)))
			c.Secret = signature.NewSecret(tt.given)
			got := assertFinding(t, c, tt.id, tt.text)
			shown := fmt.Sprintf("%+v", got)
			if strings.Contains(shown, strings.TrimSpace(tt.given)) || len(tt.used) > 9 &&
				tt.used != samplePlaceholder && strings.Contains(shown, strings.TrimSpace(tt.used)) {
				t.Errorf("the finding shows the secret: %s", shown)
			}
		})
	}
}

func TestMismatchBody(t *testing.T) {
	t.Parallel()
	const spaced = `{"name": "Zoë <O'Brien> & Co", "n": 4.0, "a": {"b": [1, 2]}}`
	tests := []struct{ name, given, used, id, text string }{
		{"line feed missing", testBody, testBody + "\n", "body-space", "with a line feed at its end"},
		{"Windows line end missing", testBody, testBody + "\r\n", "body-space", "with a Windows line end"},
		{"line feed too much", testBody + "\n", testBody, "body-space", "without the white space around it"},
		{"space around", " " + testBody + "\n", testBody, "body-space", "without the white space around it"},
		{"byte order mark too much", "\ufeff" + testBody, testBody, "body-bom", "without its byte order mark"},
		{"byte order mark missing", testBody, "\ufeff" + testBody, "body-bom", "with a byte order mark"},
		{"Windows lines here", "{\r\n}", "{\n}", "body-newlines", "with Unix line endings"},
		{"Windows lines there", "{\n}", "{\r\n}", "body-newlines", "with Windows line endings"},
		{"compact", spaced, testBody, "body-reserialised", "compact JSON writer"},
		{
			"JSON.stringify", testBody, `{"name":"Zoë <O'Brien> & Co","n":4,"a":{"b":[1,2]}}`,
			"body-reserialised", "JSON.stringify",
		},
		{
			"Go", testBody, `{"name":"Zoë \u003cO'Brien\u003e \u0026 Co","n":4.0,"a":{"b":[1,2]}}`,
			"body-reserialised", "json.Marshal of a struct",
		},
		{
			"Go's map", testBody, `{"a":{"b":[1,2]},"n":4,"name":"Zoë \u003cO'Brien\u003e \u0026 Co"}`,
			"body-reserialised", "json.Marshal of a map",
		},
		{
			"Go's encoder", testBody, `{"name":"Zoë \u003cO'Brien\u003e \u0026 Co","n":4.0,"a":{"b":[1,2]}}` + "\n",
			"body-reserialised", "json.Encoder",
		},
		{
			"Python", testBody, `{"name": "Zo\u00eb <O'Brien> & Co", "n": 4.0, "a": {"b": [1, 2]}}`,
			"body-reserialised", "Python's json.dumps writes",
		},
		{"Python, ensure_ascii=False", testBody, spaced, "body-reserialised", "ensure_ascii=False"},
		{
			"Python, compact", testBody, `{"name":"Zo\u00eb <O'Brien> & Co","n":4.0,"a":{"b":[1,2]}}`,
			"body-reserialised", "compact separators",
		},
		{
			"System.Text.Json", testBody, `{"name":"Zo\u00EB \u003CO\u0027Brien\u003E \u0026 Co","n":4.0,"a":{"b":[1,2]}}`,
			"body-reserialised", "System.Text.Json",
		},
		{"PHP", `{"u":"http://ä"}`, `{"u":"http:\/\/\u00e4"}`, "body-reserialised", "PHP"},
		{"Newtonsoft.Json", "{\"u\":\"é\u0085\"}", `{"u":"é\u0085"}`, "body-reserialised", "Newtonsoft.Json"},
		{"indent 2", `{"a":[1],"b":{}}`, "{\n  \"a\": [\n    1\n  ],\n  \"b\": {}\n}", "body-reserialised", "indents by 2"},
		{"indent 4", `{"a":[1],"b":{}}`, "{\n    \"a\": [\n        1\n    ],\n    \"b\": {}\n}", "body-reserialised", "indents by 4"},
		{"sorted", `{"b":1,"a":2}`, `{"a":2,"b":1}`, "body-reserialised", "map"},
		{"empty", testBody, "", "body-lost", "an empty body"},
		{"object", testBody, "[object Object]", "body-lost", "[object Object]"},
		{"no braces left", testBody, "{}", "body-lost", "the text {}"},
		{"Latin-1", `{"a":"ä"}`, "{\"a\":\"\xe4\"}", "body-encoding", "in Latin-1"},
		{"encoded twice", `{"a":"ä"}`, `{"a":"Ã¤"}`, "body-encoding", "taken for Latin-1"},
		{"question marks", `{"a":"ä"}`, `{"a":"?"}`, "body-encoding", "question mark"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := claim(signed("POST&" + testURL + "&" + tt.used))
			c.Message.Body = []byte(tt.given)
			got := assertFinding(t, c, tt.id, tt.text)
			if got.URL != testURL {
				t.Errorf("the URL is %q", got.URL)
			}
			c.Scheme, c.Header = signature.SchemeBody, "sha1="+hexMAC(testSecret, tt.used)
			if got := assertFinding(t, c, tt.id, tt.text); got.URL != "" || got.Scheme != signature.SchemeBody {
				t.Errorf("in scheme body the finding is %+v", got)
			}
		})
	}
}

func TestMismatchMessage(t *testing.T) {
	t.Parallel()
	const rest = "&" + testURL + "&" + testBody
	tests := []struct {
		name   string
		scheme signature.Scheme
		header string
		id     string
		text   string
	}{
		{"other scheme", signature.SchemeURL, "sha1=" + hexMAC(testSecret, testBody), "other-scheme", `scheme "body"`},
		{"other scheme, back", signature.SchemeBody, signed("POST" + rest), "other-scheme", `scheme "url"`},
		{
			"other scheme, header of this one", signature.SchemeURL, hexMAC(testSecret, testBody),
			"other-scheme+header-form", `misses "sha1="`,
		},
		{
			"other scheme, back, with sha1=", signature.SchemeBody, "sha1=" + signed("POST"+rest),
			"other-scheme+header-form", `has "sha1=" before the digits`,
		},
		{
			"other scheme and https", signature.SchemeBody, signed("POST&" + strings.Replace(testURL, "http:", "https:", 1) + "&" + testBody),
			"scheme-https+other-scheme", "TLS proxy",
		},
		{"GET", signature.SchemeURL, signed("GET" + rest), "method", "method GET"},
		{"lower case", signature.SchemeURL, signed("post" + rest), "method", "upper case"},
		{"no method", signature.SchemeURL, signed(testURL + "&" + testBody), "message-form", "URL&BODY"},
		{"empty method", signature.SchemeURL, signed(rest), "method", "an empty method"},
		{"no separators", signature.SchemeURL, signed("POST" + testURL + testBody), "message-form", "without the &"},
		{"lines", signature.SchemeURL, signed("POST\n" + testURL + "\n" + testBody), "message-form", "separate lines"},
		{"plain SHA1 of the body", signature.SchemeURL, plainSHA1(testBody), "other-scheme+plain-hash+header-form", "a hash without the secret"},
		{"plain SHA1 of the message", signature.SchemeURL, plainSHA1("POST" + rest), "plain-hash", "a hash without the secret"},
		{"SHA1 of secret and body", signature.SchemeURL, plainSHA1(testSecret + testBody), "other-scheme+plain-hash+header-form", "a hash of the secret and the message"},
		{"SHA1 of body and secret", signature.SchemeURL, plainSHA1(testBody + testSecret), "other-scheme+plain-hash+header-form", "a hash of the message and the secret"},
		{"SHA256", signature.SchemeURL, hexOf(sha256.New, testSecret, "POST"+rest), "other-hash", "HMAC-SHA256"},
		{"SHA512", signature.SchemeURL, hexOf(sha512.New, testSecret, "POST"+rest), "other-hash", "HMAC-SHA512"},
		{"MD5", signature.SchemeURL, hexOf(md5.New, testSecret, "POST"+rest), "other-hash", "HMAC-MD5"},
		{"SHA256, body", signature.SchemeBody, "sha256=" + hexOf(sha256.New, testSecret, testBody), "other-hash", "HMAC-SHA256"},
		{
			"SHA256, other scheme", signature.SchemeURL, "sha256=" + hexOf(sha256.New, testSecret, testBody),
			"other-scheme+other-hash", "HMAC-SHA256",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := claim(tt.header)
			c.Scheme = tt.scheme
			assertFinding(t, c, tt.id, tt.text)
		})
	}
}

func TestMismatchHeader(t *testing.T) {
	t.Parallel()
	digits := signed("POST&" + testURL + "&" + testBody)
	raw, err := hex.DecodeString(digits)
	if err != nil {
		t.Fatal(err)
	}
	pairs := fmt.Sprintf("% X", raw)
	bodyDigits := hexMAC(testSecret, testBody)
	tests := []struct {
		name   string
		scheme signature.Scheme
		header string
		id     string
		text   string
	}{
		{"white space", signature.SchemeURL, " " + digits + "\r\n", "header-form", "has white space around it"},
		{"quotes", signature.SchemeURL, `"` + digits + `"`, "header-form", "has quotes around it"},
		{"name too", signature.SchemeURL, "X-ArtiBot-Signature: " + digits, "header-form", "contains the header's name"},
		{"sha1= too much", signature.SchemeURL, "sha1=" + digits, "header-form", `has "sha1=" before the digits`},
		{"sha1= missing", signature.SchemeBody, bodyDigits, "header-form", `misses "sha1="`},
		{"SHA1=", signature.SchemeBody, "SHA1=" + bodyDigits, "header-form", `says "SHA1="`},
		{"base64", signature.SchemeURL, base64.StdEncoding.EncodeToString(raw), "header-form", "is base64"},
		{"base64 for URLs", signature.SchemeURL, base64.RawURLEncoding.EncodeToString(raw), "header-form", "is base64"},
		{"pairs of digits", signature.SchemeURL, strings.ReplaceAll(pairs, " ", ":"), "header-form", "separators"},
		{"quotes and sha1=", signature.SchemeURL, `"sha1=` + digits + `"`, "header-form", "has quotes around it and has"},
		{"cut", signature.SchemeURL, digits[:32+2], "header-truncated", "cut after 34 of 40"},
		{"cut at an odd place", signature.SchemeURL, digits[:27], "header-truncated", "cut after 27 of 40"},
		{"cut, body", signature.SchemeBody, "sha1=" + bodyDigits[:20], "header-truncated", "cut after 20 of 40"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := claim(tt.header)
			c.Scheme = tt.scheme
			assertFinding(t, c, tt.id, tt.text)
		})
	}
}

func TestMismatchPairs(t *testing.T) {
	t.Parallel()
	const https = "https://hooks.example.com/artibot?token=abc"
	tests := []struct{ name, secret, text, id string }{
		{"https and line feed", testSecret, "POST&" + https + "&" + testBody + "\n", "scheme-https+body-space"},
		{"https and JSON.stringify", testSecret, "POST&" + https + "&" + strings.Replace(testBody, "4.0", "4", 1), "scheme-https+body-reserialised"},
		{"https and secret", testSecret + "\n", "POST&" + https + "&" + testBody, "scheme-https+secret-space"},
		{"https and GET", testSecret, "GET&" + https + "&" + testBody, "scheme-https+method"},
		{"other scheme and line feed", testSecret, testBody + "\n", "other-scheme+body-space+header-form"},
		{"other scheme and secret", "", testBody, "other-scheme+secret-empty+header-form"},
		{"secret and body", testSecret + "\n", "POST&" + testURL + "&", "secret-space+body-lost"},
		{"GET with an empty body", testSecret, "GET&" + testURL + "&", "method+body-lost"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			assertFinding(t, claim(strings.ToUpper(hexMAC(tt.secret, tt.text))), tt.id, " with ")
		})
	}
}

func TestMismatchNothingFits(t *testing.T) {
	t.Parallel()
	wrong := hexMAC("another secret", "POST&"+testURL+"&"+testBody)
	tests := []struct {
		name string
		edit func(*Claim)
		id   string
		text string
	}{
		{"another secret", func(c *Claim) { c.Header = wrong }, "no-fit", "or the secret differs"},
		{"no secret here", func(c *Claim) { c.Header, c.Secret = wrong, signature.Secret{} }, "no-fit", "no secret is given here"},
		{"no header", func(c *Claim) { c.Header = "" }, "header-missing", "missing or empty"},
		{"blank header", func(c *Claim) { c.Header = ` "" ` }, "header-missing", "missing or empty"},
		{"not hex", func(c *Claim) { c.Header = "nonsense!" }, "header-not-hex", `"nonsense!" is not hex`},
		{"long and not hex", func(c *Claim) { c.Header = strings.Repeat("é", 99) }, "header-not-hex", `…" is not hex`},
		{"the secret", func(c *Claim) { c.Header = testSecret }, "header-not-hex", "the secret itself"},
		{"a text with the secret", func(c *Claim) { c.Header = "Bearer " + testSecret }, "header-not-hex", "the secret itself"},
		{"cut and wrong", func(c *Claim) { c.Header = wrong[:27] }, "header-length", "27 hex digits"},
		{"43 digits", func(c *Claim) { c.Header = wrong + "abc" }, "header-length", "43 hex digits"},
		{"SHA256", func(c *Claim) { c.Header = strings.Repeat("ab", 32) }, "header-length", "64 hex digits, the length of SHA256"},
		{
			"bad URL", func(c *Claim) { c.Header, c.Message.URL = wrong, "http://user:pass@127.1/" },
			"url-bad", `bad URL "http://127.1/"`,
		},
		{"bad URL, body", func(c *Claim) { c.Header, c.Scheme, c.Message.URL = wrong, signature.SchemeBody, "nonsense" }, "no-fit", "secret"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := claim("")
			tt.edit(&c)
			got, proven := Mismatch(c)
			if proven || got.ID != tt.id || !strings.Contains(got.Text, tt.text) {
				t.Errorf("got %+v, proven %v; want %s with %q", got, proven, tt.id, tt.text)
			}
			if c.Secret.Empty() && got.Fix != nil {
				t.Errorf("without a secret, the fix is %q", got.Fix.ID)
			}
			if got.URL != "" || got.Method != "" {
				t.Errorf("something is said to fit: %+v", got)
			}
			assertSpeakable(t, got)
		})
	}
}

// A finding repeats what people typed, and that can hold the secret or a password.
func TestMismatchHidesSecrets(t *testing.T) {
	t.Parallel()
	c := claim("")
	c.Message.URL = "http://user:pass@h/x?key=" + testSecret
	c.Header = signed("POST&" + c.Message.URL + "&" + testBody)
	got := assertFinding(t, c, "url-raw", "http://h/x?key=**")
	if shown := fmt.Sprintf("%+v", got); strings.Contains(shown, "pass") {
		t.Errorf("the finding shows the password: %s", shown)
	}
	c.Message.URL = "http://h:99999/x?key=" + testSecret
	if got, _ := Mismatch(c); got.ID != "url-bad" {
		t.Errorf("got %+v", got)
	} else {
		assertSpeakable(t, got)
	}
}

func TestMismatchIsBounded(t *testing.T) {
	t.Parallel()
	c := claim(hexMAC("another secret", ""))
	run := func() *search {
		h := readHeader(c.Header)
		base, _ := c.base()
		s := &search{target: newTarget(&h)}
		g := c.guesses(base)
		if _, ok := s.run(g); ok {
			t.Error("something fits")
		}
		for _, n := range []int{g.bodies.len() - maxBodies, g.urls.len() - maxURLs, g.secrets.len() - maxSecrets, g.forms.len() - maxForms} {
			if n > 0 {
				t.Errorf("%d candidates too many", n)
			}
		}
		return s
	}
	if s := run(); s.tried < 1000 || s.tried > maxTrials {
		t.Errorf("%d guesses for an ordinary claim", s.tried)
	}
	for i := range 200 {
		c.AlsoURLs = append(c.AlsoURLs, fmt.Sprintf("https://tunnel-%d.example/a%%20b?x=%d", i, i))
	}
	if s := run(); s.tried > maxTrials {
		t.Errorf("%d guesses with many other URLs", s.tried)
	}
	c.Message.Body = make([]byte, 8<<20)
	if s := run(); s.hashed > maxHashed+2*len(c.Message.Body) {
		t.Errorf("%d bytes hashed", s.hashed)
	}
}

func FuzzMismatch(f *testing.F) {
	f.Add("k", "http://h/x", "{}", "D3817110D46EBB2678A3752F4912C74B2A3E736E", "https://t")
	f.Add("", "", "", "sha1=", "")
	f.Add(`"q"`, "http://u:p@h:80/%zz?#", `{"a":[1.50]}`, "'AAAAAAAAAAAAAAAAAAAAAAAAAAA='", "%")
	f.Fuzz(func(t *testing.T, secret, url, body, header, also string) {
		for _, scheme := range []signature.Scheme{signature.SchemeURL, signature.SchemeBody} {
			c := Claim{
				Secret: signature.NewSecret(secret), Scheme: scheme, Header: header, AlsoURLs: []string{also},
				Message: signature.Message{URL: url, Body: []byte(body)},
			}
			if got, _ := Mismatch(c); got.ID == "" || got.Text == "" {
				t.Fatalf("%+v has no finding", c)
			}
			c.Header = signature.Sign(c.Secret, scheme, c.Message)
			got, proven := Mismatch(c)
			if !proven {
				t.Fatalf("a right signature is not found: %+v", got)
			}
			if u, err := signature.ParseURL(url); err == nil && u.String() == url && got.ID != "right" {
				t.Fatalf("a right signature is called %+v", got)
			}
		}
	})
}

func BenchmarkMismatch(b *testing.B) {
	c := claim(hexMAC("another secret", ""))
	c.Message.Body = []byte(`{"lead":{"data":"` + strings.Repeat("lorem ipsum ", 130) + `"}}`)
	for b.Loop() {
		if _, proven := Mismatch(c); proven {
			b.Fatal("something fits")
		}
	}
}
