package scenarios

import (
	"fmt"
	"path/filepath"

	"artihook/emitter/payload"
	"artihook/fixtures"
	"artihook/scenarios/format"
)

// send returns the event or the body of a send step.
func (s *stepRun) send() ([]*pendingEvent, error) {
	p, err := s.sendContent()
	if err != nil {
		return nil, err
	}
	if err := s.vars().budget.spend(len(p.body)); err != nil {
		return nil, diagnosticAt(s.step.Send.Place, err)
	}
	for _, e := range s.step.Send.Set {
		text, err := s.vars().expandJSON(&e.Value)
		if err != nil {
			return nil, diagnosticAt(e.Value.Place, err)
		}
		raw, err := payload.ParseRaw([]byte(text))
		if err != nil {
			return nil, diagnosticAt(e.Value.Place, err)
		}
		p.edits = append(p.edits, edit{e.Key, raw, e.Place})
	}
	return []*pendingEvent{p}, nil
}

func (s *stepRun) sendContent() (*pendingEvent, error) {
	send := s.step.Send
	switch {
	case send.Body != nil:
		text, err := s.vars().expand(send.Body.Value)
		if err != nil {
			return nil, diagnosticAt(send.Body.Place, err)
		}
		return &pendingEvent{body: []byte(text)}, nil
	case send.Base64 != nil:
		return &pendingEvent{body: send.Base64.Value}, nil
	case send.File != nil:
		body, err := s.bodyFile(send.File)
		return &pendingEvent{body: body}, err
	case s.step.Lead.Given():
		return s.nextEvent(send.Action.Value)
	}
	return s.newEvent(send.Action.Value)
}

func (s *stepRun) bodyFile(name *format.Text) ([]byte, error) {
	path, err := s.vars().expand(name.Value)
	if err != nil {
		return nil, diagnosticAt(name.Place, err)
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(name.File), filepath.FromSlash(path))
	}
	body, err := s.scenario().file.ReadFile(path)
	if err != nil {
		return nil, diagnosticAt(name.Place, fmt.Errorf("%.200q cannot be read: %s", path, err))
	}
	return body, nil
}

// nextEvent generates the next event of the step's lead, without advancing the lead.
func (s *stepRun) nextEvent(action payload.Action) (*pendingEvent, error) {
	l, err := s.currentLead()
	if err != nil {
		return nil, err
	}
	next := *l
	if err := s.continueLead(&next, l.generatorKey(), action); err != nil {
		return nil, err
	}
	return &pendingEvent{event: &next.last, bot: l.bot, seed: l.seed}, nil
}

// newEvent generates an event of a new lead that has no other events.
func (s *stepRun) newEvent(action payload.Action) (*pendingEvent, error) {
	bot, err := s.botName(format.Text{})
	if err != nil {
		return nil, err
	}
	created := &lead{at: s.scenario().now}
	if err := s.setClock(created); err != nil {
		return nil, err
	}
	seed := s.branch.seeds.next()
	key := generatorKey{bot: bot, edition: s.scenario().webhooks[0].Edition}
	err = s.scenario().generators.use(key, func(g *fixtures.Generator) error {
		e, err := g.Event(seed, created.at(), action)
		if err == nil {
			created.setLast(e)
		}
		return err
	})
	s.vars().set(varLead, created.last.Lead.ID.String())
	return &pendingEvent{event: &created.last, bot: bot, seed: fixtures.LeadSeed(0, seed)}, err
}

// resend returns the events of an earlier step.
func (s *stepRun) resend() ([]*pendingEvent, error) {
	events := s.branch.sent[s.step.Resend.Value]
	if len(events) == 0 {
		return nil, fmt.Errorf("the step %q has sent nothing", s.step.Resend.Value)
	}
	return events, nil
}
