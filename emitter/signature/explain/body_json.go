package explain

import (
	"slices"
	"strings"
	"unicode"
)

// maxRewritten is the size in bytes up to which a body is written again as JSON libraries do.
const maxRewritten = 128 << 10

const pythonEscapes = escapeASCII | escapeDEL

// writers are the JSON libraries with which bodies are usually written again. The names complete "the body as … writes it
// again".
var writers = []struct {
	name    string
	style   jsonStyle
	end     string
	cost    cost
	symptom string
}{
	{"JavaScript's JSON.stringify", jsonStyle{numbers: jsNumbers, keys: jsKeys}, "", likely, "`4.0` became `4`, and keys such as `\"1\"` moved to the front."},
	{"PHP's json_encode", jsonStyle{numbers: jsNumbers, escapes: escapeASCII | escapeSlash}, "", likely, "`/` became `\\/`, `é` became `\\u00e9`, `4.0` became `4`."},
	{"Python's json.dumps", jsonStyle{comma: ", ", colon: ": ", escapes: pythonEscapes}, "", likely, "There is a space after each `:` and `,`, and `é` became `\\u00e9`."},
	{"Go's json.Marshal of a map", jsonStyle{escapes: escapeHTML, keys: sortedKeys, numbers: jsNumbers}, "", likely, "The keys are sorted, `&` became `\\u0026`, `4.0` became `4`."},
	{"JSON.stringify that indents by 2", jsonStyle{indent: "  ", colon: ": ", numbers: jsNumbers, keys: jsKeys}, "", likely, "The JSON has many lines."},
	{"JSON.stringify that indents by 4", jsonStyle{indent: "    ", colon: ": ", numbers: jsNumbers, keys: jsKeys}, "", seldom, ""},
	{"JSON.stringify that indents by tabs", jsonStyle{indent: "\t", colon: ": ", numbers: jsNumbers, keys: jsKeys}, "", seldom, ""},
	{"a compact JSON writer", jsonStyle{}, "", likely, "The body was pretty-printed, and another program removed the white space."},
	{"Newtonsoft.Json", jsonStyle{escapes: escapeNewtonsoft}, "", seldom, "U+2028 became `\\u2028`, or a text that looks like a date was rewritten."},
	{"Newtonsoft.Json with Formatting.Indented", jsonStyle{indent: "  ", colon: ": ", escapes: escapeNewtonsoft}, "", seldom, "The JSON has many lines (`JObject.ToString()`)."},
	{"Newtonsoft.Json with Formatting.Indented on Windows", jsonStyle{indent: "  ", eol: "\r\n", colon: ": ", escapes: escapeNewtonsoft}, "", seldom, ""},
	{"System.Text.Json", jsonStyle{escapes: escapeNet}, "", seldom, "`&`, `'`, `+` and `é` became `\\u0026`, `\\u0027`, `\\u002B`, `\\u00E9`."},
	{"System.Text.Json that indents", jsonStyle{indent: "  ", colon: ": ", escapes: escapeNet}, "", seldom, ""},
	{"System.Text.Json with camel-case names", jsonStyle{escapes: escapeNet, rename: camelCase}, "", seldom, "`resource_id` became `resourceId`."},
	{"a JSON writer with camel-case names", jsonStyle{rename: camelCase}, "", seldom, ""},
	{"a JSON writer with Pascal-case names", jsonStyle{rename: pascalCase}, "", seldom, ""},
	{"Go's json.Marshal of a struct", jsonStyle{escapes: escapeHTML}, "", seldom, "`&`, `<` and `>` became `\\u0026`, `\\u003c` and `\\u003e`."},
	{"Go's json.Marshal of a struct with float64", jsonStyle{escapes: escapeHTML, numbers: jsNumbers}, "", seldom, ""},
	{"Go's json.Encoder", jsonStyle{escapes: escapeHTML}, "\n", seldom, "A line feed was added at the end."},
	{"Go's json.Encoder of a map", jsonStyle{escapes: escapeHTML, keys: sortedKeys, numbers: jsNumbers}, "\n", seldom, ""},
	{"Go's json.MarshalIndent of a map", jsonStyle{indent: "  ", colon: ": ", escapes: escapeHTML, keys: sortedKeys, numbers: jsNumbers}, "", seldom, ""},
	{"Python's json.dumps with ensure_ascii=False", jsonStyle{comma: ", ", colon: ": "}, "", seldom, "There is a space after each `:` and `,`."},
	{"Python's json.dumps with compact separators", jsonStyle{escapes: pythonEscapes}, "", seldom, "`é` became `\\u00e9`, or the keys are sorted."},
	{"Python's json.dumps with sort_keys", jsonStyle{comma: ", ", colon: ": ", escapes: pythonEscapes, keys: sortedKeys}, "", seldom, ""},
	{"Python's json.dumps with sort_keys and compact separators", jsonStyle{escapes: pythonEscapes, keys: sortedKeys}, "", seldom, ""},
	{"Python's json.dumps with indent=2", jsonStyle{indent: "  ", colon: ": ", escapes: pythonEscapes}, "", seldom, ""},
	{"Python's json.dumps with indent=4", jsonStyle{indent: "    ", colon: ": ", escapes: pythonEscapes}, "", seldom, ""},
	{"Python's json.dumps with indent=4 and ensure_ascii=False", jsonStyle{indent: "    ", colon: ": "}, "", seldom, ""},
	{"PHP's json_encode with JSON_PRESERVE_ZERO_FRACTION", jsonStyle{escapes: escapeASCII | escapeSlash}, "", seldom, "`/` became `\\/`, `é` became `\\u00e9`."},
	{"PHP's json_encode of an array without values", jsonStyle{numbers: jsNumbers, escapes: escapeASCII | escapeSlash, emptyAsArray: true}, "", seldom, "`{}` became `[]`."},
	{"PHP's json_encode with JSON_UNESCAPED_UNICODE", jsonStyle{numbers: jsNumbers, escapes: escapeSlash}, "", seldom, "`/` became `\\/`."},
	{"PHP's json_encode with JSON_UNESCAPED_SLASHES", jsonStyle{numbers: jsNumbers, escapes: escapeASCII}, "", seldom, "`é` became `\\u00e9`, `4.0` became `4`."},
	{"PHP's json_encode with JSON_PRETTY_PRINT", jsonStyle{indent: "    ", colon: ": ", numbers: jsNumbers, escapes: escapeASCII | escapeSlash}, "", seldom, "The JSON has many lines, indented by 4 spaces."},
	{"PHP's json_encode with JSON_PRETTY_PRINT, JSON_UNESCAPED_SLASHES and JSON_UNESCAPED_UNICODE", jsonStyle{indent: "    ", colon: ": ", numbers: jsNumbers}, "", seldom, ""},
	{"Gson", jsonStyle{escapes: escapeGson, dropNulls: true}, "", seldom, "Members that are `null` are missing, `=`, `'` and `&` became `\\u003d`, `\\u0027`, `\\u0026`."},
	{"Gson with serializeNulls", jsonStyle{escapes: escapeGson}, "", seldom, ""},
	{"Gson of a map", jsonStyle{escapes: escapeGson, numbers: doubleNumbers, dropNulls: true}, "", seldom, "`2` became `2.0`."},
	{"Gson that pretty-prints", jsonStyle{indent: "  ", colon: ": ", escapes: escapeGson, dropNulls: true}, "", seldom, ""},
	{"Jackson's pretty printer", jsonStyle{indent: "  ", colon: " : ", inline: true}, "", seldom, "The JSON has many lines, with ` : ` after each key."},
	{"a JSON writer that leaves out null", jsonStyle{dropNulls: true}, "", seldom, "Members that are `null` are missing."},
	{"Rails' to_json", jsonStyle{escapes: escapeHTML}, "", seldom, "`&`, `<` and `>` became `\\u0026`, `\\u003c` and `\\u003e` (Rails)."},
	{"Ruby's JSON.pretty_generate", jsonStyle{indent: "  ", colon: ": "}, "", seldom, "The JSON has many lines, and `4.0` is unchanged."},
	{"jq", jsonStyle{indent: "  ", colon: ": ", numbers: jsNumbers, escapes: escapeDEL}, "\n", seldom, "The JSON has many lines and a line feed at its end."},
	{"jq -c", jsonStyle{numbers: jsNumbers, escapes: escapeDEL}, "\n", seldom, ""},
	{"jq -S", jsonStyle{indent: "  ", colon: ": ", keys: sortedKeys, numbers: jsNumbers, escapes: escapeDEL}, "\n", seldom, ""},
	{"jq -cS", jsonStyle{keys: sortedKeys, numbers: jsNumbers, escapes: escapeDEL}, "\n", seldom, ""},
	{"a JSON writer that indents by 2", jsonStyle{indent: "  ", colon: ": "}, "", seldom, ""},
	{"a JSON writer that indents by 4", jsonStyle{indent: "    ", colon: ": "}, "", seldom, ""},
	{"a JSON writer that indents by 3", jsonStyle{indent: "   ", colon: ": "}, "", seldom, ""},
	{"a JSON writer that indents by tabs", jsonStyle{indent: "\t", colon: ": "}, "", seldom, ""},
	{"a JSON writer that sorts keys", jsonStyle{keys: sortedKeys}, "", seldom, "The keys are sorted."},
	{"JSON.stringify of an object with sorted keys", jsonStyle{keys: sortedKeys, numbers: jsNumbers}, "", seldom, ""},
	{"a JSON writer that sorts keys without regard to letter case", jsonStyle{keys: foldedKeys}, "", seldom, ""},
	{"a JSON writer with a space after each colon", jsonStyle{colon: ": "}, "", seldom, "There is a space after each `:`, or after each `,`."},
	{"a JSON writer with a space after each comma", jsonStyle{comma: ", "}, "", seldom, ""},
	{"a JSON writer with a line feed after each comma", jsonStyle{comma: ",\n"}, "", rare, ""},
}

