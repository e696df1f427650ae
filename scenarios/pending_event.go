package scenarios

import (
	"fmt"
	"sync"

	"artihook/emitter"
	"artihook/emitter/payload"
	"artihook/fixtures/yamlfile"
)

// pendingEvent is the content of a delivery: an event, which each webhook gets in its own edition, or a body that is sent
// unchanged.
type pendingEvent struct {
	event *payload.Event // nil means that body is sent
	body  []byte
	edits []edit
	bot   string
	seed  uint64

	mu    sync.Mutex       // parallel branches can resend the same event
	first map[string]int64 // the number of the first delivery, by webhook
}

// edit sets a value in the encoded body.
type edit struct {
	path  string
	value payload.Raw
	at    yamlfile.Place
}

// message formats the event for a webhook.
func (p *pendingEvent) message(w *emitter.Webhook) (emitter.Message, error) {
	m := emitter.Message{Body: p.body, Edition: w.Edition}
	if p.event != nil {
		event := p.event.In(w.Edition)
		m = emitter.EventMessage(&event)
	}
	for _, e := range p.edits {
		var err error
		if m.Body, err = payload.Set(m.Body, e.path, e.value); err != nil {
			return m, diagnosticAt(e.at, fmt.Errorf("set %.60q: %w", e.path, err))
		}
	}
	if p.event == nil || len(p.edits) > 0 {
		m.Summary = payload.Summarize(m.Body)
	}
	m.Bot, m.Seed = p.bot, p.seed
	return m, nil
}

// wantedBy reports whether the webhook receives the event. A body is sent to every webhook.
func (p *pendingEvent) wantedBy(w *emitter.Webhook) bool {
	return p.event == nil || w.Wants(p.event.Action)
}

// firstDelivery returns the number of the first delivery of the event to a webhook, or 0.
func (p *pendingEvent) firstDelivery(w *emitter.Webhook) int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.first[w.Name]
}

// delivered records the number of a delivery.
func (p *pendingEvent) delivered(w *emitter.Webhook, number int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.first == nil {
		p.first = map[string]int64{}
	}
	if p.first[w.Name] == 0 {
		p.first[w.Name] = number
	}
}
