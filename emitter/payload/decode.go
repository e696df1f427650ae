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
	Lead            *wireLead `json:"lead" doc:"The data that the bot has collected from one visitor so far." source:"doc, seen"`
	Meta            Meta      `json:"meta" doc:"Data about the conversation besides the answers." source:"doc, seen"`
	Resource        string    `json:"resource" form:"resource" doc:"Always lead." source:"doc" example:"\"lead\""`
	Action          string    `json:"action" form:"action" doc:"What happened to the lead. People see it as lead:updated, and a webhook subscribes to it as LeadUpdated." source:"doc" example:"\"updated\""`
	ResourceID      uuid.UUID `json:"resource_id" doc:"The id of the lead, equal to lead.id." source:"doc" example:"\"c19377db-5f0d-4a0c-9f3b-3d0e1a7f2b11\""`
	TimeStamp       DateTime  `json:"time_stamp" form:"utc" doc:"When the event took place, in UTC. It grows with each event of a lead." source:"doc, seen" example:"\"2022-07-14T09:32:04.3348981Z\""`
	ResourceVersion int       `json:"resource_version" form:"version" doc:"The version of the lead, equal to lead.version." source:"doc, seen" example:"2"`
}

type wireLead struct {
	ID           uuid.UUID       `json:"id" doc:"The id of the lead." source:"doc, seen" example:"\"c19377db-5f0d-4a0c-9f3b-3d0e1a7f2b11\""`
	CreateDate   DateTime        `json:"create_date" form:"stored" doc:"When the lead was created, in UTC: up to 6 fractional digits, no zone letter." source:"doc, seen" example:"\"2022-07-14T09:31:46.034243\""`
	ModifyDate   DateTime        `json:"modify_date" form:"date" doc:"When the lead was updated last, in UTC: up to 7 fractional digits and Z in created and updated, up to 6 and no zone letter in completed." source:"doc, seen" example:"\"2022-07-14T09:32:02.8625931Z\""`
	BotID        uuid.UUID       `json:"bot_id" doc:"The id of the bot." source:"doc, seen" example:"\"5a0c2a5e-95c4-4a1a-8f0e-2f7a2f0f7b0d\""`
	BotVersionID uuid.UUID       `json:"bot_version_id" doc:"The id of the published version of the bot." source:"doc, seen" example:"\"9d2b6f0a-3c1e-4f57-8a64-0b7c5e2d9f13\""`
	AccountID    uuid.UUID       `json:"account_id" doc:"The id of the ArtiBot account." source:"doc, seen" example:"\"1f4e8c7d-6b2a-4d39-9e05-7a8b3c6d2e10\""`
	ContactID    uuid.UUID       `json:"contact_id" doc:"The id of the person, the same in all leads of one person." source:"doc, seen" example:"\"2c1f6d36-8e4b-4a75-b1d9-5f3a7c0e6d28\""`
	Status       json.RawMessage `json:"status" form:"status" doc:"0 in edition 2019, active in edition 2022." source:"doc, seen"`
	ClosedStatus string          `json:"closed_status" form:"closed" optional:"yes" doc:"null, and ended in completed. Only in edition 2022." source:"seen" example:"null"`
	Version      int             `json:"version" form:"version" doc:"The version of the lead. It grows with each update. In edition 2022, completed repeats the version of the last update." source:"doc, seen" example:"2"`
	Data         json.RawMessage `json:"data" form:"data" doc:"The answers, by the field name that the bot's author typed. created has the first answer, each updated one more." source:"doc, seen"`
}

// wireAnswer is an entry of lead.data.
type wireAnswer struct {
	Input        string          `json:"input" doc:"The text that the visitor entered." source:"doc, seen"`
	Type         Type            `json:"type" form:"type" doc:"The type of the answer, which decides on the form of value." source:"doc, seen"`
	DisplayValue string          `json:"display_value" doc:"The answer for people." source:"doc, seen"`
	Value        json.RawMessage `json:"value" form:"value" doc:"The answer for programs." source:"doc, seen"`
}

// check verifies the resource, and the id and version that an event contains twice.
func (w *wireEvent) check() error {
	switch {
	case w.Lead == nil:
		return errors.New("not a lead event: the key lead is missing")
	case w.Resource != resource:
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
		var w wireAnswer
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
