// Package payload holds ArtiBot's lead event as Go values and its exact text on the wire.
//
// An [Event] is one created, updated or completed event of a lead; an [Answer] is one entry of lead.data. AppendJSON
// writes the text that ArtiBot writes: keys in their fixed order, strings, numbers and dates in the spelling of
// Newtonsoft.Json (docs/contract.md, section 2). Decode parses a captured body, in either [Edition], so that encoding the
// event again yields the same bytes.
//
// Package fixtures generates the content of events.
package payload
