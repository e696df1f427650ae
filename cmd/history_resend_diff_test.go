package cmd

import (
	"strings"
	"testing"
)

func TestBodyChange(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 100)
	for _, tt := range []struct{ before, after, want string }{
		{"", "", ""},
		{"ok", "ok", "same body"},
		{"no room", "ok", `body "no room" → "ok"`},
		{"", "ok", `body "" → "ok"`},
		{"ok", "", `body "ok" → ""`},
		{"\xff", "ok", "body of 1 B → 2 B"},
		{"\xff", "\xff", "same body"},
		{`{"status":"failed","id":"0001-aaaa-bbbb"}`, `{"status":"done","id":"0001-aaaa-bbbb"}`, `body …"status\":\"failed\",\"id\":\"" → …`},
		{long + "a" + long, long + "b" + long, `body …"xxxxxxxxaxxxxxxxx"… → …"xxxxxxxxbxxxxxxxx"…`},
		{"aa", "aaa", `body "aa" → "aaa"`},
		{"line\n\x1b[2J", "line\n", `body "line\n\x1b[2J" → "line\n"`},
		{"é", "è", `body "é" → "è"`},
		{"a", long, `body "a" → "` + long[:60] + `"…`},
	} {
		got := bodyChange([]byte(tt.before), []byte(tt.after))
		if tt.want != got && !(strings.HasSuffix(tt.want, "…") && strings.Contains(got, " → …")) {
			t.Errorf("%q, %q: got  %s\nwant %s", tt.before, tt.after, got, tt.want)
		}
		if strings.ContainsAny(got, "\n\x1b") {
			t.Errorf("%q is not one line", got)
		}
	}
}

func FuzzBodyChange(f *testing.F) {
	f.Add("no room", "ok")
	f.Add("aaa", "aa")
	f.Fuzz(func(t *testing.T, before, after string) {
		got := bodyChange([]byte(before), []byte(after))
		if strings.ContainsAny(got, "\n\r\x1b") || len(got) > 2000 || (before == after) != (got == "" || got == "same body") {
			t.Errorf("%q, %q: %s", before, after, got)
		}
	})
}
