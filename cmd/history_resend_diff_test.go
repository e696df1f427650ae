package cmd

import (
	"strings"
	"testing"

	"artihook/emitter/text"
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
			t.Errorf("%q is more than one line", got)
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

func TestByteSize(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{
		0: "0 B", 999: "999 B", 1000: "1.0 KB", 999_949: "999.9 KB", 999_999: "1.0 MB", 2_400_000_000: "2.4 GB", 1 << 62: "4611686.0 TB",
	} {
		if got := text.ByteSize(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}
