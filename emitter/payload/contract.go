package payload

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/google/uuid"

	"artihook/emitter/jsonschema"
)

// ContractSection returns the place of a section of docs/contract.md for messages to users, such as "docs/contract.md in artihook's
// repository, section 2, Dates". If section is "", it is that of the whole document.
func ContractSection(section string) string {
	place := "docs/contract.md in artihook's repository"
	if section != "" {
		place += ", section " + section
	}
	return place
}

// Object is a kind of object in a body, with its keys in the order of the wire (docs/contract.md, section 2).
type Object struct {
	Name string // of its definition in the JSON Schema, such as "Browser"
	Keys []Key
}

// Key is one key of an object.
type Key struct {
	Name     string
	Types    []string // the allowed types, as JSON Schema names them; none is any
	Optional bool     // some events do not have the key
	Inside   *Object  // the keys of the value; nil is any

	field jsonschema.Field
}

// EventObject returns the keys of an event. The schema of the event is the top level of its JSON Schema.
var EventObject = object[wireEvent]("Event")

// AnswerObject, MomentObject and AddressObject return the keys of an entry of lead.data, and of its value.
var (
	AnswerObject  = object[wireAnswer]("Answer")
	MomentObject  = object[Moment]("DateValue")
	AddressObject = object[Address]("AddressValue")
)

// object returns a function that returns the keys of a struct.
func object[T any](name string) func() *Object {
	return sync.OnceValue(func() *Object { return objectOf(reflect.TypeFor[T](), name) })
}

func objectOf(t reflect.Type, name string) *Object {
	o := &Object{Name: name}
	for _, f := range jsonschema.Fields(t, "json") {
		k := Key{Name: f.Key, Types: typesOf(f.Type, f.Form), Optional: f.Optional, field: f}
		if inside := structOf(f.Type); inside != nil {
			k.Inside = objectOf(inside, strings.TrimPrefix(inside.Name(), "wire"))
		}
		o.Keys = append(o.Keys, k)
	}
	return o
}

// typesOf returns the JSON types of a Go type. Types that hold JSON text depend on the form.
func typesOf(t reflect.Type, form string) []string {
	switch form {
	case "status":
		return []string{"integer", "string"}
	case "closed":
		return []string{"string", "null"}
	case "data":
		return []string{"object"}
	case "value":
		return nil
	}
	switch {
	case t == reflect.TypeFor[null]():
		return []string{"null"}
	case structOf(t) != nil:
		return []string{"object"}
	case t.Kind() == reflect.Pointer:
		return append(typesOf(t.Elem(), form), "null")
	case t.Kind() == reflect.Int:
		return []string{"integer"}
	case t.Kind() == reflect.Bool:
		return []string{"boolean"}
	}
	return []string{"string"}
}

// structOf returns the struct that is an object of its own in the body, or nil.
func structOf(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || slices.Contains([]reflect.Type{reflect.TypeFor[DateTime](), reflect.TypeFor[null]()}, t) {
		return nil
	}
	return t
}

// The forms of texts as regular expressions.
const (
	uuidForm    = `^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`
	dayForm     = `^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}`
	storedForm  = dayForm + `(\.[0-9]{0,5}[1-9])?$`
	utcForm     = dayForm + `(\.[0-9]{0,6}[1-9])?Z$`
	minuteForm  = `^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:00Z$`
	dateForms   = dayForm + `(\.[0-9]{0,6}[1-9])?Z?$`
	addressForm = `^([0-9]{1,3}(\.[0-9]{1,3}){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)$`
)

// value returns the schema of the values of a key, without objects.
func (k *Key) value(edition Edition) jsonschema.Schema {
	s := jsonschema.Schema{}
	if len(k.Types) > 0 {
		s = jsonschema.Types(k.Types...)
	}
	if k.field.Type == reflect.TypeFor[uuid.UUID]() {
		s["format"], s["pattern"] = "uuid", uuidForm
	}
	switch k.field.Form {
	case "ip":
		s["pattern"] = addressForm
	case "resource":
		s["const"] = resource
	case "action":
		s["enum"] = Actions
	case "stored":
		s["pattern"] = storedForm
	case "date":
		s["pattern"] = dateForms
	case "utc":
		s["format"], s["pattern"] = "date-time", utcForm
	case "moment":
		s["format"], s["pattern"] = "date-time", minuteForm
	case "version":
		s["minimum"] = 1
	case "status":
		s = jsonschema.Types("integer")
		if edition == Edition2022 {
			s = jsonschema.Types("string")
		}
		s["examples"] = []any{json.RawMessage((&Event{Edition: edition}).status())}
	}
	return s
}
