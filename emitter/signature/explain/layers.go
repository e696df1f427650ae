package explain

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"html"
	"io"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The bounds of decoding a body.
const (
	maxLayers     = 3       // encodings around one another
	maxLayerTexts = 48      // texts
	maxLayerBytes = 2 << 20 // their total size; a longer body is not decoded
	maxInflated   = 4 << 20 // one decompressed body
)

// layer is an encoding around a body, which the code that holds the body has not removed or has added.
type layer struct {
	id   string
	what string // names the text inside, such as "the body decoded from base64"
	why  string
	undo func(string) []string // the texts inside; none if the text is not in this encoding
}

// one makes a layer's undo of a function that returns at most one text.
func one(f func(string) (string, bool)) func(string) []string {
	return func(text string) []string {
		if inside, ok := f(text); ok && inside != text {
			return []string{inside}
		}
		return nil
	}
}

// layers lists the encodings, the likely ones first.
var layers = []layer{
	{"body-space", "the body without the white space around it", "the body given here has white space around it", one(func(s string) (string, bool) { return strings.TrimSpace(s), true })},
	{"body-space", "the body without its NUL bytes", "the body given here has NUL bytes around it (a buffer that is too long?)", one(func(s string) (string, bool) { return strings.Trim(s, "\x00"), true })},
	{"body-bom", "the body without its byte order mark", "the body given here begins with a byte order mark", one(func(s string) (string, bool) { return strings.CutPrefix(s, byteOrderMark) })},
	{"body-encoded", "the body inside a JSON string", "the body given here is a JSON string that contains the body", one(func(s string) (string, bool) {
		if !strings.HasPrefix(strings.TrimSpace(s), `"`) {
			return "", false
		}
		v, ok := readJSON([]byte(s))
		return v.text, ok && v.kind == '"'
	})},
	{"body-encoded", "the text inside the JSON given", "the JSON given here contains the body as a text (a Lambda or queue event?)", memberTexts},
	{"body-encoded", "the body decoded from base64", "the body given here is base64 (API Gateway's isBase64Encoded?)", one(decodeBase64)},
	{"body-encoded", "the body decoded from hex", "the body given here is a hex text", one(func(s string) (string, bool) {
		raw, err := hex.DecodeString(strings.TrimPrefix(strings.TrimPrefix(strings.Join(strings.Fields(s), ""), "0x"), `\x`))
		return string(raw), err == nil && len(raw) > 1
	})},
	{"body-encoded", "the decompressed body", "the body given here is compressed (gzip or deflate)", one(inflate)},
	{"body-encoding", "the body decoded from UTF-16", "the body given here is UTF-16", one(fromUTF16)},
	{"body-encoding", "the body decoded from Latin-1", "the body given here is Latin-1 or Windows-1252", one(func(s string) (string, bool) { return fromLatin1(s, true), !utf8.ValidString(s) })},
	{"body-encoding", "the body with its UTF-8 restored", "the UTF-8 bytes of the body given here were taken for Latin-1 (é became Ã©)", one(func(s string) (string, bool) {
		raw, ok := toWindows1252(s)
		return raw, ok && !isASCII(s) && utf8.ValidString(raw) && utf8.ValidString(s)
	})},
	{"body-encoded", "the bytes that the body given here lists", "the body given here is a list of its bytes (String(Uint8Array), JSON of a Buffer)", one(readByteList)},
	{"body-encoded", "the bytes of a printed Buffer", "the body given here is the printed text of a Buffer", one(readBufferText)},
	{"body-encoded", "the body without the quotes around it", "the body given here has quotes around it", one(withoutQuotes)},
	{"body-encoded", "the body without the backslashes before its quotes", "the quotes of the body given here have backslashes before them", one(func(s string) (string, bool) {
		return strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\'`, `'`).Replace(s), strings.Contains(s, `{\"`)
	})},
	{"body-encoded", "the body with its HTML entities decoded", "the body given here has HTML entities (&quot;)", one(func(s string) (string, bool) { return html.UnescapeString(s), strings.Contains(s, "&") })},
	{"body-encoded", "the body percent-decoded", "the body given here is percent-encoded", one(func(s string) (string, bool) {
		plain, err := url.QueryUnescape(s)
		return plain, err == nil && (strings.Contains(s, "%22") || strings.Contains(s, "%2522"))
	})},
	{"body-encoded", "the value of a form field", "the body given here is a form that contains the body", formValues},
	{"body-encoded", "the JSON inside the text given", "the text given here has something before or after the JSON (a line of a log?)", one(func(s string) (string, bool) {
		start, end := strings.IndexByte(s, '{'), strings.LastIndexByte(s, '}')
		if start < 0 || end < start {
			return "", false
		}
		return s[start : end+1], true
	})},
	{"body-newlines", "the body with Unix line endings", "the line endings of the body given here are CR LF", one(func(s string) (string, bool) { return strings.ReplaceAll(s, "\r\n", "\n"), true })},
}

// inside is a text that was found inside the body, and how.
type inside struct {
	text  string
	steps []step
}

// peel returns the body itself and the texts inside it, through up to maxLayers encodings.
func peel(body string) []inside {
	found := []inside{{text: body}}
	seen, size := map[string]bool{body: true}, len(body)
	for i := 0; i < len(found); i++ {
		from := found[i]
		if len(from.steps) == maxLayers || len(from.text) > maxLayerBytes {
			continue
		}
		for _, l := range layers {
			for _, text := range l.undo(from.text) {
				if seen[text] || len(found) >= maxLayerTexts || size+len(text) > maxLayerBytes {
					continue
				}
				seen[text], size = true, size+len(text)
				steps := append(append([]step(nil), from.steps...), step{id: l.id, what: l.what, why: l.why, fix: fixRawBody})
				found = append(found, inside{text, steps})
			}
		}
	}
	return found
}

func decodeBase64(text string) (string, bool) {
	if _, data, ok := strings.Cut(text, ";base64,"); ok && strings.HasPrefix(text, "data:") {
		text = data
	}
	text = strings.TrimRight(strings.NewReplacer("\n", "", "\r", "", "-", "+", "_", "/", " ", "+").Replace(text), "=")
	raw, err := base64.RawStdEncoding.DecodeString(text)
	return string(raw), err == nil && len(raw) > 1
}

// inflate decompresses gzip, zlib and raw deflate.
func inflate(text string) (string, bool) {
	var r io.Reader
	var err error
	switch data := strings.NewReader(text); {
	case strings.HasPrefix(text, "\x1f\x8b"):
		r, err = gzip.NewReader(data)
	case len(text) > 2 && text[0]&0x0f == 8 && (uint(text[0])<<8|uint(text[1]))%31 == 0:
		r, err = zlib.NewReader(data)
	case len(text) > 8 && !utf8.ValidString(text):
		r = flate.NewReader(data)
	default:
		return "", false
	}
	if err != nil {
		return "", false
	}
	var out bytes.Buffer
	_, err = io.Copy(&out, io.LimitReader(r, maxInflated))
	return out.String(), err == nil && out.Len() > 0
}

// readByteList reads 123,34,… and JSON arrays and objects of bytes.
func readByteList(text string) (string, bool) {
	if text = strings.TrimSpace(text); len(text) > 4*maxRewritten {
		return "", false
	}
	if v, ok := readJSON([]byte(text)); ok {
		return bytesOfJSON(&v)
	}
	if i := strings.IndexByte(text, '['); i > 0 && i < 40 { // Uint8Array(3) [ 123, 34, … ]
		text = text[i:]
	}
	fields := strings.FieldsFunc(strings.Trim(text, "[]{}() "), func(r rune) bool { return strings.ContainsRune(", \n\r\t", r) })
	out := make([]byte, 0, len(fields))
	for _, field := range fields {
		n, err := strconv.Atoi(field)
		if err != nil || n < -128 || n > 255 {
			return "", false
		}
		out = append(out, byte(n))
	}
	return string(out), len(out) > 1
}

// bytesOfJSON reads [123,34], {"0":123,"1":34} and {"type":"Buffer","data":[123,34]}.
func bytesOfJSON(v *jsonValue) (string, bool) {
	if data := v.member("data"); data != nil {
		v = data
	}
	out := make([]byte, 0, len(v.items))
	for i := range v.items {
		n, err := strconv.Atoi(v.items[i].text)
		if err != nil || v.items[i].kind != '0' || n < -128 || n > 255 {
			return "", false
		}
		out = append(out, byte(n))
	}
	return string(out), len(out) > 1
}

// readBufferText reads <Buffer 7b 22 …>, which has all bytes of a short body only.
func readBufferText(text string) (string, bool) {
	rest, ok := strings.CutPrefix(strings.TrimSpace(text), "<Buffer ")
	if !ok {
		return "", false
	}
	raw, err := hex.DecodeString(strings.ReplaceAll(strings.TrimSuffix(rest, ">"), " ", ""))
	return string(raw), err == nil
}

// withoutQuotes removes quotes around a text, and the escapes of Python's bytes.
func withoutQuotes(text string) (string, bool) {
	text = strings.TrimSpace(text)
	python := strings.HasPrefix(text, "b'") || strings.HasPrefix(text, `b"`)
	if python {
		text = text[1:]
	}
	if len(text) < 2 || !strings.ContainsAny(text[:1], "\"'`") || text[len(text)-1] != text[0] {
		return "", false
	}
	text = text[1 : len(text)-1]
	if python {
		text = unescapePython(text)
	}
	return text, true
}

func unescapePython(text string) string {
	var out []byte
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) {
			out = append(out, text[i])
			continue
		}
		i++
		switch c := text[i]; {
		case c == 'x' && i+2 < len(text) && isHex(text[i+1:i+3]):
			raw, _ := hex.DecodeString(text[i+1 : i+3])
			out = append(out, raw...)
			i += 2
		case strings.IndexByte("nrt", c) >= 0:
			out = append(out, "\n\r\t"[strings.IndexByte("nrt", c)])
		default:
			out = append(out, c)
		}
	}
	return string(out)
}

