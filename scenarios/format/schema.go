package format

import (
	"bytes"
	"encoding/json"
	"reflect"
)

// Schema gives the JSON Schema (2020-12) of the scenario file, for editors. It is made from the same types and tags that
// reading follows. What needs a look at two places at once (the order of steps, ids, mishaps beside an action that sends
// nothing) is not in it.
func Schema() []byte {
	s := &schemer{defs: map[string]any{}}
	top := s.object(reflect.TypeFor[File]())
	top["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	top["title"] = "artihook scenario"
	top["$defs"] = s.defs
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(top); err != nil {
		panic("scenarios: the schema has no JSON form: " + err.Error())
	}
	return out.Bytes()
}

// schemer gathers the definitions of the structs, which may hold each other.
type schemer struct{ defs map[string]any }

// of gives the schema of a type.
func (s *schemer) of(t reflect.Type) map[string]any {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if own, ok := reflect.New(t).Interface().(interface {
		shape(s *schemer) map[string]any
	}); ok {
		return own.shape(s)
	}
	if t.Kind() == reflect.Slice {
		return map[string]any{"type": "array", "minItems": 1, "items": s.of(t.Elem())}
	}
	return s.defined(t)
}

// defined refers to the definition of a struct, and makes it on first sight.
func (s *schemer) defined(t reflect.Type) map[string]any {
	if _, ok := s.defs[t.Name()]; !ok {
		s.defs[t.Name()] = nil // a step holds steps
		s.defs[t.Name()] = s.object(t)
	}
	return map[string]any{"$ref": "#/$defs/" + t.Name()}
}

func (s *schemer) object(t reflect.Type) map[string]any {
	properties := map[string]any{}
	var required, one []any
	for _, f := range fieldsOf(t) {
		property := s.of(t.FieldByIndex(f.index).Type)
		property["description"] = f.doc
		properties[f.key] = property
		if f.need {
			required = append(required, f.key)
		}
		if f.group != "" {
			one = append(one, map[string]any{"required": []any{f.key}})
		}
	}
	object := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if required != nil {
		object["required"] = required
	}
	if one != nil {
		object["oneOf"] = one
	}
	return object
}
