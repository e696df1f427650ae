package explain

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// jsonStyle is how a JSON writer writes. The zero value is compact and escapes only what must be escaped.
type jsonStyle struct {
	comma   string // between members on one line; "" is ","
	colon   string // after a key; "" is ":"
	indent  string // one member a line, indented by this; "" writes all on one line
	eol     string // line end if indent is set; "" is "\n"
	inline  bool   // with indent, arrays stay on one line and have spaces inside their brackets
	numbers numberStyle
	escapes jsonEscapes
	keys    keyOrder
	rename  func(string) string // changes each key; nil changes none

	dropNulls    bool // leave out members that are null
	emptyAsArray bool // write {} as []
}

// numberStyle is how a writer spells numbers.
type numberStyle uint8

const (
	keepNumbers   numberStyle = iota
	jsNumbers                 // as JavaScript: 4.0 becomes 4
	doubleNumbers             // every number is a double: 4 becomes 4.0
)

// keyOrder is the order in which a writer writes the keys of an object.
type keyOrder uint8

const (
	keepKeys   keyOrder = iota
	sortedKeys          // bytewise
	jsKeys              // keys that are array indexes come first, in numeric order
	foldedKeys          // without regard to letter case
)

func (s *jsonStyle) append(dst []byte, v *jsonValue, depth int) []byte {
	switch v.kind {
	case '{', '[':
		return s.appendInner(dst, v, depth)
	case '"':
		return appendJSONString(dst, v.text, s.escapes)
	case '0':
		return s.numbers.append(dst, v.text)
	}
	return append(dst, v.text...)
}

func (s *jsonStyle) appendInner(dst []byte, v *jsonValue, depth int) []byte {
	order := s.order(v)
	lines, pad := s.indent != "" && !(s.inline && v.kind == '['), ""
	if s.inline && !lines {
		pad = " "
	}
	open, closing := v.kind, v.kind+2 // in ASCII each closing bracket is two after its opening bracket
	if len(order) == 0 {
		if s.emptyAsArray {
			open, closing = '[', ']'
		}
		dst = append(dst, open)
		if s.inline {
			dst = append(dst, ' ')
		}
		return append(dst, closing)
	}
	dst = append(append(dst, open), pad...)
	for n, i := range order {
		if n > 0 {
			dst = append(dst, s.between(lines)...)
		}
		if lines {
			dst = s.appendLine(dst, depth+1)
		}
		if v.kind == '{' {
			dst = s.appendKey(dst, v.keys[i])
		}
		dst = s.append(dst, &v.items[i], depth+1)
	}
	if lines {
		dst = s.appendLine(dst, depth)
	}
	return append(append(dst, pad...), closing)
}

func (s *jsonStyle) between(lines bool) string {
	switch {
	case lines:
		return ","
	case s.inline:
		return ", "
	case s.comma == "":
		return ","
	}
	return s.comma
}

func (s *jsonStyle) appendKey(dst []byte, key string) []byte {
	if s.rename != nil {
		key = s.rename(key)
	}
	dst = appendJSONString(dst, key, s.escapes)
	if s.colon == "" {
		return append(dst, ':')
	}
	return append(dst, s.colon...)
}

func (s *jsonStyle) appendLine(dst []byte, depth int) []byte {
	if s.eol == "" {
		dst = append(dst, '\n')
	}
	dst = append(dst, s.eol...)
	for range depth {
		dst = append(dst, s.indent...)
	}
	return dst
}

// order returns the indexes of the members in the order in which they are written.
func (s *jsonStyle) order(v *jsonValue) []int {
	order := make([]int, 0, len(v.items))
	for i := range v.items {
		if !s.dropNulls || v.kind != '{' || v.items[i].text != "null" || v.items[i].kind != 'n' {
			order = append(order, i)
		}
	}
	if v.kind != '{' {
		return order
	}
	switch s.keys {
	case sortedKeys:
		slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(v.keys[a], v.keys[b]) })
	case foldedKeys:
		slices.SortStableFunc(order, func(a, b int) int {
			return strings.Compare(strings.ToLower(v.keys[a]), strings.ToLower(v.keys[b]))
		})
	case jsKeys:
		slices.SortStableFunc(order, func(a, b int) int { return compareIndexes(v.keys[a], v.keys[b]) })
	}
	return order
}

// compareIndexes puts keys that are array indexes first.
func compareIndexes(a, b string) int {
	x, isX := arrayIndex(a)
	y, isY := arrayIndex(b)
	switch {
	case isX && isY:
		return int(x) - int(y)
	case isX:
		return -1
	case isY:
		return 1
	}
	return 0
}

func arrayIndex(key string) (uint32, bool) {
	n, err := strconv.ParseUint(key, 10, 32)
	return uint32(n), err == nil && n < math.MaxUint32 && strconv.FormatUint(n, 10) == key
}

func (n numberStyle) append(dst []byte, text string) []byte {
	switch {
	case n == jsNumbers:
		return appendDouble(dst, text)
	case n == doubleNumbers && !strings.ContainsAny(text, ".eE"):
		return append(append(dst, text...), ".0"...)
	}
	return append(dst, text...)
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
	escapeASCII                              // all non-ASCII: Python's json.dumps, PHP's json_encode
	escapeSlash                              // the slash, as \/: PHP's json_encode
	escapeNewtonsoft                         // U+0085 U+2028 U+2029: Newtonsoft.Json
	escapeNet                                // the escapes of System.Text.Json, with upper-case digits
	escapeGson                               // < > & = ' U+2028 U+2029: Gson
	escapeDEL                                // DEL: jq
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
	case e&escapeGson != 0 && (strings.ContainsRune("<>&='", r) || separator):
		return true
	case e&escapeDEL != 0 && r == 0x7f:
		return true
	case e&escapeNewtonsoft != 0 && (r == '\u0085' || separator):
		return true
	case e&escapeNet != 0 && strings.ContainsRune("\"'&+<>`", r):
		return true
	}
	return e&escapeNet != 0 && r >= 0x7f || e&escapeASCII != 0 && r > 0x7f
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
