package fuzz

import (
	"fmt"
	"slices"

	"artihook/emitter/payload"
)

// fate is the way in which the network delivers an event.
type fate struct {
	kind fateKind
	by   int // how many events later it arrives
}

type fateKind int

const (
	arrives fateKind = iota
	lost
	repeated
	late
	together // with the event before
)

func (g *generator) fate() fate {
	c := g.choices
	return fate{kind: fateKind(c.weighted(60, 8, 12, 12, 8)), by: c.index(3)}
}

// maxSteps is the maximum number of events of a life that are delivered besides completed. Longer lives lose their first events.
const maxSteps = 14

// deliveries returns the steps that deliver events with these fates.
func (g *generator) deliveries(events []payload.Event, fates []fate) []step {
	type placed struct {
		step
		at int
	}
	var list []placed
	for i, e := range events {
		p := placed{step{event: e}, 2 * i}
		switch f := fates[i]; f.kind {
		case lost:
			continue
		case repeated:
			list = append(list, p)
			p.again = true
			p.at += 2*f.by + 1
		case late:
			p.at += 2*f.by + 3
		case together:
			p.same = true
		}
		list = append(list, p)
	}
	if len(list) == 0 { // everything was lost
		list = append(list, placed{step{event: events[len(events)-1]}, 0})
	}
	slices.SortStableFunc(list, func(a, b placed) int { return a.at - b.at })
	steps := make([]step, len(list))
	for i, p := range list {
		steps[i] = p.step
	}
	steps[0].same = false
	if len(steps) > 1 || steps[0].event.Action != payload.Created {
		g.note(describeLife(steps))
	}
	return steps
}

// describeLife lists the versions in the order of their deliveries.
func describeLife(steps []step) string {
	if len(steps) == 1 {
		return describeEvent(&steps[0].event)
	}
	text := "a lead with the versions"
	for i, s := range steps {
		switch {
		case s.same:
			text += " and at the same time"
		case i > 0:
			text += ","
		}
		text += fmt.Sprintf(" %d", s.event.Lead.Version)
		if s.event.Action == payload.Completed {
			text += " (completed)"
		}
	}
	return text
}

func describeEvent(e *payload.Event) string {
	switch n := len(e.Lead.Data); {
	case e.Action == payload.Created:
		return "a created event"
	case e.Action == payload.Completed && n == 1:
		return "a completed event"
	case e.Action == payload.Completed:
		return fmt.Sprintf("a completed event with %d answers", n)
	default:
		return fmt.Sprintf("an updated event with %d answers", n)
	}
}

// addOtherLead adds the created event of another lead after the first delivery.
func (g *generator) addOtherLead(e *example, kind int) {
	if kind == 0 {
		return
	}
	other := e.steps[0].event
	other.Action, other.Lead.Version, other.Lead.ClosedStatus = payload.Created, 1, ""
	other.Lead.ID = g.id()
	other.Lead.Modified = payload.Live(other.Lead.Modified.Time())
	other.Lead.Data = slices.Clone(other.Lead.Data[:1])
	other.Meta.LastAnswered = other.Lead.Data[0].Field
	switch kind {
	case 1:
		other.Lead.ContactID = g.id()
		setText(&other.Lead.Data[0], g.mark+"-other")
		other.Lead.Data[0].Type = payload.TypeText
		g.note("another lead after the first event")
	case 2:
		setText(&other.Lead.Data[0], g.mark+"-other")
		other.Lead.Data[0].Type = payload.TypeText
		g.note("another lead of the same contact after the first event")
	case 3:
		other.Lead.ContactID = g.id()
		g.note("another lead with the same first answer after the first event")
	}
	e.steps = slices.Insert(e.steps, 1, step{event: other, other: true})
}

// lastDelivery chooses how the last event is delivered once more: the step has no event yet. nil means that it is not.
func (g *generator) lastDelivery() *step {
	c := g.choices
	forged := 0
	if g.forge {
		forged = 5
	}
	f := c.weighted(60, 14, 3, forged, forged, forged, forged)
	last := &step{again: true, same: f == 2, at: c.number(maxForgedByte)}
	switch {
	case f == 0, f > 2 && !g.forge:
		return nil
	case f > 2:
		last.forgery = forgery(f - 2)
	}
	return last
}

// addLast delivers the last event once more.
func (e *example) addLast(last *step) {
	if last != nil {
		again := *last
		again.event, again.other = e.steps[len(e.steps)-1].event, e.steps[len(e.steps)-1].other
		e.steps = append(e.steps, again)
	}
}

// maxForgedByte is the largest position of a byte that a forgery changes. In a shorter body, it is taken modulo its length.
const maxForgedByte = 1 << 14
