package text

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"
)

// encodeUTF16 returns s in UTF-16, with mark before it.
func encodeUTF16(s, mark string, bigEndian bool) string {
	out := []byte(mark)
	for _, u := range utf16.Encode([]rune(s)) {
		if bigEndian {
			out = append(out, byte(u>>8), byte(u))
		} else {
			out = append(out, byte(u), byte(u>>8))
		}
	}
	return string(out)
}

func TestDecode(t *testing.T) {
	t.Parallel()
	const sample = "name: Zoë 👩‍👧 日本\r\nnext"
	for _, tt := range []struct {
		name, data, want string
		encoding         Encoding
	}{
		{"UTF-8", sample, sample, UTF8},
		{"UTF-8 with BOM", "\xef\xbb\xbf" + sample, sample, UTF8BOM},
		{"PowerShell", encodeUTF16(sample, "\xff\xfe", false), sample, UTF16LE},
		{"big endian", encodeUTF16(sample, "\xfe\xff", true), sample, UTF16BE},
		{"without BOM", encodeUTF16(sample, "", false), sample, UTF16LE},
		{"big endian without BOM", encodeUTF16(sample, "", true), sample, UTF16BE},
		{"odd length", "\xff\xfea\x00b", "a\ufffd", UTF16LE},
		{"unpaired surrogate", "\xff\xfe\x3d\xd8a\x00", "\ufffda", UTF16LE},
		{"surrogate at the end", "\xff\xfe\x3d\xd8", "\ufffd", UTF16LE},
		{"empty", "", "", UTF8},
		{"BOM only", "\xff\xfe", "", UTF16LE},
		{"Latin-1", "Zo\xeb", "Zo\xeb", UTF8},
		{"NUL bytes", "a\x00b", "a\x00b", UTF8},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, encoding := Decode([]byte(tt.data))
			if string(got) != tt.want || encoding != tt.encoding {
				t.Errorf("got %q in %q, want %q in %q", got, encoding, tt.want, tt.encoding)
			}
			for name, r := range map[string]io.Reader{
				"whole": strings.NewReader(tt.data), "by byte": iotest.OneByteReader(strings.NewReader(tt.data)),
				"with EOF": iotest.DataErrReader(strings.NewReader(tt.data)),
			} {
				if read, err := io.ReadAll(NewDecoder(r)); err != nil || string(read) != tt.want {
					t.Errorf("reading %s: got %q %v", name, read, err)
				}
			}
		})
	}
}

func TestNewDecoderReturnsErrors(t *testing.T) {
	t.Parallel()
	for _, data := range []string{"", "ab", "\xff\xfea\x00b\x00c\x00"} {
		r := io.MultiReader(strings.NewReader(data), iotest.ErrReader(io.ErrUnexpectedEOF))
		if _, err := io.ReadAll(NewDecoder(r)); err != io.ErrUnexpectedEOF {
			t.Errorf("%q: got %v", data, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, data := range []string{"a", "\xff\xfea\x00", "\xfe\xff\x00a\xd8", "a\x00b\x00", "\xef\xbb\xbf{}"} {
		f.Add([]byte(data))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		want, _ := Decode(data)
		got, err := io.ReadAll(NewDecoder(iotest.HalfReader(bytes.NewReader(data))))
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("got %q %v, want %q", got, err, want)
		}
	})
}
