package explain_test

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"

	"artihook/emitter/payload"
	"artihook/emitter/receiver"
	"artihook/emitter/signature"
	"artihook/emitter/signature/explain"
)

// contract is what the commands pass to the package.
func contract() explain.Contract {
	return explain.Contract{Restore: payload.Restore, Altered: receiver.Altered}
}

// testClaims is testdata/claims.json. Its bodies and headers were made by Node, PHP, Python, Perl, jq and Go, or by hand after
// the documentation of Gson, Jackson and System.Text.Json. The top-level values apply to the cases that have no own.
type testClaims struct {
	Secret, URL, Body string
	Cases             []testClaim
}

type testClaim struct {
	Name       string
	Body       *string
	BodyBase64 []byte `json:"body_base64"`
	Header     string
	Secret     *string
	URL        *string
	Scheme     string
	Also       []string
	Headers    http.Header
	Proven     bool     // whether a mistake is proven
	Words      []string // must appear in the finding, in any order
}

func readClaims(t *testing.T) (claims []explain.Claim, cases []testClaim) {
	t.Helper()
	text, err := os.ReadFile("testdata/claims.json")
	if err != nil {
		t.Fatal(err)
	}
	var all testClaims
	dec := json.NewDecoder(strings.NewReader(string(text)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&all); err != nil {
		t.Fatal(err)
	}
	or := func(own *string, common string) string {
		if own != nil {
			return *own
		}
		return common
	}
	for _, c := range all.Cases {
		claim := explain.Claim{
			Secret: signature.NewSecret(or(c.Secret, all.Secret)), Header: c.Header, AlsoURLs: c.Also, RequestHeader: c.Headers,
			Message:  signature.Message{URL: or(c.URL, all.URL), Body: []byte(or(c.Body, all.Body))},
			Contract: contract(),
		}
		if c.BodyBase64 != nil {
			claim.Message.Body = c.BodyBase64
		}
		if c.Scheme == "body" {
			claim.Scheme = signature.SchemeBody
		}
		claims = append(claims, claim)
	}
	return claims, all.Cases
}

func TestClaims(t *testing.T) {
	t.Parallel()
	claims, cases := readClaims(t)
	if len(cases) < 120 {
		t.Fatalf("only %d cases", len(cases))
	}
	for i, want := range cases {
		t.Run(want.Name, func(t *testing.T) {
			t.Parallel()
			got, proven := explain.Mismatch(claims[i])
			text := strings.Join(append([]string{got.Text}, got.Notes...), "\n")
			if proven != want.Proven {
				t.Errorf("proven is %v", proven)
			}
			for _, word := range want.Words {
				if !strings.Contains(text, word) {
					t.Errorf("%q is missing", word)
				}
			}
			if strings.Contains(text, "secret differs") != strings.Contains(strings.Join(want.Words, " "), "secret differs") &&
				!strings.Contains(want.Name, "localhost") {
				t.Error("the secret is blamed")
			}
			if t.Failed() {
				t.Logf("%s\n%s", got.ID, text)
			}
		})
	}
}