// memberTexts returns the longer texts inside a JSON value.
func memberTexts(text string) []string {
	if len(text) > 4*maxRewritten {
		return nil
	}
	v, ok := readJSON([]byte(text))
	if !ok || v.kind == '"' {
		return nil
	}
	var texts []string
	var walk func(*jsonValue, int)
	walk = func(v *jsonValue, depth int) {
		if v.kind == '"' && len(v.text) > 40 && len(texts) < 8 && strings.ContainsAny(v.text[:1], "{[\"eH") {
			texts = append(texts, v.text)
		}
		for i := range v.items {
			if depth < 5 {
				walk(&v.items[i], depth+1)
			}
		}
	}
	walk(&v, 0)
	return texts
}

// formValues returns the names and values of a form that look like JSON.
func formValues(text string) []string {
	if len(text) > maxRewritten || !strings.Contains(text, "=") && !strings.Contains(text, "%7B") {
		return nil
	}
	var texts []string
	for part := range strings.SplitSeq(text, "&") {
		name, value, _ := strings.Cut(part, "=")
		for _, field := range []string{name, value, part} {
			if plain, err := url.QueryUnescape(field); err == nil && strings.HasPrefix(plain, "{") && plain != text && len(texts) < 4 {
				texts = append(texts, plain)
			}
		}
	}
	return texts
}
