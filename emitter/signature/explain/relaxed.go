package explain

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// readRelaxed reads what programming languages print for a JSON value: Python's and Ruby's literals, JavaScript's
// util.inspect, PHP's var_export, JSON with comments. ok is false for everything else.
func readRelaxed(text string) (jsonValue, bool) {
	if len(text) > maxRewritten || !utf8.ValidString(text) {
		return jsonValue{}, false
	}
	r := relaxedReader{rest: text}
	v, ok := r.value(0)
	r.space()
	r.rest = strings.TrimLeft(r.rest, ";")
	r.space()
	return v, ok && r.rest == ""
}

type relaxedReader struct{ rest string }

// space skips white space and comments.
func (r *relaxedReader) space() {
	for {
		r.rest = strings.TrimLeftFunc(r.rest, unicode.IsSpace)
		switch {
		case strings.HasPrefix(r.rest, "//"):
			_, r.rest, _ = strings.Cut(r.rest, "\n")
		case strings.HasPrefix(r.rest, "/*"):
			_, r.rest, _ = strings.Cut(r.rest, "*/")
		default:
			return
		}
	}
}

// skip skips a text after white space and reports whether it was there.
func (r *relaxedReader) skip(text string) bool {
	r.space()
	rest, ok := strings.CutPrefix(r.rest, text)
	if ok {
		r.rest = rest
	}
	return ok
}

var closers = map[byte]string{'{': "}", '[': "]", '(': ")"}

func (r *relaxedReader) value(depth int) (jsonValue, bool) {
	r.space()
	if depth > maxJSONDepth || r.rest == "" {
		return jsonValue{}, false
	}
	switch c := r.rest[0]; {
	case closers[c] != "":
		r.rest = r.rest[1:]
		return r.inner(closers[c], depth)
	case strings.IndexByte("\"'`", c) >= 0:
		text, ok := r.quoted()
		return jsonValue{kind: '"', text: text}, ok
	case c == '-' || '0' <= c && c <= '9':
		return r.number()
	}
	return r.word(depth)
}

// inner reads members up to the closing bracket. Members with keys make the value an object.
func (r *relaxedReader) inner(closer string, depth int) (jsonValue, bool) {
	v := jsonValue{kind: '['}
	if closer == "}" {
		v.kind = '{'
	}
	for !r.skip(closer) {
		item, ok := r.value(depth + 1)
		if ok && (r.skip("=>") || r.skip(":") || r.skip("=")) {
			v.kind, v.keys = '{', append(v.keys, item.text)
			item, ok = r.value(depth + 1)
		}
		if !ok {
			return v, false
		}
		v.items = append(v.items, item)
		if r.skip(",") {
			continue
		}
		if !r.skip(closer) {
			return v, false
		}
		break
	}
	return v, v.kind == '[' || len(v.keys) == len(v.items)
}

// quoted reads a text in quotes, with the escapes of any language.
func (r *relaxedReader) quoted() (string, bool) {
	quote := r.rest[0]
	var out strings.Builder
	for i := 1; i < len(r.rest); i++ {
		switch c := r.rest[i]; {
		case c == quote:
			r.rest = r.rest[i+1:]
			return out.String(), true
		case c == '\\' && i+1 < len(r.rest):
			i += writeEscape(&out, r.rest[i+1:])
		default:
			out.WriteByte(c)
		}
	}
	return "", false
}

// writeEscape writes the character of an escape and returns the length of the escape without its backslash.
func writeEscape(out *strings.Builder, rest string) int {
	digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[rest[0]]
	if digits > 0 && len(rest) > digits {
		if n, err := strconv.ParseUint(rest[1:1+digits], 16, 32); err == nil {
			if low, ok := lowSurrogate(rest[1+digits:]); ok && n>>10 == 0xd800>>10 {
				out.WriteRune(0x10000 + rune(n&0x3ff)<<10 + low&0x3ff)
				return 1 + digits + 6
			}
			out.WriteRune(rune(n))
			return 1 + digits
		}
	}
	if i := strings.IndexByte("bfnrt0", rest[0]); i >= 0 {
		out.WriteByte("\b\f\n\r\t\x00"[i])
		return 1
	}
	_, size := utf8.DecodeRuneInString(rest)
	out.WriteString(rest[:size])
	return size
}

func lowSurrogate(rest string) (rune, bool) {
	if len(rest) < 6 || rest[:2] != `\u` {
		return 0, false
	}
	n, err := strconv.ParseUint(rest[2:6], 16, 32)
	return rune(n), err == nil && n>>10 == 0xdc00>>10
}

func (r *relaxedReader) number() (jsonValue, bool) {
	n := len(r.rest) - len(strings.TrimLeft(r.rest, "+-.0123456789eE"))
	text := r.rest[:n]
	if _, err := strconv.ParseFloat(text, 64); err != nil {
		return jsonValue{}, false
	}
	r.rest = r.rest[n:]
	return jsonValue{kind: '0', text: text}, true
}

// word reads a literal, a key without quotes, or the name before a bracket or a quote.
func (r *relaxedReader) word(depth int) (jsonValue, bool) {
	symbol := strings.HasPrefix(r.rest, ":")
	rest := strings.TrimPrefix(r.rest, ":")
	n := strings.IndexFunc(rest, func(c rune) bool { return c != '_' && c != '$' && !unicode.IsLetter(c) && !unicode.IsDigit(c) })
	if n < 1 {
		return jsonValue{}, false
	}
	word := rest[:n]
	r.rest = rest[n:]
	switch word {
	case "null", "None", "nil", "NULL", "undefined":
		return jsonValue{kind: 'n', text: "null"}, true
	case "true", "True", "TRUE", "false", "False", "FALSE":
		return jsonValue{kind: 'n', text: strings.ToLower(word)}, true
	}
	r.space()
	if symbol || strings.HasPrefix(r.rest, ":") || strings.HasPrefix(r.rest, "=") {
		return jsonValue{kind: '"', text: word}, true
	}
	if r.rest != "" && strings.IndexByte("([{\"'", r.rest[0]) >= 0 { // array (…), u'…'
		return r.value(depth + 1)
	}
	return jsonValue{}, false
}
