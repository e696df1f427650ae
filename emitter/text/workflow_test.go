package text

import (
	"bytes"
	"io"
	"strings"
	"testing"
)

func TestNoCommands(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain\n":                        "plain\n",
		"a :: b, Ruby::Name, # [x] #[y]": "a :: b, Ruby::Name, # [x] #[y]",
		"::error::x\n":                   `:\x3aerror::x` + "\n",
		"ok\n \t::stop-commands::x":      "ok\n \t" + `:\x3astop-commands::x`,
		"ok\r::error::x":                 "ok\r" + `:\x3aerror::x`,
		"\u00a0::error::x":               "\u00a0" + `:\x3aerror::x`,
		"\x1d::error::x":                 "\x1d" + `:\x3aerror::x`,
		"x ##[add-mask]y ###[z]":         `x ##\x5badd-mask]y ###\x5bz]`,
		"::::":                           `:\x3a::`,
	} {
		for size := 1; size <= len(in); size++ { // a line can be written in any parts
			var got bytes.Buffer
			w := NoCommands(&got)
			for rest := in; rest != ""; rest = rest[min(size, len(rest)):] {
				if n, err := io.WriteString(w, rest[:min(size, len(rest))]); err != nil || n != min(size, len(rest)) {
					t.Fatalf("wrote %d bytes, %v", n, err)
				}
			}
			if got.String() != want {
				t.Errorf("%q in parts of %d is %q, want %q", in, size, got.String(), want)
			}
		}
	}
}

func FuzzNoCommands(f *testing.F) {
	f.Add("a\n ::error::b ##[c]")
	f.Fuzz(func(t *testing.T, s string) {
		var got strings.Builder
		if _, err := io.WriteString(NoCommands(&got), s); err != nil {
			t.Fatal(err)
		}
		for line := range strings.FieldsFuncSeq(got.String(), func(r rune) bool { return r == '\n' || r == '\r' }) {
			if strings.HasPrefix(strings.TrimSpace(line), "::") || strings.Contains(line, "##[") {
				t.Fatalf("%q still has the command %q", s, line)
			}
		}
	})
}

func TestStopCommands(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                        "",
		"plain\n":                 "plain\n",
		"plain":                   "plain",
		"a\r\n ::error::x\nb\n":   "a\r\n::stop-commands::T\n ::error::x\nb\n::T::\n",
		"a\r::error::x\rb":        "a\r::stop-commands::T\n::error::x\rb\n::T::\n",
		"x ##[add-mask]y":         "::stop-commands::T\nx ##[add-mask]y\n::T::\n",
		"\u2003::error::\n::b::c": "::stop-commands::T\n\u2003::error::\n::b::c\n::T::\n",
	} {
		for size := 1; size <= max(len(in), 1); size++ {
			var got bytes.Buffer
			w := StopCommands(&got, "T")
			for rest := in; rest != ""; rest = rest[min(size, len(rest)):] {
				if _, err := io.WriteString(w, rest[:min(size, len(rest))]); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(); err != nil || got.String() != want {
				t.Errorf("%q in parts of %d is %q, %v, want %q", in, size, got.String(), err, want)
			}
		}
	}
}
