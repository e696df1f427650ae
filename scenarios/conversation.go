package scenarios

import (
	"errors"
	"slices"
	"time"

	"artihook/emitter/payload"
	"artihook/fixtures"
	"artihook/fixtures/yamlfile"
	"artihook/scenarios/format"
)

// start starts a conversation and returns its created event.
func (s *stepRun) start() ([]*pendingEvent, error) {
	start := s.step.Start
	l := &lead{
		name: s.step.Lead.Value, seed: s.branch.seeds.next(), edition: s.scenario().webhooks[0].Edition,
		versions: map[int]*pendingEvent{}, at: s.scenario().now,
	}
	if err := s.setClock(l); err != nil {
		return nil, err
	}
	var err error
	if l.bot, err = s.botName(start.Bot); err != nil {
		return nil, err
	}
	if l.answers, err = s.vars().joinAnswers(s.checkAnswers(l.bot, start.Answers)); err != nil {
		return nil, err
	}
	err = s.scenario().generators.use(l.generatorKey(), func(g *fixtures.Generator) error {
		return s.newVisitor(l, g, start.Visitor)
	})
	if err != nil {
		return nil, diagnosticAt(s.botPlace(start.Bot), err)
	}
	s.branch.leads.start(l)
	s.vars().set(varLead, l.last.Lead.ID.String())
	return []*pendingEvent{l.pending()}, nil
}

// botPlace returns the place of the name of the bot, or the place of the step.
func (s *stepRun) botPlace(own format.Text) yamlfile.Place {
	for _, at := range []yamlfile.Place{own.Place, s.scenario().defaults().Bot.Place} {
		if at.Given() {
			return at
		}
	}
	return s.step.Place
}

// botName returns the bot of the step, of the options or of the defaults, in this order.
func (s *stepRun) botName(own format.Text) (string, error) {
	opts, defaults := s.scenario().opts(), s.scenario().defaults()
	name := own
	switch {
	case own.Given():
	case defaults.Bot.Given() && !opts.isSet(settingBot):
		name = defaults.Bot
	case opts.Bot != "":
		return opts.Bot, nil
	default:
		return fixtures.DefaultBot, nil
	}
	text, err := s.vars().expand(name.Value)
	if err != nil {
		return "", diagnosticAt(name.Place, err)
	}
	return text, nil
}

// currentLead returns the lead of the step: the one that it names, or the one started last.
func (s *stepRun) currentLead() (*lead, error) {
	l, err := s.branch.leads.current(s.step.Lead.Value)
	if err != nil {
		return nil, err
	}
	s.vars().set(varLead, l.last.Lead.ID.String())
	return l, s.setClock(l)
}

// setClock sets the clock of a lead to the time of the step, if it has one.
func (s *stepRun) setClock(l *lead) error {
	if !s.step.At.Given() {
		return nil
	}
	text, err := s.vars().expandAt(&s.step.At)
	if err != nil {
		return err
	}
	at, err := format.ParseTime(text)
	switch {
	case err != nil && s.vars().guessed:
		return nil
	case err != nil:
		return diagnosticAt(s.step.At.Place, err)
	}
	l.at = func() time.Time { return at }
	return nil
}

// answer returns an updated event for each answer.
func (s *stepRun) answer() ([]*pendingEvent, error) {
	l, err := s.currentLead()
	if err != nil {
		return nil, err
	}
	var events []*pendingEvent
	a := s.step.Answer
	for n := 0; a.All || n < a.Next.Value; n++ {
		err := s.continueLead(l, l.generatorKey(), payload.Updated)
		if a.All && n > 0 && errors.Is(err, fixtures.ErrNoQuestionLeft) {
			break
		}
		if err != nil {
			return nil, err
		}
		events = append(events, l.pending())
	}
	for _, f := range a.Fields {
		checked := s.checkAnswers(l.bot, format.Map[format.Text]{f})
		if len(checked) == 0 {
			continue
		}
		answers, err := s.vars().joinAnswers(checked)
		if err != nil {
			return nil, err
		}
		if err := s.continueLead(l, generatorKey{bot: l.bot, edition: l.edition, answers: answers}, payload.Updated); err != nil {
			return nil, diagnosticAt(f.Place, err)
		}
		events = append(events, l.pending())
	}
	return events, nil
}

// checkAnswers returns the answers. In a dry run, it adds a problem for each one that the bot does not take, and leaves it out, and
// it warns of each field that the bot does not ask.
func (s *stepRun) checkAnswers(botName string, answers format.Map[format.Text]) format.Map[format.Text] {
	bot, err := s.scenario().generators.bots.get(botName, s.scenario().file)
	if err != nil || !s.scenario().dryRun {
		return answers // the generator reports the same error
	}
	return slices.DeleteFunc(slices.Clone(answers), func(a format.Entry[format.Text]) bool {
		field, text, known := s.knownAnswer(a)
		if !known {
			return false
		}
		note, err := bot.CheckField(field)
		if note != "" {
			s.scenario().state.warn(a.Place, note)
		}
		at := a.Place
		if err == nil {
			at, err = a.Value.Place, bot.CheckAnswer(fixtures.FixedAnswer{Field: field, Text: text})
		}
		if err != nil {
			s.scenario().addDiagnostic(at, err)
		}
		return err != nil
	})
}

// knownAnswer returns the field and the text of an answer. known is false if they depend on a run, or if they cannot be expanded.
func (s *stepRun) knownAnswer(a format.Entry[format.Text]) (field, text string, known bool) {
	vars := s.vars()
	guessed := vars.guessed
	vars.guessed = false
	field, fieldErr := vars.expand(a.Key)
	text, textErr := vars.expand(a.Value.Value)
	known = fieldErr == nil && textErr == nil && !vars.guessed
	vars.guessed = vars.guessed || guessed
	return field, text, known
}

// complete ends the conversation and returns its completed event.
func (s *stepRun) complete() ([]*pendingEvent, error) {
	l, err := s.currentLead()
	if err != nil {
		return nil, err
	}
	if err := s.continueLead(l, l.generatorKey(), payload.Completed); err != nil {
		return nil, err
	}
	s.branch.leads.end(l)
	return []*pendingEvent{l.pending()}, nil
}

// abandon ends the conversation without an event.
func (s *stepRun) abandon() ([]*pendingEvent, error) {
	l, err := s.currentLead()
	if err == nil {
		s.branch.leads.end(l)
	}
	return nil, err
}

// continueLead generates the next event of a lead.
func (s *stepRun) continueLead(l *lead, key generatorKey, action payload.Action) error {
	return s.scenario().generators.use(key, func(g *fixtures.Generator) error {
		next, err := g.Continue(l.last, l.seed, l.at(), action)
		if err == nil {
			l.setLast(next)
		}
		return err
	})
}
