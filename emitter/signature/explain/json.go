package explain

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
)

// maxJSONDepth is the maximum depth of a body that is written again.
const maxJSONDepth = 200

// jsonValue is JSON with the order of its keys, repeated keys and the spelling of numbers.
type jsonValue struct {
	kind  byte   // '{', '[', '"' a string, '0' a number, 'n' another literal
	text  string // the content of a string, the spelling of a number or literal
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

// member returns the value of a key, nil if v is no object with this key.
func (v *jsonValue) member(key string) *jsonValue {
	if v == nil || v.kind != '{' {
		return nil
	}
	for i := range v.keys {
		if v.keys[i] == key {
			return &v.items[i]
		}
	}
	return nil
}
