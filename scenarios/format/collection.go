package format

import (
	"fmt"
	"reflect"

	"artihook/fixtures/yamlfile"

	"github.com/goccy/go-yaml/ast"
)

// Map is keys and values in the order of the file; no key is in it twice.
type Map[T any] []Entry[T]

// Entry is one key of a Map. Its place is the key's.
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

func (*Map[T]) shape(s *schemer) map[string]any {
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

func (*List[T]) shape(s *schemer) map[string]any {
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

func (*Bare) shape(*schemer) map[string]any { return map[string]any{"type": "null"} }

// Answer is what the visitor answers: the bot's next Next questions, All that are left, or else Fields in their order.
type Answer struct {
	yamlfile.Place
	Next   Count
	All    bool
	Fields Map[Text]
}

// allAnswers stands for as many as the bot still has questions.
const allAnswers = "all"

func (a *Answer) decode(d *decoder, n ast.Node, what string) {
	if _, ok := n.(*ast.MappingNode); !ok {
		text, ok := yamlfile.Scalar(n)
		if !ok {
			d.Fail(n, "", "%s takes how many of the bot's next questions, or fields and texts", what)
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
		d.Fail(n, "", "%s names no field", what)
	}
}

func (*Answer) shape(s *schemer) map[string]any {
	fields := s.of(reflect.TypeFor[Map[Text]]())
	fields["minProperties"] = 1
	return map[string]any{"anyOf": []any{s.of(reflect.TypeFor[Count]()), enum([]string{allAnswers}), fields}}
}
