package check

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"artihook/emitter/payload"
	"artihook/fixtures"
)

// visitors makes the leads of one examination. All of their texts are plain ASCII, so that what a case is about is the
// only odd thing in what it sends.
type visitors struct {
	generators [len(payload.Editions)]*fixtures.Generator
	edition    payload.Edition
	seed       uint64
	now        func() time.Time
	made       uint64
}

func newVisitors(opt *Options) (*visitors, error) {
	v := &visitors{edition: opt.Webhook.Edition, seed: opt.Seed, now: opt.Now}
	bot := &fixtures.Bot{
		Name: "artihook-check", Title: "The examination", Site: "https://check.example", Pages: []string{"/"},
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

// lead is the events of one conversation: created, updated three times, completed.
type lead struct {
	id     string
	events []payload.Event
	words  []string // one for each answer, which stands nowhere else
}

func (v *visitors) lead() *lead { return v.leadOf(v.edition) }

func (v *visitors) leadOf(edition payload.Edition) *lead {
	v.made++
	c := v.generators[edition].Conversation(v.made, v.now())
	l := &lead{id: c.LeadID().String()}
	mark := "ck" + strconv.FormatUint(fixtures.LeadSeed(v.seed, v.made)%(36*36*36*36*36), 36)
	for i := range c.Len() - 1 {
		l.words = append(l.words, fmt.Sprintf("%s-%d", mark, i+1))
	}
	answered := map[string]string{}                                  // by its field
	place := struct{ state, city string }{"Illinois", "Springfield"} // made-up ones are null now and then
	for e := c.Next(); e != nil; e = c.Next() {
		event := *e
		event.Lead.Data = slices.Clone(e.Lead.Data)
		event.Meta.Location.State, event.Meta.Location.City = &place.state, &place.city
		if newest := event.Meta.LastAnswered; e.Action != payload.Completed {
			answered[newest] = l.words[len(answered)]
		}
		for i := range event.Lead.Data {
			a := &event.Lead.Data[i]
			text := answered[a.Field]
			if a.Type == payload.TypeEmail {
				text += "@mail.example"
			}
			say(a, text)
		}
		l.events = append(l.events, event)
	}
	return l
}

// say puts a text into an answer.
func say(a *payload.Answer, text string) {
	a.Input, a.Display, a.Value = text, text, payload.Text(text)
}

func (l *lead) created() *payload.Event   { return &l.events[0] }
func (l *lead) completed() *payload.Event { return &l.events[len(l.events)-1] }

// updated gives the event that brings the n-th answer, n from 2.
func (l *lead) updated(n int) *payload.Event { return &l.events[n-1] }

// saying gives the lead's created event with another text as its one answer.
func (l *lead) saying(text string) *payload.Event {
	e := l.created()
	say(&e.Lead.Data[0], text)
	return e
}

// with gives an updated event that has all these answers, the last one being the newest.
func (l *lead) with(answers []payload.Answer) *payload.Event {
	e := l.updated(2)
	newest := answers[len(answers)-1]
	e.Lead.Data = append(payload.StoredOrder(slices.Clone(answers[:len(answers)-1])), newest)
	e.Lead.Version = len(answers)
	e.Meta.LastAnswered = newest.Field
	return e
}
