package receiver

import (
	"bytes"
	"encoding/json"
	"errors"
)

// maxDepth is the maximum nesting depth of a body. ArtiBot's bodies have five levels.
const maxDepth = 64

// node is a JSON value. Unlike a Go map, it has the order of the keys.
type node struct {
	text   string // of a string, decoded; of a number, as written
	kind   kind
	keys   []string // of an object, in order, without duplicates
	fields map[string]*node
}

// kind is the type of a JSON value.
type kind string

const (
	kindObject  kind = "an object"
	kindArray   kind = "an array"
	kindString  kind = "a string"
	kindInteger kind = "an integer"
	kindDouble  kind = "a double"
	kindBool    kind = "a boolean"
	kindNull    kind = "null"
)

var errDeep = errors.New("the body is nested too deeply")

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
		return &node{kind: kindString, text: v}, nil
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
			key = token.(string) // the decoder accepts only a string here
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

// at returns the value at these keys, or nil if there is none.
func (n *node) at(keys ...string) *node {
	for _, key := range keys {
		if n == nil || n.fields == nil {
			return nil
		}
		n = n.fields[key]
	}
	return n
}

// textAt returns the text of the string or integer at these keys, or "" if there is none.
func (n *node) textAt(keys ...string) string {
	if found := n.at(keys...); found != nil && (found.kind == kindString || found.kind == kindInteger) {
		return found.text
	}
	return ""
}
