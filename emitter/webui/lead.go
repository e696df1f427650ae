package webui

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"artihook/emitter/history"
	"artihook/emitter/payload"
)

// maxLead is how many deliveries a lead's page reads; a lead has a few dozen.
const maxLead = 500

// leadData is what the template of a lead sees.
type leadData struct {
	ID      string
	Facts   []fact
	Moments []moment
	Total   int
	More    bool // older deliveries are left out
	Next    []nextStep
	Live    string
	After   int64
}

// moment is one event of the conversation, with the deliveries that told of it.
type moment struct {
	Event, Version string
	Time           string // when it took place, by the payload; else when it was first sent
	Changes        []change
	Answers        int    // how many there are by now
	Why            string // why its body is no event
	Deliveries     []row

	event   *payload.Event
	version int
}

// change is an answer that was not there before, or not in this form.
type change struct {
	Field, Type, Text string
	Kind              string // added, changed or removed
	Before            string // of a changed one
}

type nextStep struct{ Label, Link string }

func (h *Handler) lead(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("id")
	if id == "" {
		h.problem(w, http.StatusBadRequest, "Which lead? Open one from the list of deliveries.")
		return
	}
	data, err := h.leadData(r, id)
	switch {
	case err != nil:
		h.fault(w, err)
	case data.Total == 0:
		h.problem(w, http.StatusNotFound, fmt.Sprintf("The history knows no lead %q.", id))
	default:
		h.show(w, http.StatusOK, "lead", chrome{Title: "Lead " + id, Data: data})
	}
}

func (h *Handler) leadData(r *http.Request, id string) (leadData, error) {
	data := leadData{ID: id, Live: "/events?" + url.Values{"lead": {id}}.Encode()}
	for d, err := range h.opt.History.List(r.Context(), history.Filter{Lead: id, Whole: true, Limit: maxLead + 1}) {
		if err != nil {
			return data, err
		}
		data.After = max(data.After, d.ID)
		if data.Total == maxLead {
			data.More = true
			break
		}
		data.Total++
		data.Moments = h.addTo(data.Moments, &d)
	}
	slices.SortStableFunc(data.Moments, func(a, b moment) int {
		return cmp.Or(cmp.Compare(a.version, b.version), cmp.Compare(stage(a.Event), stage(b.Event)))
	})
	compare(data.Moments)
	data.describe()
	return data, nil
}

// stage orders events of one version: in edition 2022 completed repeats the last update's.
func stage(event string) int {
	return slices.Index(payload.Actions[:], payload.Action(strings.TrimPrefix(event, "lead:")))
}

// addTo puts a delivery, older than all before, to the event that it tells of.
func (h *Handler) addTo(moments []moment, d *history.Delivery) []moment {
	at := slices.IndexFunc(moments, func(m moment) bool { return m.Event == d.Event && m.version == d.Version })
	if at < 0 {
		moments = append(moments, moment{Event: d.Event, version: d.Version})
		at = len(moments) - 1
	}
	m := &moments[at]
	line := h.row(d)
	m.Version = line.Version
	m.Deliveries = slices.Insert(m.Deliveries, 0, line)
	m.Time = h.clock(d.Time)
	event, err := payload.Decode(d.Request.Body)
	switch {
	case err == nil:
		m.event, m.Why = &event, ""
	case m.event == nil:
		m.Why = sentence(err.Error())
	}
	if m.event != nil {
		m.Time = h.clock(m.event.Time.Time())
	}
	return moments
}

// compare finds what changed from one event to the next.
func compare(moments []moment) {
	var before []payload.Answer
	for i := range moments {
		m := &moments[i]
		if m.event == nil {
			continue
		}
		now := m.event.Lead.Data
		m.Changes, m.Answers = changes(before, now), len(now)
		before = now
	}
}

func changes(before, now []payload.Answer) []change {
	var list []change
	for _, a := range now {
		was := answerTo(before, a.Field)
		c := change{Field: a.Field, Type: string(a.Type), Text: spoken(&a)}
		switch {
		case was == nil:
			c.Kind = "added"
		case *was == a:
			continue
		default:
			c.Kind, c.Before = "changed", spoken(was)
		}
		list = append(list, c)
	}
	for _, a := range before {
		if answerTo(now, a.Field) == nil {
			list = append(list, change{Field: a.Field, Type: string(a.Type), Text: spoken(&a), Kind: "removed"})
		}
	}
	return list
}

func answerTo(data []payload.Answer, field string) *payload.Answer {
	if i := slices.IndexFunc(data, func(a payload.Answer) bool { return a.Field == field }); i >= 0 {
		return &data[i]
	}
	return nil
}

func spoken(a *payload.Answer) string { return cmp.Or(a.Display, a.Input) }

// describe tells who the lead is, by its last event, and what can follow.
func (l *leadData) describe() {
	var last *payload.Event
	completed := false
	for i := range l.Moments {
		if event := l.Moments[i].event; event != nil {
			last, completed = event, completed || event.Action == payload.Completed
		}
	}
	if last == nil {
		return
	}
	state := "in conversation"
	if completed {
		state = "completed"
	} else {
		for _, a := range []payload.Action{payload.Updated, payload.Completed} {
			l.Next = append(l.Next, nextStep{"Send " + string(a), "/send?" + url.Values{"lead": {l.ID}, "action": {string(a)}}.Encode()})
		}
	}
	at := last.Meta.Location
	place := []string{at.Country}
	for _, part := range []*string{at.State, at.City} {
		if part != nil && *part != "" {
			place = slices.Insert(place, 0, *part)
		}
	}
	device := last.Meta.Browser.Name + " " + last.Meta.Browser.Version
	if last.Meta.Browser.IsMobile {
		device += ", mobile"
	}
	l.Facts = []fact{
		{Name: "State", Value: state},
		{Name: "Answers", Value: fmt.Sprint(len(last.Lead.Data))},
		{Name: "From", Value: strings.Join(place, ", ")},
		{Name: "Browser", Value: strings.TrimSpace(device)},
		{Name: "Page", Value: last.Meta.ChatStartPage},
		{Name: "Edition", Value: last.Edition.String()},
	}
	l.Facts = slices.DeleteFunc(l.Facts, func(f fact) bool { return f.Value == "" })
}
