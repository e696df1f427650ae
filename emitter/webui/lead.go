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

// maxLead is the maximum number of deliveries on the page of a lead.
const maxLead = 500

// leadData is the data of the lead template.
type leadData struct {
	ID     string
	Who    string // the person; "" if unknown
	Facts  []fact
	Final  []payload.Answer // the answers of the last event
	Events []leadEvent
	Total  int
	More   bool // older deliveries are not shown
	Next   []nextStep
	Live   string // the URL of the events with new deliveries
	After  int64  // the newest delivery
}

// leadEvent is one event of the conversation, with its deliveries.
type leadEvent struct {
	Event, Version string
	Time           string // of the payload, or of the first delivery if the body is not an event
	Changes        []change
	Answers        int    // the number of answers after the event
	Why            string // why the body is not an event
	Deliveries     []row

	event   *payload.Event
	version int
}

// change is an answer that differs from the event before.
type change struct {
	Field, Type, Text string
	Kind              string // added, changed or removed
	Before            string // the old answer, if changed
}

type nextStep struct{ Label, Link string }

func (h *Handler) lead(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("id")
	if id == "" {
		h.problem(w, http.StatusBadRequest, "The address has no lead. Open a lead from the list of deliveries.")
		return
	}
	data, err := h.leadData(r, id)
	switch {
	case err != nil:
		h.serverError(w, err)
	case data.Total == 0:
		h.problem(w, http.StatusNotFound, fmt.Sprintf("The history has no lead %q.", id))
	default:
		h.show(w, http.StatusOK, "lead", layoutData{Title: cmp.Or(data.Who, "Lead "+id), Data: data})
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
		data.Events = h.addDelivery(data.Events, &d)
	}
	slices.SortStableFunc(data.Events, func(a, b leadEvent) int {
		return cmp.Or(cmp.Compare(a.version, b.version), cmp.Compare(stage(a.Event), stage(b.Event)))
	})
	setChanges(data.Events)
	data.describe()
	person, err := h.opt.History.Person(r.Context(), id)
	data.Who = person.String()
	return data, err
}

// stage returns the order of events of the same version. In edition 2022 completed has the version of the last update.
func stage(event string) int {
	return slices.Index(payload.Actions[:], payload.Action(strings.TrimPrefix(event, "lead:")))
}

// addDelivery adds a delivery to its event. Deliveries are added from the newest to the oldest.
func (h *Handler) addDelivery(events []leadEvent, d *history.Delivery) []leadEvent {
	at := slices.IndexFunc(events, func(e leadEvent) bool { return e.Event == d.Event && e.version == d.Version })
	if at < 0 {
		events = append(events, leadEvent{Event: d.Event, version: d.Version})
		at = len(events) - 1
	}
	e := &events[at]
	row := h.row(d)
	e.Version = row.Version
	e.Deliveries = slices.Insert(e.Deliveries, 0, row)
	e.Time = h.clock(d.Time)
	event, err := payload.Decode(d.Request.Body)
	switch {
	case err == nil:
		e.event, e.Why = &event, ""
	case e.event == nil:
		e.Why = sentence(err.Error())
	}
	if e.event != nil {
		e.Time = h.clock(e.event.Time.Time())
	}
	return events
}

// setChanges sets the changes from each event to the next.
func setChanges(events []leadEvent) {
	var before []payload.Answer
	for i := range events {
		e := &events[i]
		if e.event == nil {
			continue
		}
		now := e.event.Lead.Data
		e.Changes, e.Answers = changes(before, now), len(now)
		before = now
	}
}

func changes(before, now []payload.Answer) []change {
	var list []change
	for _, a := range now {
		was := answerTo(before, a.Field)
		c := change{Field: a.Field, Type: string(a.Type), Text: displayed(&a)}
		switch {
		case was == nil:
			c.Kind = "added"
		case *was == a:
			continue
		default:
			c.Kind, c.Before = "changed", displayed(was)
		}
		list = append(list, c)
	}
	for _, a := range before {
		if answerTo(now, a.Field) == nil {
			list = append(list, change{Field: a.Field, Type: string(a.Type), Text: displayed(&a), Kind: "removed"})
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

func displayed(a *payload.Answer) string { return cmp.Or(a.Display, a.Input) }

// describe sets the facts of the lead's last event, and the events that can follow.
func (l *leadData) describe() {
	var last *payload.Event
	completed := false
	for i := range l.Events {
		if event := l.Events[i].event; event != nil {
			last, completed = event, completed || event.Action == payload.Completed
		}
	}
	if last == nil {
		return
	}
	l.Final = last.Lead.Data
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
		{Name: "Lead", Value: l.ID},
		{Name: "State", Value: state},
		{Name: "Answers", Value: fmt.Sprint(len(last.Lead.Data))},
		{Name: "From", Value: strings.Join(place, ", ")},
		{Name: "Browser", Value: strings.TrimSpace(device)},
		{Name: "Page", Value: last.Meta.ChatStartPage},
		{Name: "Edition", Value: last.Edition.String()},
	}
	l.Facts = slices.DeleteFunc(l.Facts, func(f fact) bool { return f.Value == "" })
}
