package format

import (
	"strconv"

	"artihook/emitter/payload"
	"artihook/fixtures/yamlfile"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// Value is any value of the file as JSON text. The order of keys and the form of numbers are those of the file. Texts in it
// may contain ${name}.
type Value struct {
	yamlfile.Place
	JSON string
}

func (v *Value) decode(d *decoder, n ast.Node, _ field) { v.JSON = string(d.json(nil, n)) }

func (*Value) schema(*schemaBuilder, string) map[string]any { return map[string]any{} }

// json appends a node as JSON text.
func (d *decoder) json(dst []byte, n ast.Node) []byte {
	switch v := n.(type) {
	case *ast.MappingNode:
		dst = append(dst, '{')
		seen := map[string]bool{}
		for _, pair := range v.Values {
			key, ok := d.Key(pair, seen)
			if !ok {
				continue
			}
			if len(seen) > 1 {
				dst = append(dst, ',')
			}
			dst = d.json(append(payload.AppendString(dst, key), ':'), pair.Value)
		}
		return append(dst, '}')
	case *ast.SequenceNode:
		dst = append(dst, '[')
		for i, entry := range v.Values {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = d.json(dst, entry)
		}
		return append(dst, ']')
	}
	return d.jsonScalar(dst, n)
}

func (d *decoder) jsonScalar(dst []byte, n ast.Node) []byte {
	switch v := n.(type) {
	case *ast.NullNode:
		return append(dst, "null"...)
	case *ast.BoolNode:
		return strconv.AppendBool(dst, v.Value)
	case *ast.IntegerNode, *ast.FloatNode:
		if text := n.GetToken().Value; payload.IsNumber(text) {
			return append(dst, text...)
		}
	case *ast.StringNode, *ast.LiteralNode:
		text, _ := yamlfile.Scalar(n)
		if n.GetToken().Type == token.StringType && payload.IsNumber(text) {
			return append(dst, text...) // the parser takes 1E+15 for a text
		}
		if err := unclosed(text); err != nil {
			d.Fail(n, "", "%s", err)
		}
		return payload.AppendString(dst, text)
	}
	d.Fail(n, "", "this value has no JSON form")
	return append(dst, "null"...)
}
