package payload

// In gives the event as the other edition has it. The two count a completed event's version differently: 2019 adds one
// more, 2022 repeats the last update's (docs/contract.md, section 2, "Two payload editions"). The answers are shared
// with e.
func (e *Event) In(edition Edition) Event {
	to := *e
	if to.Edition == edition {
		return to
	}
	to.Edition = edition
	to.Lead.Status = ""
	to.Lead.ClosedStatus = ""
	if to.Action != Completed {
		return to
	}
	if edition == Edition2022 {
		to.Lead.Version--
		to.Lead.ClosedStatus = "ended"
	} else {
		to.Lead.Version++
	}
	return to
}
