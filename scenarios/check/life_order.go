package check

import (
	"time"

	"artihook/emitter"
)

// orderCases returns the cases about the order and the repetition of a lead's events.
func orderCases() []Case {
	return []Case{
		{
			ID: "life-updated-twice", Level: Must, Requests: 3, run: probedIfFast(updatedTwice),
			Sends: "Versions 1 and 2 of a lead, then version 2 again.",
			Why:   "An update may arrive twice. The second changes nothing.", Fix: "Replace the answers of the lead, and do not append them.",
			Code: codeUpsert, needs: []string{"life-twice", "life-conversation"},
		},
		{
			ID: "life-completed-first", Level: Must, Requests: 2, run: probedIfFast(completedFirst),
			Sends: "The completed event of a lead, then its created event.",
			Why:   "completed may be the first event that arrives, or the only one: a webhook can subscribe to LeadCompleted alone.",
			Fix:   "Create the lead from the first event that arrives, whatever its action.", Code: codeUpsert,
			needs: []string{"life-conversation", "life-interleaved", "life-gaps", "life-stale-version", "body-date-without-zone"},
		},
		{
			ID: "life-completed-twice", Level: Must, Requests: 3, run: probedIfFast(completedTwice),
			Sends: "The created and the completed event of a lead, then completed again.",
			Why:   "completed may arrive twice. The second changes nothing: no second mail, no second deal.", Fix: "Respond 2xx to an event that you have stored, and start follow-up actions only once.",
			Code: codeSeenVersions, needs: []string{"life-conversation", "life-gaps", "life-twice", "body-date-without-zone"},
		},
		{
			ID: "life-version-10", Level: Must, Requests: 3, run: probedIfFast(versionTen),
			Sends: "Versions 1, 9 and 10 of a lead.",
			Why:   "Version 10 is newer than version 9. As texts, 10 is before 9.", Fix: "Store the version as a number, and compare numbers.",
			Code: codeNewerVersion, needs: []string{"life-conversation", "life-gaps"},
		},
		{
			ID: "life-version-300", Level: Should, Requests: 2, run: probedIfFast(version300),
			Sends: "Version 1 of a lead, then version 300.",
			Why:   "A version grows with each answer. The maximum of a one-byte column is 255.", Fix: "Use an integer type of at least 32 bits.",
			Code: codeVersionColumn, needs: []string{"life-conversation", "life-gaps"},
		},
		{
			ID: "life-delayed", Level: Should, Requests: 1, run: expectAccepted(shifted("that is a day old", -24*60)),
			Sends: "The created event of a lead that is a day old.",
			Why:   "An event may arrive late, for example after your server was down.", Fix: "Do not reject an event because of its age: the signature has no time, and a repeated event changes nothing.",
			Code: codeUpsert,
		},
		{
			ID: "life-clock-ahead", Level: Should, Requests: 1, run: expectAccepted(shifted("that is two minutes ahead", 2)),
			Sends: "The created event of a lead whose times are two minutes ahead.",
			Why:   "The clocks of ArtiBot and of your server differ.", Fix: "Do not compare time_stamp with your clock.", Code: codeUpsert,
		},
		{
			ID: "life-disconnect", Level: Must, Requests: 2, run: probedIfFast(disconnect),
			Sends: "The created event of a lead whose connection closes before the response, then the same event again.",
			Why:   "A sender that waited too long disconnects, and the event arrives again. It is stored once.", Fix: "Store the event even if the sender has disconnected, and release its locks.",
			Code: codeReleaseAlways, needs: []string{"life-twice"},
		},
	}
}

// slowProbe is how long storing may take if every life case waits for it.
const slowProbe = 3 * time.Second

// probedIfFast returns a case that does not look at the stored lead if storing takes longer than slowProbe: the whole run would take
// too long.
func probedIfFast(run func(*caseRun)) func(*caseRun) {
	return func(c *caseRun) {
		if lag := c.run.storingTime(); lag > slowProbe {
			c.blind = true
			c.note("storing takes " + lag.Round(time.Second).String() + ", so this case did not look at the stored lead")
		}
		run(c)
	}
}

func updatedTwice(c *caseRun) {
	l := c.lead()
	c.accept(l.created(), l.updated(2))
	c.expectIgnored(l, l.updated(2), "a second time", l.texts[:2]...)
}

func completedFirst(c *caseRun) {
	l := c.lead()
	c.accept(l.completed())
	c.expectIgnored(l, l.created(), "after completed", l.texts...)
}

func completedTwice(c *caseRun) {
	l := c.lead()
	c.accept(l.created(), l.completed())
	c.expectIgnored(l, l.completed(), "a second time", l.texts...)
}

func versionTen(c *caseRun) {
	l := c.lead()
	nine, ten := l.updated(2), l.updated(3)
	nine.Lead.Version, ten.Lead.Version = 9, 10
	c.accept(l.created(), nine)
	c.expectStored(l, l.texts[:2]...)
	c.expectVariant(variantOf("after version 9", ten))
}

func version300(c *caseRun) {
	l := c.lead()
	last := l.updated(2)
	last.Lead.Version = 300
	c.accept(l.created(), last)
	c.expectStored(l, l.texts[:2]...)
}

// shifted returns a variant whose dates are later by this number of minutes.
func shifted(what string, minutes int) variant {
	return func(c *caseRun) request { return variantOf(what, c.lead().shift(minutes).created()) }
}

func disconnect(c *caseRun) {
	l := c.lead()
	req := requestOf(l.created())
	req.variant, req.options = "with the connection closed after the body", emitter.SendOptions{Cut: true, CutAfter: len(req.body)}
	c.send(req)
	req.variant, req.options = "after a connection that was closed after the body", emitter.SendOptions{}
	c.expect(req, accepted)
	c.expectStored(l, l.texts[0])
}
