package check

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/sjson"

	"artihook/emitter/payload"
)

// bodyCases ask whether everything is borne that a body may hold (docs/contract.md, section 2).
func bodyCases() []Case {
	const rawBytes = "Verify the raw bytes, then read the JSON as UTF-8."
	return []Case{
		{
			ID: "body-unicode", Level: Must, Requests: 1, run: accepting(unicodeAnswer),
			Why: "Visitors write in every script, with emoji and with what no keyboard has.", Fix: rawBytes,
			Code: "event = JSON.parse(rawBody.toString('utf8'))  // after verifying rawBody",
		},
		{
			ID: "body-html-characters", Level: Must, Requests: 1, run: accepting(answering("< > & ' in the answer", `<b>Tom & Jerry's</b> "quoted" \ /`)),
			Why: "ArtiBot leaves < > & ' as they are; a library that escapes them makes other bytes.", Fix: rawBytes,
			Code: "hmac.update(rawBody)  // in Go not json.Marshal(event), which writes \u0026",
		},
		{
			ID: "body-field-names", Level: Must, Requests: 3, run: accepting(field("address[0].city"), field("No of Child (5-11)."), field("$in")),
			Why:  "A field name is any text that the bot's author has typed: it may look like a path.",
			Fix:  "Take lead.data for a map from text to answer, and look fields up as they are.",
			Code: "answer = event['lead']['data'].get(field_name)",
		},
		{
			ID: "body-one-answer", Level: Must, Requests: 1, root: true, run: accepting(nothingOdd),
			Why: "A lead is created with its first answer: all other fields are not there yet.",
			Fix: "Take every field for optional.", Code: "email = data.get('Email', {}).get('value')",
		},
		{
			ID: "body-200-answers", Level: Must, Requests: 1, run: accepting(manyAnswers),
			Why: "A long conversation brings many answers.", Fix: "Set no bound on the number of answers that a long questionnaire reaches.",
			Code: "for field, answer in event['lead']['data'].items(): ...",
		},
		{
			ID: "body-90-kb", Level: Must, Requests: 1, run: accepting(long("90 KB", 90_000)),
			Why: "A visitor may paste a long text; many frameworks bound bodies at 100 KB or less.",
			Fix: "Raise the bound of your framework to some megabytes, and read until the body's end.", Code: "express.raw({ type: '*/*', limit: '4mb' })",
		},
		{
			ID: "body-1-mb", Level: Must, Requests: 1, run: accepting(long("1 MB", 1_000_000)),
			Why: "The largest bodies are far above the usual; nothing says that they are never sent.",
			Fix: "Raise the bound of your framework to some megabytes, and read until the body's end.", Code: "client_max_body_size 4m;  # nginx",
		},
		{
			ID: "body-null-place", Level: Must, Requests: 1, run: accepting(nullPlace),
			Why: "state and city are null where the visitor's address resolves to a country only.", Fix: "Let both be null, in your types and in your table.",
			Code: "State *string `json:\"state\"`  // Go; city too",
		},
		{
			ID: "body-every-type", Level: Must, Requests: 1, run: accepting(everyType),
			Why: "The value of an answer is a text, a number or an object, by its type.", Fix: "Look at type before value; input and display_value are always texts.",
			Code: "text = answer['value'] if answer['type'] in TEXT_TYPES else answer['display_value']",
		},
		{
			ID: "body-edition-2019", Level: Must, Requests: 1, root: true, run: accepting(inEdition(payload.Edition2019)),
			Why: "ArtiBot documents lead.status as a number.", Fix: "Let lead.status be a number or a text.",
			Code: "Status any `json:\"status\"`  // Go; 0, or \"active\"",
		},
		{
			ID: "body-edition-2022", Level: Must, Requests: 1, root: true, run: accepting(inEdition(payload.Edition2022)),
			Why: "ArtiBot sends lead.status as a text today, and a key more.", Fix: "Let lead.status be a number or a text.",
			Code: "Status any `json:\"status\"`  // Go; 0, or \"active\"",
		},
		{
			ID: "body-unknown-type", Level: Must, Requests: 1, run: accepting(unknownType),
			Why: "ArtiBot may add a type of answer any day.", Fix: "Keep what you do not know as it is, or pass it over; do not refuse the lead for it.",
			Code: "default: store(answer.display_value)  // the last branch of the switch over type",
		},
		{
			ID: "body-extra-keys", Level: Must, Requests: len(levels), run: extraKeys,
			Why: "ArtiBot may add a key any day, anywhere.", Fix: "Switch off whatever refuses unknown keys in your JSON reader or schema.",
			Code: "additionalProperties: true  // JSON Schema",
		},
		{
			ID: "body-date-like", Level: Should, Requests: 1, run: accepting(answering("a date in the answer", "2022-07-28T09:31:00.120Z")),
			Why: "A visitor's text may look like a date; Newtonsoft.Json reads it as one and writes it otherwise, so a signature over JSON that was written again does not fit.",
			Fix: rawBytes + " In C#, do not sign what JObject.Parse(body).ToString() gives.", Code: "DateParseHandling = DateParseHandling.None",
		},
		{
			ID: "body-number-double", Level: Must, Requests: 2, run: accepting(number(4), number(9000000001)),
			Why: "The value of a number is a double, 4.0, which many libraries write again as 4.", Fix: rawBytes + " Do not sign what JSON.stringify(req.body) gives.",
			Code: "hmac.update(rawBody)  // not JSON.stringify(req.body)",
		},
		{
			ID: "body-truncated", Level: Must, Requests: 1, run: truncatedJSON,
			Why: "What is signed and yet no JSON is refused, and crashes nothing.", Fix: "Catch the error of your JSON reader and answer 400.",
			Code: "try { event = JSON.parse(body) } catch { return res.status(400).end() }",
		},
	}
}

