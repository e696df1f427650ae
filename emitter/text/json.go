package text

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// EncodeJSON is json.Marshal without its HTML escapes and with those of [EscapeJSON].
func EncodeJSON(v any) ([]byte, error) {
	encoded, err := encode(v, "")
	return bytes.TrimSuffix(encoded, []byte("\n")), err
}

// WriteJSON writes v as [EncodeJSON] does, and a line feed. With an indent, each member has its own line.
func WriteJSON(w io.Writer, v any, indent string) error {
	encoded, err := encode(v, indent)
	if err != nil {
		return err
	}
	_, err = w.Write(encoded)
	return err
}

func encode(v any, indent string) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return EscapeJSON(b.Bytes()), nil
}

// maxIndent is the nesting from which IndentJSON leaves a text as it is: the indentation would be larger than the text.
const maxIndent = 30

// IndentJSON returns JSON over lines, with the keys, strings and numbers as they are. It returns any other text unchanged.
func IndentJSON(text []byte) []byte {
	if !json.Valid(text) || depth(text) > maxIndent {
		return text
	}
	var b bytes.Buffer
	if json.Indent(&b, text, "", "  ") != nil {
		return text
	}
	return b.Bytes()
}

// depth returns how deeply valid JSON is nested.
func depth(text []byte) (deepest int) {
	now, inString := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			inString = !inString
		case inString && c == '\\':
			i++
		case inString:
		case c == '{' || c == '[':
			now++
			deepest = max(deepest, now)
		case c == '}' || c == ']':
			now--
		}
	}
	return deepest
}

// EscapeJSON returns JSON text with every [Hidden] character from U+007F on as \u…, so that terminals and line-based
// parsers read it safely. It also escapes "##[", which CI systems read as a command. The values stay the same. It returns
// encoded itself if there is nothing to escape.
func EscapeJSON(encoded []byte) []byte {
	if !needsEscape(encoded) {
		return encoded
	}
	out := make([]byte, 0, len(encoded)+32)
	for i := 0; i < len(encoded); {
		r, n := utf8.DecodeRune(encoded[i:])
		switch {
		case r == '[' && bytes.HasSuffix(out, []byte("##")): // a # can only be in a string
			out = append(out[:len(out)-1], `\u0023[`...)
		case r < 0x7f || r == utf8.RuneError || !Hidden(r):
			out = append(out, encoded[i:i+n]...)
		case r < 0x10000:
			out = fmt.Appendf(out, `\u%04x`, r)
		default:
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		}
		i += n
	}
	return out
}

func needsEscape(encoded []byte) bool {
	for _, c := range encoded {
		if c >= 0x7f {
			return true
		}
	}
	return bytes.Contains(encoded, []byte("##["))
}