// jsonMistakes lists what JSON libraries make of a body.
func jsonMistakes() []mistake[string] {
	read := cachedReader()
	list := make([]mistake[string], 0, len(writers)+8)
	for i := range writers {
		w := &writers[i]
		list = append(list, mistake[string]{
			id: "body-reserialised", what: "the body as " + w.name + " writes it again",
			why:     "JSON that was parsed and written again is not what was received: use the raw bytes",
			symptom: w.symptom, fix: fixRawBody, cost: w.cost,
			do: func(body string) (string, bool) {
				v := read(body)
				if v == nil {
					return "", false
				}
				again := string(w.style.append(nil, v, 0)) + w.end
				return again, again != body
			},
		})
	}
	return slices.Concat(list, partMistakes(read), withoutKeys(read))
}

// partMistakes lists the parts of an event that are taken for the whole body.
func partMistakes(read func(string) *jsonValue) []mistake[string] {
	var list []mistake[string]
	for i, part := range []struct {
		name string
		path []string
	}{
		{"lead", []string{"lead"}}, {"lead.data", []string{"lead", "data"}}, {"meta", []string{"meta"}},
	} {
		for _, style := range []jsonStyle{{}, {numbers: jsNumbers, keys: jsKeys}} {
			m := mistake[string]{
				id: "body-part", what: "only the part " + part.name + " of the body",
				why: "ArtiBot signs the whole body", fix: fixRawBody, cost: seldom,
				do: func(body string) (string, bool) {
					v := read(body)
					for _, key := range part.path {
						v = v.member(key)
					}
					if v == nil {
						return "", false
					}
					return string(style.append(nil, v, 0)), true
				},
			}
			if i == 0 && style.numbers == keepNumbers {
				m.symptom = "Only `lead` is signed, because the framework passes a part of the body to the code."
			}
			list = append(list, m)
		}
	}
	return list
}

