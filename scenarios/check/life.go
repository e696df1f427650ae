package check

import (
	"fmt"
	"slices"
	"time"

	"artihook/emitter/history"
	"artihook/emitter/payload"
)

const (
	manyLeadsCount = 50 // number of leads that start at the same time
	probedLeads    = 5  // number of them that are probed
)

// lifeCases returns the cases about the state of a lead after repeated, late and missing events (docs/contract.md,
// section 2, "A lead's life").
func lifeCases() []Case {
	return slices.Concat(conversationCases(), orderCases(), peopleCases())
}

// conversationCases returns the cases about the usual course of a conversation, and its usual disorder.
func conversationCases() []Case {
	return []Case{
		{
			ID: "life-conversation", Level: Must, Requests: 5, run: conversation,
			Sends: "The five events of a lead in order: created, updated three times, completed.",
			Why:   "A whole conversation is accepted: created, updated with each answer, completed.", Fix: "Accept all three actions. Every event has all answers so far.",
			Code:  codeAllActions,
			needs: []string{"body-date-without-zone"},
		},
		{
			ID: "life-completed-2022", Level: Must, Requests: 3, run: completed2022,
			Sends: "The created, the last updated and the completed event of a lead in edition 2022.",
			Why:   "In edition 2022, completed has no last_answered_field_name, and closed_status is a text.", Fix: "Treat last_answered_field_name as optional.",
			Code: codeOptionalKey, Section: "2, Two payload editions", needs: []string{"body-edition-2022", "body-date-without-zone", "life-conversation"},
		},
		{
			ID: "life-interleaved", Level: Must, Requests: 4, run: probedIfFast(interleaved),
			Sends: "Version 1 of two leads, then version 2 of both.",
			Why:   "Several visitors talk to the bot at the same time, and their events arrive mixed.", Fix: "Find the lead by resource_id with each event. Do not keep it in a variable between events.",
			Code: codeUpsert, needs: []string{"life-conversation"},
		},
		{
			ID: "life-twice", Level: Must, Requests: 2, run: twice,
			Sends: "The created event of a lead twice.",
			Why:   "An event may arrive twice, for example after a timeout. The second is accepted and changes nothing.",
			Fix:   "Respond 2xx to an event that you have stored. Store leads by id and version, not one row for each delivery.", Code: codeUpsert,
		},
		{
			ID: "life-same-moment", Level: Must, Requests: 3, run: sameMoment,
			Sends: "The created event of one lead once, and that of another lead twice at the same time.",
			Why:   "Two identical deliveries may arrive at the same time, at two of your workers.",
			Fix:   "Use a unique key in the database. A query before the insert does not prevent the race.", Code: codeUpsert,
		},
		{
			ID: "life-gaps", Level: Must, Requests: 3, run: gaps,
			Sends: "Versions 1 and 3 of a lead, then completed.",
			Why:   "A webhook that does not subscribe to all events gets versions with gaps.",
			Fix:   "Do not wait for a missing version: the next event has all answers.",
			Code:  codeNewerVersion,
			needs: []string{"life-conversation", "body-date-without-zone"},
		},
		{
			ID: "life-stale-version", Level: Must, Requests: 3, run: staleVersion,
			Sends: "Versions 1, 3 and 2 of a lead, in this order.",
			Why:   "A newer event may arrive before an older one. The older one is accepted and changes nothing.",
			Fix:   "Compare resource_version with the stored one and keep the newer event. Respond 2xx in both cases.", Code: codeUpsert,
			needs: []string{"life-conversation", "life-gaps"},
		},
		{
			ID: "life-updated-first", Level: Must, Requests: 2, run: updatedFirst,
			Sends: "Version 2 of a lead, then version 1.",
			Why:   "updated may arrive before created, or without it, since a webhook need not subscribe to all events.",
			Fix:   "Create the lead from the first event that arrives, whatever its action, and do not let an older version overwrite it.",
			Code:  codeUpsert,
			needs: []string{"life-interleaved"},
		},
		{
			ID: "life-completed-then-updated", Level: Must, Requests: 4, run: completedThenUpdated,
			Sends: "Versions 1 and 2 of a lead, completed, then version 3.",
			Why:   "The last update may arrive after completed. The lead stays completed.",
			Fix:   "Compare resource_version here too, and respond 2xx to a late event.", Code: codeUpsert,
			needs: []string{"life-conversation", "life-gaps", "body-date-without-zone"},
		},
		{
			ID: "life-completed-same-version", Level: Must, Requests: 3, run: completedSameVersion,
			Sends: "Two events of a lead in edition 2022, then completed with the version of the last one.",
			Why:   "In edition 2022, completed has the version of the last update. A receiver that drops known versions loses every completion.",
			Fix:   "Recognise duplicates by id, version and action, not by id and version only.", Code: codeSeenVersions,
			needs: []string{"life-conversation", "life-completed-2022", "body-edition-2022", "body-date-without-zone"},
		},
		{
			ID: "life-many-leads", Level: Must, Requests: manyLeadsCount, needs: []string{timeCase}, alone: true, run: manyLeads,
			Sends: "The created events of 50 leads at the same time.",
			Why:   fmt.Sprintf("%d visitors may start at the same time, for example after a newsletter.", manyLeadsCount),
			Fix:   "Store the event and respond, then do slow work. Exempt ArtiBot from rate limits.",
			Code:  codeQueueEvent,
		},
	}
}

