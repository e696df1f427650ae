package text

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestEncodeJSON(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain <b>&":                  `"plain <b>&"`,
		"Zoë \u200d \U0001F469":       `"Zoë ` + "\u200d \U0001F469" + `"`,
		"\x7f\u0085\u009b2J":          `"\u007f\u0085\u009b2J"`,
		"\u202e\u2066\u200f\ufeff":    `"\u202e\u2066\u200f\ufeff"`,
		"\u2028\u2029":                `"\u2028\u2029"`,
		"\U000E0041":                  `"\udb40\udc41"`,
		"##[add-mask]x # #[ ###[stop": `"#\u0023[add-mask]x # #[ ##\u0023[stop"`,
	} {
		got, err := EncodeJSON(in)
		if err != nil || string(got) != want {
			t.Errorf("%q is %s, %v; want %s", in, got, err, want)
		}
	}
}

func FuzzEscapeJSON(f *testing.F) {
	f.Add("\u202e ##[x] \U000E0041")
	f.Fuzz(func(t *testing.T, s string) {
		encoded, err := EncodeJSON(map[string]string{s: s})
		if err != nil || !utf8.Valid(encoded) || bytes.Contains(encoded, []byte("##[")) || strings.ContainsFunc(string(encoded), Hidden) {
			t.Fatalf("%q becomes %q, %v", s, encoded, err)
		}
		want := strings.ToValidUTF8(s, "\ufffd")
		var back map[string]string
		if err := json.Unmarshal(encoded, &back); err != nil || len(back) != 1 {
			t.Fatalf("%s is parsed as %v, %v", encoded, back, err)
		}
		if utf8.ValidString(s) && back[s] != want {
			t.Fatalf("%q is parsed as %q", s, back[s])
		}
	})
}
