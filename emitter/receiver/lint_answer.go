package receiver

import (
	"slices"

	"artihook/emitter/payload"
)

// answers checks the entries of lead.data and their order.
func (l *linter) answers(root *node) {
	data := root.at("lead", "data")
	if data == nil || data.kind != kindObject {
		return
	}
	for _, field := range data.keys {
		path := "lead.data." + field
		entry := data.at(field)
		if entry.kind != kindObject {
			l.add(FlawType, path, definition("Answer"), "got %s, want an object with input, type, display_value, value", entry.kind)
			continue
		}
		l.object(path, entry, definition(payload.AnswerDefinition(payload.Type(entry.textAt("type")))), payload.AnswerObject().Keys)
		l.value(path, entry)
	}
	stored := slices.Clone(data.keys)
	if root.textAt("action") != string(payload.Completed) && len(stored) > 0 {
		stored = stored[:len(stored)-1] // the newest answer has not been read back yet
	}
	if !slices.Equal(inStoredOrder(stored), stored) {
		l.add(FlawAnswerOrder, "lead.data", "", "want the answers in the order of the database: by length of the field name, then bytewise; in created and updated events, the newest answer is last")
	}
}

func inStoredOrder(fields []string) []string {
	var answers []payload.Answer
	for _, field := range fields {
		answers = append(answers, payload.Answer{Field: field})
	}
	ordered := make([]string, 0, len(fields))
	for _, answer := range payload.StoredOrder(answers) {
		ordered = append(ordered, answer.Field)
	}
	return ordered
}

// value checks the value of an answer of its type.
func (l *linter) value(path string, entry *node) {
	value := entry.at("value")
	if value == nil || entry.at("type") == nil {
		return
	}
	path += ".value"
	kindOf := payload.Type(entry.textAt("type"))
	at := propertyAt(payload.AnswerDefinition(kindOf), "value")
	switch kindOf {
	case payload.TypeText, payload.TypeEmail, payload.TypePhone, payload.TypeMultipleChoice:
		switch {
		case value.kind != kindString:
			l.add(FlawType, path, at, "got %s, want the string of input, because the type is %s", value.kind, kindOf)
		case value.text != entry.textAt("input"):
			l.add(FlawType, path, "", "want the string of input, because the type is %s", kindOf)
		}
	case payload.TypeNumber:
		switch value.kind {
		case kindDouble:
		case kindInteger:
			l.add(FlawType, path, "", "got %s, want a double such as 4.0", value.kind)
		default:
			l.add(FlawType, path, at, "got %s, want a double such as 4.0", value.kind)
		}
	case payload.TypeDateTime:
		l.valueObject(path, value, payload.MomentObject())
		l.moment(path+".date_time", value.at("date_time"))
	case payload.TypeAddress:
		l.valueObject(path, value, payload.AddressObject())
	default:
		l.add(FlawAnswerType, path[:len(path)-len(".value")]+".type", definition("Answer"), "ArtiBot does not document the answer type %q (%s)", kindOf, payload.ContractSection("2, Answers"))
	}
}

// moment checks the date of a date_time answer.
func (l *linter) moment(path string, n *node) {
	if n == nil || n.kind != kindString {
		return
	}
	if at, err := payload.ParseDateTime(n.text); err != nil || payload.Minute(at.Time()).String() != n.text {
		l.add(FlawDate, path, propertyAt("DateValue", "date_time"), "got %q, want a minute in UTC, like 2022-07-28T09:31:00Z", n.text)
	}
}

// valueObject checks a value that is an object.
func (l *linter) valueObject(path string, value *node, want *payload.Object) {
	if value.kind != kindObject {
		l.add(FlawType, path, definition(want.Name)+"/type", "got %s, want %s", value.kind, kindObject)
		return
	}
	l.object(path, value, definition(want.Name), want.Keys)
}
