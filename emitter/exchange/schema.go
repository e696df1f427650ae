package exchange

import (
	"reflect"

	"artihook/emitter/jsonschema"
)

// RequestSchema returns the JSON Schema of the output of [Request.MarshalJSON].
func RequestSchema() jsonschema.Schema { return messageSchema(reflect.TypeFor[requestJSON]()) }

// ResponseSchema returns the JSON Schema of the output of [Response.MarshalJSON].
func ResponseSchema() jsonschema.Schema { return messageSchema(reflect.TypeFor[responseJSON]()) }

func messageSchema(t reflect.Type) jsonschema.Schema {
	s := jsonschema.Of(jsonschema.Fields(t, "json"), func(f jsonschema.Field) jsonschema.Schema {
		switch f.Type {
		case reflect.TypeFor[Headers]():
			values := jsonschema.Schema{"type": "array", "minItems": 1, "items": jsonschema.Types("string")}
			return jsonschema.Schema{"type": "object", "additionalProperties": values}
		case reflect.TypeFor[bool]():
			return jsonschema.Types("boolean")
		}
		return jsonschema.Types("string")
	})
	s["oneOf"] = []jsonschema.Schema{{"required": []string{"body"}}, {"required": []string{"body_base64"}}}
	return s
}
