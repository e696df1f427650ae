package scenarios

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"artihook/emitter/text"

	"github.com/ohler55/ojg/jp"
)

// sentPrefix begins the names of values that a step has sent: ${sent.version}, or ${first.sent.version} for the step with the id first.
const sentPrefix = "sent."

// sentValue returns the value of ${sent.…}. ok reports whether the name is one of a sent value.
func (b *branchRun) sentValue(name string) (value string, ok bool, err error) {
	id, path, found := "", strings.TrimPrefix(name, sentPrefix), strings.HasPrefix(name, sentPrefix)
	if !found {
		if id, path, found = strings.Cut(name, "."+sentPrefix); !found {
			return "", false, nil
		}
	}
	event, err := b.sentEvent(id)
	if err == nil && event != nil {
		value, err = b.valueIn(event, path)
	}
	if err != nil && b.vars.unsure {
		b.vars.guessed = true
		err = nil
	}
	return value, true, err
}

// sentEvent returns the last event of the step with this id, or of the last step if id is "".
func (b *branchRun) sentEvent(id string) (*pendingEvent, error) {
	switch events := b.sent[id]; {
	case id == "" && b.lastSent == nil:
		return nil, errors.New("no step before this one has sent anything, so ${sent.…} has no value")
	case id == "":
		return b.lastSent, nil
	case len(events) > 0:
		return events[len(events)-1], nil
	}
	if near := text.Nearest(id, slices.Sorted(maps.Keys(b.sent))); near != "" {
		return nil, fmt.Errorf("no step before this one has the id %q; did you mean %q?", id, near)
	}
	return nil, fmt.Errorf("no step before this one has the id %q, so ${%s.%s…} has no value", id, id, sentPrefix)
}

// valueIn returns the value at a path in the body of an event, as the first webhook gets it.
func (b *branchRun) valueIn(p *pendingEvent, path string) (string, error) {
	m, err := p.message(&b.scenario.webhooks[0])
	if err != nil {
		return "", err
	}
	if path == "body" {
		return string(m.Body), nil
	}
	at, err := parseSentPath(path)
	if err != nil {
		return "", err
	}
	body, err := parseJSON(m.Body)
	if err != nil {
		return "", fmt.Errorf("the body that was sent is not JSON, so it has no %s; ${sent.body} is the whole body", path)
	}
	if found := at.Get(body); len(found) == 1 {
		return textOf(found[0]), nil
	}
	fields := b.questionsOf(p, at)
	if b.scenario.dryRun && b.vars.lenient && len(fields) > 0 && slices.Contains(fields, childName(at[fieldDepth])) {
		b.vars.guessed = true // another seed asks this question
		return "", nil
	}
	return "", unknownSent(body, at, path, fields)
}

// fieldDepth is the number of fragments before the field in the path of an answer: $, lead and data.
const fieldDepth = 3

// parseSentPath returns the path in the body. lead, version, event and answers are short names.
func parseSentPath(path string) (jp.Expr, error) {
	full, answer := path, false
	switch path {
	case "lead":
		full = "lead.id"
	case "version":
		full = "lead.version"
	case "event":
		full = "action"
	case "answers":
		full = "lead.data"
	}
	if rest, ok := strings.CutPrefix(path, "answers"); ok && (strings.HasPrefix(rest, ".") || strings.HasPrefix(rest, "[")) {
		full, answer = "lead.data"+rest, true
	}
	at, err := jp.ParseString("$." + full)
	if err != nil {
		return nil, fmt.Errorf("%.60q is not a path in the body that was sent; write it like ${sent.answers['Email']} or ${sent.meta.ip_address}", path)
	}
	for _, fragment := range at[1:] {
		if _, ok := fragment.(jp.Child); !ok {
			return nil, fmt.Errorf("%.60q is not a path to one value; write names only, such as ${sent.answers['Email']}", path)
		}
	}
	if answer && len(at) == fieldDepth+1 {
		at = append(at, jp.Child("value"))
	}
	return at, nil
}

// questionsOf returns the fields of the event's bot, or nil if the path is not that of an answer.
func (b *branchRun) questionsOf(p *pendingEvent, at jp.Expr) []string {
	if p.event == nil || len(at) <= fieldDepth || childName(at[1]) != "lead" || childName(at[2]) != "data" {
		return nil
	}
	bot, err := b.scenario.generators.bots.get(p.bot, b.scenario.file)
	if err != nil {
		return nil
	}
	fields := make([]string, len(bot.Questions))
	for i := range bot.Questions {
		fields[i] = bot.Questions[i].Field
	}
	return fields
}

// childName returns the name of a fragment of a path that parseSentPath has accepted.
func childName(fragment jp.Frag) string {
	name, _ := fragment.(jp.Child)
	return string(name)
}

// unknownSent returns the error for a path that finds nothing, with the nearest name. fields are those of the bot, for an answer.
func unknownSent(body any, at jp.Expr, path string, fields []string) error {
	var parent any = body
	for i, fragment := range at[1:] {
		name := childName(fragment)
		object, ok := parent.(map[string]any)
		if !ok {
			break
		}
		child, found := object[name]
		if found {
			parent = child
			continue
		}
		known := slices.Sorted(maps.Keys(object))
		switch {
		case len(at) == 2:
			known = append(known, "answers", "version", "event", "body") // the short names
		case i+1 == fieldDepth:
			known = append(known, fields...)
		}
		if near := text.Nearest(name, known); near != "" {
			return fmt.Errorf("the event has no %s; did you mean %q?", path, near)
		}
		return fmt.Errorf("the event has no %s; known here: %s", path, strings.Join(known, ", "))
	}
	return fmt.Errorf("the event has no %s", path)
}
