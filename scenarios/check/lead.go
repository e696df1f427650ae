package check

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"time"

	"artihook/emitter/payload"
	"artihook/fixtures"
)

// visitors generates the leads of a run. Their events are plain and fixed: ASCII text, one place, an IPv4 address, one common
// browser, and dates with the usual number of digits. So a delivery differs from another one only in what its case is about.
type visitors struct {
	generators [len(payload.Editions)]*fixtures.Generator
	seed       uint64
	now        func() time.Time
}

func newVisitors(opt *Options) (*visitors, error) {
	v := &visitors{seed: opt.Seed, now: opt.Now}
	bot := &fixtures.Bot{
		Name: "artihook-check", Title: "artihook check", Site: "https://check.example", Pages: []string{"/"},
		Questions: []fixtures.Question{
			{Field: "First name", Type: payload.TypeText},
			{Field: "Email", Type: payload.TypeEmail},
			{Field: "Reference", Type: payload.TypeText},
			{Field: "Message", Type: payload.TypeText},
		},
	}
	for _, edition := range payload.Editions {
		generator, err := fixtures.NewGenerator(bot, fixtures.Options{Seed: opt.Seed, Edition: edition})
		if err != nil {
			return nil, err
		}
		v.generators[edition] = generator
	}
	return v, nil
}

// lead holds the events of one conversation: created, updated three times, completed.
type lead struct {
	id     string
	events []payload.Event
	texts  []string // the texts of the answers, which appear nowhere else
}

// lead returns lead number n of a case. It depends on seed, clock, case and number only, and not on what else was sent: a case
// that runs alone sends the same bytes.
func (v *visitors) lead(edition payload.Edition, id string, n int) *lead {
	hash := fnv.New64a()
	fmt.Fprintf(hash, "%s %d", id, n)
	number := hash.Sum64()
	c := v.generators[edition].Conversation(number, v.now())
	l := &lead{id: c.LeadID().String()}
	mark := plainStart + strconv.FormatUint(fixtures.LeadSeed(v.seed, number)%(36*36*36*36*36), 36)
	for i := range c.Len() - 1 {
		l.texts = append(l.texts, fmt.Sprintf("%s-%d", mark, i+1))
	}
	answered := map[string]string{} // by field
	for e := c.Next(); e != nil; e = c.Next() {
		event := *e
		makePlain(&event)
		event.Lead.Data = slices.Clone(e.Lead.Data)
		if newest := event.Meta.LastAnswered; e.Action != payload.Completed {
			answered[newest] = l.texts[len(answered)]
		}
		for i := range event.Lead.Data {
			a := &event.Lead.Data[i]
			text := answered[a.Field]
			if a.Type == payload.TypeEmail {
				text += "@mail.example"
			}
			setText(a, text)
		}
		l.events = append(l.events, event)
	}
	return l
}

// plainStart is the start of the text of each plain answer.
const plainStart = "ck"

// isPlainText reports whether a text is that of a plain answer.
func isPlainText(s string) bool {
	return strings.HasPrefix(s, plainStart) && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-@.") == ""
}

// makePlain replaces what differs between visitors.
func makePlain(e *payload.Event) {
	place := struct{ state, city string }{"Illinois", "Springfield"}
	e.Meta.IPAddress = "203.0.113.7"
	e.Meta.Location = payload.Location{
		CountryAbbreviation: "US", Country: "United States", State: &place.state, City: &place.city, Latitude: "39.7817", Longitude: "-89.6501",
	}
	e.Meta.Browser = payload.Browser{
		UserAgent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36", Name: "Chrome", Version: "120",
	}
	e.Lead.Created = payload.Stored(plainTime(e.Lead.Created))
	e.Time = payload.Live(plainTime(e.Time))
	if e.Action == payload.Completed {
		e.Lead.Modified = payload.Stored(plainTime(e.Lead.Modified))
	} else {
		e.Lead.Modified = payload.Live(plainTime(e.Lead.Modified))
	}
}

// plainTime replaces the last two of the seven digits after the second with digits that are not 0, because ArtiBot does not
// write zeros at the end.
func plainTime(d payload.DateTime) time.Time {
	return d.Time().Truncate(10 * time.Microsecond).Add(7300 * time.Nanosecond)
}

// setText sets the three texts of an answer.
func setText(a *payload.Answer, text string) {
	a.Input, a.Display, a.Value = text, text, payload.Text(text)
}

// shift moves the dates of all events by this number of minutes.
func (l *lead) shift(minutes int) *lead {
	by := time.Duration(minutes) * time.Minute
	for i := range l.events {
		e := &l.events[i]
		e.Lead.Created = payload.Stored(e.Lead.Created.Time().Add(by))
		e.Time = payload.Live(e.Time.Time().Add(by))
		if modified := e.Lead.Modified.Time().Add(by); e.Action == payload.Completed {
			e.Lead.Modified = payload.Stored(modified)
		} else {
			e.Lead.Modified = payload.Live(modified)
		}
	}
	return l
}

func (l *lead) created() *payload.Event   { return &l.events[0] }
func (l *lead) completed() *payload.Event { return &l.events[len(l.events)-1] }

// updated returns the event that adds answer n, for n from 2.
func (l *lead) updated(n int) *payload.Event { return &l.events[n-1] }

// createdWith returns the created event with text as its answer.
func (l *lead) createdWith(text string) *payload.Event {
	e := l.created()
	setText(&e.Lead.Data[0], text)
	return e
}

// createdWithAnswers returns the created event with these answers. The last one is the newest.
func (l *lead) createdWithAnswers(answers []payload.Answer) *payload.Event {
	e := l.created()
	newest := answers[len(answers)-1]
	e.Lead.Data = append(payload.StoredOrder(slices.Clone(answers[:len(answers)-1])), newest)
	e.Meta.LastAnswered = newest.Field
	return e
}
