package emitter

import (
	"bytes"
	"errors"
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

// ResendExact returns a new delivery with the body, the signature and the headers of a recorded one. It returns an error if
// the recorded bytes are not a request that can be sent.
func ResendExact(d *history.Delivery) (history.Delivery, error) {
	again := history.Delivery{
		Webhook: d.Webhook, URL: d.URL, SignURL: d.SignURL, Attempt: 1, Event: d.Event, Lead: d.Lead, Version: d.Version,
		Scheme: d.Scheme, Edition: d.Edition, Bot: d.Bot, Seed: d.Seed, ResendOf: d.ID,
		Tampered: d.Tampered, Request: d.Request,
	}
	again.Request.Headers = slices.Clone(d.Request.Headers)
	if d.RawRequest != nil && !bytes.Equal(again.Request.AppendRaw(nil), d.RawRequest) {
		return again, errors.New("its bytes are unknown, because it was imported")
	}
	return again, nil
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

// SkipResend returns why a delivery is not sent again with many others: its signature is wrong on purpose, or it belongs to check or
// fuzz. It returns "" for any other delivery.
func SkipResend(d *history.Delivery) string {
	switch {
	case d.Tampered != "":
		return "has a signature that is wrong on purpose (" + d.Tampered + ")"
	case d.Source == history.SourceCheck, d.Source == history.SourceFuzz:
		return "belongs to " + d.Source
	case d.Source == history.SourceImport && (d.Scenario == history.SourceCheck || d.Scenario == history.SourceFuzz):
		return "belongs to " + d.Scenario
	}
	return ""
}
