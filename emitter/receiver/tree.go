package receiver

import (
	"bytes"
	"encoding/json"
	"errors"
)

// maxDepth bounds how deep a body is read; ArtiBot's go five levels down.
const maxDepth = 64

// node is one value of a JSON text. Unlike a Go map it keeps the order of keys.
type node struct {
	text   string // of a number as it is spelled, of a string decoded
	kind   kind
	keys   []string // of an object, in order, each once
	fields map[string]*node
}

// kind is what a JSON value is.
type kind string

const (
	kindObject  kind = "an object"
	kindArray   kind = "an array"
	kindText    kind = "a text"
	kindInteger kind = "a whole number"
	kindDouble  kind = "a double"
	kindBool    kind = "true or false"
	kindNull    kind = "null"
)

var errDeep = errors.New("it is nested too deep")

func parseTree(body []byte) (*node, error) {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	return parseNode(dec, 0)
}

func parseNode(dec *json.Decoder, depth int) (*node, error) {
	token, err := dec.Token()
	if err != nil {
		return nil, err
	}
	if depth > maxDepth {
		return nil, errDeep
	}
	switch v := token.(type) {
	case json.Delim:
		return parseInside(dec, v, depth+1)
	case string:
		return &node{kind: kindText, text: v}, nil
	case json.Number:
		n := &node{kind: kindInteger, text: v.String()}
		if bytes.ContainsAny([]byte(n.text), ".eE") {
			n.kind = kindDouble
		}
		return n, nil
	case bool:
		return &node{kind: kindBool}, nil
	}
	return &node{kind: kindNull}, nil
}

func parseInside(dec *json.Decoder, open json.Delim, depth int) (*node, error) {
	n := &node{kind: kindArray}
	if open == '{' {
		n.kind, n.fields = kindObject, map[string]*node{}
	}
	for dec.More() {
		key := ""
		if n.kind == kindObject {
			token, err := dec.Token()
			if err != nil {
				return nil, err
			}
			key = token.(string) // the decoder lets nothing else be here
		}
		value, err := parseNode(dec, depth)
		if err != nil {
			return nil, err
		}
		if n.kind == kindObject {
			if n.fields[key] == nil {
				n.keys = append(n.keys, key)
			}
			n.fields[key] = value
		}
	}
	_, err := dec.Token()
	return n, err
}

// at gives the value under these keys, nil where there is none.
func (n *node) at(keys ...string) *node {
	for _, key := range keys {
		if n == nil || n.fields == nil {
			return nil
		}
		n = n.fields[key]
	}
	return n
}

// textAt gives the text under these keys, "" where there is none.
func (n *node) textAt(keys ...string) string {
	if found := n.at(keys...); found != nil && (found.kind == kindText || found.kind == kindInteger) {
		return found.text
	}
	return ""
}
