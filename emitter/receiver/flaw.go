package receiver

import "fmt"

// Flaw is one difference between a body and what ArtiBot sends.
type Flaw struct {
	ID   string // one of the constants below, which are stable
	Path string // the keys, joined by dots ("lead.data.Email.value"); "" is the whole body
	Text string // one line for people
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
	FlawNotEvent    = "not-an-event" // no JSON object of a lead event at all
	FlawMissingKey  = "missing-key"  // a key that every such event has
	FlawUnknownKey  = "unknown-key"  // a key that the contract does not know
	FlawKeyOrder    = "key-order"    // the keys are in another order than ArtiBot's
	FlawType        = "type"         // a value of another kind: a number for a text
	FlawValue       = "value"        // a value that cannot be: an action, an address, a resource
	FlawID          = "id"           // an id that is no lower-case UUID, or two that should be one
	FlawVersion     = "version"      // a version below 1, or two that should be one
	FlawDate        = "date"         // a date in another form than .NET's
	FlawDateOrder   = "date-order"   // modified before it was created, or sent before it was modified
	FlawAnswerOrder = "answer-order" // answers in another order than the database's
	FlawAnswerType  = "answer-type"  // a type of answer that the contract does not list
	FlawEdition     = "edition"      // keys of both editions
	FlawSpelling    = "spelling"     // JSON that Newtonsoft.Json would write otherwise
)
