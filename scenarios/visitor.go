package scenarios

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"

	"artihook/emitter/payload"
	"artihook/fixtures"
	"artihook/scenarios/format"
)

// newVisitor generates the created event of a lead, with the properties of the visitor that the step sets.
func (s *stepRun) newVisitor(l *lead, g *fixtures.Generator, v *format.Visitor) error {
	l.setLast(g.Begin(l.seed, l.at()))
	if v == nil {
		return nil
	}
	if v.Returns.Given() {
		earlier := s.branch.leads.byName[v.Returns.Value]
		switch {
		case earlier != nil:
			s.returningVisitor(l, g, earlier)
		case !s.scenario().partial: // otherwise its start may be a step that could not be read
			return diagnosticAt(v.Returns.Place, fmt.Errorf("the lead %.60q was not started", v.Returns.Value))
		}
	}
	return s.applyOverrides(&l.last.Meta, v)
}

// returningVisitor sets the visitor of the lead to that of an earlier lead.
func (s *stepRun) returningVisitor(l *lead, g *fixtures.Generator, earlier *lead) {
	id := l.last.Lead.ID
	l.seed = earlier.seed // the same seed generates the same person
	l.setLast(g.Begin(l.seed, l.at()))
	from := &earlier.last
	l.last.Lead.ID, l.last.Lead.ContactID = id, from.Lead.ContactID
	l.last.Meta.Location, l.last.Meta.IPAddress, l.last.Meta.Browser = from.Meta.Location, from.Meta.IPAddress, from.Meta.Browser
}

// applyOverrides replaces generated values with those that the step sets.
func (s *stepRun) applyOverrides(meta *payload.Meta, v *format.Visitor) error {
	for _, o := range []struct {
		from *format.Text
		to   *string
	}{{&v.Page, &meta.ChatStartPage}, {&v.Address, &meta.IPAddress}} {
		if !o.from.Given() {
			continue
		}
		text, err := s.vars().expand(o.from.Value)
		if err != nil {
			return diagnosticAt(o.from.Place, err)
		}
		*o.to = text
	}
	if _, err := netip.ParseAddr(meta.IPAddress); err != nil && v.Address.Given() && !s.vars().guessed {
		return diagnosticAt(v.Address.Place, fmt.Errorf("%.60q is not an IPv4 or IPv6 address", meta.IPAddress))
	}
	if err := s.overrideKeys(&meta.Location, v.Location); err != nil {
		return err
	}
	return s.overrideKeys(&meta.Browser, v.Browser)
}

// overrideKeys sets the keys of v in a part of the meta.
func (s *stepRun) overrideKeys(part any, v *format.Value) error {
	if v == nil {
		return nil
	}
	text, err := s.vars().expandJSON(v)
	if err != nil {
		return diagnosticAt(v.Place, err)
	}
	dec := json.NewDecoder(strings.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(part); err != nil {
		return diagnosticAt(v.Place, fmt.Errorf("it does not fit the payload: %s", strings.TrimPrefix(err.Error(), "json: ")))
	}
	return nil
}
