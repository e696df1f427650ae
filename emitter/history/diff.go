package history

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"artihook/emitter/exchange"
	"artihook/emitter/text"
)

// Difference is a field in which two deliveries differ.
type Difference struct {
	Field string `json:"field"` // such as "status", "request.headers.x-artibot-signature" or "request.body.lead.version"
	// Before and After are the values, nil if the field is missing. Values within a JSON body are JSON texts.
	Before *string `json:"before"`
	After  *string `json:"after"`
}

// Diff returns the differences between two whole deliveries, in the order of the fields: settings, request, outcome, response.
// It compares JSON bodies value by value. Numbers, times and durations of the deliveries are left out.
func Diff(before, after *Delivery) []Difference {
	a, b := fieldsOf(before), fieldsOf(after)
	var list []Difference
	for _, name := range a.names {
		was, now := a.values[name], (*string)(nil)
		if value, ok := b.values[name]; ok {
			now = &value
		}
		if now == nil || *now != was {
			list = append(list, Difference{name, &was, now})
		}
	}
	for _, name := range b.names {
		if _, ok := a.values[name]; !ok {
			now := b.values[name]
			list = append(list, Difference{name, nil, &now})
		}
	}
	return list
}

// fields holds the values of a delivery by name, in order.
type fields struct {
	names  []string
	values map[string]string
}

// add adds a field. A second value of the same field is appended to the first.
func (f *fields) add(name, value string) {
	if before, ok := f.values[name]; ok {
		f.values[name] = before + ", " + value
		return
	}
	f.names = append(f.names, name)
	f.values[name] = value
}

func fieldsOf(d *Delivery) *fields {
	f := &fields{values: map[string]string{}}
	for _, field := range [][2]string{
		{"webhook", d.Webhook},
		{"url", d.URL},
		{"sign_url", d.SignURL},
		{"scheme", d.Scheme},
		{"edition", d.Edition},
		{"request.method", d.Request.Method},
		{"request.target", d.Request.Target},
		{"request.host", d.Request.Host},
	} {
		f.add(field[0], field[1])
	}
	f.addHeaders("request.headers.", d.Request.Headers)
	f.addBody("request.body", d.Request.Body)
	if d.Status > 0 {
		f.add("status", strconv.Itoa(d.Status))
	}
	if d.Error != "" {
		f.add("error", d.Error)
	}
	if d.Response != nil {
		f.addHeaders("response.headers.", d.Response.Headers)
		f.addBody("response.body", d.Response.Body)
	}
	return f
}

func (f *fields) addHeaders(prefix string, headers exchange.Headers) {
	for _, h := range headers {
		f.add(prefix+strings.ToLower(h.Name), h.Value)
	}
}

// addBody adds the values of a JSON body, or the whole body if it is not JSON.
func (f *fields) addBody(name string, body []byte) {
	if len(body) == 0 {
		f.add(name, "")
		return
	}
	parsed := &fields{values: map[string]string{}}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	err := parsed.addJSON(name, dec, 0)
	if err == nil {
		if _, err = dec.Token(); err == nil {
			err = errNotPlain
		}
	}
	if !errors.Is(err, io.EOF) || !utf8.Valid(body) { // the decoder replaces invalid bytes
		f.add(name, string(body))
		return
	}
	for _, name := range parsed.names {
		f.add(name, parsed.values[name])
	}
}

// maxDiffDepth is the deepest nesting of a body that is compared value by value.
const maxDiffDepth = 50

var errNotPlain = errors.New("more than one value, too deeply nested, or a key twice")

// addJSON adds the next JSON value of the decoder. Names are paths, as --set takes them.
func (f *fields) addJSON(name string, dec *json.Decoder, depth int) error {
	token, err := dec.Token()
	if err != nil {
		return err
	}
	delim, isDelim := token.(json.Delim)
	if !isDelim {
		return f.addValue(name, token)
	}
	if depth == maxDiffDepth {
		return errNotPlain
	}
	if !dec.More() {
		if err := f.addText(name, map[json.Delim]string{'{': "{}", '[': "[]"}[delim]); err != nil {
			return err
		}
	}
	for i := 0; dec.More(); i++ {
		key := strconv.Itoa(i)
		if delim == '{' {
			if token, err = dec.Token(); err != nil {
				return err
			}
			key = strings.ReplaceAll(token.(string), ".", `\.`) // the decoder guarantees the type
		}
		if err := f.addJSON(name+"."+key, dec, depth+1); err != nil {
			return err
		}
	}
	_, err = dec.Token() // the closing bracket
	return err
}

func (f *fields) addValue(name string, value any) error {
	encoded, err := text.EncodeJSON(value)
	if err != nil {
		return err
	}
	return f.addText(name, string(bytes.TrimSpace(encoded)))
}

func (f *fields) addText(name, text string) error {
	if _, ok := f.values[name]; ok {
		return errNotPlain
	}
	f.add(name, text)
	return nil
}
