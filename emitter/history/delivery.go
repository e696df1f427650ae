package history

import (
	"time"

	"artihook/emitter/exchange"
	"artihook/emitter/text"
)

// State is the progress of a delivery.
type State string

// The states of a delivery.
const (
	// Planned: recorded, without an outcome yet. Only the process that sends the
	// delivery sees this state.
	Planned State = "planned"
	// Done: the outcome is recorded.
	Done State = "done"
	// Unknown: read from the history without an outcome. The process was killed, or
	// is still waiting for the receiver.
	Unknown State = "unknown"
)

// The values of Delivery.Source: the command that sent the delivery, or SourceImport.
const (
	SourceSend  = "send"
	SourcePlay  = "play"
	SourceRun   = "run"
	SourceCheck = "check"
	SourceLoad  = "load"
	SourceFuzz  = "fuzz"
	SourceUI    = "ui"
	// SourceImport is the source of an imported delivery. Do not trust its content:
	// another person may have written it.
	SourceImport = "import"
)

// Sources returns the values of Delivery.Source.
func Sources() []string {
	return []string{SourceSend, SourcePlay, SourceRun, SourceCheck, SourceLoad, SourceFuzz, SourceUI, SourceImport}
}

// ErrorUnknown is the Error of a delivery in state Unknown.
const ErrorUnknown = "unknown"

const reasonUnknown = "no outcome was recorded: the sender was stopped, or is still waiting"

// Delivery is one HTTP attempt to send an event to a receiver. The zero value of a
// field means that there is none, unless stated otherwise.
type Delivery struct {
	ID    int64     // number in its history, from 1; 0 before Plan
	Time  time.Time // when it was created; stored in UTC, to the microsecond
	State State

	Webhook string // name of the webhook
	URL     string // where the request was sent
	SignURL string // what was signed
	Scheme  string // signature scheme
	Edition string // payload edition

	Event   string // such as "lead:updated"; "" if the body is not an event of ArtiBot
	Lead    string // the lead's id
	Version int    // resource_version
	Attempt int    // from 1; each retry is a delivery of its own
	Bot     string // the bot that asked the questions
	Seed    uint64 // the visitor's seed

	Scenario string // the scenario that sent it
	Step     string // its step
	ResendOf int64  // the number of the delivery that this one sends again
	Source   string // one of Sources; "" if an earlier version recorded the delivery
	Tampered string // what is wrong with the signature on purpose, such as "body"
	Proxy    string // URL of the proxy that the request went through

	Status   int    // of the response; 0 if there was none
	Error    string // short stable name such as "refused"; "" for a complete response
	Reason   string // the error as a sentence
	Duration time.Duration

	Request  exchange.Request
	Response *exchange.Response // nil if there was none

	// RawRequest and RawResponse are the bytes of the wire, which the history stores.
	// If they are nil, Plan and Finish derive them from Request and Response.
	RawRequest, RawResponse []byte
}

// jsonTime is RFC 3339 with microseconds.
const jsonTime = "2006-01-02T15:04:05.000000Z07:00"

// deliveryJSON is the object that every command prints for a delivery. The optional
// fields are at the end and are omitted if empty.
type deliveryJSON struct {
	ID         int64              `json:"id" doc:"The number in its history, from 1; 0 if it was not recorded."`
	Time       string             `json:"time" form:"time" doc:"When the delivery was created, in UTC."`
	Webhook    string             `json:"webhook" doc:"The name of the webhook; empty for a URL of the command line."`
	URL        string             `json:"url" doc:"Where the request was sent."`
	SignURL    string             `json:"sign_url" doc:"The URL that was signed."`
	Event      string             `json:"event" doc:"The event, such as lead:updated; empty if the body is not an event of ArtiBot."`
	Lead       string             `json:"lead" doc:"The id of the lead; empty if the body is not an event."`
	Version    int                `json:"version" doc:"The version of the lead; 0 if the body is not an event."`
	Attempt    int                `json:"attempt" doc:"The number of the attempt, from 1. Each retry is a delivery of its own."`
	Status     int                `json:"status" form:"status" doc:"The status of the response; 0 if there was none."`
	Error      string             `json:"error" doc:"The short name of the failure, such as refused; empty for a complete response. docs/history.md lists the names."`
	DurationMS float64            `json:"duration_ms" doc:"The time from the first byte of the request to the last byte of the response, in milliseconds."`
	Request    exchange.Request   `json:"request" doc:"The request."`
	Response   *exchange.Response `json:"response" doc:"The response; null if there was none."`
	Reason     string             `json:"reason,omitempty" doc:"The failure as a sentence."`
	Bot        string             `json:"bot,omitempty" doc:"The bot that asked the questions."`
	Edition    string             `json:"edition,omitempty" doc:"The payload edition."`
	Scheme     string             `json:"scheme,omitempty" doc:"The signature scheme."`
	State      State              `json:"state,omitempty" form:"state" doc:"planned: not sent, or without an outcome yet. unknown: no outcome was recorded. Not present once the outcome is recorded."`
	Scenario   string             `json:"scenario,omitempty" doc:"The scenario that sent the delivery."`
	Step       string             `json:"step,omitempty" doc:"The step of the scenario."`
	ResendOf   int64              `json:"resend_of,omitempty" doc:"The number of the delivery that this one sends again."`
	Source     string             `json:"source,omitempty" form:"source" doc:"The command that sent the delivery."`
	Tampered   string             `json:"tampered,omitempty" doc:"What is wrong with the request on purpose, such as body."`
	Proxy      string             `json:"proxy,omitempty" doc:"The URL of the proxy that the request went through."`
}

func (d *Delivery) object() deliveryJSON {
	state := d.State
	if state == Done {
		state = ""
	}
	return deliveryJSON{
		d.ID, d.Time.UTC().Format(jsonTime), d.Webhook, d.URL, d.SignURL,
		d.Event, d.Lead, d.Version, d.Attempt,
		d.Status, d.Error, inMS(d.Duration),
		d.Request, d.Response,
		d.Reason, d.Bot, d.Edition, d.Scheme, state,
		d.Scenario, d.Step, d.ResendOf, d.Source, d.Tampered, d.Proxy,
	}
}

// MarshalJSON writes the object that every command prints for a delivery. It does not
// escape HTML characters, but json.Marshal does; use an Encoder with
// SetEscapeHTML(false).
func (d Delivery) MarshalJSON() ([]byte, error) { return text.EncodeJSON(d.object()) }
