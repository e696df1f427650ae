package signature

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/hex"
	"strings"
	"testing"
)

// independent computes a header value without the code under test.
func independent(secret, text string) string {
	mac := hmac.New(sha1.New, []byte(secret))
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}

func TestSignerIsReusable(t *testing.T) {
	t.Parallel()
	for _, scheme := range []Scheme{SchemeURL, SchemeBody} {
		s := NewSigner(NewSecret("testing"), scheme)
		for _, body := range []string{"{}", "", `{"a":1}`, "{}"} {
			m := Message{Method: "POST", URL: "http://h/x", Body: []byte(body)}
			want := "x: " + Sign(NewSecret("testing"), scheme, m)
			if got := string(s.Append([]byte("x: "), m.Method, m.URL, m.Body)); got != want {
				t.Errorf("%v, body %q: got %s, want %s", scheme, body, got, want)
			}
		}
	}
}

func TestMethodIsSignedInUpperCase(t *testing.T) {
	t.Parallel()
	want := strings.ToUpper(independent("k", "POST&http://h/&{}"))
	for _, method := range []string{"POST", "post", "Post", ""} {
		m := Message{Method: method, URL: "http://h/", Body: []byte("{}")}
		if got := Sign(NewSecret("k"), SchemeURL, m); got != want {
			t.Errorf("method %q: got %s, want %s", method, got, want)
		}
	}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	digits := independent("k", "POST&http://h/&{}")
	bodyDigits := independent("k", "{}")
	tests := []struct {
		name   string
		scheme Scheme
		header string
		want   bool
	}{
		{"upper case", SchemeURL, strings.ToUpper(digits), true},
		{"lower case", SchemeURL, digits, true},
		{"mixed case", SchemeURL, strings.ToUpper(digits[:9]) + digits[9:], true},
		{"with sha1=", SchemeURL, "sha1=" + digits, false},
		{"empty", SchemeURL, "", false},
		{"cut", SchemeURL, digits[:38], false},
		{"too long", SchemeURL, digits + "00", false},
		{"not hex", SchemeURL, "zz" + digits[2:], false},
		{"white space", SchemeURL, digits + " ", false},
		{"one digit wrong", SchemeURL, flipDigit(digits), false},
		{"the other scheme's digest", SchemeURL, bodyDigits, false},
		{"body", SchemeBody, "sha1=" + bodyDigits, true},
		{"body, upper case", SchemeBody, "sha1=" + strings.ToUpper(bodyDigits), true},
		{"body without sha1=", SchemeBody, bodyDigits, false},
		{"body with SHA1=", SchemeBody, "SHA1=" + bodyDigits, false},
		{"body, empty", SchemeBody, "sha1=", false},
		{"body, the other scheme's digest", SchemeBody, "sha1=" + digits, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := Message{Method: "POST", URL: "http://h/", Body: []byte("{}")}
			if got := Verify(NewSecret("k"), tt.scheme, m, tt.header); got != tt.want {
				t.Errorf("Verify reports %v for %q", got, tt.header)
			}
		})
	}
}

func flipDigit(digits string) string {
	last := "0"
	if strings.HasSuffix(digits, last) {
		last = "1"
	}
	return digits[:len(digits)-1] + last
}

func TestScheme(t *testing.T) {
	t.Parallel()
	for _, scheme := range []Scheme{SchemeURL, SchemeBody} {
		got, err := ParseScheme(scheme.String())
		if err != nil || got != scheme {
			t.Errorf("%v becomes %v, %v", scheme, got, err)
		}
	}
	if got := Scheme(9).String(); got != "scheme(9)" {
		t.Errorf("an unknown scheme is %q", got)
	}
	_, err := ParseScheme("sha1")
	if want := `unknown signature scheme "sha1": use url or body`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestAppendDoesNotAllocate(t *testing.T) {
	body := benchmarkBody()
	for _, scheme := range []Scheme{SchemeURL, SchemeBody} {
		s := NewSigner(NewSecret("testing"), scheme)
		dst := s.Append(nil, "POST", "http://localhost:8000/hook", body)
		allocs := testing.AllocsPerRun(100, func() {
			dst = s.Append(dst[:0], "POST", "http://localhost:8000/hook", body)
		})
		if allocs != 0 {
			t.Errorf("%v: %v allocations", scheme, allocs)
		}
	}
}

func FuzzSignVerify(f *testing.F) {
	f.Add("testing", "POST", "http://localhost:8000/", []byte("{}"), uint(3))
	f.Add("", "", "", []byte(nil), uint(0))
	f.Fuzz(func(t *testing.T, secret, method, url string, body []byte, at uint) {
		for _, scheme := range []Scheme{SchemeURL, SchemeBody} {
			m := Message{Method: method, URL: url, Body: body}
			header := Sign(NewSecret(secret), scheme, m)
			if !Verify(NewSecret(secret), scheme, m, header) {
				t.Fatalf("%v: %q does not verify", scheme, header)
			}
			broken := []byte(header)
			broken[at%uint(len(broken))] ^= 1
			if Verify(NewSecret(secret), scheme, m, string(broken)) {
				t.Fatalf("%v: %q verifies", scheme, broken)
			}
			other := Message{Method: method, URL: url, Body: append([]byte("x"), body...)}
			if Verify(NewSecret(secret), scheme, other, header) {
				t.Fatalf("%v: another body verifies", scheme)
			}
		}
	})
}

func FuzzVerifyHeader(f *testing.F) {
	f.Add("D3817110D46EBB2678A3752F4912C74B2A3E736E")
	f.Add("sha1=7972e75e75849420319bf51ffe932bc184f12b89")
	f.Fuzz(func(t *testing.T, header string) {
		m := Message{URL: "http://h/", Body: []byte("{}")}
		for _, scheme := range []Scheme{SchemeURL, SchemeBody} {
			right := Sign(NewSecret("k"), scheme, m)
			if got, want := Verify(NewSecret("k"), scheme, m, header), strings.EqualFold(header, right); got && !want {
				t.Fatalf("%q is accepted in place of %q", header, right)
			}
		}
	})
}

func benchmarkBody() []byte {
	return []byte(`{"lead":{"data":"` + strings.Repeat("lorem ipsum ", 130) + `"}}`)
}

func BenchmarkSignerAppend(b *testing.B) {
	body := benchmarkBody()
	s := NewSigner(NewSecret("testing"), SchemeURL)
	var dst []byte
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		dst = s.Append(dst[:0], "POST", "https://hooks.example.com/artibot", body)
	}
}

func BenchmarkVerify(b *testing.B) {
	m := Message{Method: "POST", URL: "https://hooks.example.com/artibot", Body: benchmarkBody()}
	secret := NewSecret("testing")
	header := Sign(secret, SchemeURL, m)
	b.ReportAllocs()
	for b.Loop() {
		if !Verify(secret, SchemeURL, m, header) {
			b.Fatal("it does not verify")
		}
	}
}
