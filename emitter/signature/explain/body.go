package explain

import (
	"strings"
	"unicode/utf8"
)

// maxRewritten is the size in bytes up to which a body is written again as JSON libraries do.
const maxRewritten = 1 << 20

// bodyChanges lists what becomes of a body between the sender and the place where it is verified.
func bodyChanges(body string) []change {
	seen := map[string]bool{body: true}
	var changes []change
	add := func(id, value, what, why string) {
		if !seen[value] {
			seen[value] = true
			changes = append(changes, change{part: partBody, value: value, id: id, what: what, why: why})
		}
	}
	addSpace(body, add)
	addRewritten(body, add)
	addLost(add)
	addCharset(body, add)
	return changes
}

// adder takes one guess at the body.
type adder func(id, value, what, why string)

func addSpace(body string, add adder) {
	const extra = "the body given here has more bytes than the one that was signed"
	add("body-space", strings.TrimRight(body, " \t\r\n"), "the body without the white space at its end", extra)
	add("body-space", strings.TrimSpace(body), "the body without the white space around it", extra)
	const missing = "the body given here has lost its end (trimmed by an editor or a shell?)"
	add("body-space", body+"\n", "the body with a line feed at its end", missing)
	add("body-space", body+"\r\n", "the body with a Windows line end at its end", missing)
	add("body-bom", strings.TrimPrefix(body, byteOrderMark), "the body without its byte order mark", extra)
	add("body-bom", byteOrderMark+body, "the body with a byte order mark before it",
		"the byte order mark that was signed is not in the body given here")
	const lines = "the line ends were changed on the way (git, an editor, a text-mode file?)"
	unix := strings.ReplaceAll(body, "\r\n", "\n")
	add("body-newlines", unix, "the body with Unix line ends", lines)
	add("body-newlines", strings.ReplaceAll(unix, "\n", "\r\n"), "the body with Windows line ends", lines)
}

// writers are the JSON libraries through which bodies usually go.
var writers = []struct {
	what  string
	style jsonStyle
	end   string
}{
	{what: "a compact JSON writer", style: jsonStyle{}},
	{what: "Newtonsoft.Json", style: jsonStyle{escapes: escapeNewtonsoft}},
	{what: "JavaScript's JSON.stringify", style: jsonStyle{doubles: true}},
	{what: "Go's json.Marshal of a struct", style: jsonStyle{escapes: escapeHTML}},
	{what: "Go's json.Marshal of a map", style: jsonStyle{escapes: escapeHTML, sorted: true, doubles: true}},
	{what: "Go's json.Encoder", style: jsonStyle{escapes: escapeHTML}, end: "\n"},
	{what: "Go's json.Encoder of a map", style: jsonStyle{escapes: escapeHTML, sorted: true, doubles: true}, end: "\n"},
	{what: "Python's json.dumps", style: jsonStyle{spaced: true, escapes: escapeASCII}},
	{what: "Python's json.dumps with ensure_ascii=False", style: jsonStyle{spaced: true}},
	{what: "Python's json.dumps with compact separators", style: jsonStyle{escapes: escapeASCII}},
	{what: "Python's json.dumps with sort_keys", style: jsonStyle{spaced: true, escapes: escapeASCII, sorted: true}},
	{what: "System.Text.Json", style: jsonStyle{escapes: escapeNet}},
	{what: "PHP's json_encode", style: jsonStyle{escapes: escapeASCII | escapeSlash}},
	{what: "PHP's json_encode", style: jsonStyle{escapes: escapeASCII | escapeSlash, doubles: true}},
	{what: "a JSON writer that indents by 2", style: jsonStyle{indent: "  "}},
	{what: "JSON.stringify that indents by 2", style: jsonStyle{indent: "  ", doubles: true}},
	{what: "a JSON writer that indents by 4", style: jsonStyle{indent: "    "}},
	{what: "Python's json.dumps with indent=2", style: jsonStyle{indent: "  ", escapes: escapeASCII}},
	{what: "Python's json.dumps with indent=4", style: jsonStyle{indent: "    ", escapes: escapeASCII}},
	{what: "a JSON writer that indents by tabs", style: jsonStyle{indent: "\t"}},
	{what: "a JSON writer that sorts keys", style: jsonStyle{sorted: true}},
	{what: "a JSON writer that sorts keys", style: jsonStyle{sorted: true, doubles: true}},
}

// addRewritten adds the body as JSON libraries write it again; key order is kept where the library keeps it.
func addRewritten(body string, add adder) {
	if len(body) > maxRewritten {
		return
	}
	value, ok := readJSON([]byte(strings.TrimPrefix(body, byteOrderMark)))
	if !ok {
		return
	}
	for _, writer := range writers {
		again := string(writer.style.append(nil, value, 0)) + writer.end
		add("body-reserialised", again, "the body as "+writer.what+" writes it again",
			"parsed and written again is not what was received: work on the raw bytes")
	}
}

// addLost adds what is left of a body that a framework has already taken.
func addLost(add adder) {
	const why = "the body was already read when it was signed (a body parser that ran first?)"
	add("body-lost", "", "an empty body", why)
	for _, left := range []string{"{}", "[object Object]", "undefined", "null"} {
		add("body-lost", left, "the text "+left+" as the body", why)
	}
}

func addCharset(body string, add adder) {
	const why = "the body went through another character set than UTF-8"
	if latin, ok := latin1(body); ok && utf8.ValidString(body) {
		add("body-encoding", latin, "the body in Latin-1", why)
	}
	var twice []byte
	for i := range len(body) {
		twice = utf8.AppendRune(twice, rune(body[i]))
	}
	add("body-encoding", string(twice), "the body with its UTF-8 bytes taken for Latin-1", why)
	add("body-encoding", questionMarks(body), "the body with a question mark for each non-ASCII character", why)
}
