package webui

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

func joined(tokens []token) string {
	var b strings.Builder
	for _, t := range tokens {
		b.WriteString(t.Text)
	}
	return b.String()
}

func TestPretty(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{}`:                         `{}`,
		` [ ] `:                      `[]`,
		`4.0`:                        `4.0`,
		`"a\"b"`:                     `"a\"b"`,
		`{"b":1,"a":[true,null,{}]}`: "{\n  \"b\": 1,\n  \"a\": [\n    true,\n    null,\n    {}\n  ]\n}",
		"{\n\"x\" : 9000000001.0 }":  "{\n  \"x\": 9000000001.0\n}",
	} {
		tokens, complete := pretty([]byte(text), 1<<10)
		if got := joined(tokens); got != want || !complete {
			t.Errorf("%s: got %s", text, got)
		}
	}
	kinds := map[string]string{}
	tokens, _ := pretty([]byte(`{"key":"string","n":-1e5,"w":false}`), 1<<10)
	for _, token := range tokens {
		kinds[token.Text] = token.Kind
	}
	for text, want := range map[string]string{`"key"`: "key", `"string"`: "string", "-1e5": "number", "false": "word"} {
		if kinds[text] != want {
			t.Errorf("%s is a %q", text, kinds[text])
		}
	}
	if tokens, complete := pretty([]byte(`{"a":`), 1<<10); tokens != nil || complete {
		t.Error("text that is not JSON is formatted")
	}
}

// FuzzPretty checks that formatting changes only white space, and that the result is bounded.
func FuzzPretty(f *testing.F) {
	for _, seed := range []string{`{"a":[1,2.50,"x, y: {z}"],"b":{}}`, `[[[[]]]]`, `"\\"`, ` 1 `, strings.Repeat("[", 500) + strings.Repeat("]", 500)} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		const limit = 1 << 12
		tokens, complete := pretty(text, limit)
		if !json.Valid(text) {
			if tokens != nil {
				t.Errorf("text that is not JSON is formatted as %q", joined(tokens))
			}
			return
		}
		formatted := joined(tokens)
		if len(formatted) > limit+len(text)+2*maxDepth+2 {
			t.Errorf("%d bytes, the limit is %d", len(formatted), limit)
		}
		if !complete {
			return
		}
		var want, got bytes.Buffer
		if err := json.Compact(&want, text); err != nil {
			t.Fatal(err)
		}
		if err := json.Compact(&got, []byte(formatted)); err != nil || got.String() != want.String() {
			t.Errorf("%s became %s, %v", &want, &got, err)
		}
	})
}
