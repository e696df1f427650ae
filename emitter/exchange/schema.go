package exchange

import (
	"reflect"

	"artihook/emitter/jsonschema"
)

// RequestSchema returns the JSON Schema of the output of [Request.MarshalJSON].
func RequestSchema() jsonschema.Schema { return messageSchema(reflect.TypeFor[requestJSON]()) }

// ResponseSchema returns the JSON Schema of the output of [Response.MarshalJSON].
func ResponseSchema() jsonschema.Schema { return messageSchema(reflect.TypeFor[responseJSON]()) }

// Base64Schema returns the JSON Schema of bytes in base64.
func Base64Schema() jsonschema.Schema {
	return jsonschema.Pattern(`^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$`)
}

func messageSchema(t reflect.Type) jsonschema.Schema {
	s := jsonschema.Of(jsonschema.Fields(t, "json"), func(f jsonschema.Field) jsonschema.Schema {
		switch f.Type {
		case reflect.TypeFor[Headers]():
			values := jsonschema.Schema{"type": "array", "minItems": 1, "items": jsonschema.Types("string")}
			return jsonschema.Schema{"type": "object", "additionalProperties": values}
		case reflect.TypeFor[bool]():
			return jsonschema.Types("boolean")
		}
		if f.Form == "base64" {
			return Base64Schema()
		}
		return jsonschema.Types("string")
	})
	s["oneOf"] = []jsonschema.Schema{{"required": []string{"body"}}, {"required": []string{"body_base64"}}}
	return s
}
