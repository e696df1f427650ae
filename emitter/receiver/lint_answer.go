package receiver

import (
	"slices"

	"artihook/emitter/payload"
)

// answers holds lead.data against the contract: each entry, and their order.
func (l *linter) answers(root *node) {
	data := root.at("lead", "data")
	if data == nil || data.kind != kindObject {
		return
	}
	for _, field := range data.keys {
		path := "lead.data." + field
		entry := data.at(field)
		if entry.kind != kindObject {
			l.add(FlawType, path, "it is %s, want an object with input, type, display_value, value", entry.kind)
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
		l.add(FlawAnswerOrder, "lead.data", "answers from the database stand by the length of their names, then bytewise; in created and updated the newest stands last")
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

// value holds an answer's value against its type.
func (l *linter) value(path string, entry *node) {
	value := entry.at("value")
	if value == nil || entry.at("type") == nil {
		return
	}
	path += ".value"
	switch kindOf := payload.Type(entry.textAt("type")); kindOf {
	case payload.TypeText, payload.TypeEmail, payload.TypePhone, payload.TypeMultipleChoice:
		if value.kind != kindText || value.text != entry.textAt("input") {
			l.add(FlawType, path, "the value of type %s is the text of the input", kindOf)
		}
	case payload.TypeNumber:
		if value.kind != kindDouble {
			l.add(FlawType, path, "it is %s, want a double such as 4.0", value.kind)
		}
	case payload.TypeDateTime:
		l.object(path, value, []key{stringKey("date_time"), stringKey("grain"), stringKey("timezone")})
	case payload.TypeAddress:
		l.object(path, value, []key{stringKey("line1"), stringKey("line2"), stringKey("city"), stringKey("state"), stringKey("zip_code"), stringKey("country")})
	default:
		l.add(FlawAnswerType, path[:len(path)-len(".value")]+".type", "ArtiBot documents no answer type %q (docs/contract.md#answers)", kindOf)
	}
}
