package traffic

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"artihook/emitter/payload"

	"github.com/google/uuid"
)

// k6Event is a body in parts: a string stands as it is, a list for what the script fills in.
//
//	["lead"] ["contact"]            the ids
//	["live", t] ["stored", t]       a time, t ticks of 100 ns after the end of the conversation
//	["input", t, day] ["shown", t, day] ["minute", t, day]
//	                                the chosen day of an answer that was given at t: so many days later, or a fixed date
type k6Event []any

// k6Delimiter stands around what is left open, while a body is taken apart. It is no character of any language.
const k6Delimiter = "\uE0A7\uE0A8"

// The ids that stand for those to come.
var (
	k6Lead    = uuid.MustParse("a7a7a7a7-1ead-4000-8000-a7a7a7a7a7a7")
	k6Contact = uuid.MustParse("a7a7a7a7-c0de-4000-8000-a7a7a7a7a7a7")
)

// k6Splitter takes one event apart.
type k6Splitter struct {
	now      time.Time
	answered map[string]payload.DateTime // when each question was
	later    []payload.Answer            // of the same event, had the conversation been at another time
	marks    map[string][]any            // what is in a mark's place
}

// split gives the body of the event in parts.
func (o *k6Splitter) split(e *payload.Event) (k6Event, error) {
	if bytes.Contains(e.AppendJSON(nil), []byte(k6Delimiter)) {
		return nil, fmt.Errorf("an answer holds the private characters %q, which an export needs for itself", k6Delimiter)
	}
	open := *e
	open.Lead.ID, open.Lead.ContactID = k6Lead, k6Contact
	open.Lead.Data = nil
	for i, a := range e.Lead.Data {
		open.Lead.Data = append(open.Lead.Data, o.answer(a, o.later[i]))
	}
	text := string(open.AppendJSON(nil))
	text = strings.ReplaceAll(text, k6Lead.String(), o.mark("lead"))
	text = strings.ReplaceAll(text, k6Contact.String(), o.mark("contact"))
	// The two dates of the lead stand before all answers, the event's behind them.
	text = strings.Replace(text, dated("create_date", e.Lead.Created), dated("create_date", o.date(e.Lead.Created)), 1)
	text = strings.Replace(text, dated("modify_date", e.Lead.Modified), dated("modify_date", o.date(e.Lead.Modified)), 1)
	stamp := dated("time_stamp", e.Time)
	at := strings.LastIndex(text, stamp)
	text = text[:at] + dated("time_stamp", o.date(e.Time)) + text[at+len(stamp):]
	var parts k6Event
	for i, part := range strings.Split(text, k6Delimiter) {
		if i%2 == 0 {
			parts = append(parts, part)
		} else {
			parts = append(parts, o.marks[part])
		}
	}
	return parts, nil
}

func dated(key string, value fmt.Stringer) string { return `"` + key + `":"` + value.String() + `"` }

type k6Mark string

func (m k6Mark) String() string { return string(m) }

func (o *k6Splitter) mark(what ...any) string {
	name := fmt.Sprint(what...)
	o.marks[name] = what
	return k6Delimiter + name + k6Delimiter
}

func (o *k6Splitter) ticks(t time.Time) int64 { return int64(t.Sub(o.now) / (100 * time.Nanosecond)) }

// date keeps the form: with Z a moment of the running system, without one of the database.
func (o *k6Splitter) date(d payload.DateTime) fmt.Stringer {
	form := "stored"
	if strings.HasSuffix(d.String(), "Z") {
		form = "live"
	}
	return k6Mark(o.mark(form, o.ticks(d.Time())))
}

// answer leaves the day of a date_time answer open. It has the clock of the moment of answering (docs/contract.md,
// section 2).
func (o *k6Splitter) answer(a, later payload.Answer) payload.Answer {
	moment, ok := a.Value.(payload.Moment)
	if !ok {
		return a
	}
	const whole = 24 * time.Hour
	at, answered := moment.DateTime.Time(), o.answered[a.Field].Time()
	var day any = int(at.Truncate(whole).Sub(answered.Truncate(whole)) / whole)
	if other, ok := later.Value.(payload.Moment); ok && other.DateTime.Time().Truncate(whole).Equal(at.Truncate(whole)) {
		day = at.Format(time.DateOnly) // it was given, and does not move
	}
	t := o.ticks(answered)
	a.Input, a.Display = o.mark("input", t, day), o.mark("shown", t, day)
	a.Value = payload.Raw(`{"date_time":"` + o.mark("minute", t, day) + `","grain":` +
		string(payload.AppendString(nil, moment.Grain)) + `,"timezone":` + string(payload.AppendString(nil, moment.Timezone)) + `}`)
	return a
}
