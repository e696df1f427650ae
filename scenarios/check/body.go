package check

import (
	"fmt"
	"slices"
	"time"

	"artihook/emitter/payload"
)

// bodyCases returns the cases about the body (docs/contract.md, section 2). A case runs after those that it needs.
func bodyCases() []Case {
	return slices.Concat(
		plainCases(), textCases(), fieldCases(), metaCases(), dateCases(), numberCases(), customCases(), eventCases(), sizeCases(),
	)
}

// plainCases returns the cases about bodies that nearly every bot sends.
func plainCases() []Case {
	const rawBytes = "Verify the raw bytes first, then parse the JSON as UTF-8."
	return []Case{
		{
			ID: "body-one-answer", Level: Must, Requests: 1, harmless: true, run: expectAccepted((*caseRun).validRequest),
			Sends: "The created event of a lead, which has one answer.",
			Why:   "A lead is created with its first answer. The other fields are missing at first.",
			Fix:   "Treat every field as optional.", Code: codeOptionalAnswer,
		},
		{
			ID: "body-edition-2019", Level: Must, Requests: 1, harmless: true, run: expectAccepted(inEdition(payload.Edition2019)),
			Sends: "The created event of a lead in edition 2019: lead.status is 0.",
			Why:   "ArtiBot documents lead.status as a number.", Fix: "Accept a number or a text as lead.status.",
			Code: codeAnyStatus,
		},
		{
			ID: "body-edition-2022", Level: Must, Requests: 1, harmless: true, run: expectAccepted(inEdition(payload.Edition2022)),
			Sends: `The created event of a lead in edition 2022: lead.status is "active", and lead.closed_status is null.`,
			Why:   "ArtiBot sends lead.status as a text today, and one more key.", Fix: "Accept a number or a text as lead.status.",
			Code: codeAnyStatus,
		},
		{
			ID: "body-unicode", Level: Must, Requests: 2, run: expectAccepted(answering("letters of many scripts in the answer", "zoë 你好 العربية ωмега ½"), unicodeCity),
			Sends: "Two created events of leads: one with letters of many scripts in the answer, one in the city Dvůr Králové.",
			Why:   "Visitors use all writing systems.", Fix: rawBytes,
			Code: codeRawBody,
		},
		{
			ID: "body-html-characters", Level: Must, Requests: 1, run: expectAccepted(answering("< > & in the answer", "x < y & z > w/2")),
			Sends: "The created event of a lead with < > & in the answer.",
			Why:   "ArtiBot does not escape < > &; a library that escapes them changes the signed bytes.", Fix: rawBytes,
			Code: codeRawBody,
		},
		{
			ID: "body-mixed-case", Level: Must, Requests: 1, harmless: true, run: expectAccepted(answering("capital letters in the answer", "McDonald IBM iPhone")),
			Sends: "The created event of a lead with capital letters in the answer.",
			Why:   "Text that is converted to lower case is not what the visitor wrote.",
			Fix:   "Store the text as it is, and change the case of a copy.", Code: codeParameters,
		},
		{
			ID: "body-date-like", Level: Should, Requests: 1, run: expectAccepted(answering("a date in the answer", "2022-07-28T09:31:00.120Z")),
			Sends: "The created event of a lead with the answer 2022-07-28T09:31:00.120Z.",
			Why:   "A visitor's text may look like a date. Newtonsoft.Json parses it as one and writes it differently, so the signature of serialised JSON is wrong.",
			Fix:   rawBytes + " In C#, do not sign the result of JObject.Parse(body).ToString().", Code: codeRawBody,
			needs: []string{"body-mixed-case"},
		},
		{
			ID: "body-field-names", Level: Must, Requests: 2, run: expectAccepted(field("address[0]"), field("No of Child (5-11)")),
			Sends: `Two created events of leads with the fields "address[0]" and "No of Child (5-11)".`,
			Why:   "A field name is any text that the author of the bot types. It may look like a path.",
			Fix:   fixFieldNames,
			Code:  codeAnswerByName,
		},
		{
			ID: "body-null-place", Level: Must, Requests: 1, run: expectAccepted(nullPlace),
			Sends: "The created event of a lead whose state and city are null.",
			Why:   "state and city are null if the visitor's IP address resolves to a country only.", Fix: "Allow null for both, in your types and in your table.",
			Code: codeNullPlace,
		},
		{
			ID: "body-every-type", Level: Must, Requests: len(everyType), run: expectAccepted(everyType...),
			Sends: "Four created events of leads, each with an answer of another type: phone_number, multiple_choice, date_time, address.",
			Why:   "The value of an answer is a text, a number or an object, depending on its type.", Fix: "Check type before you use value. input and display_value are always texts.",
			Code: codeValueByType,
		},
		{
			ID: "body-number-double", Level: Must, Requests: 1, run: expectAccepted(number(4)),
			Sends: "The created event of a lead with the number 4.0.",
			Why:   "The value of a number is a double such as 4.0, which many libraries write as 4.", Fix: rawBytes + " Do not sign the result of JSON.stringify(req.body). Check type before you use value.",
			Code: codeRawBody, needs: []string{"body-every-type"},
		},
	}
}

