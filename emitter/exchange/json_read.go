package exchange

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"artihook/emitter/text"
)

// input is a text to read: one JSON object with its fields, or any other text without fields.
type input struct {
	text   string
	line   int // of the first character; 0 if the text is not JSON
	fields map[string]json.RawMessage
}

// has reports whether the object has all these fields, and none of them is null.
func (in *input) has(names ...string) bool {
	for _, name := range names {
		if v, ok := in.fields[name]; !ok || string(v) == "null" {
			return false
		}
	}
	return true
}

// inner returns the object of a field; without fields if it is none.
func (in *input) inner(name string) *input {
	sub := &input{text: string(in.fields[name]), line: in.line}
	_ = json.Unmarshal(in.fields[name], &sub.fields) // other values have no fields
	return sub
}

// decode decodes the object into v. The error names the field and no Go type.
func (in *input) decode(v any) error {
	err := json.Unmarshal([]byte(in.text), v)
	var wrong *json.UnmarshalTypeError
	var broken *json.SyntaxError
	switch {
	case errors.As(err, &wrong):
		line := in.line + strings.Count(in.text[:min(int(wrong.Offset), len(in.text))], "\n")
		return errorAt(line, "%q cannot be a JSON %s", strings.ToLower(wrong.Field), wrong.Value)
	case errors.As(err, &broken):
		return errors.New("it is not valid JSON")
	}
	return err
}

// lists are the fields in which tools save a list of requests.
var lists = []string{"entries", "data", "requests"}

// documents returns the JSON objects of a text, each element of a list as one, or the whole text if it is not JSON. The
// error is that of the text after the last valid object.
func documents(whole string) ([]input, error) {
	start := len(whole) - len(strings.TrimLeft(whole, " \t\r\n"))
	if start == len(whole) {
		return nil, nil
	}
	if whole[start] != '{' && whole[start] != '[' {
		return []input{{text: whole}}, nil
	}
	list, err := objects(whole, start)
	if len(list) == 0 && whole[start] == '[' {
		return []input{{text: whole}}, nil // a time in brackets, for example
	}
	return list, err
}

// objects returns the JSON objects from an offset on.
func objects(whole string, from int) ([]input, error) {
	var list []input
	at := position{text: whole, line: 1}
	d := json.NewDecoder(strings.NewReader(whole[from:]))
	for {
		var value json.RawMessage
		err := d.Decode(&value)
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			if opened := listStart().FindStringIndex(whole[from:]); len(list) == 0 && opened != nil {
				at.moveTo(from + opened[1])
				list = elements(at)
			}
			return list, brokenAt(whole, from, err)
		}
		at.moveTo(from + int(d.InputOffset()) - len(value))
		list = append(list, expanded(string(value), at.line)...)
	}
}

// position is a place in a text with its line.
type position struct {
	text string
	at   int
	line int
}

func (p *position) moveTo(at int) {
	p.line += strings.Count(p.text[p.at:at], "\n")
	p.at = at
}

var listStart = text.Regexp(`"(?:` + strings.Join(lists, "|") + `)"\s*:\s*\[`)

// elements returns the complete elements of a list from the place after its bracket on.
func elements(at position) []input {
	list := []input{}
	for {
		from := at.at
		d := json.NewDecoder(strings.NewReader(at.text[from:]))
		var value json.RawMessage
		if d.Decode(&value) != nil {
			return list
		}
		end := from + int(d.InputOffset())
		at.moveTo(end - len(value))
		list = append(list, newInput(string(value), at.line))
		rest := strings.TrimLeft(at.text[end:], " \t\r\n")
		if !strings.HasPrefix(rest, ",") {
			return list
		}
		at.moveTo(len(at.text) - len(rest) + 1)
	}
}

// brokenAt returns the error for invalid JSON with its line.
func brokenAt(whole string, from int, err error) error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		at := min(from+int(syntax.Offset), len(whole))
		return errorAt(1+strings.Count(whole[:at], "\n"), "it is not valid JSON: %s", syntax.Error())
	}
	return errorAt(1+strings.Count(strings.TrimRight(whole, "\n"), "\n"), "the JSON ends too early; the file was cut off")
}