// oddity makes a right delivery with something odd in it.
type oddity func(t *trial) shot

// accepting holds that each of these is accepted.
func accepting(oddities ...oddity) func(*trial) {
	return func(t *trial) {
		for _, odd := range oddities {
			s := odd(t)
			if d := t.send(s); !t.over() {
				t.hold(s, &d, accepted)
				if refused.fits(&d) {
					t.result.Hint = "it is the signature that was refused: what is verified are not the raw bytes"
				}
			}
		}
	}
}

func nothingOdd(t *trial) shot { return t.ordinary() }

func odd(what string, e *payload.Event) shot {
	s := shotOf(e)
	s.what = what
	return s
}

func answering(what, text string) oddity {
	return func(t *trial) shot { return odd("with "+what, t.lead().saying(text)) }
}

func unicodeAnswer(t *trial) shot {
	e := t.lead().saying("Zoë 你好 العربية 👩‍👩‍👧 e\u0301 \u2028 \ufeff ½")
	e.Lead.Data[0].Field, e.Meta.LastAnswered = "Prénom 名前", "Prénom 名前"
	city := "Dvůr Králové nad Labem"
	e.Meta.Location.City = &city
	return odd("with every script in it", e)
}

func field(name string) oddity {
	return func(t *trial) shot {
		e := t.lead().created()
		e.Lead.Data[0].Field, e.Meta.LastAnswered = name, name
		return odd(fmt.Sprintf("with the field %q", name), e)
	}
}

func manyAnswers(t *trial) shot {
	var answers []payload.Answer
	for i := range 200 {
		a := payload.Answer{Field: fmt.Sprintf("Question %03d", i+1), Type: payload.TypeText}
		say(&a, fmt.Sprintf("the answer to question %d", i+1))
		answers = append(answers, a)
	}
	return odd("with 200 answers", t.lead().with(answers))
}

func long(size string, bytes int) oddity {
	return func(t *trial) shot {
		// input, display_value and value hold the text, so a third of it makes the body.
		return odd("with a body of "+size, t.lead().saying(strings.Repeat("A long story. ", bytes/14/3)))
	}
}

func nullPlace(t *trial) shot {
	e := t.lead().created()
	e.Meta.Location.State, e.Meta.Location.City = nil, nil
	return odd("with state and city null", e)
}

func number(n float64) oddity {
	return func(t *trial) shot {
		e := t.lead().created()
		a := &e.Lead.Data[0]
		a.Type, a.Value = payload.TypeNumber, payload.Number(n)
		a.Input = fmt.Sprintf("%.0f", n)
		a.Display = a.Input
		return odd("with the number "+a.Input+".0", e)
	}
}

func everyType(t *trial) shot {
	l := t.lead()
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
	return odd("with every type of answer", l.with(answers))
}

func inEdition(edition payload.Edition) oddity {
	return func(t *trial) shot {
		return odd("edition "+edition.String(), t.run.visitors.leadOf(edition).created())
	}
}

func unknownType(t *trial) shot {
	e := t.lead().created()
	a := &e.Lead.Data[0]
	a.Type, a.Value = "star_rating", payload.Raw(`{"stars":4,"of":5,"tags":["quick",null,true]}`)
	return odd("with an answer of type star_rating", e)
}

// levels are the objects of an event, as sjson paths; "" is the top.
var levels = []string{"", "lead", "lead.data.First name", "meta", "meta.location", "meta.browser"}

func extraKeys(t *trial) {
	for _, level := range levels {
		s := shotOf(t.lead().created())
		key := strings.TrimPrefix(level+".artihook_extra", ".")
		body, err := sjson.SetRawBytes(slices.Clone(s.body), key, []byte(`{"a":[1,null,"x"]}`))
		if err != nil {
			t.err = fmt.Errorf("adding a key at %q: %w", key, err)
			return
		}
		s.body, s.what = body, "with the unknown key "+key
		t.expect(s, accepted)
	}
}

func truncatedJSON(t *trial) {
	s := t.ordinary()
	s.body, s.what = s.body[:len(s.body)-25], "cut short and rightly signed"
	t.expect(s, refusedAsBad)
}
