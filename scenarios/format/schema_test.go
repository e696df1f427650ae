package format

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

func schema(t testing.TB) map[string]any {
	t.Helper()
	var s map[string]any
	if err := json.Unmarshal(Schema().Encode(), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSchemaHasEveryKey(t *testing.T) {
	t.Parallel()
	top := schema(t)
	for _, typ := range structs(reflect.TypeFor[File](), nil) {
		if len(fieldsOf(typ)) == 0 {
			continue
		}
		object := top
		if typ != reflect.TypeFor[File]() {
			object, _ = top["$defs"].(map[string]any)[typ.Name()].(map[string]any)
		}
		properties, _ := object["properties"].(map[string]any)
		if object["additionalProperties"] != false || len(properties) != len(fieldsOf(typ)) {
			t.Errorf("%s: %d properties, additional ones: %v", typ.Name(), len(properties), object["additionalProperties"])
		}
		for _, f := range fieldsOf(typ) {
			property, _ := properties[f.key].(map[string]any)
			if text, _ := property["description"].(string); !strings.HasSuffix(text, ".") {
				t.Errorf("%s of %s has the description %q", f.key, typ.Name(), text)
			}
		}
	}
}

// compiledSchema returns the schema as a validator uses it.
func compiledSchema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema().Encode()))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource(Schema().ID(), document); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile(Schema().ID())
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

