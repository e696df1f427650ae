package check

import (
	"fmt"

	"artihook/emitter/history"
	"artihook/emitter/payload"
)

const (
	atOnce  = 50 // leads at the same moment
	sampled = 5  // of them are probed
)

// lifeCases ask whether a lead ends as it should, whatever comes twice, late or not at all (docs/contract.md, section
// 2, "A lead's life").
func lifeCases() []Case {
	const upsert = "INSERT … ON CONFLICT (lead_id) DO UPDATE SET … WHERE leads.version < excluded.version"
	return []Case{
		{
			ID: "life-conversation", Level: Must, Requests: 5, run: conversation,
			Why: "A whole conversation: created, updated with each answer, completed.", Fix: "Take all three actions; every event holds all answers so far.",
			Code: "if action in ('created', 'updated', 'completed'): store(event)",
		},
		{
			ID: "life-twice", Level: Must, Requests: 2, run: twice,
			Why: "An event may come twice, after a timeout for example; the second one changes nothing and is answered like the first.",
			Fix: "Answer 2xx to what you have already; store by lead id and version, not one row for each delivery.", Code: upsert,
		},
		{
			ID: "life-same-moment", Level: Must, Requests: 3, run: sameMoment,
			Why: "Two identical deliveries may come at the same moment, to two of your workers.",
			Fix: "Let the database decide, with a unique key: a look before the insert is too late.", Code: upsert,
		},
		{
			ID: "life-stale-version", Level: Must, Requests: 3, run: staleVersion,
			Why: "A newer event may overtake an older one; the older one, when it comes, is accepted and changes nothing.",
			Fix: "Compare resource_version with what you have, and keep the newer; answer 2xx either way.", Code: upsert,
		},
		{
			ID: "life-updated-first", Level: Must, Requests: 2, run: updatedFirst,
			Why:  "updated may come before created, or without it: a webhook need not subscribe to all.",
			Fix:  "Make the lead from the first event that you see of it, whichever it is, and let no older version overwrite it.",
			Code: upsert,
		},
		{
			ID: "life-completed-then-updated", Level: Must, Requests: 4, run: completedThenUpdated,
			Why: "The last update may come after completed; the lead stays completed.",
			Fix: "Compare resource_version here too, and answer 2xx to what comes too late.", Code: upsert,
		},
		{
			ID: "life-completed-same-version", Level: Must, Requests: 5, run: completedSameVersion,
			Why: "In edition 2022 completed repeats the version of the last update: who drops a version that he has seen loses every completion.",
			Fix: "Tell duplicates by id, version and action, not by id and version alone.", Code: "seen = (resource_id, resource_version, action)",
		},
		{
			ID: "life-many-leads", Level: Must, Requests: atOnce, run: manyLeads,
			Why:  fmt.Sprintf("%d visitors may begin at the same moment, after a newsletter for example.", atOnce),
			Fix:  "Store the event and answer; do slow work afterwards. Exempt ArtiBot from rate limits.",
			Code: "queue.push(event); res.status(204).end()",
		},
		{
			ID: "life-gaps", Level: Must, Requests: 3, run: gaps,
			Why:  "A webhook that does not subscribe to everything sees gaps in the versions.",
			Fix:  "Never wait for a version: the next event holds all answers anyway.",
			Code: "if (event.resource_version > lead.version) store(event)  // not === lead.version + 1",
		},
	}
}

// take holds that each event is accepted, in this order.
func (t *trial) take(events ...*payload.Event) {
	for _, e := range events {
		t.expect(shotOf(e), accepted)
	}
}

// late holds that an event that comes too late is accepted and changes nothing.
func (t *trial) late(l *lead, e *payload.Event, what string, words ...string) {
	before := t.kept(l, words...)
	s := odd(what, e)
	d := t.expect(s, accepted)
	t.unchanged(l, before, describe(s, &d))
}

func conversation(t *trial) {
	l := t.lead()
	t.take(l.created(), l.updated(2), l.updated(3), l.updated(4))
	before := t.kept(l, l.words...)
	s := shotOf(l.completed())
	d := t.expect(s, accepted)
	t.changed(l, before, describe(s, &d))
}

func twice(t *trial) {
	l := t.lead()
	s := shotOf(l.created())
	first := t.expect(s, accepted)
	before := t.kept(l, l.words[0])
	s.what = "a second time"
	second := t.expect(s, accepted)
	if !t.over() && second.Status != first.Status {
		t.fail(describe(s, &second), fmt.Sprintf("%d, as the first time", first.Status), cameBack(&second))
	}
	t.unchanged(l, before, describe(s, &second))
}

// sameMoment compares with a lead whose event comes once: each answer is kept as often.
func sameMoment(t *trial) {
	once, both := t.lead(), t.lead()
	t.take(once.created())
	s := shotOf(both.created())
	s.what = "twice at the same moment"
	for _, d := range t.together(s, s) {
		t.hold(s, &d, accepted)
	}
	usual := count(t.kept(once, once.words[0]), once.words[0])
	t.pause(2 * t.run.lag) // the second effect may come as late as the first
	text := t.kept(both, both.words[0])
	if got := count(text, both.words[0]); !t.over() && got != usual {
		t.fail("POST of the same event, twice at the same moment", fmt.Sprintf("what is kept has the answer %s, as of an event that came once", times(usual)),
			fmt.Sprintf("it has it %s: %s", times(got), quoted(text)))
	}
}

func staleVersion(t *trial) {
	l := t.lead()
	t.take(l.created(), l.updated(3))
	t.late(l, l.updated(2), "after version 3", l.words[:3]...)
}

func updatedFirst(t *trial) {
	l := t.lead()
	t.take(l.updated(2))
	t.late(l, l.created(), "after updated", l.words[:2]...)
}

func completedThenUpdated(t *trial) {
	l := t.lead()
	t.take(l.created(), l.updated(2), l.completed())
	t.late(l, l.updated(4), "after completed", l.words...)
}

func completedSameVersion(t *trial) {
	l := t.run.visitors.leadOf(payload.Edition2022)
	t.take(l.created(), l.updated(2), l.updated(3), l.updated(4))
	before := t.kept(l, l.words...)
	s := odd("with the version of the last update (edition 2022)", l.completed())
	d := t.expect(s, accepted)
	t.changed(l, before, describe(s, &d))
}

func manyLeads(t *trial) {
	var leads []*lead
	var shots []shot
	for range atOnce {
		l := t.lead()
		leads = append(leads, l)
		shots = append(shots, odd(fmt.Sprintf("one of %d at once", atOnce), l.created()))
	}
	deliveries := t.together(shots...)
	bad := 0
	var worst *history.Delivery
	for i := range deliveries {
		if !deliveries[i].OK() {
			bad++
			worst = &deliveries[i]
		}
	}
	if bad > 0 {
		t.fail(fmt.Sprintf("%d leads at once", atOnce), "2xx to each", fmt.Sprintf("%d of them failed, one with %s", bad, cameBack(worst)))
	}
	for _, l := range leads[:sampled] {
		t.kept(l, l.words[0])
	}
}

func gaps(t *trial) {
	l := t.lead()
	t.take(l.created(), l.updated(3), l.completed())
	t.kept(l, l.words...)
}
