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
			l.add(FlawType, path, "got %s, want an object with input, type, display_value, value", entry.kind)
			continue
		}
		l.object(path, entry, answerKeys)
		l.value(path, entry)
	}
	stored := slices.Clone(data.keys)
	if root.textAt("action") != string(payload.Completed) && len(stored) > 0 {
		stored = stored[:len(stored)-1] // the newest answer has not been read back yet
	}
	if !slices.Equal(inStoredOrder(stored), stored) {
		l.add(FlawAnswerOrder, "lead.data", "want the answers in the order of the database: by length of the field name, then bytewise; in created and updated events, the newest answer is last")
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
	switch kindOf := payload.Type(entry.textAt("type")); kindOf {
	case payload.TypeText, payload.TypeEmail, payload.TypePhone, payload.TypeMultipleChoice:
		if value.kind != kindString || value.text != entry.textAt("input") {
			l.add(FlawType, path, "want the string of input, because the type is %s", kindOf)
		}
	case payload.TypeNumber:
		if value.kind != kindDouble {
			l.add(FlawType, path, "got %s, want a double such as 4.0", value.kind)
		}
	case payload.TypeDateTime:
		l.object(path, value, []key{stringKey("date_time"), stringKey("grain"), stringKey("timezone")})
	case payload.TypeAddress:
		l.object(path, value, []key{stringKey("line1"), stringKey("line2"), stringKey("city"), stringKey("state"), stringKey("zip_code"), stringKey("country")})
	default:
		l.add(FlawAnswerType, path[:len(path)-len(".value")]+".type", "ArtiBot does not document the answer type %q (docs/contract.md#answers)", kindOf)
	}
}
