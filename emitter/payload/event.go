package payload

import "github.com/google/uuid"

// The json tags below are only for decoding. AppendJSON encodes, since encoding/json cannot write the text of the wire. The
// other tags describe the keys for Lint and for the JSON Schema, in the order of the wire: doc is the description, source the
// source of the rule (docs/contract.md), form the form of the value, and optional marks keys that some events do not have.

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
	ChatStartPage string   `json:"chat_start_page" doc:"The page on which the conversation started." source:"doc, seen" example:"\"https://www.acme-crm.example/pricing\""`
	IPAddress     string   `json:"ip_address" form:"ip" doc:"The visitor's IPv4 or IPv6 address." source:"doc, seen" example:"\"203.0.113.95\""`
	Location      Location `json:"location" doc:"The place to which the IP address resolves." source:"doc, seen"`
	Browser       Browser  `json:"browser" doc:"The visitor's browser." source:"doc, seen"`
	// LastAnswered is not sent in completed of edition 2022.
	LastAnswered string `json:"last_answered_field_name" form:"field" optional:"yes" doc:"The field name of the newest answer. In edition 2022, completed events do not have this key." source:"doc, seen" example:"\"Email\""`
}

// Location is the place to which the visitor's IP address resolves. State and City are nil, written as null, if the address
// resolves to a country only. The coordinates are strings on the wire too.
type Location struct {
	CountryAbbreviation string  `json:"country_abbreviation" doc:"The ISO 3166 code of the country." source:"doc, seen" example:"\"IN\""`
	Country             string  `json:"country" doc:"The name of the country." source:"doc, seen" example:"\"India\""`
	State               *string `json:"state" doc:"The state or region; null if the address resolves to a country only." source:"doc, seen" example:"\"Delhi\""`
	City                *string `json:"city" doc:"The city; null if the address resolves to a country only." source:"doc, seen" example:"\"New Delhi\""`
	Latitude            string  `json:"latitude" doc:"The latitude in degrees, as a string." source:"doc, seen" example:"\"28.6\""`
	Longitude           string  `json:"longitude" doc:"The longitude in degrees, as a string." source:"doc, seen" example:"\"77.2\""`
}

// Browser is the visitor's browser. Version is the major version.
type Browser struct {
	UserAgent string `json:"user_agent" doc:"The browser's User-Agent header." source:"doc, seen" example:"\"Mozilla/5.0 (X11; Linux x86_64; rv:102.0) Gecko/20100101 Firefox/102.0\""`
	Name      string `json:"name" doc:"The name of the browser." source:"doc, seen" example:"\"Firefox\""`
	Version   string `json:"version" doc:"The major version, as a string." source:"doc, seen" example:"\"102\""`
	// The key major is always null, so it has no field that could be set.
	_        null `key:"major" doc:"Always null." source:"doc, seen"`
	IsMobile bool `json:"is_mobile" doc:"Whether the browser is on a mobile device." source:"doc, seen" example:"false"`
}

// null is the type of a key that is always null.
type null struct{}
