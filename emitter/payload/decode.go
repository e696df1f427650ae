package payload

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
)

// Decode parses a captured body, in either edition. If the body follows the contract, encoding the event again yields the
// same bytes. Unknown keys are ignored. The error names the wrong field.
func Decode(body []byte) (Event, error) {
	var w wireEvent
	if err := json.Unmarshal(body, &w); err != nil {
		return Event{}, decodeError(err)
	}
	if err := w.check(); err != nil {
		return Event{}, err
	}
	data, err := decodeAnswers(w.Lead.Data)
	if err != nil {
		return Event{}, err
	}
	return w.event(data)
}

type wireEvent struct {
	Lead            *wireLead `json:"lead"`
	Meta            Meta      `json:"meta"`
	Resource        string    `json:"resource"`
	Action          string    `json:"action"`
	ResourceID      uuid.UUID `json:"resource_id"`
	TimeStamp       DateTime  `json:"time_stamp"`
	ResourceVersion int       `json:"resource_version"`
}

type wireLead struct {
	ID           uuid.UUID       `json:"id"`
	CreateDate   DateTime        `json:"create_date"`
	ModifyDate   DateTime        `json:"modify_date"`
	BotID        uuid.UUID       `json:"bot_id"`
	BotVersionID uuid.UUID       `json:"bot_version_id"`
	AccountID    uuid.UUID       `json:"account_id"`
	ContactID    uuid.UUID       `json:"contact_id"`
	Status       json.RawMessage `json:"status"`
	ClosedStatus string          `json:"closed_status"`
	Version      int             `json:"version"`
	Data         json.RawMessage `json:"data"`
}

// check verifies the resource, and the id and version that an event contains twice.
func (w *wireEvent) check() error {
	switch {
	case w.Lead == nil:
		return errors.New("not a lead event: the key lead is missing")
	case w.Resource != "lead":
		return fmt.Errorf("not a lead event: resource is %q, want \"lead\"", w.Resource)
	case w.ResourceID != w.Lead.ID:
		return fmt.Errorf("resource_id %s is not lead.id %s", w.ResourceID, w.Lead.ID)
	case w.ResourceVersion != w.Lead.Version:
		return fmt.Errorf("resource_version %d is not lead.version %d", w.ResourceVersion, w.Lead.Version)
	}
	return nil
}

func (w *wireEvent) event(data []Answer) (Event, error) {
	action, err := ParseAction(w.Action)
	if err != nil {
		return Event{}, err
	}
	l := w.Lead
	e := Event{
		Action: action,
		Time:   w.TimeStamp,
		Lead: Lead{
			ID: l.ID, Created: l.CreateDate, Modified: l.ModifyDate, BotID: l.BotID, BotVersionID: l.BotVersionID,
			AccountID: l.AccountID, ContactID: l.ContactID, ClosedStatus: l.ClosedStatus, Version: l.Version, Data: data,
		},
		Meta: w.Meta,
	}
	if bytes.HasPrefix(l.Status, []byte{'"'}) {
		e.Edition = Edition2022
	}
	status, err := ParseRaw(l.Status)
	if err != nil {
		return Event{}, errors.New("lead.status is missing")
	}
	if status != e.status() {
		e.Lead.Status = status
	}
	return e, nil
}

// decodeAnswers reads lead.data token by token, since a Go map would lose the order.
func decodeAnswers(object []byte) ([]Answer, error) {
	dec := json.NewDecoder(bytes.NewReader(object))
	if open, err := dec.Token(); err != nil || open != json.Delim('{') {
		return nil, errors.New("lead.data is not an object")
	}
	var data []Answer
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, decodeError(err)
		}
		var w struct {
			Input        string          `json:"input"`
			Type         Type            `json:"type"`
			DisplayValue string          `json:"display_value"`
			Value        json.RawMessage `json:"value"`
		}
		field := key.(string) // the decoder guarantees it
		if err := dec.Decode(&w); err != nil {
			return nil, fmt.Errorf("lead.data, answer %q: %w", field, decodeError(err))
		}
		value, err := decodeValue(w.Type, w.Value)
		if err != nil {
			return nil, fmt.Errorf("lead.data, answer %q: %w", field, err)
		}
		data = append(data, Answer{Field: field, Input: w.Input, Type: w.Type, Display: w.DisplayValue, Value: value})
	}
	return data, nil
}

// decodeValue returns the typed value if encoding it yields the text again, otherwise the text. So a captured number 4
// that is not a double, or an address with more keys, is preserved.
func decodeValue(kind Type, text json.RawMessage) (Value, error) {
	if text == nil {
		return nil, nil
	}
	raw, err := ParseRaw(text)
	if err != nil || raw == "null" {
		return nil, err
	}
	if typed := typedValue(kind, text); typed != nil && Raw(typed.appendJSON(nil)) == raw {
		return typed, nil
	}
	return raw, nil
}

// typedValue returns nil if the text does not have the form of the type.
func typedValue(kind Type, text json.RawMessage) Value {
	var err error
	var value Value
	switch kind {
	case TypeText, TypeEmail, TypePhone, TypeMultipleChoice:
		var s string
		err = json.Unmarshal(text, &s)
		value = Text(s)
	case TypeNumber:
		var f float64
		err = json.Unmarshal(text, &f)
		value = Number(f)
	case TypeDateTime:
		var m Moment
		err = json.Unmarshal(text, &m)
		value = m
	case TypeAddress:
		var a Address
		err = json.Unmarshal(text, &a)
		value = a
	}
	if err != nil {
		return nil
	}
	return value
}

// decodeError returns an error of encoding/json without the names of Go types.
func decodeError(err error) error {
	var wrong *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &wrong) && wrong.Field == "":
		return fmt.Errorf("want %s, got %s", jsonKind(wrong.Type.Kind().String()), wrong.Value)
	case errors.As(err, &wrong):
		return fmt.Errorf("%s: want %s, got %s", wrong.Field, jsonKind(wrong.Type.Kind().String()), wrong.Value)
	case errors.As(err, &syntax):
		return fmt.Errorf("invalid JSON near byte %d: %w", syntax.Offset, err)
	}
	return err
}

func jsonKind(goKind string) string {
	switch goKind {
	case "int":
		return "a whole number"
	case "struct":
		return "an object"
	case "bool":
		return "true or false"
	default:
		return "a string"
	}
}
