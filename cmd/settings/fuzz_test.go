package settings

import (
	"encoding/json"
	"strings"
	"testing"
)

func FuzzParseConfig(f *testing.F) {
	for _, seed := range []string{
		"", "webhooks:\n  - name: a\n    url: http://localhost:1\n    secret: sesame\n", "defaults: {timeout: 3s}", "webhooks: [", "- a\n- b", "a: &a [*a]", "webhooks:\n - name: |\n   two\n   lines",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseConfig("artihook.yaml", []byte(text))
		if err == nil {
			err = c.check()
		}
		if err != nil && !strings.HasPrefix(err.Error(), "artihook.yaml:") {
			t.Fatalf("%q: the error does not name the file: %v", text, err)
		}
		if err != nil && strings.Contains(text, "sesame") && strings.Contains(err.Error(), "sesame") {
			t.Fatalf("%q: the error shows the secret: %v", text, err)
		}
	})
}

func FuzzSet(f *testing.F) {
	body := []byte(`{"lead":{"version":1,"data":{"A & b.c":{"input":"x"},"list":[1,2]}},"meta":{"city":null}}`)
	for _, seed := range [][2]string{
		{"lead.version", "7"}, {"lead.data.A & b\\.c.input", `"y"`}, {"lead.data.list.0", "[]"}, {"meta.city", "Zürich"}, {"a.b", "1"}, {".", ""}, {"lead.*", "1"}, {"lead.data.list.-1", "3"}, {"lead.data.list.77777777", "1"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, path, value string) {
		changed, err := (&Edits{Set: []string{path + "=" + value}}).Apply(body)
		if err == nil && !json.Valid(changed) {
			t.Fatalf("--set %q=%q makes %s", path, value, changed)
		}
		changed, err = (&Edits{Unset: []string{path}}).Apply(body)
		if err == nil && !json.Valid(changed) {
			t.Fatalf("--unset %q makes %s", path, changed)
		}
	})
}
