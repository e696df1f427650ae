package payload

// In returns the event in the given edition. The editions count the version of a completed event differently: 2019 adds
// one, 2022 repeats the version of the last update (docs/contract.md, section 2, "Two payload editions"). The result
// shares its answers with e.
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
