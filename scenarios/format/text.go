package format

import (
	"errors"
	"strings"

	"artihook/emitter/text"
	"artihook/fixtures"
	"artihook/fixtures/yamlfile"
)

// Text is any text; 12 and true are texts too. It may contain ${name}, which the runner replaces by the value of the variable.
// $${ is a literal ${. With the form tag bot, it is the name of a ready bot or the file of a bot; with
// the form tag time, it is a time. The form tag name is for a text that must not be empty.
type Text struct {
	yamlfile.Place
	Value string
}

func (t *Text) parse(s, form string) error {
	t.Value = s
	if form == "time" && !strings.Contains(s, "${") {
		_, err := ParseTime(s)
		return err
	}
	if form == "bot" && !strings.ContainsAny(s, `./\`) && !strings.Contains(s, "${") { // otherwise a file, or a variable
		return text.OneOf("bot", s, fixtures.Bots())
	}
	return unclosed(s)
}

func (*Text) schema(_ *schemaBuilder, form string) map[string]any {
	switch form {
	case "name":
		s := anyText()
		s["minLength"] = 1
		return s
	case "time":
		return pattern(timeForm + `|\$\{`)
	case "bot":
		return map[string]any{"anyOf": []any{enum(fixtures.Bots()), pattern(`[./\\]|\$\{`)}}
	}
	return anyText()
}

func anyText() map[string]any { return map[string]any{"type": []any{"string", "number", "boolean"}} }

// unclosed returns an error if a ${ in the text has no }. The error does not quote the text, which may be a secret.
func unclosed(s string) error {
	for {
		before, after, found := strings.Cut(s, "${")
		if !found {
			return nil
		}
		if strings.HasSuffix(before, "$") {
			s = after
			continue
		}
		if _, s, found = strings.Cut(after, "}"); !found {
			return errors.New("a ${ is never closed; write ${name}")
		}
	}
}
