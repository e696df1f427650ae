package webui

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"artihook/emitter/history"
	"artihook/emitter/signature"
	"artihook/emitter/text"
)

// outcome is the outcome of a delivery on a page. Its label does not depend on the colour.
type outcome struct {
	Class   string // good, warn, bad or wait
	Label   string // "204", "timeout"
	Meaning string // "No Content: accepted"
}

// maxInFlight is how long a delivery without an outcome is shown as waiting. After that, its sender was probably stopped.
const maxInFlight = 2 * time.Minute

func (h *Handler) outcome(d *history.Delivery) outcome {
	switch {
	case d.State != history.Done && h.opt.Now().Sub(d.Time) < maxInFlight:
		return outcome{"wait", "waiting", "no response yet"}
	case d.State != history.Done:
		return outcome{"wait", "unknown", d.Reason}
	case d.Error != "" && d.Status > 0:
		return outcome{"bad", fmt.Sprintf("%d %s", d.Status, d.Error), d.Reason}
	case d.Error != "":
		return outcome{"bad", d.Error, d.Reason}
	}
	o := outcome{Label: strconv.Itoa(d.Status)}
	switch {
	case d.OK():
		o.Class, o.Meaning = "good", "accepted"
	case d.Status >= 500:
		o.Class, o.Meaning = "bad", "the receiver failed"
	case d.Status >= 400:
		o.Class, o.Meaning = "warn", "not accepted"
	default:
		o.Class, o.Meaning = "warn", "not accepted: ArtiBot does not follow redirects"
	}
	if text := http.StatusText(d.Status); text != "" {
		o.Meaning = text + ": " + o.Meaning
	}
	return o
}

// row is a delivery as a row of a list.
type row struct {
	ID        int64
	Outcome   outcome
	Stamp     string // RFC 3339
	Day, Time string // Day is "" for today
	Event     string // "lead:created", or "no event"
	Version   string
	Lead      string
	LeadURL   string
	Who       string   // the person, otherwise the start of the lead's ID
	Marks     []string // what is special: a command, tampered
	To        string   // the name of the webhook, or the URL without its scheme
	URL       string
	Took      string
	Open      bool
	Attempt   int
	ResendOf  int64
}

func (h *Handler) row(d *history.Delivery) row {
	r := row{
		ID: d.ID, Outcome: h.outcome(d), Stamp: d.Time.UTC().Format(time.RFC3339Nano), Time: h.clock(d.Time), Day: h.day(d.Time),
		Event: d.Event, Lead: d.Lead, LeadURL: leadURL(d.Lead), To: d.Webhook, URL: d.URL, Attempt: d.Attempt, ResendOf: d.ResendOf,
		Open: d.State != history.Done,
	}
	if r.Event == "" {
		r.Event = "no event"
	}
	if d.Version > 0 {
		r.Version = "v" + strconv.Itoa(d.Version)
	}
	if r.To == "" {
		r.To = withoutScheme(d.URL)
	}
	if d.Source == history.SourceCheck || d.Source == history.SourceFuzz {
		r.Marks = append(r.Marks, d.Source)
	}
	if d.Tampered != "" {
		r.Marks = append(r.Marks, "tampered")
	}
	r.Who = shortLead(d.Lead)
	if d.State == history.Done {
		r.Took = text.ShortDuration(d.Duration)
	}
	return r
}

// shortLead returns the start of a lead's ID, which distinguishes leads.
func shortLead(lead string) string {
	characters := []rune(lead)
	return string(characters[:min(8, len(characters))])
}

// people finds the people of leads. It reads each lead once.
type people struct {
	store *history.Store
	names map[string]string
}

func (h *Handler) people() *people { return &people{h.opt.History, map[string]string{}} }

// name returns the name of the lead's person, otherwise the e-mail address; "" if neither is known.
func (p *people) name(ctx context.Context, lead string) (string, error) {
	if name, ok := p.names[lead]; ok || lead == "" {
		return name, nil
	}
	person, err := p.store.Person(ctx, lead)
	p.names[lead] = person.String()
	return p.names[lead], err
}

// namedRow returns the row with the person of the lead.
func (h *Handler) namedRow(ctx context.Context, d *history.Delivery, p *people) (row, error) {
	r := h.row(d)
	name, err := p.name(ctx, d.Lead)
	if name != "" {
		r.Who = name
	}
	return r, err
}

func withoutScheme(address string) string {
	if u, err := signature.ParseURL(address); err == nil {
		return u.Host + u.Target
	}
	return address
}

func leadURL(lead string) string {
	if lead == "" {
		return ""
	}
	return "/lead?" + url.Values{"id": {lead}}.Encode()
}

func (h *Handler) local(t time.Time) time.Time { return t.In(h.opt.Now().Location()) }
func (h *Handler) clock(t time.Time) string    { return h.local(t).Format("15:04:05") }
func (h *Handler) fullClock(t time.Time) string {
	return h.local(t).Format("2 January 2006, 15:04:05.000 MST")
}

// day returns the date of t, or "" for today.
func (h *Handler) day(t time.Time) string {
	local, today := h.local(t), h.opt.Now()
	switch {
	case local.Format(time.DateOnly) == today.Format(time.DateOnly):
		return ""
	case local.Year() == today.Year():
		return local.Format("2 Jan")
	}
	return local.Format("2 Jan 2006")
}
