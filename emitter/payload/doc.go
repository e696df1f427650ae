// Package payload holds ArtiBot's lead event as Go values and its exact text on the wire.
//
// An [Event] is one created, updated or completed event of a lead; an [Answer] is one entry of lead.data. AppendJSON
// writes the text that ArtiBot writes: keys in their fixed order, strings, numbers and dates as Newtonsoft.Json spells
// them (docs/contract.md, section 2). Decode reads a captured body back, in either [Edition], so that encoding it again
// gives the same bytes.
//
// What an event says is made up elsewhere (package fixtures); here lives only how it is worded.
package payload
