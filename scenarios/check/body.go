package check

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/sjson"

	"artihook/emitter/payload"
)

// bodyCases returns the cases about the body (docs/contract.md, section 2).
func bodyCases() []Case {
	const rawBytes = "Verify the raw bytes first, then parse the JSON as UTF-8."
	return []Case{
		{
			ID: "body-unicode", Level: Must, Requests: 1, run: expectAccepted(unicodeAnswer),
			Sends: "The created event of a lead with letters of many scripts, emoji and line separators in field, answer and city.",
			Why:   "Visitors write in every script, with emoji and rare characters.", Fix: rawBytes,
			Code: codeRawBody,
		},
		{
			ID: "body-html-characters", Level: Must, Requests: 1, run: expectAccepted(answering("< > & ' in the answer", `<b>Tom & Jerry's</b> "quoted" \ /`)),
			Sends: "The created event of a lead with < > & and both quotes in the answer.",
			Why:   "ArtiBot does not escape < > & '; a library that escapes them changes the signed bytes.", Fix: rawBytes,
			Code: codeRawBody,
		},
		{
			ID: "body-field-names", Level: Must, Requests: 3, run: expectAccepted(field("address[0].city"), field("No of Child (5-11)."), field("$in")),
			Sends: `Three created events with the fields "address[0].city", "No of Child (5-11)." and "$in".`,
			Why:   "A field name is any text that the author of the bot types. It may look like a path.",
			Fix:   "Treat lead.data as a map from text to answer, and do not interpret the names.",
			Code:  codeAnswerByName,
		},
		{
			ID: "body-one-answer", Level: Must, Requests: 1, run: expectAccepted((*caseRun).validRequest),
			Sends: "The created event of a lead, which has one answer.",
			Why:   "A lead is created with its first answer. The other fields are missing at first.",
			Fix:   "Treat every field as optional.", Code: codeOptionalAnswer,
		},
		{
			ID: "body-200-answers", Level: Must, Requests: 1, run: expectAccepted(manyAnswers),
			Sends: "An updated event with 200 answers.",
			Why:   "A long conversation has many answers.", Fix: "Do not limit the number of answers to less than a long bot has questions.",
			Code: codeEachAnswer,
		},
		{
			ID: "body-90-kb", Level: Must, Requests: 1, run: expectAccepted(long("90 KB", 90_000)),
			Sends: "The created event of a lead with a long answer: 90 KB in all.",
			Why:   "A visitor may paste a long text. Many frameworks limit a body to 100 KB or less.",
			Fix:   "Raise the body limit of your framework to a few megabytes, and read the whole body.", Code: codeBodyLimit,
		},
		{
			ID: "body-1-mb", Level: Should, Requests: 1, run: expectAccepted(long("1 MB", 1_000_000)),
			Sends: "The created event of a lead with a very long answer: 1 MB in all.",
			Why:   "ArtiBot documents no maximum size of a body.",
			Fix:   "Raise the body limit of your framework to a few megabytes, and read the whole body.", Code: codeBodyLimit,
		},
		{
			ID: "body-null-place", Level: Must, Requests: 1, run: expectAccepted(nullPlace),
			Sends: "The created event of a lead whose state and city are null.",
			Why:   "state and city are null if the visitor's IP address resolves to a country only.", Fix: "Allow null for both, in your types and in your table.",
			Code: codeNullPlace,
		},
		{
			ID: "body-every-type", Level: Must, Requests: 1, run: expectAccepted(everyType),
			Sends: "An updated event with an answer of each type.",
			Why:   "The value of an answer is a text, a number or an object, depending on its type.", Fix: "Check type before you use value. input and display_value are always texts.",
			Code: codeValueByType,
		},
		{
			ID: "body-edition-2019", Level: Must, Requests: 1, run: expectAccepted(inEdition(payload.Edition2019)),
			Sends: "The created event of a lead in edition 2019: lead.status is 0.",
			Why:   "ArtiBot documents lead.status as a number.", Fix: "Accept a number or a text as lead.status.",
			Code: codeAnyStatus,
		},
		{
			ID: "body-edition-2022", Level: Must, Requests: 1, run: expectAccepted(inEdition(payload.Edition2022)),
			Sends: `The created event of a lead in edition 2022: lead.status is "active", and lead.closed_status is null.`,
			Why:   "ArtiBot sends lead.status as a text today, and one more key.", Fix: "Accept a number or a text as lead.status.",
			Code: codeAnyStatus,
		},
		{
			ID: "body-unknown-type", Level: Must, Requests: 1, run: expectAccepted(unknownType),
			Sends: "The created event of a lead whose answer has the type star_rating and an object as its value.",
			Why:   "ArtiBot may add a type of answer at any time.", Fix: "Store an answer of an unknown type as it is, or ignore it. Do not reject the lead.",
			Code: codeValueByType,
		},
		{
			ID: "body-extra-keys", Level: Must, Requests: len(objectPaths), run: extraKeys,
			Sends: "Six created events, each with an unknown key in another object.",
			Why:   "ArtiBot may add a key to any object at any time.", Fix: "Configure your JSON parser or schema so that it accepts unknown keys.",
			Code: codeAcceptUnknown,
		},
		{
			ID: "body-date-like", Level: Should, Requests: 1, run: expectAccepted(answering("a date in the answer", "2022-07-28T09:31:00.120Z")),
			Sends: "The created event of a lead with the answer 2022-07-28T09:31:00.120Z.",
			Why:   "A visitor's text may look like a date. Newtonsoft.Json parses it as one and writes it differently, so the signature of serialised JSON is wrong.",
			Fix:   rawBytes + " In C#, do not sign the result of JObject.Parse(body).ToString().", Code: codeRawBody,
		},
		{
			ID: "body-number-double", Level: Must, Requests: 2, run: expectAccepted(number(4), number(9000000001)),
			Sends: "Two created events of leads, with the numbers 4.0 and 9000000001.0.",
			Why:   "The value of a number is a double such as 4.0, which many libraries write as 4.", Fix: rawBytes + " Do not sign the result of JSON.stringify(req.body).",
			Code: codeRawBody,
		},
		{
			ID: "body-truncated", Level: Must, Requests: 1, run: truncatedJSON,
			Sends: "The created event of a lead, signed, without the last 25 bytes of its body.",
			Why:   "A signed body that is not valid JSON is rejected and does not cause an error.", Fix: "Catch the error of your JSON parser and respond 400.",
			Code: codeBadJSON,
		},
	}
}

