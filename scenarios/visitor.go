package scenarios

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"

	"artihook/fixtures"
)

// meet makes the created event of a lead, with what the step says of its visitor.
func (a *act) meet(l *lead, g *fixtures.Generator, v *Visitor) error {
	l.keep(g.Begin(l.seed, a.p.now()))
	if v == nil {
		return nil
	}
	if v.Returns.Given() {
		before := a.known[v.Returns.Value]
		if before == nil && a.p.partial { // its start could not be read
			return a.dress(l, v)
		}
		if before == nil {
			return a.p.fault(v.Returns.Place, fmt.Errorf("the lead %.60q was not started", v.Returns.Value))
		}
		id := l.last.Lead.ID
		l.seed = before.seed // whoever has the same seed is the same person
		l.keep(g.Begin(l.seed, a.p.now()))
		l.last.Lead.ID, l.last.Lead.ContactID, l.last.Meta.Location = id, before.last.Lead.ContactID, before.last.Meta.Location
		l.last.Meta.IPAddress, l.last.Meta.Browser = before.last.Meta.IPAddress, before.last.Meta.Browser
	}
	return a.dress(l, v)
}

// dress overwrites what was made up about the visitor.
func (a *act) dress(l *lead, v *Visitor) error {
	meta := &l.last.Meta
	for _, t := range []struct {
		from *Text
		to   *string
	}{{&v.Page, &meta.ChatStartPage}, {&v.Address, &meta.IPAddress}} {
		if !t.from.Given() {
			continue
		}
		text, err := a.vars.expand(t.from.Value)
		if err != nil {
			return a.p.fault(t.from.Place, err)
		}
		*t.to = text
	}
	if _, err := netip.ParseAddr(meta.IPAddress); err != nil && v.Address.Given() && !a.vars.guessed {
		return a.p.fault(v.Address.Place, fmt.Errorf("%.60q is not an IPv4 or IPv6 address", meta.IPAddress))
	}
	if err := a.overlay(v.Location, &meta.Location); err != nil {
		return err
	}
	return a.overlay(v.Browser, &meta.Browser)
}

// overlay puts the keys of a value over those of a part of the payload.
func (a *act) overlay(v *Value, part any) error {
	if v == nil {
		return nil
	}
	text, err := v.filled(a.vars)
	if err != nil {
		return a.p.fault(v.Place, err)
	}
	dec := json.NewDecoder(bytes.NewReader([]byte(text)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(part); err != nil {
		return a.p.fault(v.Place, fmt.Errorf("it does not fit the payload: %s", strings.TrimPrefix(err.Error(), "json: ")))
	}
	return nil
}
