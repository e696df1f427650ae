package fuzz

import (
	"fmt"
	"slices"
	"strings"

	"artihook/emitter/exchange"
	"artihook/emitter/history"
	"artihook/emitter/receiver"
	"artihook/emitter/text"
)

// difference returns the fields in which the failing event differs from a plain one.
func (r *run) difference(a *attempt) []string {
	if len(a.example.notes) == 0 {
		return nil
	}
	failing := &a.example.steps[a.violation.step].event
	plain := r.generateAt(&choices{}, a.example.number, a.example.now).steps[0].event
	before := history.Delivery{Request: requestOf(plain.AppendJSON(nil))}
	after := history.Delivery{Request: requestOf(failing.AppendJSON(nil))}
	var lines []string
	more := 0
	for _, d := range history.Diff(&before, &after) {
		field, inBody := strings.CutPrefix(d.Field, "request.body.")
		if !inBody {
			continue
		}
		line := differenceLine(field, d.Before, d.After)
		switch {
		case slices.Contains(lines, line):
		case len(lines) == maxDifferences:
			more++
		default:
			lines = append(lines, line)
		}
	}
	if more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	return lines
}

// violatedRules returns the rules of the schema that the failing event violates: it has a custom value, for example.
func violatedRules(a *attempt) []string {
	var lines []string
	for _, flaw := range receiver.Lint(a.example.steps[a.violation.step].event.AppendJSON(nil)) {
		if flaw.Schema != "" && len(lines) < maxDifferences {
			lines = append(lines, fmt.Sprintf("%s (schema %s)", oneLine(flaw.String()), flaw.Schema))
		}
	}
	return lines
}

// maxDifferences is the number of fields that are listed.
const maxDifferences = 12

func requestOf(body []byte) exchange.Request {
	return exchange.Request{Method: "POST", Headers: exchange.Headers{{Name: "Content-Type", Value: "application/json"}}, Body: body}
}

func differenceLine(field string, before, after *string) string {
	field = text.Visible(clip(field))
	switch {
	case before == nil || after == nil:
		if answer, part, ok := cutLast(field, "."); ok && strings.HasPrefix(field, "lead.data.") && slices.Contains(answerKeys, part) {
			field = answer
		}
		if before == nil {
			return field + ": only in this event"
		}
		return field + ": not in this event"
	}
	return fmt.Sprintf("%s: %s, not %s", field, clipValue(*after), clipValue(*before))
}

// answerKeys are the keys of an answer. Their values may have keys too.
var answerKeys = []string{"input", "type", "display_value", "value"}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

func clipValue(json string) string { return text.Visible(clip(json)) }
