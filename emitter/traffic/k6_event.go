package traffic

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"artihook/emitter/payload"

	"github.com/google/uuid"
)

// k6Event is a body in parts. A string is copied as it is, a list is a placeholder that the script fills in:
//
//	["lead"] ["contact"]            the ids
//	["live", t] ["stored", t]       a time, t ticks of 100 ns after the end of the conversation
//	["input", t, day] ["shown", t, day] ["minute", t, day]
//	                                the chosen day of an answer at time t: day is a number of days after t, or a fixed date
type k6Event []any

// k6Delimiter encloses placeholders while a body is split. Its characters are private ones of Unicode.
const k6Delimiter = "\uE0A7\uE0A8"

// The ids that are replaced by placeholders.
var (
	k6Lead    = uuid.MustParse("a7a7a7a7-1ead-4000-8000-a7a7a7a7a7a7")
	k6Contact = uuid.MustParse("a7a7a7a7-c0de-4000-8000-a7a7a7a7a7a7")
)

// k6Splitter splits one event into parts.
type k6Splitter struct {
	now          time.Time
	answered     map[string]payload.DateTime // when each question was answered
	later        []payload.Answer            // the answers of the same event, generated for a later time
	placeholders map[string][]any            // by the names that placeholder returns
}

// split returns the body of the event in parts.
func (s *k6Splitter) split(e *payload.Event) (k6Event, error) {
	if bytes.Contains(e.AppendJSON(nil), []byte(k6Delimiter)) {
		return nil, fmt.Errorf("an answer has the private characters %q, which the export uses itself", k6Delimiter)
	}
	open := *e
	open.Lead.ID, open.Lead.ContactID = k6Lead, k6Contact
	open.Lead.Data = nil
	for i, a := range e.Lead.Data {
		open.Lead.Data = append(open.Lead.Data, s.answer(a, s.later[i]))
	}
	text := string(open.AppendJSON(nil))
	text = strings.ReplaceAll(text, k6Lead.String(), s.placeholder("lead"))
	text = strings.ReplaceAll(text, k6Contact.String(), s.placeholder("contact"))
	// The dates of the lead are before all answers, the date of the event is after them.
	text = strings.Replace(text, dated("create_date", e.Lead.Created.String()), dated("create_date", s.date(e.Lead.Created)), 1)
	text = strings.Replace(text, dated("modify_date", e.Lead.Modified.String()), dated("modify_date", s.date(e.Lead.Modified)), 1)
	stamp := dated("time_stamp", e.Time.String())
	at := strings.LastIndex(text, stamp)
	text = text[:at] + dated("time_stamp", s.date(e.Time)) + text[at+len(stamp):]
	var parts k6Event
	for i, part := range strings.Split(text, k6Delimiter) {
		if i%2 == 0 {
			parts = append(parts, part)
		} else {
			parts = append(parts, s.placeholders[part])
		}
	}
	return parts, nil
}

func dated(key, value string) string { return `"` + key + `":"` + value + `"` }

func (s *k6Splitter) placeholder(part ...any) string {
	name := fmt.Sprint(part...)
	s.placeholders[name] = part
	return k6Delimiter + name + k6Delimiter
}

func (s *k6Splitter) ticks(t time.Time) int64 { return int64(t.Sub(s.now) / (100 * time.Nanosecond)) }

// date returns the placeholder of a date in the same form: with Z, or without Z as the database stores it.
func (s *k6Splitter) date(d payload.DateTime) string {
	form := "stored"
	if strings.HasSuffix(d.String(), "Z") {
		form = "live"
	}
	return s.placeholder(form, s.ticks(d.Time()))
}

// answer returns the answer with placeholders for the day of a date_time. The day has the clock time of answering
// (docs/contract.md, section 2).
func (s *k6Splitter) answer(a, later payload.Answer) payload.Answer {
	moment, ok := a.Value.(payload.Moment)
	if !ok {
		return a
	}
	const whole = 24 * time.Hour
	at, answered := moment.DateTime.Time(), s.answered[a.Field].Time()
	var day any = int(at.Truncate(whole).Sub(answered.Truncate(whole)) / whole)
	if other, ok := later.Value.(payload.Moment); ok && other.DateTime.Time().Truncate(whole).Equal(at.Truncate(whole)) {
		day = at.Format(time.DateOnly) // a fixed date
	}
	t := s.ticks(answered)
	a.Input, a.Display = s.placeholder("input", t, day), s.placeholder("shown", t, day)
	a.Value = payload.Raw(`{"date_time":"` + s.placeholder("minute", t, day) + `","grain":` +
		string(payload.AppendString(nil, moment.Grain)) + `,"timezone":` + string(payload.AppendString(nil, moment.Timezone)) + `}`)
	return a
}