// variant returns a valid request that differs from a plain one.
type variant func(c *caseRun) request

// expectAccepted returns a case that fails unless each variant is accepted and, with a probe, stored.
func expectAccepted(variants ...variant) func(*caseRun) {
	return func(c *caseRun) {
		for _, next := range variants {
			if req := next(c); !c.done() {
				c.expectVariant(req)
			}
		}
	}
}

// acceptOnly returns a case that fails unless the variant is accepted. It does not probe.
func acceptOnly(v variant) func(*caseRun) {
	return func(c *caseRun) { c.expect(v(c), accepted) }
}

// expectVariant fails the case unless the request is accepted and, with a probe, its answers are stored.
func (c *caseRun) expectVariant(req request) {
	c.expect(req, accepted)
	c.expectAnswersStored(req.event)
}

// variantOf returns the request for e. what describes how it differs from a plain one.
func variantOf(what string, e *payload.Event) request {
	req := requestOf(e)
	req.variant = what
	return req
}

func answering(what, text string) variant {
	return func(c *caseRun) request { return variantOf("with "+what, c.lead().createdWith(text)) }
}

func field(name string) variant {
	return func(c *caseRun) request {
		e := c.lead().created()
		e.Lead.Data[0].Field, e.Meta.LastAnswered = name, name
		return variantOf(fmt.Sprintf("with the field %q", name), e)
	}
}

func unicodeCity(c *caseRun) request {
	e := c.lead().created()
	city := "Dvůr Králové nad Labem"
	e.Meta.Location.City = &city
	return variantOf("with the city "+city, e)
}

func inEdition(edition payload.Edition) variant {
	return func(c *caseRun) request {
		return variantOf("edition "+edition.String(), c.leadOf(edition).created())
	}
}

func nullPlace(c *caseRun) request {
	e := c.lead().created()
	e.Meta.Location.State, e.Meta.Location.City = nil, nil
	return variantOf("with state and city null", e)
}

// everyType has a variant for each type of answer but text, email and number, which other cases send.
var everyType = []variant{
	ofType(payload.TypePhone, "+1 202-555-0142", payload.Text("+1 202-555-0142")),
	ofType(payload.TypeMultipleChoice, "yes, please", payload.Text("yes, please")),
	ofType(payload.TypeDateTime, "7/28/26", payload.Moment{
		DateTime: payload.Minute(time.Date(2026, 7, 28, 9, 31, 0, 0, time.UTC)), Grain: "day", Timezone: "America/Chicago",
	}),
	ofType(payload.TypeAddress, "1 main street, springfield, illinois 62701, united states", payload.Address{
		Line1: "1 main street", City: "Springfield", State: "Illinois", ZipCode: "62701", Country: "United States",
	}),
}

// ofType returns a variant whose answer has this type. An answer of type date_time has the day and a time as its input.
func ofType(kind payload.Type, display string, value payload.Value) variant {
	return func(c *caseRun) request {
		e := c.lead().created()
		a := &e.Lead.Data[0]
		a.Type, a.Input, a.Display, a.Value = kind, display, display, value
		if kind == payload.TypeDateTime {
			a.Input += " 9:31:00 AM"
		}
		return variantOf("with an answer of type "+string(kind), e)
	}
}