// withoutKeys lists the keys of an event without which it is signed.
func withoutKeys(read func(string) *jsonValue) []mistake[string] {
	var list []mistake[string]
	for _, key := range []string{"meta", "lead", "time_stamp", "resource_version"} {
		list = append(list, mistake[string]{
			id: "body-part", what: "the body without its key " + key, why: "ArtiBot signs the whole body", fix: fixRawBody, cost: rare,
			do: func(body string) (string, bool) {
				v := read(body)
				if v == nil || v.member(key) == nil {
					return "", false
				}
				rest := jsonValue{kind: v.kind}
				for i, name := range v.keys {
					if name != key {
						rest.keys, rest.items = append(rest.keys, name), append(rest.items, v.items[i])
					}
				}
				return string((&jsonStyle{}).append(nil, &rest, 0)), true
			},
		})
	}
	return list
}

// cachedReader returns a readJSON that remembers the last body, because many mistakes are tried on one body.
func cachedReader() func(string) *jsonValue {
	var last string
	var value *jsonValue
	return func(body string) *jsonValue {
		if value != nil && body == last {
			return value
		}
		if len(body) > maxRewritten || body == "" {
			return nil
		}
		v, ok := readJSON([]byte(strings.TrimPrefix(body, byteOrderMark)))
		if !ok {
			return nil
		}
		last, value = body, &v
		return value
	}
}

// camelCase returns resourceId for resource_id. Other names than those of the contract's form stay.
func camelCase(key string) string {
	if key != strings.ToLower(key) || strings.ContainsAny(key, " -") {
		return key
	}
	words := strings.Split(key, "_")
	for i := range words[1:] {
		words[i+1] = capitalised(words[i+1])
	}
	return strings.Join(words, "")
}

func pascalCase(key string) string {
	if key != strings.ToLower(key) || strings.ContainsAny(key, " -") {
		return key
	}
	return capitalised(camelCase(key))
}

func capitalised(word string) string {
	for i, r := range word {
		return string(unicode.ToUpper(r)) + word[i+len(string(r)):]
	}
	return word
}
