package explain

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"html"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The bounds of the bodies that are derived from the one given.
const (
	maxBodies    = 1500
	maxBodyBytes = 8 << 20
)

// bodyMistakes lists what becomes of a body between the request and the place where it is signed.
func bodyMistakes() []mistake[string] {
	return slices.Concat(spaceMistakes(), lostMistakes(), jsonMistakes(), charsetMistakes(), encodedMistakes(), textMistakes(), valueMistakes(), wrappedMistakes())
}

// edit makes a mistake of a function that returns the changed body.
func edit(f func(string) string) func(string) (string, bool) {
	return func(text string) (string, bool) {
		changed := f(text)
		return changed, changed != text
	}
}

func spaceMistakes() []mistake[string] {
	const extra = "the body given here has more bytes than the one that was signed"
	const missing = "the end of the body was removed (trimmed by an editor, a shell or a framework?)"
	const lines = "the line endings were changed (git, an editor, a file in text mode?)"
	toWindows := func(text string) string {
		return strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\n", "\r\n")
	}
	return []mistake[string]{
		{"body-space", "the body without the white space at its end", extra, "White space around the body was added or removed.", fixRawBody, likely, edit(func(s string) string { return strings.TrimRight(s, " \t\r\n") })},
		{"body-space", "the body without the white space around it", extra, "", fixRawBody, likely, edit(strings.TrimSpace)},
		{"body-space", "the body with a line feed at its end", missing, "", fixRawBody, likely, edit(func(s string) string { return s + "\n" })},
		{"body-space", "the body with a Windows line ending at its end", missing, "", fixRawBody, seldom, edit(func(s string) string { return s + "\r\n" })},
		{"body-space", "the body with a space at its end", missing, "", fixRawBody, seldom, edit(func(s string) string { return s + " " })},
		{"body-space", "the body with a line feed before it", missing, "", fixRawBody, seldom, edit(func(s string) string { return "\n" + s })},
		{"body-space", "the body with a NUL at its end", "the buffer was longer than the body", "", fixRawBody, seldom, edit(func(s string) string { return s + "\x00" })},
		{"body-space", "the body without its NUL bytes", "the body given here was read from a buffer that is longer than the body", "", fixRawBody, seldom, edit(func(s string) string { return strings.Trim(s, "\x00") })},
		{"body-bom", "the body without its byte order mark", extra, "The body begins with the bytes EF BB BF.", fixRawBody, likely, edit(func(s string) string { return strings.TrimPrefix(s, byteOrderMark) })},
		{"body-bom", "the body with a byte order mark before it", "the byte order mark that was signed is not in the body given here", "", fixRawBody, seldom, edit(func(s string) string { return byteOrderMark + s })},
		{"body-newlines", "the body with Unix line endings", lines, "CR LF became LF, or LF became CR LF.", fixRawBody, likely, edit(func(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") })},
		{"body-newlines", "the body with Windows line endings", lines, "", fixRawBody, likely, edit(toWindows)},
		{"body-newlines", "the body without line endings", lines, "", fixRawBody, seldom, edit(strings.NewReplacer("\r", "", "\n", "").Replace)},
		{"body-space", "the body without any white space", "white space inside the texts was removed too", "", fixRawBody, seldom, edit(strings.NewReplacer("\r", "", "\n", "", "\t", "", " ", "").Replace)},
	}
}

// lostTexts are what is left of a body that a framework has already read, or of an object that is printed as text.
var lostTexts = []struct {
	text string
	cost cost
}{
	{"", likely},
	{"{}", likely},
	{"[object Object]", likely},
	{"undefined", seldom},
	{"null", seldom},
	{"Array", seldom},
	{"[]", seldom},
	{"None", seldom},
	{"false", seldom},
	{"true", seldom},
	{"1", seldom},
	{"\"\"", seldom},
	{"[object Promise]", seldom},
	{"[object ReadableStream]", seldom},
	{"[object ArrayBuffer]", seldom},
	{"[object Undefined]", rare},
	{"[object Null]", rare},
	{"nil", seldom},
	{"NULL", rare},
	{"<nil>", rare},
	{"System.IO.MemoryStream", rare},
	{"System.IO.Stream", rare},
	{"System.Byte[]", seldom},
	{"System.Object", rare},
	{"System.Text.Json.JsonDocument", rare},
	{"Microsoft.AspNetCore.Server.Kestrel.Core.Internal.Http.HttpRequestStream", rare},
	{"Newtonsoft.Json.Linq.JObject", rare},
	{"Resource id #1", rare},
	{"Resource id #2", rare},
	{"Object", rare},
	{"b''", rare},
}

func lostMistakes() []mistake[string] {
	list := make([]mistake[string], 0, len(lostTexts))
	for i, lost := range lostTexts {
		m := mistake[string]{
			id: "body-lost", what: "the text " + lost.text + " as the body", why: alreadyRead, fix: fixRawBody, cost: lost.cost,
			do: func(body string) (string, bool) { return lost.text, body != lost.text },
		}
		switch {
		case lost.text == "":
			m.what = "an empty body"
		case i == 2:
			m.symptom = "The code signs `[object Object]`, `Array`, `System.Byte[]` or `undefined`."
		}
		if i == 0 {
			m.symptom = "The code signs an empty body, or `{}`."
		}
		list = append(list, m)
	}
	return list
}

const alreadyRead = "the body was already read or parsed before the code signed it (a body parser that ran first?)"

func charsetMistakes() []mistake[string] {
	const why = "the body went through another character set than UTF-8"
	valid := func(f func(string) (string, bool)) func(string) (string, bool) {
		return func(body string) (string, bool) {
			if !utf8.ValidString(body) {
				return "", false
			}
			changed, ok := f(body)
			return changed, ok && changed != body
		}
	}
	lossless := func(f func(string) string) func(string) (string, bool) {
		return func(body string) (string, bool) {
			changed := f(body)
			return changed, changed != body && !isASCII(body)
		}
	}
	list := []mistake[string]{
		{"body-encoding", "the body in Latin-1", why, "`é` is one byte, or it became `Ã©`, `?` or `�`.", fixRawBody, likely, valid(latin1)},
		{"body-encoding", "the body with its UTF-8 bytes taken for Latin-1", why, "", fixRawBody, likely, lossless(func(s string) string { return fromLatin1(s, false) })},
		{"body-encoding", "the body with its UTF-8 bytes taken for Windows-1252", why, "", fixRawBody, seldom, lossless(func(s string) string { return fromLatin1(s, true) })},
		{"body-encoding", "the body with its UTF-8 bytes taken for Latin-1 twice", why, "", fixRawBody, rare, lossless(func(s string) string { return fromLatin1(fromLatin1(s, false), false) })},
		{"body-encoding", "the body in Windows-1252", why, "", fixRawBody, seldom, valid(toWindows1252)},
		{"body-encoding", "the body in Node's latin1", why, "", fixRawBody, seldom, valid(func(s string) (string, bool) { return nodeLatin1(s), !isASCII(s) })},
		{"body-encoding", "the body with a question mark for each non-ASCII character", why, "", fixRawBody, seldom, edit(func(s string) string { return replaceNonASCII(s, "?") })},
		{"body-encoding", "the body with a question mark for each non-ASCII byte", why, "", fixRawBody, seldom, edit(questionMarkBytes)},
		{"body-encoding", "the body with U+FFFD for each non-ASCII byte", why, "", fixRawBody, seldom, edit(replacementBytes)},
		{"body-encoding", "the body with U+FFFD for each non-ASCII character", why, "", fixRawBody, seldom, edit(func(s string) string { return replaceNonASCII(s, "\ufffd") })},
		{"body-encoding", "the body without its non-ASCII characters", why, "", fixRawBody, seldom, edit(func(s string) string { return replaceNonASCII(s, "") })},
		{"body-encoding", "the body in Node's ascii", why, "", fixRawBody, seldom, edit(sevenBits)},
		{"body-encoding", "the body in UTF-16", why, "Every second byte of the body is NUL.", fixRawBody, seldom, valid(func(s string) (string, bool) { return toUTF16(s, false), s != "" })},
		{"body-encoding", "the body in big-endian UTF-16", why, "", fixRawBody, rare, valid(func(s string) (string, bool) { return toUTF16(s, true), s != "" })},
		{"body-encoding", "the body in UTF-16 with a byte order mark", why, "", fixRawBody, rare, valid(func(s string) (string, bool) { return "\xff\xfe" + toUTF16(s, false), s != "" })},
	}
	return list
}

func questionMarkBytes(text string) string { return mapBytes(text, func(byte) string { return "?" }) }

func replacementBytes(text string) string {
	return mapBytes(text, func(byte) string { return "\ufffd" })
}

func sevenBits(text string) string {
	return mapBytes(text, func(c byte) string { return string(rune(c & 0x7f)) })
}

// mapBytes replaces each non-ASCII byte.
func mapBytes(text string, replace func(byte) string) string {
	if isASCII(text) {
		return text
	}
	var out strings.Builder
	for i := range len(text) {
		if text[i] < utf8.RuneSelf {
			out.WriteByte(text[i])
		} else {
			out.WriteString(replace(text[i]))
		}
	}
	return out.String()
}

// encodedMistakes lists the encodings of a whole body, and edits of its text.
func encodedMistakes() []mistake[string] {
	const encoded = "the code signed an encoded form of the body"
	const cleaned = "a filter changed the body before it was signed (sanitised input?)"
	add := func(what, symptom string, c cost, f func(string) string) mistake[string] {
		return mistake[string]{"body-encoded", what, encoded, symptom, fixRawBody, c, edit(f)}
	}
	filter := func(what, symptom string, c cost, f func(string) string) mistake[string] {
		return mistake[string]{"body-filtered", what, cleaned, symptom, fixRawBody, c, edit(f)}
	}
	return []mistake[string]{
		add("the body in base64", "The body is base64 (API Gateway's `isBase64Encoded`).", seldom, func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }),
		add("the body in base64 for URLs", "", seldom, func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }),
		add("the body in hex", "The body is a hex text (`buffer.toString('hex')`).", seldom, func(s string) string { return hex.EncodeToString([]byte(s)) }),
		add("the body as a JSON string", "The body is JSON inside a JSON string (`JSON.stringify` of text).", seldom, jsonString),
		add("the body as PHP's json_encode writes a string", "", seldom, func(s string) string { return string(appendJSONString(nil, s, escapeASCII|escapeSlash)) }),
		add("the body as Python's json.dumps writes a string", "", seldom, func(s string) string { return string(appendJSONString(nil, s, pythonEscapes)) }),
		add("the body as Python prints its bytes", "The body begins with `b'`.", seldom, pythonBytes),
		add("the body as a percent-encoded text", "The body is percent-encoded.", seldom, encodeURIComponent),
		add("the body as a form value", "", seldom, url.QueryEscape),
		add("the body as PHP's rawurlencode writes it", "", rare, rawURLEncode),
		add("the body as a list of its bytes", "The body is a list of numbers (`String(Uint8Array)`).", seldom, func(s string) string { return byteList(s, ",", false) }),
		add("the body as Java's Arrays.toString", "", rare, func(s string) string { return "[" + byteList(s, ", ", true) + "]" }),
		add("the body as Go's %v of its bytes", "", rare, func(s string) string { return "[" + byteList(s, " ", false) + "]" }),
		add("the body as JSON.stringify of a Buffer", "The body is `{\"type\":\"Buffer\",\"data\":[…]}`.", seldom, func(s string) string { return `{"type":"Buffer","data":[` + byteList(s, ",", false) + "]}" }),
		add("the body as Node prints a Buffer", "The body is `<Buffer 7b 22 …>`.", seldom, bufferText),
		add("the hex SHA-1 of the body", "The code signs a digest of the body.", seldom, hexSHA1),
		add("the hex MD5 of the body", "", seldom, func(s string) string { sum := md5.Sum([]byte(s)); return hex.EncodeToString(sum[:]) }),
		add("the base64 MD5 of the body", "", seldom, func(s string) string { sum := md5.Sum([]byte(s)); return base64.StdEncoding.EncodeToString(sum[:]) }),
		add("the hex SHA-256 of the body", "", seldom, func(s string) string { sum := sha256.Sum256([]byte(s)); return hex.EncodeToString(sum[:]) }),
		filter("the body with HTML entities", "`&` became `&amp;`, `\"` became `&quot;`.", seldom, html.EscapeString),
		filter("the body with HTML entities, as PHP writes them", "", seldom, strings.NewReplacer("&", "&amp;", `"`, "&quot;", "'", "&#039;", "<", "&lt;", ">", "&gt;").Replace),
		filter("the body with HTML entities except for the quotes", "", seldom, strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace),
		filter("the body with HTML entities, as Python writes them", "", rare, strings.NewReplacer("&", "&amp;", `"`, "&quot;", "'", "&#x27;", "<", "&lt;", ">", "&gt;").Replace),
		filter("the body with HTML entities decoded", "", seldom, html.UnescapeString),
		filter("the body with < > & as JSON escapes", "", seldom, strings.NewReplacer("<", `\u003c`, ">", `\u003e`, "&", `\u0026`).Replace),
		filter("the body with backslashes before its quotes", "The body begins with `{\\\"`.", seldom, strings.NewReplacer(`\`, `\\`, `"`, `\"`, `'`, `\'`).Replace),
		filter("the body without its backslashes", "", seldom, func(s string) string { return strings.ReplaceAll(s, `\`, "") }),
		filter("the body with doubled backslashes", "", seldom, func(s string) string { return strings.ReplaceAll(s, `\`, `\\`) }),
		filter("the body in lower case", "The letter case of the body was changed, or characters were added or removed.", seldom, strings.ToLower),
		filter("the body in upper case", "", rare, strings.ToUpper),
		filter("the body in quotes", "", seldom, func(s string) string { return `"` + s + `"` }),
		filter("the body in single quotes", "", seldom, func(s string) string { return "'" + s + "'" }),
		filter("the body without its apostrophes", "", rare, func(s string) string { return strings.ReplaceAll(s, "'", "") }),
		filter("the body with a space for each plus sign", "", seldom, func(s string) string { return strings.ReplaceAll(s, "+", " ") }),
		filter("the body percent-decoded", "", seldom, percentDecoded),
		filter("the body twice", "", rare, func(s string) string { return s + s }),
		filter("the body in a JSON array", "", seldom, func(s string) string { return "[" + s + "]" }),
		filter("the body without its braces", "", rare, func(s string) string { return strings.TrimSuffix(strings.TrimPrefix(s, "{"), "}") }),
	}
}

// jsonString writes a text as a JSON string, as JSON.stringify does.
func jsonString(text string) string { return string(appendJSONString(nil, text, 0)) }

func encodeURIComponent(text string) string {
	return strings.NewReplacer("+", "%20", "%21", "!", "%27", "'", "%28", "(", "%29", ")", "%2A", "*").Replace(url.QueryEscape(text))
}

func percentDecoded(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}

func byteList(text, sep string, signed bool) string {
	var out []byte
	for i := range len(text) {
		if i > 0 {
			out = append(out, sep...)
		}
		n := int64(text[i])
		if signed {
			n = int64(int8(text[i]))
		}
		out = strconv.AppendInt(out, n, 10)
	}
	return string(out)
}

// bufferText returns what Node's util.inspect prints for a Buffer: at most 50 bytes.
func bufferText(text string) string {
	const most = 50
	var out strings.Builder
	out.WriteString("<Buffer")
	for i := range min(len(text), most) {
		out.WriteString(" " + hex.EncodeToString([]byte{text[i]}))
	}
	if len(text) > most {
		out.WriteString(" ... " + strconv.Itoa(len(text)-most) + " more bytes")
	}
	return out.String() + ">"
}

// pythonBytes returns Python's repr of bytes.
func pythonBytes(text string) string {
	quote := byte('\'')
	if strings.Contains(text, "'") && !strings.Contains(text, `"`) {
		quote = '"'
	}
	out := []byte{'b', quote}
	for i := range len(text) {
		switch c := text[i]; {
		case c == '\\' || c == quote:
			out = append(out, '\\', c)
		case c == '\t' || c == '\n' || c == '\r':
			out = append(out, '\\', "tnr"[strings.IndexByte("\t\n\r", c)])
		case c < ' ' || c > '~':
			out = append(append(out, '\\', 'x'), hex.EncodeToString([]byte{c})...)
		default:
			out = append(out, c)
		}
	}
	return string(append(out, quote))
}

func hexSHA1(text string) string {
	sum := sha1.Sum([]byte(text))
	return hex.EncodeToString(sum[:])
}
