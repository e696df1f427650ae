package receiver

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"artihook/emitter/payload"
	"artihook/fixtures"
)

// validators returns the compiled JSON Schema of the events of each edition.
var validators = sync.OnceValue(func() map[payload.Edition]*jsonschema.Schema {
	compiled := map[payload.Edition]*jsonschema.Schema{}
	for _, edition := range payload.Editions {
		compiled[edition] = compile(payload.Schema(edition, nil).Encode())
	}
	return compiled
})

func compile(schema []byte) *jsonschema.Schema {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		panic(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("urn:artihook:schema:test", document); err != nil {
		panic(err)
	}
	return c.MustCompile("urn:artihook:schema:test")
}

// validate returns the places of the violated rules, sorted.
func validate(t testing.TB, schema *jsonschema.Schema, body []byte) []string {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	err = schema.Validate(document)
	if err == nil {
		return nil
	}
	var all []string
	var collect func(e *jsonschema.ValidationError)
	collect = func(e *jsonschema.ValidationError) {
		all = append(all, places(e)...)
		for _, cause := range e.Causes {
			collect(cause)
		}
	}
	collect(err.(*jsonschema.ValidationError))
	slices.Sort(all)
	return slices.Compact(all)
}

// checkPlaces compares the places in the schema that the flaws of a body name with those that a validator reports. Lint names one
// of them at least.
func checkPlaces(t *testing.T, places []string, flaws []Flaw) {
	t.Helper()
	expressed := false
	for _, flaw := range flaws {
		expressed = expressed || flaw.Schema != ""
		if flaw.Schema != "" && !slices.ContainsFunc(places, func(p string) bool { return p == flaw.Schema || strings.HasPrefix(p, flaw.Schema+"/") }) {
			t.Errorf("%s has the place %s, a validator reports\n%s", flaw.ID, flaw.Schema, strings.Join(places, "\n"))
		}
	}
	if !expressed && places != nil {
		t.Errorf("lint reports no rule of the schema, a validator reports\n%s", strings.Join(places, "\n"))
	}
}

// TestEventsAreValid validates the samples and 10,000 generated events, those of all bots in both editions.
func TestEventsAreValid(t *testing.T) {
	t.Parallel()
	samples, err := filepath.Glob("../payload/testdata/samples/*.json")
	if err != nil || len(samples) == 0 {
		t.Fatalf("%d samples, %v", len(samples), err)
	}
	for _, name := range samples {
		edition, err := payload.ParseEdition(filepath.Base(name)[:4])
		if err != nil {
			t.Fatal(err)
		}
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if places := validate(t, validators()[edition], body); places != nil {
			t.Errorf("%s: %v", name, places)
		}
	}
	bots := fixtures.Bots()
	count := 10_000/(len(bots)*len(payload.Editions)) + 1
	for _, name := range bots {
		for _, edition := range payload.Editions {
			t.Run(fmt.Sprint(name, edition), func(t *testing.T) {
				t.Parallel()
				eventsAreValid(t, name, edition, count)
			})
		}
	}
}

// eventsAreValid validates events of a bot with the schema of all bots and with that of this one.
func eventsAreValid(t *testing.T, name string, edition payload.Edition, count int) {
	bot, err := fixtures.LoadBot(name)
	if err != nil {
		t.Fatal(err)
	}
	generator, err := fixtures.NewGenerator(bot, fixtures.Options{Seed: 18, Edition: edition})
	if err != nil {
		t.Fatal(err)
	}
	own := compile(payload.Schema(edition, bot.SchemaQuestions()).Encode())
	for lead := uint64(1); count > 0; lead++ {
		c := generator.Conversation(lead, time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC))
		for e := c.Next(); e != nil; e = c.Next() {
			body := e.AppendJSON(nil)
			for of, schema := range map[string]*jsonschema.Schema{"all bots": validators()[edition], "the bot": own} {
				if places := validate(t, schema, body); places != nil {
					t.Fatalf("with the schema of %s: %v\n%s", of, places, body)
				}
			}
			count--
		}
	}
}
