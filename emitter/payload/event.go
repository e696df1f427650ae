package payload

import "github.com/google/uuid"

// The json tags below are only for decoding. AppendJSON encodes, since encoding/json cannot write the text of the wire.

// Event is one webhook event of a lead. Its resource is always "lead", its resource_id is the lead's id, and its
// resource_version is the lead's version, so these have no fields.
type Event struct {
	Edition Edition
	Action  Action
	Lead    Lead
	Meta    Meta
	Time    DateTime // time_stamp: when the event took place
}

// Lead is the data that the bot has collected from one visitor so far.
type Lead struct {
	ID           uuid.UUID
	Created      DateTime // create_date
	Modified     DateTime // modify_date
	BotID        uuid.UUID
	BotVersionID uuid.UUID // one per published version of the bot
	AccountID    uuid.UUID
	ContactID    uuid.UUID // one per person
	Status       Raw       // "" is the default of the edition: 0 in 2019, "active" in 2022
	ClosedStatus string    // edition 2022 only; "" is null
	Version      int
	Data         []Answer // in the order of the wire
}

// Meta is the data that ArtiBot has about the conversation besides the answers.
type Meta struct {
	ChatStartPage string   `json:"chat_start_page"`
	IPAddress     string   `json:"ip_address"`
	Location      Location `json:"location"`
	Browser       Browser  `json:"browser"`
	LastAnswered  string   `json:"last_answered_field_name"` // not sent in completed of edition 2022
}

// Location is the place to which the visitor's IP address resolves.
type Location struct {
	CountryAbbreviation string  `json:"country_abbreviation"`
	Country             string  `json:"country"`
	State               *string `json:"state"`    // nil is null: the address resolves to a country only
	City                *string `json:"city"`     // nil is null
	Latitude            string  `json:"latitude"` // a string on the wire too
	Longitude           string  `json:"longitude"`
}

// Browser is the visitor's browser. The key "major" is always null and has no field.
type Browser struct {
	UserAgent string `json:"user_agent"`
	Name      string `json:"name"`
	Version   string `json:"version"` // the major version
	IsMobile  bool   `json:"is_mobile"`
}
