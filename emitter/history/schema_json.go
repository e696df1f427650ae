package history

import (
	"reflect"

	"artihook/emitter/exchange"
	"artihook/emitter/jsonschema"
)

// DeliverySchema returns the JSON Schema of the output of [Delivery.MarshalJSON] and of [WriteLine].
func DeliverySchema() *jsonschema.Document {
	fields := jsonschema.Fields(reflect.TypeFor[lineJSON](), "json")
	return &jsonschema.Document{
		Name: "delivery", Title: "Delivery",
		Description: "One HTTP attempt to send an event to a receiver, as -o json and history export --format jsonl print it.",
		Schema:      jsonschema.Of(fields, deliveryField),
	}
}

func deliveryField(f jsonschema.Field) jsonschema.Schema {
	switch f.Form {
	case "time":
		return jsonschema.Schema{"type": "string", "format": "date-time"}
	case "source":
		return jsonschema.Enum(Sources()...)
	case "state":
		return jsonschema.Enum(Planned, Unknown)
	case "status":
		return jsonschema.Schema{"type": "integer", "minimum": 0, "maximum": maxStatus}
	}
	switch f.Type {
	case reflect.TypeFor[exchange.Request]():
		return exchange.RequestSchema()
	case reflect.TypeFor[*exchange.Response]():
		return jsonschema.AnyOf(exchange.ResponseSchema(), jsonschema.Types("null"))
	case reflect.TypeFor[float64]():
		return jsonschema.Schema{"type": "number", "minimum": 0}
	case reflect.TypeFor[int](), reflect.TypeFor[int64]():
		return jsonschema.Schema{"type": "integer", "minimum": 0}
	case reflect.TypeFor[uint64]():
		return jsonschema.Pattern(`^[0-9]+$`)
	case reflect.TypeFor[[]byte]():
		return exchange.Base64Schema()
	}
	return jsonschema.Types("string")
}
