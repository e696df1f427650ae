package check

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"artihook/emitter/payload"
	"artihook/fixtures"
)

// visitors generates the leads of a run. All their texts are plain ASCII, so that a delivery differs from a plain one only in
// what its case is about.
type visitors struct {
	generators [len(payload.Editions)]*fixtures.Generator
	edition    payload.Edition
	seed       uint64
	now        func() time.Time
	count      uint64
}

func newVisitors(opt *Options) (*visitors, error) {
	v := &visitors{edition: opt.Webhook.Edition, seed: opt.Seed, now: opt.Now}
	bot := &fixtures.Bot{
		Name: "artihook-check", Title: "artihook check", Site: "https://check.example", Pages: []string{"/"},
		Visitors: fixtures.Visitors{Countries: []string{"US"}},
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

func (v *visitors) lead() *lead { return v.leadOf(v.edition) }

func (v *visitors) leadOf(edition payload.Edition) *lead {
	v.count++
	c := v.generators[edition].Conversation(v.count, v.now())
	l := &lead{id: c.LeadID().String()}
	mark := "ck" + strconv.FormatUint(fixtures.LeadSeed(v.seed, v.count)%(36*36*36*36*36), 36)
	for i := range c.Len() - 1 {
		l.texts = append(l.texts, fmt.Sprintf("%s-%d", mark, i+1))
	}
	answered := map[string]string{}                                  // by field
	place := struct{ state, city string }{"Illinois", "Springfield"} // some generated ones are null
	for e := c.Next(); e != nil; e = c.Next() {
		event := *e
		event.Lead.Data = slices.Clone(e.Lead.Data)
		event.Meta.Location.State, event.Meta.Location.City = &place.state, &place.city
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

// setText sets the three texts of an answer.
func setText(a *payload.Answer, text string) {
	a.Input, a.Display, a.Value = text, text, payload.Text(text)
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

// updatedWith returns an updated event with these answers. The last one is the newest.
func (l *lead) updatedWith(answers []payload.Answer) *payload.Event {
	e := l.updated(2)
	newest := answers[len(answers)-1]
	e.Lead.Data = append(payload.StoredOrder(slices.Clone(answers[:len(answers)-1])), newest)
	e.Lead.Version = len(answers)
	e.Meta.LastAnswered = newest.Field
	return e
}
