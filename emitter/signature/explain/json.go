package explain

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxJSONDepth is how deep a body is followed when it is written again.
const maxJSONDepth = 200

// jsonValue is a body read so that nothing of it is lost: the order of keys, repeated keys and the spelling of
// numbers stay.
type jsonValue struct {
	kind  byte   // '{', '[', '"' a string, '0' a number, 'n' another literal
	text  string // of a string its content, of a number or literal its spelling
	keys  []string
	items []jsonValue
}

// readJSON reads exactly one JSON value.
func readJSON(body []byte) (jsonValue, bool) {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	v, ok := readValue(dec, 0)
	if !ok {
		return jsonValue{}, false
	}
	_, err := dec.Token()
	return v, errors.Is(err, io.EOF)
}

func readValue(dec *json.Decoder, depth int) (jsonValue, bool) {
	token, err := dec.Token()
	if err != nil || depth > maxJSONDepth {
		return jsonValue{}, false
	}
	switch t := token.(type) {
	case json.Delim:
		return readInner(dec, jsonValue{kind: byte(t)}, depth)
	case string:
		return jsonValue{kind: '"', text: t}, true
	case json.Number:
		return jsonValue{kind: '0', text: t.String()}, true
	case bool:
		return jsonValue{kind: 'n', text: strconv.FormatBool(t)}, true
	}
	return jsonValue{kind: 'n', text: "null"}, true
}

// readInner reads the members of an object or array up to its closing bracket.
func readInner(dec *json.Decoder, v jsonValue, depth int) (jsonValue, bool) {
	for dec.More() {
		if v.kind == '{' {
			key, err := dec.Token()
			text, isString := key.(string)
			if err != nil || !isString {
				return jsonValue{}, false
			}
			v.keys = append(v.keys, text)
		}
		item, ok := readValue(dec, depth+1)
		if !ok {
			return jsonValue{}, false
		}
		v.items = append(v.items, item)
	}
	_, err := dec.Token()
	return v, err == nil
}

// jsonStyle is the hand of one JSON writer. The zero value is compact and escapes only what must be.
type jsonStyle struct {
	spaced  bool   // a space after each colon and, on one line, after each comma
	indent  string // one member a line, indented by this; empty: all on one line
	sorted  bool   // keys in bytewise order
	doubles bool   // numbers as JavaScript prints them: 4.0 becomes 4
	escapes jsonEscapes
}

func (s jsonStyle) append(dst []byte, v jsonValue, depth int) []byte {
	switch v.kind {
	case '{', '[':
		return s.appendInner(dst, v, depth)
	case '"':
		return appendJSONString(dst, v.text, s.escapes)
	case '0':
		if s.doubles {
			return appendDouble(dst, v.text)
		}
	}
	return append(dst, v.text...)
}

func (s jsonStyle) appendInner(dst []byte, v jsonValue, depth int) []byte {
	dst = append(dst, v.kind)
	for n, i := range s.order(v) {
		if n > 0 {
			dst = append(dst, ',')
		}
		switch {
		case s.indent != "":
			dst = s.appendLine(dst, depth+1)
		case s.spaced && n > 0:
			dst = append(dst, ' ')
		}
		if v.kind == '{' {
			dst = append(appendJSONString(dst, v.keys[i], s.escapes), ':')
			if s.spaced || s.indent != "" {
				dst = append(dst, ' ')
			}
		}
		dst = s.append(dst, v.items[i], depth+1)
	}
	if s.indent != "" && len(v.items) > 0 {
		dst = s.appendLine(dst, depth)
	}
	return append(dst, v.kind+2) // in ASCII the closing brackets stand two behind the opening ones
}

func (s jsonStyle) appendLine(dst []byte, depth int) []byte {
	dst = append(dst, '\n')
	for range depth {
		dst = append(dst, s.indent...)
	}
	return dst
}

// order gives the places of the members in the order in which they are written.
func (s jsonStyle) order(v jsonValue) []int {
	order := make([]int, len(v.items))
	for i := range order {
		order[i] = i
	}
	if s.sorted && v.kind == '{' {
		slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(v.keys[a], v.keys[b]) })
	}
	return order
}

// appendDouble writes a number as ECMAScript's Number::toString does.
func appendDouble(dst []byte, text string) []byte {
	f, err := strconv.ParseFloat(text, 64)
	switch abs := math.Abs(f); {
	case err != nil:
		return append(dst, text...)
	case f == 0:
		return append(dst, '0')
	case abs >= 1e-6 && abs < 1e21:
		return strconv.AppendFloat(dst, f, 'f', -1, 64)
	}
	number := strconv.FormatFloat(f, 'e', -1, 64)
	return append(dst, strings.Replace(number, "e-0", "e-", 1)...)
}

// jsonEscapes is the set of characters that a JSON writer escapes in a string besides quotes, backslashes and control
// characters. The zero value is none.
type jsonEscapes uint8

const (
	escapeHTML       jsonEscapes = 1 << iota // < > & U+2028 U+2029: Go's encoding/json
	escapeASCII                              // DEL and all non-ASCII: Python's json.dumps
	escapeSlash                              // the slash, as \/: PHP's json_encode
	escapeNewtonsoft                         // U+0085 U+2028 U+2029: Newtonsoft.Json
	escapeNet                                // the escapes of System.Text.Json, with upper-case digits
)

// appendJSONString appends s to dst as a JSON string, quotes included, with the escapes of one writer.
func appendJSONString(dst []byte, s string, escapes jsonEscapes) []byte {
	digits := "0123456789abcdef"
	if escapes&escapeNet != 0 {
		digits = "0123456789ABCDEF"
	}
	dst = append(dst, '"')
	for _, r := range s {
		switch {
		case escapes.covers(r):
			dst = appendUnicodeEscape(dst, r, digits)
		case r == '"' || r == '\\' || r == '/' && escapes&escapeSlash != 0:
			dst = append(dst, '\\', byte(r))
		case r < ' ':
			dst = appendControl(dst, r, digits)
		default:
			dst = utf8.AppendRune(dst, r)
		}
	}
	return append(dst, '"')
}

// covers reports whether the writer spells the character as \uXXXX although JSON does not require it.
func (e jsonEscapes) covers(r rune) bool {
	separator := r == '\u2028' || r == '\u2029'
	switch {
	case e&escapeHTML != 0 && (r == '<' || r == '>' || r == '&' || separator):
		return true
	case e&escapeNewtonsoft != 0 && (r == '\u0085' || separator):
		return true
	case e&escapeNet != 0 && strings.ContainsRune("\"'&+<>`", r):
		return true
	}
	return e&(escapeASCII|escapeNet) != 0 && r >= 0x7f
}

func appendControl(dst []byte, r rune, digits string) []byte {
	if i := strings.IndexRune("\b\t\n\f\r", r); i >= 0 {
		return append(dst, '\\', "btnfr"[i])
	}
	return appendUnicodeEscape(dst, r, digits)
}

// appendUnicodeEscape appends \uXXXX, or a surrogate pair above U+FFFF.
func appendUnicodeEscape(dst []byte, r rune, digits string) []byte {
	if r > 0xffff {
		r -= 0x10000
		dst = appendUnicodeEscape(dst, 0xd800+r>>10, digits)
		return appendUnicodeEscape(dst, 0xdc00+r&0x3ff, digits)
	}
	return append(dst, '\\', 'u', digits[r>>12], digits[r>>8&15], digits[r>>4&15], digits[r&15])
}
