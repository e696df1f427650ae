package settings

import (
	"reflect"
	"strings"

	"artihook/emitter/jsonschema"
	"artihook/emitter/payload"
	"artihook/emitter/signature"
)

// ConfigSchema returns the JSON Schema of artihook.yaml. Every single value may be a text with ${VARIABLE}.
func ConfigSchema() *jsonschema.Document {
	return &jsonschema.Document{
		Name: "config", Title: "Config", Description: "The file artihook.yaml: webhooks, and defaults of flags.",
		Schema: configValue(reflect.TypeFor[Config](), ""),
	}
}

// configValue returns the schema of a value. form is the form of a setting, or of those in a list or map.
func configValue(t reflect.Type, form string) jsonschema.Schema {
	switch {
	case t == reflect.TypeFor[Setting]():
		return settingSchema(form)
	case t.Kind() == reflect.Slice:
		return orNothing(jsonschema.Schema{"type": "array", "items": configValue(t.Elem(), form)})
	case t.Kind() == reflect.Map:
		return orNothing(jsonschema.Schema{"type": "object", "additionalProperties": configValue(t.Elem(), form)})
	}
	object := jsonschema.Of(jsonschema.Fields(t, "yaml"), func(f jsonschema.Field) jsonschema.Schema { return configValue(f.Type, f.Form) })
	if t != reflect.TypeFor[WebhookConfig]() {
		return orNothing(object)
	}
	return object
}

// orNothing allows a key without a value, which the reader ignores.
func orNothing(s jsonschema.Schema) jsonschema.Schema {
	s["type"] = []any{s["type"], "null"}
	return s
}

const (
	variableForm = `\$\{[^}]*\}`
	durationForm = `^[+]?([0-9]+(\.[0-9]*)?(ns|us|µs|μs|ms|s|m|h))+$`
)

// settingSchema returns the schema of a single value. A number is a text, too.
func settingSchema(form string) jsonschema.Schema {
	nothing, expanded := jsonschema.Types("null"), jsonschema.Pattern(variableForm)
	switch form {
	case "name":
		return jsonschema.Schema{"type": []string{"string", "number", "boolean"}, "minLength": 1}
	case "count":
		return jsonschema.AnyOf(jsonschema.Schema{"type": "integer", "minimum": 0}, jsonschema.Pattern(`^[0-9]+$`), expanded, nothing)
	case "duration":
		return jsonschema.AnyOf(jsonschema.Pattern(durationForm), jsonschema.Enum(0), expanded, nothing)
	case "flag":
		return jsonschema.AnyOf(jsonschema.Types("boolean"), expanded, nothing)
	case "edition":
		return jsonschema.AnyOf(jsonschema.Enum[any](2019, 2022, payload.Edition2019.String(), payload.Edition2022.String()), expanded, nothing)
	case "scheme":
		return jsonschema.AnyOf(jsonschema.Enum(signature.SchemeURL.String(), signature.SchemeBody.String()), expanded, nothing)
	case "event":
		return jsonschema.AnyOf(jsonschema.Enum(eventNames()...), expanded)
	}
	return jsonschema.Types("string", "number", "boolean", "null")
}

// eventNames returns the names of events in the spellings of the payload, of ArtiBot's settings and of its Delivery History.
func eventNames() []string {
	var names []string
	for _, a := range payload.Actions {
		names = append(names, string(a), "Lead"+strings.ToUpper(string(a[:1]))+string(a[1:]), a.Event())
	}
	return names
}
