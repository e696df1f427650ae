package text

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// Encoding is the encoding of a text file.
type Encoding string

// The encodings that [Decode] recognises. Windows editors, and > in PowerShell, write the last three.
const (
	UTF8    Encoding = "" // or any other encoding in which ASCII is one byte a character
	UTF8BOM Encoding = "UTF-8 with a byte order mark"
	UTF16LE Encoding = "UTF-16, little endian"
	UTF16BE Encoding = "UTF-16, big endian"
)

// Decode returns the content of a text file as UTF-8 without a byte order mark, and the encoding that it had. It recognises
// UTF-16 by its byte order mark, or without one if the text begins with two ASCII characters. It returns other data
// unchanged. An unpaired surrogate becomes U+FFFD.
func Decode(data []byte) ([]byte, Encoding) {
	encoding, mark := encodingOf(data)
	rest := data[mark:]
	if encoding == UTF16LE || encoding == UTF16BE {
		rest = appendUTF16(nil, rest, encoding)
	}
	return rest, encoding
}

// encodingOf returns the encoding of data, which is the beginning of a file, and the length of the byte order mark.
func encodingOf(data []byte) (encoding Encoding, mark int) {
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		return UTF8BOM, 3
	case bytes.HasPrefix(data, []byte("\xff\xfe")):
		return UTF16LE, 2
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		return UTF16BE, 2
	case len(data) < 4:
		return UTF8, 0
	case isASCII(data[0]) && data[1] == 0 && isASCII(data[2]) && data[3] == 0:
		return UTF16LE, 0
	case data[0] == 0 && isASCII(data[1]) && data[2] == 0 && isASCII(data[3]):
		return UTF16BE, 0
	}
	return UTF8, 0
}

func isASCII(c byte) bool { return 0 < c && c < utf8.RuneSelf }

// appendUTF16 appends UTF-16 text as UTF-8. A single byte at the end becomes U+FFFD.
func appendUTF16(dst, data []byte, encoding Encoding) []byte {
	for len(data) > 0 {
		r, n := decodeUTF16(data, encoding)
		dst, data = utf8.AppendRune(dst, r), data[n:]
	}
	return dst
}

// decodeUTF16 returns the first character of data, which is not empty, and its length in bytes.
func decodeUTF16(data []byte, encoding Encoding) (r rune, n int) {
	if len(data) < 2 {
		return utf8.RuneError, 1
	}
	first := unit(data, encoding)
	if !utf16.IsSurrogate(first) {
		return first, 2
	}
	if len(data) >= 4 {
		if r := utf16.DecodeRune(first, unit(data[2:], encoding)); r != utf8.RuneError {
			return r, 4
		}
	}
	return utf8.RuneError, 2
}

func unit(data []byte, encoding Encoding) rune {
	if encoding == UTF16BE {
		return rune(data[0])<<8 | rune(data[1])
	}
	return rune(data[1])<<8 | rune(data[0])
}

// NewDecoder returns a reader of r that decodes as [Decode] does.
func NewDecoder(r io.Reader) io.Reader {
	from := bufio.NewReader(r)
	return &decoder{from: from}
}

type decoder struct {
	from     *bufio.Reader
	begun    bool
	encoding Encoding
	decoded  []byte // not returned yet
}

func (d *decoder) Read(p []byte) (int, error) {
	if !d.begun {
		d.begun = true
		start, _ := d.from.Peek(4) // an error occurs again below
		encoding, mark := encodingOf(start)
		d.encoding = encoding
		_, _ = d.from.Discard(mark)
	}
	if d.encoding != UTF16LE && d.encoding != UTF16BE {
		return d.from.Read(p)
	}
	for len(d.decoded) == 0 && len(p) > 0 {
		data, err := d.from.Peek(4)
		if len(data) == 0 {
			return 0, err
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, err
		}
		data, _ = d.from.Peek(max(4, d.from.Buffered()&^3))
		for len(data) >= 4 || len(data) > 0 && errors.Is(err, io.EOF) {
			r, n := decodeUTF16(data, d.encoding)
			d.decoded, data = utf8.AppendRune(d.decoded, r), data[n:]
			_, _ = d.from.Discard(n)
		}
	}
	n := copy(p, d.decoded)
	d.decoded = d.decoded[n:]
	return n, nil
}
