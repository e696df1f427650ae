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

func (m *Map[T]) decode(d *decoder, n ast.Node, what string) {
	*m = Map[T]{}
	seen := map[string]bool{}
	for _, pair := range d.Pairs(n, what, "keys and values") {
		key, ok := d.Key(pair, seen)
		if !ok {
			continue
		}
		*m = append(*m, Entry[T]{Place: d.Place(pair.Key), Key: key})
		d.value(pair.Value, reflect.ValueOf(&(*m)[len(*m)-1].Value).Elem(), fmt.Sprintf("%s %.60q", what, key))
	}
}

func (*Map[T]) schema(s *schemaBuilder) map[string]any {
	return map[string]any{"type": "object", "additionalProperties": s.of(reflect.TypeFor[T]())}
}

// List is one value or a list of them.
type List[T any] []T

func (l *List[T]) decode(d *decoder, n ast.Node, what string) {
	if _, ok := n.(*ast.SequenceNode); ok {
		d.list(n, reflect.ValueOf(l).Elem(), what)
		return
	}
	*l = make(List[T], 1)
	d.value(n, reflect.ValueOf(&(*l)[0]).Elem(), what)
}

func (*List[T]) schema(s *schemaBuilder) map[string]any {
	one := s.of(reflect.TypeFor[T]())
	return map[string]any{"anyOf": []any{one, map[string]any{"type": "array", "minItems": 1, "items": one}}}
}

// Bare is a key without a value.
type Bare struct{ yamlfile.Place }

func (*Bare) decode(d *decoder, n ast.Node, what string) {
	if _, ok := n.(*ast.NullNode); !ok {
		d.Fail(n, "", "%s takes no value", what)
	}
}

func (*Bare) schema(*schemaBuilder) map[string]any { return map[string]any{"type": "null"} }

// Answer says which questions the visitor answers: the next Next questions of the bot, All that are left, or Fields in their
// order.
type Answer struct {
	yamlfile.Place
	Next   Count
	All    bool
	Fields Map[Text]
}

// allAnswers is the value for all questions that are left.
const allAnswers = "all"

func (a *Answer) decode(d *decoder, n ast.Node, what string) {
	if _, ok := n.(*ast.MappingNode); !ok {
		text, ok := yamlfile.Scalar(n)
		if !ok {
			d.Fail(n, "", "%s takes a number of questions, all, or fields with their texts", what)
			return
		}
		if a.All = text == allAnswers; a.All {
			return
		}
		d.value(n, reflect.ValueOf(&a.Next).Elem(), what)
		return
	}
	d.value(n, reflect.ValueOf(&a.Fields).Elem(), what)
	if len(a.Fields) == 0 {
		d.Fail(n, "", "%s has no field; write a field with its text, or the number of questions to answer", what)
	}
}

func (*Answer) schema(s *schemaBuilder) map[string]any {
	fields := s.of(reflect.TypeFor[Map[Text]]())
	fields["minProperties"] = 1
	return map[string]any{"anyOf": []any{s.of(reflect.TypeFor[Count]()), enum([]string{allAnswers}), fields}}
}