// variant returns a valid request that differs from a plain one.
type variant func(c *caseRun) request

// expectAccepted returns a case that fails unless each variant is accepted.
func expectAccepted(variants ...variant) func(*caseRun) {
	return func(c *caseRun) {
		for _, next := range variants {
			req := next(c)
			c.expect(req, accepted)
		}
	}
}

// variantOf returns the request for e. The text what says how it differs from a plain one.
func variantOf(what string, e *payload.Event) request {
	req := requestOf(e)
	req.variant = what
	return req
}

func answering(what, text string) variant {
	return func(c *caseRun) request { return variantOf("with "+what, c.lead().createdWith(text)) }
}

func unicodeAnswer(c *caseRun) request {
	e := c.lead().createdWith("Zoë 你好 العربية 👩‍👩‍👧 e\u0301 \u2028 \ufeff ½")
	e.Lead.Data[0].Field, e.Meta.LastAnswered = "Prénom 名前", "Prénom 名前"
	city := "Dvůr Králové nad Labem"
	e.Meta.Location.City = &city
	return variantOf("with every script in it", e)
}

func field(name string) variant {
	return func(c *caseRun) request {
		e := c.lead().created()
		e.Lead.Data[0].Field, e.Meta.LastAnswered = name, name
		return variantOf(fmt.Sprintf("with the field %q", name), e)
	}
}

func manyAnswers(c *caseRun) request {
	var answers []payload.Answer
	for i := range 200 {
		a := payload.Answer{Field: fmt.Sprintf("Question %03d", i+1), Type: payload.TypeText}
		setText(&a, fmt.Sprintf("the answer to question %d", i+1))
		answers = append(answers, a)
	}
	return variantOf("with 200 answers", c.lead().updatedWith(answers))
}

func long(size string, bytes int) variant {
	return func(c *caseRun) request {
		// The body has the text three times: as input, display_value and value.
		return variantOf("with a body of "+size, c.lead().createdWith(strings.Repeat("A long story. ", bytes/14/3)))
	}
}

func nullPlace(c *caseRun) request {
	e := c.lead().created()
	e.Meta.Location.State, e.Meta.Location.City = nil, nil
	return variantOf("with state and city null", e)
}

func number(n float64) variant {
	return func(c *caseRun) request {
		e := c.lead().created()
		a := &e.Lead.Data[0]
		a.Type, a.Value = payload.TypeNumber, payload.Number(n)
		a.Input = fmt.Sprintf("%.0f", n)
		a.Display = a.Input
		return variantOf("with the number "+a.Input+".0", e)
	}
}

func everyType(c *caseRun) request {
	l := c.lead()
	day := time.Date(2026, 7, 28, 9, 31, 0, 0, time.UTC)
	home := payload.Address{Line1: "1 Main Street", City: "Springfield", State: "Illinois", ZipCode: "62701", Country: "United States"}
	const line = "1 Main Street, Springfield, Illinois 62701, United States"
	answers := []payload.Answer{
		{Field: "Text", Type: payload.TypeText, Input: "hello", Display: "hello", Value: payload.Text("hello")},
		{Field: "Email", Type: payload.TypeEmail, Input: "ada@mail.example", Display: "ada@mail.example", Value: payload.Text("ada@mail.example")},
		{Field: "Phone", Type: payload.TypePhone, Input: "+1 202-555-0142", Display: "+1 202-555-0142", Value: payload.Text("+1 202-555-0142")},
		{Field: "Choice", Type: payload.TypeMultipleChoice, Input: "Yes", Display: "Yes", Value: payload.Text("Yes")},
		{Field: "Number", Type: payload.TypeNumber, Input: "19.5", Display: "19.5", Value: payload.Number(19.5)},
		{Field: "Whole number", Type: payload.TypeNumber, Input: "3", Display: "3", Value: payload.Number(3)},
		{Field: "Address", Type: payload.TypeAddress, Input: line, Display: line, Value: home},
		{Field: "Day", Type: payload.TypeDateTime, Input: "7/28/26 9:31:00 AM", Display: "7/28/26", Value: payload.Moment{DateTime: payload.Minute(day), Grain: "day", Timezone: "America/Chicago"}},
	}
	return variantOf("with every type of answer", l.updatedWith(answers))
}

func inEdition(edition payload.Edition) variant {
	return func(c *caseRun) request {
		return variantOf("edition "+edition.String(), c.leadOf(edition).created())
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

func extraKeys(c *caseRun) {
	for _, level := range objectPaths {
		req := requestOf(c.lead().created())
		key := strings.TrimPrefix(level+".artihook_extra", ".")
		body, err := sjson.SetRawBytes(slices.Clone(req.body), key, []byte(`{"a":[1,null,"x"]}`))
		if err != nil {
			c.err = fmt.Errorf("adding a key at %q: %w", key, err)
			return
		}
		req.body, req.variant = body, "with the unknown key "+key
		c.expect(req, accepted)
	}
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