// accept sends the events in this order and fails the case if one is not accepted.
func (c *caseRun) accept(events ...*payload.Event) {
	for _, e := range events {
		c.expect(requestOf(e), accepted)
	}
}

// expectIgnored fails the case if a late event is not accepted or changes the stored lead.
func (c *caseRun) expectIgnored(l *lead, e *payload.Event, what string, texts ...string) {
	before := c.expectStored(l, texts...)
	req := variantOf(what, e)
	d := c.expect(req, accepted)
	c.expectKept(l, before, describe(req, &d))
}

func conversation(c *caseRun) {
	l := c.lead()
	c.accept(l.created(), l.updated(2), l.updated(3), l.updated(4))
	before := c.expectStored(l, l.texts...)
	req := requestOf(l.completed())
	d := c.expect(req, accepted)
	c.expectChanged(l, before, describe(req, &d))
	c.expectStored(l, l.texts...)
}

func completed2022(c *caseRun) {
	l := c.leadOf(payload.Edition2022)
	last, completed := l.updated(4), l.completed()
	last.Lead.Version, completed.Lead.Version = 2, 2
	c.accept(l.created(), last)
	c.expectVariant(variantOf("without last_answered_field_name (edition 2022)", completed))
}

func interleaved(c *caseRun) {
	one, other := c.lead(), c.lead()
	c.accept(one.created(), other.created(), one.updated(2), other.updated(2))
	for _, l := range []*lead{one, other} {
		c.expectStored(l, l.texts[:2]...)
	}
}

func twice(c *caseRun) {
	l := c.lead()
	req := requestOf(l.created())
	c.expect(req, accepted)
	before := c.expectStored(l, l.texts[0])
	req.variant = "a second time"
	second := c.expect(req, accepted)
	c.expectUnchanged(l, before, describe(req, &second))
}

// sameMoment compares the stored lead with one whose event was sent once: both must have the answer equally often.
func sameMoment(c *caseRun) {
	once, both := c.lead(), c.lead()
	c.accept(once.created())
	req := requestOf(both.created())
	req.variant = "twice at the same time"
	for _, d := range c.sendAtOnce(req, req) {
		c.compare(req, &d, accepted)
	}
	usual := count(c.expectStored(once, once.texts[0]), once.texts[0])
	c.awaitStored() // the second event may be stored as late as the first
	text := c.expectStored(both, both.texts[0])
	if got := count(text, both.texts[0]); !c.done() && got != usual {
		c.fail("POST of the same event, twice at the same time", fmt.Sprintf("the stored lead has the answer %s, as after one delivery", times(usual)),
			fmt.Sprintf("it has the answer %s: %s", times(got), quoted(text)))
	}
}

func staleVersion(c *caseRun) {
	l := c.lead()
	c.accept(l.created(), l.updated(3))
	c.expectIgnored(l, l.updated(2), "after version 3", l.texts[:3]...)
}

func updatedFirst(c *caseRun) {
	l := c.lead()
	c.accept(l.updated(2))
	c.expectIgnored(l, l.created(), "after updated", l.texts[:2]...)
}

func completedThenUpdated(c *caseRun) {
	l := c.lead()
	c.accept(l.created(), l.updated(2), l.completed())
	c.expectIgnored(l, l.updated(4), "after completed", l.texts...)
}

func completedSameVersion(c *caseRun) {
	l := c.leadOf(payload.Edition2022)
	last, completed := l.updated(4), l.completed()
	last.Lead.Version, completed.Lead.Version = 2, 2
	c.accept(l.created(), last)
	before := c.expectStored(l, l.texts...)
	req := variantOf("with the version of the last update (edition 2022)", completed)
	d := c.expect(req, accepted)
	c.expectChanged(l, before, describe(req, &d))
}

func manyLeads(c *caseRun) {
	var leads []*lead
	var requests []request
	for range manyLeadsCount {
		l := c.lead()
		leads = append(leads, l)
		requests = append(requests, variantOf(fmt.Sprintf("one of %d at the same time", manyLeadsCount), l.created()))
	}
	deliveries := c.sendAtOnce(requests...)
	bad := 0
	var worst, slowest *history.Delivery
	for i := range deliveries {
		d := &deliveries[i]
		if !d.OK() {
			bad++
			worst = d
		}
		if slowest == nil || d.Duration > slowest.Duration {
			slowest = d
		}
	}
	switch {
	case bad == 0 && slowest.Duration > c.run.opt.Patience:
		c.fail(fmt.Sprintf("%d leads at the same time", manyLeadsCount), "each response within "+c.run.opt.Patience.String(),
			"the slowest took "+slowest.Duration.Round(time.Millisecond).String())
	case bad > 0:
		c.fail(fmt.Sprintf("%d leads at the same time", manyLeadsCount), "2xx to each", fmt.Sprintf("%d of them failed, one with %s", bad, responseText(worst)))
	}
	for _, l := range leads[:probedLeads] {
		c.expectStored(l, l.texts[0])
	}
}

func gaps(c *caseRun) {
	l := c.lead()
	c.accept(l.created(), l.updated(3), l.completed())
	c.expectStored(l, l.texts...)
}
