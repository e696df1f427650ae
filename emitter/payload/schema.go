package payload

import (
	"slices"

	"artihook/emitter/jsonschema"
)

// resource is the resource of every event.
const resource = "lead"

// Question is what a JSON Schema needs to know about a question of a bot.
type Question struct {
	Field   string
	Type    Type
	Choices []string // of multiple_choice
	Custom  bool     // the bot's code stores any value
}

// Schema returns the JSON Schema of the events of an edition. With questions, the answers are those of a bot: other fields,
// types and choices are invalid. The order of keys and answers, equal ids and versions, and the spelling of the JSON text
// cannot be expressed in a schema.
func Schema(edition Edition, questions []Question) *jsonschema.Document {
	s := &eventSchema{edition, questions, jsonschema.Object{}}
	event := s.object(EventObject())
	isCompleted := propertySchema(jsonschema.Schema{"const": Completed}, "action")
	isCompleted["required"] = []string{"action"}
	event["if"] = isCompleted
	event["then"], event["else"] = s.completed()
	s.answers()
	event["$defs"] = s.defs
	return &jsonschema.Document{
		Name: "event:" + edition.String(), Title: "Event",
		Description: "An event that ArtiBot sends to a webhook: a lead was created, updated or completed. Edition " + edition.String() +
			" of the payload. A receiver should accept unknown keys and types of answers, which this schema rejects.",
		Schema: event,
	}
}

type eventSchema struct {
	edition   Edition
	questions []Question
	defs      jsonschema.Object
}

// object returns the schema of an object and adds the definitions of the objects in it.
func (s *eventSchema) object(o *Object) jsonschema.Schema {
	keys := slices.DeleteFunc(slices.Clone(o.Keys), func(k Key) bool {
		return k.field.Form == "closed" && s.edition == Edition2019
	})
	fields := make([]jsonschema.Field, len(keys))
	for i, k := range keys {
		fields[i] = k.field
		fields[i].Required = k.field.Form != "field" || s.edition == Edition2019
	}
	i := -1
	return jsonschema.Of(fields, func(f jsonschema.Field) jsonschema.Schema {
		i++
		switch k := &keys[i]; {
		case k.Inside != nil:
			s.define(k.Inside.Name, s.object(k.Inside))
			return jsonschema.Ref(k.Inside.Name)
		case f.Form == "data":
			return jsonschema.Ref("Answers")
		case f.Form == "field" && s.questions != nil:
			return jsonschema.Enum(s.fields()...)
		default:
			return k.value(s.edition)
		}
	})
}

func (s *eventSchema) define(name string, schema jsonschema.Schema) {
	schema["title"] = name
	s.defs = append(s.defs, jsonschema.Member{Name: name, Value: schema})
}

func (s *eventSchema) fields() []string {
	var fields []string
	for _, q := range s.questions {
		fields = append(fields, q.Field)
	}
	return fields
}

// completed returns the rules of completed events and those of other events.
func (s *eventSchema) completed() (completed, others jsonschema.Schema) {
	stored := propertySchema(jsonschema.Schema{"pattern": storedForm}, "lead", "modify_date")
	live := propertySchema(jsonschema.Schema{"pattern": utcForm}, "lead", "modify_date")
	if s.edition == Edition2019 {
		return stored, live
	}
	const last = "last_answered_field_name"
	add(stored, "meta", jsonschema.Schema{"properties": jsonschema.Object{{Name: last, Value: false}}})
	add(live, "meta", jsonschema.Schema{"required": []string{last}})
	return stored, live
}

// propertySchema returns a schema of objects whose property at path is valid.
func propertySchema(schema jsonschema.Schema, path ...string) jsonschema.Schema {
	for _, name := range slices.Backward(path) {
		schema = jsonschema.Schema{"properties": jsonschema.Object{{Name: name, Value: schema}}}
	}
	return schema
}

// add adds a property to a schema of propertySchema.
func add(schema jsonschema.Schema, name string, value jsonschema.Schema) {
	schema["properties"] = append(schema["properties"].(jsonschema.Object), jsonschema.Member{Name: name, Value: value})
}

// answerForms are the definitions of answers by the form of their value.
var answerForms = []struct {
	name  string
	types []Type
	value jsonschema.Schema
}{
	{"TextAnswer", []Type{TypeText, TypeEmail, TypePhone, TypeMultipleChoice}, jsonschema.Types("string")},
	{"NumberAnswer", []Type{TypeNumber}, jsonschema.Types("number")},
	{"DateAnswer", []Type{TypeDateTime}, jsonschema.Ref("DateValue")},
	{"AddressAnswer", []Type{TypeAddress}, jsonschema.Ref("AddressValue")},
}

// AnswerDefinition returns the name of the definition for answers of a type, "Answer" if the type is not in the contract.
func AnswerDefinition(kind Type) string {
	for _, form := range answerForms {
		if slices.Contains(form.types, kind) {
			return form.name
		}
	}
	return "Answer"
}

// answers adds the definitions of answers.
func (s *eventSchema) answers() {
	answers := jsonschema.Schema{"type": "object", "description": "The answers by field name.", "additionalProperties": jsonschema.Ref("Answer")}
	if s.questions != nil {
		properties := jsonschema.Object{}
		for i := range s.questions {
			properties = append(properties, jsonschema.Member{Name: s.questions[i].Field, Value: s.questions[i].answer()})
		}
		answers = jsonschema.Schema{"type": "object", "description": "The answers by field name.", "properties": properties, "additionalProperties": false}
	}
	s.define("Answers", answers)
	var all []jsonschema.Schema
	for _, form := range answerForms {
		all = append(all, jsonschema.Ref(form.name))
	}
	s.define("Answer", jsonschema.Schema{"description": "The answer to one question. type decides on the form of value.", "oneOf": all})
	for _, form := range answerForms {
		s.define(form.name, answerSchema(form.types, form.value))
	}
	s.define("DateValue", s.object(MomentObject()))
	s.define("AddressValue", s.object(AddressObject()))
}

// answerSchema returns the schema of answers of these types. No types allow any.
func answerSchema(types []Type, value jsonschema.Schema) jsonschema.Schema {
	return jsonschema.Of(fieldsOf(AnswerObject()), func(f jsonschema.Field) jsonschema.Schema {
		switch {
		case f.Form == "value":
			return value
		case f.Form == "type" && len(types) == 1:
			return jsonschema.Schema{"type": "string", "const": types[0]}
		case f.Form == "type":
			return jsonschema.Schema{"type": "string", "enum": types}
		}
		return jsonschema.Types("string")
	})
}

func fieldsOf(o *Object) []jsonschema.Field {
	fields := make([]jsonschema.Field, len(o.Keys))
	for i, k := range o.Keys {
		fields[i] = k.field
	}
	return fields
}

// answer returns the schema of the answers to a question.
func (q *Question) answer() jsonschema.Schema {
	definition := AnswerDefinition(q.Type)
	if definition == "Answer" || q.Custom {
		return answerSchema([]Type{q.Type}, jsonschema.Schema{})
	}
	exact := jsonschema.Object{{Name: "type", Value: jsonschema.Schema{"const": q.Type}}}
	if len(q.Choices) > 0 {
		exact = append(exact, jsonschema.Member{Name: "value", Value: jsonschema.Enum(q.Choices...)})
	}
	return jsonschema.Schema{"allOf": []jsonschema.Schema{jsonschema.Ref(definition), {"properties": exact}}}
}