func TestSchemaAcceptsGoodFiles(t *testing.T) {
	t.Parallel()
	compiled := compiledSchema(t)
	ready, err := filepath.Glob("library/*.yaml")
	if err != nil || len(ready) == 0 {
		t.Fatalf("%d ready scenarios, %v", len(ready), err)
	}
	for _, name := range slices.Concat(filesIn(t, "good"), filesIn(t, "include"), ready) {
		if err := compiled.Validate(fromYAML(t, fileText(t, name))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSchemaRejectsBadShapes checks that the schema rejects files whose mistakes it can express. The reader rejects them in TestBadFiles.
func TestSchemaRejectsBadShapes(t *testing.T) {
	t.Parallel()
	compiled := compiledSchema(t)
	bad, err := filepath.Glob("testdata/bad/shape-*.yaml")
	if err != nil || len(bad) == 0 {
		t.Fatal("no files", err)
	}
	for _, name := range bad {
		whole := fromYAML(t, fileText(t, name)).(map[string]any)
		if compiled.Validate(whole) == nil {
			t.Errorf("the schema accepts %s", name)
		}
		steps, _ := whole["steps"].([]any)
		for i, step := range steps {
			one := map[string]any{"name": "x", "steps": []any{step}}
			if compiled.Validate(one) == nil && !onlyInYAML(step) {
				t.Errorf("the schema accepts step %d of %s: %v", i, name, step)
			}
		}
	}
}

// scenarioFiles are files with the decision of reader and schema. Both must make the same one.
var scenarioFiles = []struct {
	file string
	good bool
}{
	{"name: 12\nsteps: [{wait: 1s}]", true},
	{"name: a\nsteps: []", false},
	{"name: a\ntags: [x, 2]\ndescription: d\nsteps: [{wait: 1s}]", true},
	{"name: a\ntags: x\nsteps: [{wait: 1s}]", true},
	{"name: a\nvars: {x: 1, y: b}\nmatrix: {edition: [2019, '2022']}\nsteps: [{wait: 1s}]", true},
	{"name: a\ndefaults: {edition: 2022, scheme: body, seed: 18446744073709551615, timeout: 1.5s, retries: 2, secret: '${S}'}\nsteps: [{wait: 1s}]", true},
	{"name: a\ndefaults: {webhooks: [{name: crm, url: ':1', events: created}, {name: log, events: [updated, completed]}]}\nsteps: [{wait: 1s}]", true},
	{"name: a\nsteps: [{start: {answers: {Email: a@b.example}, visitor: {ip_address: '::1'}}, expect: 204}]", false},
	{"name: a\nsteps: [{start: {}, expect: {status: 204}}, {complete: , expect: {status: [200, 2xx], within: 1s}}]", true},
	{"name: a\nsteps: [{start: {}, capture: {x: {path: $.id}, y: {header: A}}}, {wait: 500ms, only_if: {x: {greater_than: 1}}}]", true},
	{"name: a\nsteps: [{start: {}}, {probe: {run: cat, stdin: x}, expect: {exit: [0, 1], body: [{contains: x}, {not: {equals: y}}]}}]", true},
	{"name: a\nsteps: [{parallel: [{steps: [{wait: 1s}]}]}, {for_each: {leads: 2, at_a_time: 2, steps: [{start: {}}]}}]", true},
	{"name: a\nsteps: [{send: {base64: e30=}, tamper: body}]\nsetup: [{wait: 1ms}]\nteardown: [{wait: 1ms}]", true},

	{"name: a\nsteps: [{start: {bot: travel}, at: 2026-01-31T09:00:00+01:00}, {start: {bot: ./mine.yaml}, at: '${t}'}, {start: {bot: '${b}'}}]", true},
	{"name: a\nsteps: [{start: {bot: 12}}]", false},
	{"name: a\nsteps: [{start: {bot: travl}}]", false},
	{"name: a\nsteps: [{start: {}, at: tomorrow}]", false},

	{"[]", false},
	{"steps: [{wait: 1s}]", false},
	{"name: ''\nsteps: [{wait: 1s}]", false},
	{"name: [a]\nsteps: [{wait: 1s}]", false},
	{"name: a\nstep: []\nsteps: [{wait: 1s}]", false},
	{"name: a\ntags: {x: y}\nsteps: [{wait: 1s}]", false},
	{"name: a\nvars: [x]\nsteps: [{wait: 1s}]", false},
	{"name: a\nvars: {x: [1]}\nsteps: [{wait: 1s}]", false},
	{"name: a\nmatrix: {x: 1}\nsteps: [{wait: 1s}]", false},
	{"name: a\nmatrix: {x: []}\nsteps: [{wait: 1s}]", false},
	{"name: a\nsteps: {start: {}}", false},
	{"name: a\nsteps: [start]", false},
	{"name: a\nsteps: [{}]", false},
	{"name: a\nsteps: [{start: {}, wait: 1s}]", false},
	{"name: a\nsteps: [{start: {}, begin: 1}]", false},
	{"name: a\nsteps: [{start: {answer: {}}}]", false},
	{"name: a\nsteps: [{wait: 5}]", false},
	{"name: a\nsteps: [{wait: 1d}]", false},
	{"name: a\nsteps: [{send: {}}]", false},
	{"name: a\nsteps: [{send: {body: a, base64: e30=}}]", false},
	{"name: a\nsteps: [{send: {base64: '*'}}]", false},
	{"name: a\nsteps: [{send: {action: deleted}}]", false},
	{"name: a\nsteps: [{repeat: {steps: [{wait: 1s}]}}]", false},
	{"name: a\nsteps: [{repeat: {times: 0, steps: [{wait: 1s}]}}]", false},
	{"name: a\nsteps: [{parallel: [{}]}]", false},
	{"name: a\nsteps: [{probe: {get: a, run: b}}]", false},
	{"name: a\nsteps: [{probe: {run: a, auth: {}}}]", false},
	{"name: a\nsteps: [{start: {}, tamper: secret}]", false},
	{"name: a\nsteps: [{start: {}, duplicate: 1}]", false},
	{"name: a\nsteps: [{start: {}, drop: perhaps}]", false},
	{"name: a\nsteps: [{start: {}, delay: -1s}]", false},
	{"name: a\nsteps: [{start: {}, expect: {status: 2x}}]", false},
	{"name: a\nsteps: [{start: {}, expect: {statuses: 204}}]", false},
	{"name: a\nsteps: [{start: {}, expect: {error: refusd}}]", false},
	{"name: a\nsteps: [{start: {}, expect: {body: {path: $.id}}}]", false},
	{"name: a\nsteps: [{start: {}, expect: {body: {type: float}}}]", false},
	{"name: a\nsteps: [{start: {}, expect: {body: {near: {time: x}}}}]", false},
	{"name: a\nsteps: [{start: {}, capture: {x: {}}}]", false},
	{"name: a\nsteps: [{start: {}, capture: {x: {path: $.a, header: b}}}]", false},
	{"name: a\ndefaults: {edition: 2020}\nsteps: [{wait: 1s}]", false},
	{"name: a\ndefaults: {seed: -1}\nsteps: [{wait: 1s}]", false},
	{"name: a\ndefaults: {now: yesterday}\nsteps: [{wait: 1s}]", false},
	{"name: a\ndefaults: {webhooks: [{url: ':1'}]}\nsteps: [{wait: 1s}]", false},
	{"name: a\ndefaults: {webhooks: [{name: crm, events: [deleted]}]}\nsteps: [{wait: 1s}]", false},
}

func TestSchemaAgreesWithTheReader(t *testing.T) {
	t.Parallel()
	compiled := compiledSchema(t)
	for _, tt := range scenarioFiles {
		if _, err := Parse("scenario.yaml", []byte(tt.file)); (err == nil) != tt.good {
			t.Errorf("the reader returns %v for\n%s", err, tt.file)
		}
		if err := compiled.Validate(fromYAML(t, []byte(tt.file))); (err == nil) != tt.good {
			t.Errorf("the schema returns %v for\n%s", err, tt.file)
		}
	}
}

// onlyInYAML reports whether the only problem of a step is in the YAML and not in its value: an anchor, an alias, a tag or a
// duplicate key.
func onlyInYAML(step any) bool {
	s, ok := step.(map[string]any)
	if !ok {
		return false
	}
	start, ok := s["start"].(map[string]any)
	return ok && len(s) == 1 && len(start) <= 1 && start["answers"] == nil
}

// fromYAML returns a file as a validator of JSON reads it.
func fromYAML(t testing.TB, file []byte) any {
	t.Helper()
	var raw any
	if err := yaml.UnmarshalWithOptions(file, &raw, yaml.AllowDuplicateMapKey()); err != nil {
		t.Fatalf("%v\n%s", err, file)
	}
	encoded, err := json.Marshal(raw)
	if err != nil {
		t.Fatalf("%v\n%s", err, file)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(encoded))
	if err != nil {
		t.Fatal(err)
	}
	return document
}