// expanded returns the elements of a list of objects, or the object itself.
func expanded(value string, line int) []input {
	in := newInput(value, line)
	begin := 0
	if !strings.HasPrefix(value, "[") {
		list := in.inner("log").fields["entries"]
		for _, name := range lists {
			if v := in.fields[name]; list == nil && bytes.HasPrefix(v, []byte("[")) {
				list = v
			}
		}
		if list == nil {
			return []input{in}
		}
		begin = strings.Index(value, string(list))
	}
	at := position{text: value, line: line}
	at.moveTo(begin + 1)
	return elements(at)
}

func newInput(value string, line int) input {
	in := input{text: value, line: line}
	if json.Unmarshal([]byte(value), &in.fields) != nil || in.fields == nil {
		in.fields = map[string]json.RawMessage{}
	}
	return in
}

// savedHeaders are headers as tools save them in JSON: an object of texts or of lists of texts, a list of name and value,
// or a list of lines.
type savedHeaders Headers

func (hs *savedHeaders) UnmarshalJSON(data []byte) error {
	*hs = nil
	var lines []string
	if json.Unmarshal(data, &lines) == nil {
		for _, line := range lines {
			name, value, _ := strings.Cut(line, ":")
			*hs = append(*hs, Header{name, value})
		}
		return nil
	}
	var pairs []struct{ Name, Key, Value string }
	if json.Unmarshal(data, &pairs) == nil {
		for _, p := range pairs {
			*hs = append(*hs, Header{p.Name + p.Key, p.Value})
		}
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(data))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return errors.New("want an object or a list of headers")
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		var value any
		if err := d.Decode(&value); err != nil {
			return err
		}
		hs.add(fmt.Sprint(name), value)
	}
	return nil
}

// add adds one header with the value or the values of JSON.
func (hs *savedHeaders) add(name string, value any) {
	switch v := value.(type) {
	case string:
		*hs = append(*hs, Header{name, v})
	case float64:
		*hs = append(*hs, Header{name, strconv.FormatFloat(v, 'f', -1, 64)})
	case []any:
		for _, one := range v {
			hs.add(name, one)
		}
	}
}

// addSaved adds saved headers.
func (r *Recording) addSaved(hs savedHeaders) {
	for _, h := range hs {
		r.addHeader(h.Name, h.Value)
	}
}

// savedBody is a body as tools save it in JSON: a text, a Buffer of Node.js, or the parsed body.
type savedBody struct {
	raw   json.RawMessage
	saved bool // not null
}

func (b *savedBody) UnmarshalJSON(data []byte) error {
	b.raw, b.saved = bytes.Clone(data), string(data) != "null"
	return nil
}

// bytes returns the body. A parsed body is returned in the spelling of the file. A text in base64 is decoded if isBase64 is
// set, or if it holds JSON.
func (b *savedBody) bytes(isBase64 bool) ([]byte, error) {
	if !b.saved {
		return nil, nil
	}
	var plain string
	if json.Unmarshal(b.raw, &plain) != nil {
		var buffer struct{ Data []uint16 } // []uint8 would be base64
		if json.Unmarshal(b.raw, &buffer) != nil || buffer.Data == nil {
			return b.raw, nil
		}
		var body []byte
		for _, n := range buffer.Data {
			body = append(body, byte(n))
		}
		return body, nil
	}
	decoded, err := base64.StdEncoding.DecodeString(plain)
	switch {
	case isBase64 && err != nil:
		return nil, errors.New("its body is not valid base64")
	case isBase64, err == nil && bytes.HasPrefix(decoded, []byte("{")):
		return decoded, nil
	}
	return []byte(plain), nil
}

// setSaved sets the body. A missing body is an error if the request must have had one.
func (r *Recording) setSaved(b savedBody, isBase64 bool) (err error) {
	if !b.saved && r.needsBody() {
		return errNoBody
	}
	r.Request.Body, err = b.bytes(isBase64)
	return err
}

// savedTime returns the time of a text, zero if it is none. Tools save UTC if they save no zone.
func savedTime(s string) time.Time {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", time.DateTime, "02/Jan/2006:15:04:05 -0700"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}
