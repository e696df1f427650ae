package scenarios

import (
	"errors"
	"slices"

	"artihook/emitter/payload"
	"artihook/fixtures"
)

// lead is a conversation that is under way.
type lead struct {
	name     string // "" when it has none
	seed     uint64
	bot      string
	edition  payload.Edition
	prepared string // the answers of its start, as in a recipe
	last     payload.Event
	versions map[int]*parcel // what was sent, or dropped, by version
}

// begin starts a conversation and gives its created event.
func (a *act) begin() ([]*parcel, error) {
	start := a.step.Start
	l := &lead{name: a.step.Lead.Value, seed: a.nextSeed(), edition: a.p.hooks[0].Edition, versions: map[int]*parcel{}}
	var err error
	if l.bot, err = a.botName(start.Bot); err != nil {
		return nil, err
	}
	if l.prepared, err = a.joined(start.Answers); err != nil {
		return nil, err
	}
	err = a.p.with(l.recipe(), func(g *fixtures.Generator) error {
		return a.meet(l, g, start.Visitor)
	})
	if err != nil {
		return nil, a.p.fault(botPlace(a, start.Bot), err)
	}
	a.leads = append(a.leads, l)
	if l.name != "" {
		a.known[l.name] = l
	}
	a.vars.set(varLead, l.last.Lead.ID.String())
	return []*parcel{l.parcel()}, nil
}

func botPlace(a *act, own Bot) Place {
	for _, at := range []Place{own.Place, a.p.defaults().Bot.Place} {
		if at.Given() {
			return at
		}
	}
	return a.step.Place
}

// botName settles whose questions are asked.
func (a *act) botName(own Bot) (string, error) {
	d := a.p.defaults()
	name := own
	switch {
	case own.Given():
	case d.Bot.Given() && !a.p.opt.said(SettingBot):
		name = d.Bot
	case a.p.opt.Bot != "":
		return a.p.opt.Bot, nil
	default:
		return fixtures.DefaultBot, nil
	}
	text, err := a.vars.expand(name.Value)
	if err != nil {
		return "", a.p.fault(name.Place, err)
	}
	return text, nil
}

func (l *lead) recipe() recipe {
	return recipe{bot: l.bot, edition: l.edition, prepared: true, answers: l.prepared}
}

// keep remembers an event beyond the generator's next use.
func (l *lead) keep(e *payload.Event) {
	l.last = *e
	l.last.Lead.Data = slices.Clone(e.Lead.Data)
}

// parcel makes the last event ready to be sent.
func (l *lead) parcel() *parcel {
	event := l.last
	p := &parcel{event: &event, bot: l.bot, seed: l.seed}
	l.versions[event.Lead.Version] = p
	return p
}

// current finds the lead that the step is about: by its name, else the one started last.
func (a *act) current() (*lead, error) {
	for i := len(a.leads) - 1; i >= 0; i-- {
		if l := a.leads[i]; !a.step.Lead.Given() || l.name == a.step.Lead.Value {
			a.vars.set(varLead, l.last.Lead.ID.String())
			return l, nil
		}
	}
	return nil, errNotStarted
}

// errNotStarted follows from a start that has failed, and only from that: the rest is found before anything runs.
var errNotStarted = errors.New("the lead of this step was not started")

// answer gives an updated event for each answer.
func (a *act) answer() ([]*parcel, error) {
	l, err := a.current()
	if err != nil {
		return nil, err
	}
	var parcels []*parcel
	for n := 0; a.step.Answer.All || n < a.step.Answer.Next.N; n++ {
		err := a.goOn(l, l.recipe(), payload.Updated)
		if a.step.Answer.All && n > 0 && errors.Is(err, fixtures.ErrNoQuestionLeft) {
			break
		}
		if err != nil {
			return nil, err
		}
		parcels = append(parcels, l.parcel())
	}
	for _, f := range a.step.Answer.Fields {
		said, err := a.joined(Map[Text]{f})
		if err != nil {
			return nil, err
		}
		if err := a.goOn(l, recipe{bot: l.bot, edition: l.edition, answers: said}, payload.Updated); err != nil {
			return nil, a.p.fault(f.Place, err)
		}
		parcels = append(parcels, l.parcel())
	}
	return parcels, nil
}

// complete ends the conversation.
func (a *act) complete() ([]*parcel, error) {
	l, err := a.current()
	if err != nil {
		return nil, err
	}
	if err := a.goOn(l, l.recipe(), payload.Completed); err != nil {
		return nil, err
	}
	a.end(l)
	return []*parcel{l.parcel()}, nil
}

func (a *act) abandon() error {
	l, err := a.current()
	if err == nil {
		a.end(l)
	}
	return err
}

func (a *act) end(l *lead) {
	a.leads = slices.DeleteFunc(a.leads, func(other *lead) bool { return other == l })
	a.ended = l
}

// goOn adds the next event to a lead.
func (a *act) goOn(l *lead, r recipe, action payload.Action) error {
	return a.p.with(r, func(g *fixtures.Generator) error {
		next, err := g.Continue(l.last, l.seed, a.p.now(), action)
		if err == nil {
			l.keep(next)
		}
		return err
	})
}
