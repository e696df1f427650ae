package emitter

import (
	"slices"
	"strings"

	"artihook/emitter/history"
	"artihook/emitter/payload"
	"artihook/emitter/signature"
)

// Again is the message of a recorded delivery, to be signed and sent anew.
func Again(d *history.Delivery) Message {
	m := Message{Body: d.Request.Body, Summary: payload.Summary{Event: d.Event, Lead: d.Lead, Version: d.Version}, Bot: d.Bot, Seed: d.Seed, ResendOf: d.ID}
	if edition, err := payload.ParseEdition(d.Edition); err == nil {
		m.Edition = edition
	}
	return m
}

// Exact is a recorded delivery, to be sent once more as it was: the same bytes, signature and headers.
func Exact(d *history.Delivery) history.Delivery {
	again := history.Delivery{
		Webhook: d.Webhook, URL: d.URL, SignURL: d.SignURL, Attempt: 1, Event: d.Event, Lead: d.Lead, Version: d.Version,
		Scheme: d.Scheme, Edition: d.Edition, Bot: d.Bot, Seed: d.Seed, ResendOf: d.ID, Request: d.Request,
	}
	again.Request.Headers = slices.Clone(d.Request.Headers)
	return again
}

// OwnHeaders are those of a delivery that somebody added to it or took away, beside what every delivery has.
func OwnHeaders(d *history.Delivery) []history.Header {
	planned := Plan(&Webhook{}, Message{}).Request.Headers
	var own []history.Header
	for _, usual := range planned {
		if !d.Request.Headers.Has(usual.Name) && usual.Name != signature.Header {
			own = append(own, history.Header{Name: usual.Name})
		}
	}
	for _, h := range d.Request.Headers {
		if !slices.Contains(planned, h) && !strings.EqualFold(h.Name, signature.Header) {
			own = append(own, h)
		}
	}
	return own
}
