package webui

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/payload"
	"artihook/fixtures"
)

// eventSpec describes an event to generate. With the same values and history, the event has the same bytes.
type eventSpec struct {
	Bot     string
	Action  payload.Action
	Lead    string // the lead to continue; "" for a new one
	Answers map[string]string
	Seed    uint64
	At      time.Time
	Edits   []edit // changes of the finished body, in this order
}

// edit sets or removes a value of a body.
type edit struct {
	Path   string
	Value  payload.Raw
	Remove bool
}

// applyEdits returns the body with the changes.
func applyEdits(body []byte, edits []edit) ([]byte, error) {
	var err error
	for _, e := range edits {
		if e.Remove {
			body, err = payload.Unset(body, e.Path)
		} else {
			body, err = payload.Set(body, e.Path, e.Value)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Path, err)
		}
	}
	return body, nil
}

// message returns the message of the event for the webhook.
func (h *Handler) message(ctx context.Context, hook *emitter.Webhook, spec *eventSpec) (m emitter.Message, err error) {
	if !hook.Wants(spec.Action) {
		return m, fmt.Errorf("the webhook %q does not receive %s; choose another action", hook.Name, spec.Action.Event())
	}
	opt := fixtures.Options{Seed: spec.Seed, Edition: hook.Edition, Answers: fixedAnswers(spec.Answers)}
	if spec.Lead != "" {
		m, err = h.continued(ctx, spec, opt)
	} else {
		m, err = h.begun(spec, opt)
	}
	if err != nil || len(spec.Edits) == 0 {
		return m, err
	}
	if m.Body, err = applyEdits(m.Body, spec.Edits); err == nil {
		m.Summary = payload.Summarize(m.Body)
	}
	return m, err
}

func fixedAnswers(answers map[string]string) (list []fixtures.FixedAnswer) {
	for _, name := range slices.Sorted(maps.Keys(answers)) {
		list = append(list, fixtures.FixedAnswer{Field: name, Text: answers[name]})
	}
	return list
}

func (h *Handler) bot(name string) (*fixtures.Bot, error) {
	if bot := h.opt.Bots[name]; bot != nil {
		return bot, nil
	}
	return fixtures.LoadBot(name)
}

// botNames returns the names of all bots.
func (h *Handler) botNames() []string {
	return append(slices.Sorted(maps.Keys(h.opt.Bots)), fixtures.Bots()...)
}

func (h *Handler) generator(name string, opt fixtures.Options) (*fixtures.Generator, error) {
	bot, err := h.bot(name)
	if err != nil {
		return nil, err
	}
	return fixtures.NewGenerator(bot, opt)
}

// begun returns the message of an event of a new lead.
func (h *Handler) begun(spec *eventSpec, opt fixtures.Options) (emitter.Message, error) {
	generator, err := h.generator(spec.Bot, opt)
	if err != nil {
		return emitter.Message{}, err
	}
	event, err := generator.Event(0, spec.At, spec.Action)
	if err != nil {
		return emitter.Message{}, err
	}
	m := emitter.EventMessage(event)
	m.Bot, m.Seed = spec.Bot, fixtures.LeadSeed(spec.Seed, 0)
	return m, nil
}

// continued returns the message of the next event of a lead of the history, with its bot, visitor and edition.
func (h *Handler) continued(ctx context.Context, spec *eventSpec, opt fixtures.Options) (emitter.Message, error) {
	last, err := h.lastOf(ctx, spec.Lead)
	if errors.Is(err, history.ErrNotFound) {
		return emitter.Message{}, fmt.Errorf("the history has no lead %q", spec.Lead)
	}
	if err != nil {
		return emitter.Message{}, err
	}
	event, err := payload.Decode(last.Request.Body)
	if err != nil {
		return emitter.Message{}, fmt.Errorf("the lead cannot be continued: the body of delivery #%d is not a complete event: %w", last.ID, err)
	}
	name := spec.Bot
	if last.Bot != "" {
		name = last.Bot
	}
	opt.Edition = event.Edition
	generator, err := h.generator(name, opt)
	if err != nil {
		return emitter.Message{}, err
	}
	next, err := generator.Continue(event, last.Seed, spec.At, spec.Action)
	if err != nil {
		return emitter.Message{}, err
	}
	m := emitter.EventMessage(next)
	m.Bot, m.Seed = name, last.Seed
	return m, nil
}

func (h *Handler) lastOf(ctx context.Context, lead string) (history.Delivery, error) {
	if lead == "" {
		return history.Delivery{}, history.ErrNotFound
	}
	return h.opt.History.LastOfLead(ctx, lead)
}
