package receiver

import "fmt"

// Flaw is one difference between a body and what ArtiBot sends.
type Flaw struct {
	ID   string // one of the constants below, which are stable
	Path string // the keys, joined by dots ("lead.data.Email.value"); "" is the whole body
	Text string // one line
	// Schema is the place of the violated rule in the JSON Schema of the event, such as "#/$defs/Meta/required"
	// ([payload.Schema]). It is "" for a rule that a schema cannot express.
	Schema string
}

// String returns the path and the text.
func (f Flaw) String() string {
	if f.Path == "" {
		return f.Text
	}
	return fmt.Sprintf("%s: %s", f.Path, f.Text)
}

// The IDs of flaws (docs/contract.md, section 2).
const (
	FlawNotEvent    = "not-an-event" // not the JSON object of a lead event
	FlawMissingKey  = "missing-key"  // a key of every event is missing
	FlawUnknownKey  = "unknown-key"  // a key that ArtiBot does not send
	FlawKeyOrder    = "key-order"    // keys in another order than ArtiBot's
	FlawType        = "type"         // a value of another type, such as a number for a string
	FlawValue       = "value"        // an action, an address or a resource that is not valid
	FlawID          = "id"           // an id that is not a lower-case UUID, or two ids that must be equal
	FlawVersion     = "version"      // a version below 1, or two versions that must be equal
	FlawDate        = "date"         // a date in another form than .NET's
	FlawDateOrder   = "date-order"   // modified before created, or sent before modified
	FlawAnswerOrder = "answer-order" // answers in another order than the database's
	FlawAnswerType  = "answer-type"  // a type of answer that ArtiBot does not document
	FlawEdition     = "edition"      // keys of both editions
	FlawSpelling    = "spelling"     // JSON that Newtonsoft.Json would write in another form
)
