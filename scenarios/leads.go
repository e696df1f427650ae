package scenarios

import (
	"errors"
	"maps"
	"slices"
	"time"

	"artihook/emitter/payload"
)

// lead is a conversation.
type lead struct {
	name     string // "" if it has none
	seed     uint64
	bot      string
	edition  payload.Edition
	at       func() time.Time // the clock of its events
	answers  string           // of its start, joined as in a generatorKey
	last     payload.Event
	versions map[int]*pendingEvent // the events that were sent or dropped, by version
}

func (l *lead) generatorKey() generatorKey {
	return generatorKey{bot: l.bot, edition: l.edition, prepared: true, answers: l.answers}
}

// setLast sets the last event to a copy of e, because the generator reuses e.
func (l *lead) setLast(e *payload.Event) {
	l.last = *e
	l.last.Lead.Data = slices.Clone(e.Lead.Data)
}

// pending returns the last event, ready to be sent.
func (l *lead) pending() *pendingEvent {
	event := l.last
	p := &pendingEvent{event: &event, bot: l.bot, seed: l.seed}
	l.versions[event.Lead.Version] = p
	return p
}

// leads are the leads of one branch.
type leads struct {
	active    []*lead // the one started last at the end
	lastEnded *lead
	byName    map[string]*lead // also those that have ended
}

func newLeads() leads { return leads{byName: map[string]*lead{}} }

// errNotStarted reports a lead whose start has failed. Other missing leads are found before the run.
var errNotStarted = errors.New("the lead of this step was not started")

// current returns the active lead with this name, or the one started last if name is "".
func (l *leads) current(name string) (*lead, error) {
	for _, one := range slices.Backward(l.active) {
		if name == "" || one.name == name {
			return one, nil
		}
	}
	return nil, errNotStarted
}

func (l *leads) start(started *lead) {
	l.active = append(l.active, started)
	if started.name != "" {
		l.byName[started.name] = started
	}
}

func (l *leads) end(ended *lead) {
	l.active = slices.DeleteFunc(l.active, func(one *lead) bool { return one == ended })
	l.lastEnded = ended
}

// fork returns the leads of a new branch.
func (l *leads) fork() leads {
	return leads{active: slices.Clone(l.active), byName: maps.Clone(l.byName)}
}

// merge adds the leads that a branch has started, and removes those that it has ended. before are the leads that were active at
// the fork.
func (l *leads) merge(before []*lead, branch *leads) {
	maps.Copy(l.byName, branch.byName)
	l.active = slices.DeleteFunc(l.active, func(one *lead) bool {
		return slices.Contains(before, one) && !slices.Contains(branch.active, one)
	})
	for _, one := range branch.active {
		if !slices.Contains(before, one) {
			l.active = append(l.active, one)
		}
	}
}
