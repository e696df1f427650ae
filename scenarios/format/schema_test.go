package format

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
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

func TestSchemaAcceptsGoodFiles(t *testing.T) {
	t.Parallel()
	v := validator{schema(t)}
	ready, err := filepath.Glob("library/*.yaml")
	if err != nil || len(ready) == 0 {
		t.Fatalf("%d ready scenarios, %v", len(ready), err)
	}
	for _, name := range slices.Concat(filesIn(t, "good"), filesIn(t, "include"), ready) {
		if err := v.check(v.top, fromYAML(t, name)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSchemaRejectsBadShapes(t *testing.T) {
	t.Parallel()
	v := validator{schema(t)}
	bad, err := filepath.Glob("testdata/bad/shape-*.yaml")
	if err != nil || len(bad) == 0 {
		t.Fatal("no files", err)
	}
	for _, name := range bad {
		whole := fromYAML(t, name).(map[string]any)
		if v.check(v.top, whole) == nil {
			t.Errorf("the schema accepts %s", name)
		}
		steps, _ := whole["steps"].([]any)
		for i, step := range steps {
			one := map[string]any{"name": "x", "steps": []any{step}}
			if err := v.check(v.top, one); err == nil && !onlyInYAML(step) {
				t.Errorf("the schema accepts step %d of %s: %v", i, name, step)
			}
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

func fromYAML(t testing.TB, name string) any {
	t.Helper()
	var raw any
	if err := yaml.UnmarshalWithOptions(fileText(t, name), &raw, yaml.AllowDuplicateMapKey()); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return raw
}

// validator implements the part of JSON Schema that the schema uses. Any other keyword is an error.
type validator struct{ top map[string]any }

func (v validator) check(schema map[string]any, value any) error {
	for keyword, arg := range schema {
		if err := v.keyword(keyword, arg, schema, value); err != nil {
			return err
		}
	}
	return nil
}

func (v validator) keyword(keyword string, arg any, schema map[string]any, value any) error {
	object, isObject := value.(map[string]any)
	list, isList := value.([]any)
	text, isText := value.(string)
	number, isNumber := toFloat(value)
	mismatch := fmt.Errorf("%s %v does not accept %v", keyword, arg, value)
	holds := true
	switch keyword {
	case "$schema", "$id", "$comment", "$defs", "title", "description", "format":
	case "$ref":
		return v.check(v.top["$defs"].(map[string]any)[strings.TrimPrefix(arg.(string), "#/$defs/")].(map[string]any), value)
	case "type":
		kinds, several := arg.([]any)
		if !several {
			kinds = []any{arg}
		}
		holds = slices.ContainsFunc(kinds, func(k any) bool { return isKind(k.(string), value) })
	case "enum":
		holds = slices.ContainsFunc(arg.([]any), func(one any) bool { return fmt.Sprint(one) == fmt.Sprint(value) })
	case "pattern":
		holds = !isText || regexp.MustCompile(arg.(string)).MatchString(text)
	case "minimum":
		holds = !isNumber || number >= arg.(float64)
	case "maximum":
		holds = !isNumber || number <= arg.(float64)
	case "minItems":
		holds = !isList || float64(len(list)) >= arg.(float64)
	case "minProperties":
		holds = !isObject || float64(len(object)) >= arg.(float64)
	case "required":
		for _, key := range arg.([]any) {
			_, there := object[key.(string)]
			holds = holds && (!isObject || there)
		}
	case "items":
		for _, one := range list {
			if err := v.check(arg.(map[string]any), one); err != nil {
				return err
			}
		}
	case "properties", "additionalProperties":
		return v.properties(keyword, arg, schema, object)
	case "anyOf", "oneOf":
		matches := 0
		for _, one := range arg.([]any) {
			if v.check(one.(map[string]any), value) == nil {
				matches++
			}
		}
		holds = matches == 1 || keyword == "anyOf" && matches > 0
	default:
		return fmt.Errorf("unknown keyword %s", keyword)
	}
	if !holds {
		return mismatch
	}
	return nil
}

func (v validator) properties(keyword string, arg any, schema, object map[string]any) error {
	known, _ := schema["properties"].(map[string]any)
	for key, value := range object {
		sub, ok := known[key].(map[string]any)
		if ok != (keyword == "properties") {
			continue
		}
		if !ok {
			if sub, ok = arg.(map[string]any); !ok {
				return fmt.Errorf("unknown key %q", key)
			}
		}
		if err := v.check(sub, value); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	return nil
}

func isKind(kind string, value any) bool {
	number, isNumber := toFloat(value)
	switch kind {
	case "null":
		return value == nil
	case "object":
		return reflect.ValueOf(value).Kind() == reflect.Map
	case "array":
		return reflect.ValueOf(value).Kind() == reflect.Slice
	case "string":
		return reflect.ValueOf(value).Kind() == reflect.String
	case "boolean":
		return reflect.ValueOf(value).Kind() == reflect.Bool
	case "number":
		return isNumber
	case "integer":
		return isNumber && number == float64(int64(number))
	}
	return false
}

func toFloat(value any) (float64, bool) {
	switch n := value.(type) {
	case uint64:
		return float64(n), true
	case int64:
		return float64(n), true
	case float64:
		return n, true
	}
	return 0, false
}
