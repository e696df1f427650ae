package receiver

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	violation "github.com/santhosh-tekuri/jsonschema/v6/kind"

	"artihook/emitter/payload"
	"artihook/fixtures"
)

// everyType is a bot that has a question of each type.
const everyType = `name: every-type
questions:
  - {field: Text, type: text}
  - {field: Email, type: email}
  - {field: Phone, type: phone_number}
  - {field: Choice, type: multiple_choice, choices: [a, b]}
  - {field: Number, type: number}
  - {field: Date, type: date_time}
  - {field: Address, type: address}
`

// TestEverySchemaRule mutates an event of each edition and action in every place. Each rule of the schema must reject a mutant, and
// Lint and a validator must report the same rules.
func TestEverySchemaRule(t *testing.T) {
	t.Parallel()
	bot, err := fixtures.ParseBot("every-type.yaml", []byte(everyType))
	if err != nil {
		t.Fatal(err)
	}
	for _, edition := range payload.Editions {
		for _, action := range payload.Actions {
			body := eventWithAll(t, bot, edition, action)
			for name, questions := range map[string][]payload.Question{"any bot": nil, "one bot": bot.SchemaQuestions()} {
				t.Run(fmt.Sprint(edition, action, name), func(t *testing.T) {
					t.Parallel()
					checkRules(t, payload.Schema(edition, questions).Encode(), body, action, questions == nil && action != payload.Created)
				})
			}
		}
	}
}

// eventWithAll returns an event of an action that has an answer to every question.
func eventWithAll(t *testing.T, bot *fixtures.Bot, edition payload.Edition, action payload.Action) []byte {
	t.Helper()
	generator, err := fixtures.NewGenerator(bot, fixtures.Options{Seed: 18, Edition: edition})
	if err != nil {
		t.Fatal(err)
	}
	c := generator.Conversation(1, time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC))
	for e := c.Next(); e != nil; e = c.Next() {
		if len(e.Lead.Data) == len(bot.Questions) && (e.Action == payload.Completed) == (action == payload.Completed) {
			e.Action = action
			return e.AppendJSON(nil)
		}
	}
	t.Fatalf("the conversation has no event with %d answers", len(bot.Questions))
	return nil
}

// checkRules checks that each rule of the schema rejects a mutant of the body, except the rules for events of other actions. With
// lints, it compares the rules with those of Lint.
func checkRules(t *testing.T, schema, body []byte, action payload.Action, lints bool) {
	var document, event map[string]any
	if err := json.Unmarshal(schema, &document); err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{}
	for _, rule := range rulesOf(t, document, "#") {
		want[rule] = true
	}
	others := map[bool]string{true: "#/else/", false: "#/then/"}[action == payload.Completed]
	maps.DeleteFunc(want, func(rule string, _ bool) bool { return strings.HasPrefix(rule, others) })

	compiled := compile(schema)
	if places := validate(t, compiled, body); places != nil {
		t.Fatalf("the event is not valid: %v\n%s", places, body)
	}
	if err := json.Unmarshal(body, &event); err != nil {
		t.Fatal(err)
	}
	mutants := 0
	mutate(event, func(mutant any) {
		mutants++
		text, err := json.Marshal(mutant)
		if err != nil {
			t.Fatal(err)
		}
		violated := validate(t, compiled, text)
		for _, place := range violated {
			delete(want, place)
		}
		if lints && sameEdition(mutant, event) {
			checkPlaces(t, violated, Lint(text))
		}
	})
	for _, rule := range slices.Sorted(maps.Keys(want)) {
		t.Errorf("none of %d mutants is rejected by %s", mutants, rule)
	}
}

// sameEdition reports whether Lint finds the edition of an event, and a lead at all, in a mutant.
func sameEdition(mutant any, event map[string]any) bool {
	changed, _ := mutant.(map[string]any)
	lead, _ := changed["lead"].(map[string]any)
	return lead != nil && lead["status"] == event["lead"].(map[string]any)["status"]
}

// annotations are the keywords that reject nothing.
var annotations = []string{"$schema", "$id", "$comment", "title", "description", "examples"}

// rulesOf returns the places of all rules of a schema: a keyword, a key that is required, or the schema false.
func rulesOf(t *testing.T, schema any, at string) (rules []string) {
	object, ok := schema.(map[string]any)
	if !ok {
		return []string{at}
	}
	for keyword, value := range object {
		place := at + "/" + keyword
		switch keyword {
		case "properties", "$defs":
			for name, inside := range value.(map[string]any) {
				rules = append(rules, rulesOf(t, inside, place+"/"+name)...)
			}
		case "allOf", "oneOf":
			for i, inside := range value.([]any) {
				rules = append(rules, rulesOf(t, inside, fmt.Sprint(place, "/", i))...)
			}
		case "then", "else":
			rules = append(rules, rulesOf(t, value, place)...)
		case "additionalProperties":
			if value != false {
				rules = append(rules, rulesOf(t, value, place)...)
				continue
			}
			rules = append(rules, place)
		case "required":
			for _, key := range value.([]any) {
				rules = append(rules, place+"/"+key.(string))
			}
		case "type", "enum", "const", "pattern", "format", "minimum":
			rules = append(rules, place)
		case "$ref", "if": // the rules are those of the definition, and of then and else
		default:
			if !slices.Contains(annotations, keyword) {
				t.Errorf("%s: the test does not know this keyword", place)
			}
		}
	}
	return rules
}

// places returns the places of the rules that an error reports, without those that it contains.
func places(e *jsonschema.ValidationError) []string {
	_, at, _ := strings.Cut(e.SchemaURL, "#")
	place := strings.Join(append([]string{"#" + at}, e.ErrorKind.KeywordPath()...), "/")
	missing, ok := e.ErrorKind.(*violation.Required)
	if !ok {
		return []string{place}
	}
	var keys []string
	for _, key := range missing.Missing {
		keys = append(keys, place+"/"+key)
	}
	return keys
}

// addedKeys are the keys that mutate adds to each object: an unknown one, and those that only some events have.
var addedKeys = map[string]any{"extra": 1, "last_answered_field_name": 1, "closed_status": "x"}

// mutate calls yield with copies of a value that have one change: a value of another type or form, or a key more or less.
func mutate(value any, yield func(mutant any)) {
	for _, other := range []any{nil, 0, 1.5, "x", map[string]any{}} {
		yield(other)
	}
	if text, ok := value.(string); ok {
		yield(strings.ToUpper(text))                   // the format of a UUID, but not ArtiBot's
		yield(strings.Replace(text, "Z", "+00:00", 1)) // the same for a date
	}
	object, ok := value.(map[string]any)
	if !ok {
		return
	}
	for key, added := range addedKeys {
		if _, ok := object[key]; !ok {
			yield(with(object, key, added))
		}
	}
	for key, inside := range object {
		less := maps.Clone(object)
		delete(less, key)
		yield(less)
		mutate(inside, func(mutant any) { yield(with(object, key, mutant)) })
	}
}

// with returns a copy of an object that has another value of a key.
func with(object map[string]any, key string, value any) map[string]any {
	more := maps.Clone(object)
	more[key] = value
	return more
}
