package format

import (
	"reflect"

	"artihook/emitter/jsonschema"
)

// SchemaLine is the first line of a scenario, with which an editor finds the schema beside the file, and the command that writes it.
const SchemaLine = "# yaml-language-server: $schema=scenario.schema.json\n" +
	"# Write this schema: artihook schema scenario > scenario.schema.json\n"

// Schema returns the JSON Schema (2020-12) of the scenario file, for editors. It is generated from the types and tags that
// the decoder uses. It does not have the rules about several places of a file: the order of steps, unique ids, and fault
// injection only where something is sent.
func Schema() *jsonschema.Document {
	s := &schemaBuilder{defs: map[string]any{}}
	top := s.object(reflect.TypeFor[File]())
	top["$defs"] = s.defs
	return &jsonschema.Document{
		Name: "scenario", Title: "Scenario", Description: "A scenario of artihook: the steps of the visitor, ArtiBot and the network.", Schema: top,
	}
}

// schemaBuilder collects the definitions of the structs, which may contain each other.
type schemaBuilder struct{ defs map[string]any }

// of returns the schema of a type. form is the form tag of the field.
func (s *schemaBuilder) of(t reflect.Type, form string) map[string]any {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if own, ok := reflect.New(t).Interface().(interface {
		schema(s *schemaBuilder, form string) map[string]any
	}); ok {
		return own.schema(s, form)
	}
	if t.Kind() == reflect.Slice {
		return map[string]any{"type": "array", "minItems": 1, "items": s.of(t.Elem(), form)}
	}
	return s.defined(t)
}

// defined returns a reference to the definition of a struct, and adds the definition if it is new.
func (s *schemaBuilder) defined(t reflect.Type) map[string]any {
	if _, ok := s.defs[t.Name()]; !ok {
		s.defs[t.Name()] = nil // ends the recursion: a step contains steps
		s.defs[t.Name()] = s.object(t)
	}
	return map[string]any{"$ref": "#/$defs/" + t.Name()}
}

func (s *schemaBuilder) object(t reflect.Type) map[string]any {
	properties := jsonschema.Object{}
	var required, one []any
	choice := "oneOf"
	for _, f := range fieldsOf(t) {
		property := s.of(t.FieldByIndex(f.index).Type, f.form)
		if f.single {
			property = map[string]any{"anyOf": []any{property["items"], property}}
		}
		property["description"] = f.doc
		properties = append(properties, jsonschema.Member{Name: f.key, Value: property})
		if f.need {
			required = append(required, f.key)
		}
		if f.group != "" {
			one = append(one, map[string]any{"required": []any{f.key}})
			if f.several {
				choice = "anyOf"
			}
		}
	}
	object := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if required != nil {
		object["required"] = required
	}
	if one != nil {
		object[choice] = one
	}
	return object
}
