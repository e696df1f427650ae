package check

import "artihook/emitter/payload"

// peopleCases returns the cases about two leads that have something in common, and about simultaneous events.
func peopleCases() []Case {
	const fix = "Use the id of the lead as the only unique key."
	return []Case{
		{
			ID: "life-same-contact", Level: Must, Requests: 2, run: expectTwoLeads("the contact of another lead", func(a, b *payload.Event) { b.Lead.ContactID = a.Lead.ContactID }),
			Sends: "The created events of two leads with the same contact_id.",
			Why:   "contact_id is the same for all leads of a person.", Fix: fix + " Do not make contact_id unique.", Code: codeUniqueLead,
		},
		{
			ID: "life-same-person", Level: Must, Requests: 2, run: expectTwoLeads("the contact and the answers of another lead", func(a, b *payload.Event) {
				b.Lead.ContactID, b.Lead.Data = a.Lead.ContactID, a.Lead.Data
			}),
			Sends: "The created events of two leads with the same contact_id and the same answers.",
			Why:   "A person may give the same answers twice. These are two leads.", Fix: fix + " Do not look for duplicates by content.", Code: codeUniqueLead,
			needs: []string{"life-same-contact"},
		},
		{
			ID: "life-same-email", Level: Must, Requests: 2, run: expectTwoLeads("the e-mail address of another lead", func(a, b *payload.Event) {
				a.Lead.Data[0].Type = payload.TypeEmail
				setText(&a.Lead.Data[0], a.Lead.Data[0].Input+"@mail.example")
				b.Lead.Data = a.Lead.Data
			}),
			Sends: "The created events of two leads with the same e-mail address.",
			Why:   "A person comes back, or two people share an address.", Fix: fix + " Do not make the e-mail address unique.", Code: codeUniqueLead,
			needs: []string{"life-same-person"},
		},
		{
			ID: "life-two-versions", Level: Must, Requests: 3 * raceTries, run: probedIfFast(twoVersions),
			Sends: "Version 1 of two leads, each followed by versions 2 and 3 at the same time.",
			Why:   "Two updates may arrive at the same time, at two of your workers. The newer one stays.",
			Fix:   "Compare the versions in the same statement that writes, or lock the lead before you read it.", Code: codeUpsert,
			needs: []string{"life-conversation", "life-interleaved", "life-gaps", "life-stale-version"},
		},
		{
			ID: "life-stored-later", Level: Must, Requests: 1, alone: true, run: storedLater,
			Sends: "A plain delivery. When the probe shows it, check also compares the earlier events that were stored late with what was sent.",
			Why:   "A receiver may store an event after its response. It must still store what was sent.", Fix: fixStoreText, Code: codeParameters,
		},
	}
}

// expectTwoLeads returns a case that fails unless two leads that have something in common are both accepted and stored.
func expectTwoLeads(what string, share func(a, b *payload.Event)) func(*caseRun) {
	return func(c *caseRun) {
		a, b := c.lead().created(), c.lead().created()
		share(a, b)
		c.expectVariant(requestOf(a))
		c.expectVariant(variantOf("with "+what, b))
		c.expectAnswersStored(a) // still
	}
}

// raceTries is how many leads twoVersions sends two versions of: a race does not show each time.
const raceTries = 2

func twoVersions(c *caseRun) {
	for i := range raceTries {
		l := c.lead()
		c.accept(l.created())
		both := []request{variantOf("at the same time as version 3", l.updated(2)), variantOf("at the same time as version 2", l.updated(3))}
		if i%2 == 1 {
			both[0], both[1] = both[1], both[0]
		}
		for j, d := range c.sendAtOnce(both...) {
			c.compare(both[j], &d, accepted)
		}
		c.awaitStored()
		c.expectStored(l, l.texts[:3]...)
	}
}
