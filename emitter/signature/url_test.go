package signature

import (
	"errors"
	"net/url"
	"strings"
	"testing"
)

func TestParseURL(t *testing.T) {
	t.Parallel()
	tests := []struct{ raw, want string }{
		{"  http://h/x  ", "http://h/x"},
		{"http://h:/x", "http://h/x"},
		{"http://h:0080/x", "http://h/x"},
		{"http://h:08080", "http://h:8080/"},
		{"http://h:65535/", "http://h:65535/"},
		{"http://web_app:3000/hook", "http://web_app:3000/hook"},
		{"http://my-service_1.default/hook", "http://my-service_1.default/hook"},
		{"http://example.com./x", "http://example.com./x"},
		{"http://Bücher_Bar.example/", "http://xn--bcher_bar-q9a.example/"},
		{"http://ＥＸＡＭＰＬＥ。com/", "http://example.com/"},
		{"http://straße.example/", "http://xn--strae-oqa.example/"},
		{"http://１２７.0.0.1/", "http://127.0.0.1/"},
		{"http://127.0.0.1:5000", "http://127.0.0.1:5000/"},
		{"http://[0:0:0:0:0:0:0:1]:80/", "http://[::1]/"},
		{"http://[2001:DB8::00ff]/", "http://[2001:db8::ff]/"},
		{"http://[::FFFF:1.2.3.4]/", "http://[::ffff:1.2.3.4]/"},
		{"http://u:p@x@h/x", "http://h/x"},
		{"http://h/a/%2e%2E/b", "http://h/b"},
		{"http://h/a/%2e", "http://h/a/"},
		{"http://h/a/..", "http://h/"},
		{"http://h/a/b/..", "http://h/a/"},
		{"http://h/...", "http://h/..."},
		{"http://h/a/.b/..c", "http://h/a/.b/..c"},
		{"http://h/%%41", "http://h/%25A"},
		{"http://h/%2%35", "http://h/%2525"},
		{"http://h/%", "http://h/%25"},
		{"http://h/%4", "http://h/%254"},
		{"http://h/%00%0a", "http://h/%00%0a"},
		{"http://h/a[1]", "http://h/a[1]"},
		{"http://h#/x?y", "http://h/"},
		{"http://h?#x", "http://h/?"},
		{"http://h/?a=%5cb", "http://h/?a=%5cb"},
		{"http://h/x?a=?b", "http://h/x?a=?b"},
		{"http://h/a //b", "http://h/a%20//b"},
	}
	for _, tt := range tests {
		t.Run(tt.raw, func(t *testing.T) {
			got, err := ParseURL(tt.raw)
			if err != nil {
				t.Fatal(err)
			}
			if got.String() != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestParseURLRefuses(t *testing.T) {
	t.Parallel()
	const host = "the host is neither a name nor a plain IP address (write IPv6 in brackets, without a zone)"
	const port = "the port is not a number from 1 to 65535"
	const start = "it must start with http:// or https://"
	tests := []struct{ raw, reason string }{
		{"", start},
		{"localhost:3000/hook", start},
		{"http:/h/x", start},
		{"://h", start},
		{"ftp://h/x", `scheme "ftp" is not supported, use http or https`},
		{"HTTPX://h/x", `scheme "httpx" is not supported, use http or https`},
		{"http://", "it has no host"},
		{"http:///x", "it has no host"},
		{"http://:80/x", "it has no host"},
		{"http://user@/x", "it has no host"},
		{`http://h\x`, "it contains a backslash, write / or %5C"},
		{`http://h/?a\b`, "it contains a backslash, write / or %5C"},
		{"http://h/\n", "it contains a control character, write it percent-encoded"},
		{"http://h/\x7f", "it contains a control character, write it percent-encoded"},
		{"http://h/\u0085", "it contains a control character, write it percent-encoded"},
		{"http://h/\xff", "it is not valid UTF-8"},
		{"http://h:0/", port},
		{"http://h:65536/", port},
		{"http://h:+80/", port},
		{"http://h:8o/", port},
		{"http://127.1/", host},
		{"http://0x7f.1/", host},
		{"http://0x7F000001/", host},
		{"http://2130706433/", host},
		{"http://256.1.1.1/", host},
		{"http://127.0.0.01/", host},
		{"http://1.2.3.4./", host},
		{"http://1.2.3.4.5/", host},
		{"http://h.5/", host},
		{"http://[fe80::1%eth0]/", host},
		{"http://[fe80::1%25eth0]/", host},
		{"http://[1.2.3.4]/", host},
		{"http://[::1/", host},
		{"http://[::1]x/", host},
		{"http://::1/", host},
		{"http://a..b/", host},
		{"http://./", host},
		{"http://-a/", host},
		{"http://a-/", host},
		{"http://a b/", host},
		{"http://a%41/", host},
		{"http://a*b/", host},
		{"http://ａ／b/", host},
		{"http://\u00ad/", host},
		{"http://" + strings.Repeat("a", 64) + "/", host},
		{"http://" + strings.Repeat("a.", 127) + "/", ""},
		{"http://" + strings.Repeat("a.", 127) + "a/", host},
	}
	for _, tt := range tests {
		t.Run(tt.raw, func(t *testing.T) {
			_, err := ParseURL(tt.raw)
			var bad *URLError
			switch {
			case tt.reason == "" && err != nil:
				t.Error(err)
			case tt.reason != "" && (!errors.As(err, &bad) || bad.Reason != tt.reason):
				t.Errorf("got %v, want the reason %q", err, tt.reason)
			}
		})
	}
}

func TestURLErrorHidesWhatIsPrivate(t *testing.T) {
	t.Parallel()
	tests := []struct{ raw, want string }{
		{"http://user:pass@h:99999/x", `bad URL "http://h:99999/x": `},
		{"http://h:99999/x?token=pass", `bad URL "http://h:99999/x?…": `},
		{"ftp://user:pass@h", `bad URL "ftp://h": `},
		{"user:pass@h", `bad URL "h": `},
		{"http:user:pass@h", `bad URL "h": `},
		{"http://user:pass/word@h/x", `bad URL "http://…": `},
		{"http://user:pass?word@h/x", `bad URL "http://…": `},
		{"http://user:pass#word@h:x/x", `bad URL "http://…": `},
		{"http://user:pass@h:x/a@b", `bad URL "http://…": `},
		{"http://h:99999/" + strings.Repeat("ä", 200), `bad URL "http://h:99999/` + strings.Repeat("ä", 92) + `…": `},
	}
	for _, tt := range tests {
		_, err := ParseURL(tt.raw)
		if err == nil {
			t.Errorf("%q is accepted", tt.raw)
			continue
		}
		if !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%q: got %s, want %s…", tt.raw, err, tt.want)
		}
		if strings.Contains(err.Error(), "pass") || strings.Contains(err.Error(), "word") {
			t.Errorf("%q: the error shows the password: %s", tt.raw, err)
		}
	}
}

func TestAddress(t *testing.T) {
	t.Parallel()
	tests := []struct{ raw, want string }{
		{"http://h/x", "h:80"},
		{"https://h/x", "h:443"},
		{"https://h:80/x", "h:80"},
		{"http://[::1]/", "[::1]:80"},
		{"http://[::1]:8080/", "[::1]:8080"},
		{"http://127.0.0.1:5000/", "127.0.0.1:5000"},
	}
	for _, tt := range tests {
		u, err := ParseURL(tt.raw)
		if err != nil {
			t.Fatal(err)
		}
		if got := u.Address(); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.raw, got, tt.want)
		}
	}
	if got := (URL{}).Address() + (URL{}).String(); got != "" {
		t.Errorf("the zero URL is %q", got)
	}
}

func FuzzParseURL(f *testing.F) {
	for _, v := range loadVectors[urlVector](f, "testdata/signing-url.json") {
		f.Add(v.ConfiguredURL)
	}
	for _, raw := range []string{
		"http://h/%2%35%2e/../%%41", "https://u:p@[::ffff:1.2.3.4]:0443?#", "http://bücher_x.ＥＸ。com:80/ä b",
		"http://127.1", "http://u:p/w@h:x/", "HTTP://xn--bcher-kva./..//./%2E%2e/x?a#b",
	} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		u, err := ParseURL(raw)
		if err != nil {
			assertPrivate(t, raw, err)
			return
		}
		again, err := ParseURL(u.String())
		if err != nil || again != u {
			t.Fatalf("%q: %q becomes %q, %v", raw, u, again, err)
		}
		std, err := url.Parse(u.String())
		if err != nil {
			t.Fatalf("%q: net/url refuses %q: %v", raw, u, err)
		}
		if std.Scheme != u.Scheme || std.Host != u.Host || std.User != nil || std.Fragment != "" {
			t.Fatalf("%q: net/url reads %q as %#v", raw, u, std)
		}
		for i := range len(u.Target) {
			if c := u.Target[i]; c <= ' ' || c >= 0x7f || c == '#' {
				t.Fatalf("%q: the target %q holds %q", raw, u.Target, c)
			}
		}
		if !strings.HasPrefix(u.Target, "/") || strings.Contains(u.Target, "/../") && !strings.Contains(u.Target, "?") {
			t.Fatalf("%q: the target is %q", raw, u.Target)
		}
	})
}

// assertPrivate checks that an error shows nothing before the last @ but the scheme.
func assertPrivate(t *testing.T, raw string, err error) {
	t.Helper()
	var bad *URLError
	if !errors.As(err, &bad) || bad.Reason == "" {
		t.Fatalf("%q: the error is %v", raw, err)
	}
	if strings.Contains(bad.URL, "@") || strings.ContainsAny(err.Error(), "\n\r") {
		t.Fatalf("%q: the error is %q", raw, err)
	}
}

func BenchmarkParseURL(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseURL("https://Hooks.Example.COM:443/artibot/a%20b?token=abc123"); err != nil {
			b.Fatal(err)
		}
	}
}
