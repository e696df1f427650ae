package format

import (
	"fmt"
	"reflect"

	"artihook/fixtures/yamlfile"

	"github.com/goccy/go-yaml/ast"
)

// Map holds keys and values in the order of the file. The keys are unique.
type Map[T any] []Entry[T]

// Entry is one key of a Map with its value. Its place is that of the key.
type Entry[T any] struct {
	yamlfile.Place
	Key   string
	Value T
}

func (m *Map[T]) decode(d *decoder, n ast.Node, f field) {
	*m = Map[T]{}
	seen := map[string]bool{}
	for _, pair := range d.Pairs(n, f.key, "keys and values") {
		key, ok := d.Key(pair, seen)
		if !ok {
			continue
		}
		*m = append(*m, Entry[T]{Place: d.Place(pair.Key), Key: key})
		d.value(pair.Value, reflect.ValueOf(&(*m)[len(*m)-1].Value).Elem(), f.named(fmt.Sprintf("%s %.60q", f.key, key)))
	}
}

func (*Map[T]) schema(s *schemaBuilder, form string) map[string]any {
	return map[string]any{"type": "object", "additionalProperties": s.of(reflect.TypeFor[T](), form)}
}

// noValue is a key without a value.
type noValue struct{ yamlfile.Place }

func (*noValue) decode(d *decoder, n ast.Node, f field) {
	if _, ok := n.(*ast.NullNode); !ok {
		d.Fail(n, "", "%s takes no value", f.key)
	}
}

func (*noValue) schema(*schemaBuilder, string) map[string]any { return map[string]any{"type": "null"} }

// Answer selects the questions that the visitor answers: the next Next questions of the bot, All that are left, or Fields in their
// order.
type Answer struct {
	yamlfile.Place
	Next   Scalar[int]
	All    bool
	Fields Map[Text]
}

// allAnswers is the value for all questions that are left.
const allAnswers = "all"

func (a *Answer) decode(d *decoder, n ast.Node, f field) {
	if _, ok := n.(*ast.MappingNode); !ok {
		text, ok := yamlfile.Scalar(n)
		if !ok {
			d.Fail(n, "", "%s takes a number of questions, all, or fields with their texts", f.key)
			return
		}
		if a.All = text == allAnswers; a.All {
			return
		}
		d.value(n, reflect.ValueOf(&a.Next).Elem(), field{key: f.key, form: "count"})
		return
	}
	d.value(n, reflect.ValueOf(&a.Fields).Elem(), f)
	if len(a.Fields) == 0 {
		d.Fail(n, "", "%s has no field; write a field with its text, or the number of questions to answer", f.key)
	}
}

func (*Answer) schema(s *schemaBuilder, _ string) map[string]any {
	fields := s.of(reflect.TypeFor[Map[Text]](), "")
	fields["minProperties"] = 1
	return map[string]any{"anyOf": []any{forms["count"].schema, enum([]string{allAnswers}), fields}}
}
