package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tidwall/sjson"

	"artihook/emitter/payload"
)

// eventCases returns the cases about events as a whole: other keys and values of the event, and bodies that are no events.
func eventCases() []Case {
	return []Case{
		{
			ID: "body-unknown-type", Level: Should, Requests: 1, run: expectAccepted(unknownType),
			Sends: "The created event of a lead whose answer has the type star_rating and an object as its value.",
			Why:   "ArtiBot may add a type of answer at any time.", Fix: "Store an answer of an unknown type as it is, or ignore it. Do not reject the lead.",
			Code: codeValueByType, needs: []string{"body-every-type"},
		},
		{
			ID: "body-extra-keys", Level: Should, Requests: 1, run: expectAccepted(extraKeys),
			Sends: "The created event of a lead with an unknown key in each object.",
			Why:   "ArtiBot may add a key to any object at any time.", Fix: "Configure your JSON parser or schema so that it accepts unknown keys.",
			Code: codeAcceptUnknown,
		},
		{
			ID: "body-truncated", Level: Should, Requests: 1, run: truncatedJSON,
			Sends: "The created event of a lead, signed, without the last 25 bytes of its body.",
			Why:   "A signed body that is not valid JSON is rejected and does not cause an error.", Fix: "Catch the error of your JSON parser and respond 400.",
			Code: codeBadJSON,
		},
		{
			ID: "body-other-status", Level: Should, Requests: 1, harmless: true, run: expectAccepted(otherStatus),
			Sends: "The created event of a lead with another lead.status than usual.",
			Why:   "ArtiBot documents one value of lead.status, and does not list the others.", Fix: "Accept any status, and store it.",
			Code: codeAnyStatus, Section: "2, Two payload editions",
		},
		{
			ID: "body-unknown-action", Level: Should, Requests: 1, run: unknownAction,
			Sends: "The created event of a lead with the action archived.",
			Why:   "ArtiBot may add an action at any time. The receiver ignores or rejects it, and does not fail.", Fix: "Respond 2xx to an action that you do not know.",
			Code: codeAllActions,
		},
		{
			ID: "body-not-an-event", Level: Should, Requests: 2, run: notAnEvent,
			Sends: "Two signed bodies that are JSON but not an event: {} and null.",
			Why:   "A signed body that is not an event is accepted or rejected, and does not cause an error. ArtiBot has published a signature for {}.",
			Fix:   "Check that the body has resource and lead before you use them.", Code: codeCheckEvent, needs: []string{"body-truncated"},
		},
	}
}

func otherStatus(c *caseRun) request {
	e := c.lead().created()
	e.Lead.Status = "3"
	if e.Edition == payload.Edition2022 {
		e.Lead.Status = `"archived"`
	}
	return variantOf("with lead.status "+string(e.Lead.Status), e)
}

func unknownAction(c *caseRun) {
	e := c.lead().created()
	e.Action = "archived"
	c.expect(variantOf("with the action archived", e), tolerated)
}

func notAnEvent(c *caseRun) {
	for _, body := range []string{`{}`, `null`} {
		c.expect(request{body: []byte(body), variant: "with the body " + body}, tolerated)
	}
}

func unknownType(c *caseRun) request {
	e := c.lead().created()
	a := &e.Lead.Data[0]
	a.Type, a.Value = "star_rating", payload.Raw(`{"stars":4,"of":5,"tags":["quick",null,true]}`)
	return variantOf("with an answer of type star_rating", e)
}

// objectPaths lists the objects of an event, as paths of sjson; "" is the event itself.
var objectPaths = []string{"", "lead", "lead.data.First name", "meta", "meta.location", "meta.browser"}

func extraKeys(c *caseRun) request {
	req := requestOf(c.lead().created())
	req.variant = "with an unknown key in each object"
	for _, level := range objectPaths {
		key := strings.TrimPrefix(level+".artihook_extra", ".")
		body, err := sjson.SetRawBytes(slices.Clone(req.body), key, []byte(`{"a":[1,null,"x"]}`))
		if err != nil {
			c.err = fmt.Errorf("adding a key at %q: %w", key, err)
			return req
		}
		req.body = body
	}
	return req
}

// cutShort returns a signed request whose body is not valid JSON.
func (c *caseRun) cutShort() request {
	req := c.validRequest()
	req.body, req.variant = req.body[:len(req.body)-25], "cut short but signed"
	return req
}

func truncatedJSON(c *caseRun) {
	c.expect(c.cutShort(), rejectedAsInvalid)
}
