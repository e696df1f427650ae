package scenarios

import (
	"context"
	"fmt"
	"slices"

	"artihook/emitter"
	"artihook/emitter/history"
)

// delivery is an event for one webhook, formatted and signed.
type delivery struct {
	event   *pendingEvent
	webhook *emitter.Webhook
	planned history.Delivery
	sent    bool
}

// planDeliveries signs a delivery of each event for each webhook that wants it, with the faults that the step injects.
func (s *stepRun) planDeliveries(events []*pendingEvent) error {
	if s.step.Stale.Given() {
		old, err := s.staleEvent()
		if err != nil && !s.scenario().partial { // otherwise the version may be that of a step that could not be read
			err = diagnosticAt(s.step.Stale.Place, err)
		}
		if err != nil {
			return err
		}
		events = []*pendingEvent{old}
	}
	if s.step.OutOfOrder.Value {
		events = slices.Clone(events)
		slices.Reverse(events)
	}
	if s.step.Drop.Value {
		return nil
	}
	for _, e := range events {
		for range max(s.step.Duplicate.Value, 1) {
			if err := s.signForAll(e); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *stepRun) signForAll(e *pendingEvent) error {
	hooks := s.scenario().webhooks
	for i := range hooks {
		if !e.wantedBy(&hooks[i]) {
			continue
		}
		if err := s.sign(e, &hooks[i]); err != nil {
			return err
		}
	}
	return nil
}

// sign adds the signed delivery of an event to a webhook.
func (s *stepRun) sign(e *pendingEvent, w *emitter.Webhook) error {
	m, err := e.message(w)
	if err != nil {
		return err
	}
	if len(s.step.Headers) > 0 {
		own, err := s.scenario().expandHeaders(s.step.Headers, s.vars())
		if err != nil {
			return err
		}
		with := *w
		with.Headers = slices.Concat(w.Headers, own)
		w = &with
	}
	m.Tamper, m.Method = tamper(s.step), s.step.Method.Value
	m.Scenario, m.Step = s.scenario().name, s.path+" "+s.result.Name
	if s.step.Resend != nil {
		m.ResendOf = e.firstDelivery(w)
	}
	s.deliveries = append(s.deliveries, delivery{event: e, webhook: w, planned: emitter.Plan(w, m)})
	return nil
}

// staleEvent returns the event with an old version of the lead.
func (s *stepRun) staleEvent() (*pendingEvent, error) {
	l := s.branch.leads.lastEnded // complete has ended its lead already
	if s.step.Answer != nil {
		var err error
		if l, err = s.currentLead(); err != nil {
			return nil, err
		}
	}
	if l == nil {
		return nil, errNotStarted
	}
	if old := l.versions[s.step.Stale.Value]; old != nil {
		return old, nil
	}
	return nil, fmt.Errorf("the lead has no version %d yet", s.step.Stale.Value)
}

// deliver sends the deliveries of the step.
func (s *stepRun) deliver(ctx context.Context) error {
	if s.leadID != "" {
		s.vars().set(varLead, s.leadID) // preparing later steps of the batch has changed it
		s.branch.lastSent = s.lastSent
	}
	if err := s.pause(ctx, s.step.Delay.Value); err != nil {
		return err
	}
	return s.retry(ctx, func() error {
		for i := range s.deliveries {
			if err := s.sendDelivery(ctx, &s.deliveries[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// sendDelivery sends one delivery, which an earlier attempt of the step may have sent too, and evaluates the response.
func (s *stepRun) sendDelivery(ctx context.Context, d *delivery) error {
	if s.silent {
		return s.previewDelivery(d)
	}
	if d.sent {
		d.planned.ID = 0 // a delivery of its own in the history
	}
	d.sent = true
	last, err := s.emitter().Send(ctx, d.webhook, d.planned, func(attempt history.Delivery) error {
		s.attempts = append(s.attempts, attempt)
		return nil
	})
	if err != nil {
		s.scenario().state.abort(err)
		return err
	}
	d.event.delivered(d.webhook, last.ID)
	return s.evaluate(deliveryResponse(&last, s.step.CutBody.Given()), s.deliveryLabel(d, &last))
}

// previewDelivery passes a delivery to preview, unless only another step is sent.
func (s *stepRun) previewDelivery(d *delivery) error {
	selected, preview := s.scenario().runner.step, s.scenario().runner.preview
	if preview == nil || selected != "" && selected != s.path {
		return nil
	}
	return preview(d.planned)
}

// deliveryLabel returns the prefix of a delivery's checks. It is empty if the step has one delivery.
func (s *stepRun) deliveryLabel(d *delivery, last *history.Delivery) string {
	if len(s.deliveries) == 1 {
		return ""
	}
	text := deliveryTitle(last) + ": "
	if d.webhook.Name != "" {
		return d.webhook.Name + " " + text
	}
	return text
}

// emitter returns the emitter with the options of the scenario and of the step.
func (s *stepRun) emitter() *emitter.Emitter {
	opts, defaults := s.scenario().opts(), s.scenario().defaults()
	o := emitter.SendOptions{SlowBody: s.step.SlowBody.Value, Cut: s.step.CutBody.Given(), CutAfter: s.step.CutBody.Value}
	if defaults.Timeout.Given() && !opts.isSet(settingTimeout) {
		o.Timeout = defaults.Timeout.Value
	}
	if !opts.isSet(settingRetries) {
		o.Retries = defaults.Retries.Value
	}
	if o == (emitter.SendOptions{}) {
		return opts.Emitter
	}
	return opts.Emitter.WithOptions(o)
}
