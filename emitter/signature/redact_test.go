package signature

import (
	"strings"
	"testing"
)

func TestRedact(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, secret, in, want string
	}{
		{"nothing there", "longsecret", "plain text", "plain text"},
		{"once", "longsecret", "key=longsecret;", "key=**********;"},
		{"twice, side by side", "longsecret", "longsecretlongsecret", strings.Repeat("*", 20)},
		{"overlapping", "abababab", "xabababababx", "x**********x"},
		{"shorter than 8 bytes", "s3cret", "the s3cret, s3cret.", "the ******, ******."},
		{"shorter, inside a word", "s3cret", "s3crets xs3cret _s3cret s3cret9 s3creté", "s3crets xs3cret _s3cret s3cret9 s3creté"},
		{"shorter, in JSON", "s3cret", `{"s3cret":"a\ns3cret\n\u003ds3cret"}`, `{"******":"a\n******\n\u003d******"}`},
		{"shorter, in a URL", "s3cret", "/s3cret?a=s3cret&b=%20s3cret%20%733cret", "/******?a=******&b=%20******%20********"},
		{"shorter, another case", "s3cret", "X-S3cret: S3CRET", "X-******: ******"},
		{"shorter, in quotes", "s3cret", "“s3cret” (s3cret)\xe9 s3cret", "“******” (******)\xe9 ******"},
		{"shorter, no word itself", "!x!", "a!x!b", "a***b"},
		{"one byte", "a", "a man, a plan: banana", "* man, * plan: banana"},
		{"in another case", "longsecret", "LongSecret", "**********"},
		{"every character escaped", "long/key", `%6Cong%2fkey \u006cong\/key &#108;on&#x67;/key`, `************ ************** ******************`},
		{"escaped twice", `lo"ng\key`, `lo\\\"ng\\\\key lo%2522ng%255ckey lo%22ng%5Ckey`, `*************** ***************** *************`},
		{"an entity", `a<b>&"c'd`, `a&lt;b&gt;&amp;&quot;c&apos;d`, strings.Repeat("*", 29)},
		{"in Latin-1", "pässwörd", "p\xe4ssw\xf6rd p%E4ssw%f6rd", "******** ************"},
		{"a surrogate pair", "key 🔑 key", `key \ud83d\uDD11 key key+%F0%9f%94%91+key`, `******************** ********************`},
		{"not UTF-8", "bytes\xff\xfe\xfd", "bytes\xff\xfe\xfd bytes%FF%FE%FD", "******** **************"},
		{"in hex", "longsecret", "6c6f6e67736563726574 6C6F6E67736563726574", strings.Repeat("*", 20) + " " + strings.Repeat("*", 20)},
		{"in base64", "longsecret", "bG9uZ3NlY3JldA==", "*************A=="},
		{"in base64 of more", "longsecret", "dXNlcjpsb25nc2VjcmV0", "dXNlcjp*************"},
		{"8 bytes", "secret_8", "the secret_8 goes", "the ******** goes"},
		{"8 bytes in fewer characters", "äöüß", "äöüß", "********"},
		{"as JSON", `a"b\c<d>&e`, `{"s":"a\"b\\c<d>&e"}`, `{"s":"************"}`},
		{"as Go writes JSON", `a"b\c<d>&e`, `"a\"b\\c\u003cd\u003e\u0026e"`, `"` + strings.Repeat("*", 27) + `"`},
		{"as Python writes JSON", "s\u00e9cret-\u00e9", `"s\u00e9cret-\u00e9"`, `"******************"`},
		{"in a query", "a b&c=d/e", "/?k=a+b%26c%3Dd%2Fe&x=1", "/?k=" + strings.Repeat("*", 15) + "&x=1"},
		{"in a query, spaces as %20", "a b&c=d/e", "/?k=a%20b%26c%3Dd%2Fe", "/?k=" + strings.Repeat("*", 17)},
		{"empty secret", "", "text", "text"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := []byte(tt.in)
			got := NewSecret(tt.secret).Redact(in)
			if string(got) != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if string(in) != tt.in {
				t.Errorf("the input was edited: %q", in)
			}
			if tt.in == tt.want && len(in) > 0 && &in[0] != &got[0] {
				t.Error("nothing matched, yet the input was copied")
			}
		})
	}
	if got := (Secret{}).Redact([]byte("x")); string(got) != "x" {
		t.Errorf("the zero secret redacts: %q", got)
	}
}

func TestRedactCut(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ secret, in, want string }{
		{"longsecret", "body longsecre", "body *********"},
		{"longsecret", "body long", "body ****"},
		{"longsecret", "body lon", "body lon"},
		{"longsecret", "body long ", "body long "},
		{"longsecret", "longsecret long", "********** ****"},
		{"s3cret", "body s3cre", "body s3cre"},
	} {
		if got := string(NewSecret(tt.secret).RedactCut([]byte(tt.in))); got != tt.want {
			t.Errorf("%q becomes %q, want %q", tt.in, got, tt.want)
		}
	}
}

func FuzzRedact(f *testing.F) {
	f.Add("longsecret", "a longsecret here")
	f.Add("abababab", "abababababab")
	f.Add(`q"\<&>\x00 ü`, `q\"\\<&>`)
	f.Fuzz(func(t *testing.T, secret, text string) {
		s := NewSecret(secret)
		got := s.Redact([]byte(text))
		if len(got) != len(text) {
			t.Fatalf("length %d became %d", len(text), len(got))
		}
		if len(secret) >= minAnywhere && strings.Contains(string(got), secret) && !strings.Contains(secret, "*") {
			t.Fatalf("%q still holds the secret %q", got, secret)
		}
		for i := range got {
			if got[i] != text[i] && got[i] != '*' {
				t.Fatalf("byte %d became %q", i, got[i])
			}
		}
	})
}
