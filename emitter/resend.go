package emitter

import (
	"slices"
	"strings"

	"artihook/emitter/exchange"
	"artihook/emitter/history"
	"artihook/emitter/payload"
	"artihook/emitter/signature"
)

// ResendMessage returns the message of a recorded delivery, which Plan signs again.
func ResendMessage(d *history.Delivery) Message {
	m := Message{Body: d.Request.Body, Summary: payload.Summary{Event: d.Event, Lead: d.Lead, Version: d.Version}, Bot: d.Bot, Seed: d.Seed, ResendOf: d.ID}
	if edition, err := payload.ParseEdition(d.Edition); err == nil {
		m.Edition = edition
	}
	return m
}

// ResendExact returns a new delivery with the body, the signature and the headers of a recorded one.
func ResendExact(d *history.Delivery) history.Delivery {
	again := history.Delivery{
		Webhook: d.Webhook, URL: d.URL, SignURL: d.SignURL, Attempt: 1, Event: d.Event, Lead: d.Lead, Version: d.Version,
		Scheme: d.Scheme, Edition: d.Edition, Bot: d.Bot, Seed: d.Seed, ResendOf: d.ID, Request: d.Request,
	}
	again.Request.Headers = slices.Clone(d.Request.Headers)
	return again
}

// OwnHeaders returns the headers of a delivery that not every delivery has. An empty value means that a usual header is
// missing.
func OwnHeaders(d *history.Delivery) []exchange.Header {
	planned := Plan(&Webhook{}, Message{}).Request.Headers
	var own []exchange.Header
	for _, usual := range planned {
		if !d.Request.Headers.Has(usual.Name) && usual.Name != signature.Header {
			own = append(own, exchange.Header{Name: usual.Name})
		}
	}
	for _, h := range d.Request.Headers {
		if !slices.Contains(planned, h) && !strings.EqualFold(h.Name, signature.Header) {
			own = append(own, h)
		}
	}
	return own
}
