package fuzz

import (
	"cmp"
	"context"
	"strings"
	"time"

	"artihook/emitter/payload"
	"artihook/emitter/text"
	"artihook/scenarios/check"
)

// probing holds the facts that a run has learnt about the probe and the receiver's store.
type probing struct {
	worked  bool          // the probe has shown a lead
	lag     time.Duration // the longest time until it showed an event
	logs    bool          // the receiver stores each event, and not one record for each lead
	patient bool          // wait longer, to be sure
}

// The shortest times until the probe must show an event, once the probe has worked.
const (
	shortSettle   = 250 * time.Millisecond
	patientSettle = 2 * time.Second
	firstPause    = 5 * time.Millisecond // between two probes; each pause is longer than the one before
	longestPause  = 100 * time.Millisecond
)

// settle returns how long storing may take: Options.Settle, or a time that depends on the earlier events.
func (r *run) settle() time.Duration {
	switch {
	case r.opt.Settle > 0:
		return r.opt.Settle
	case !r.worked:
		return DefaultSettle
	case r.patient:
		return max(patientSettle, min(DefaultSettle, 5*r.lag))
	}
	return max(shortSettle, min(DefaultSettle, 5*r.lag))
}

// probeUntil probes a lead until fits accepts the output or the time of settle is over. It returns the last output and whether it
// fits.
func (r *run) probeUntil(ctx context.Context, lead string, fits func(string) bool) (output string, ok bool, err error) {
	pause := firstPause
	for start := time.Now(); ; {
		elapsed := time.Since(start)
		output, err := r.opt.Probe(ctx, lead)
		if ctx.Err() != nil {
			return "", false, ctx.Err()
		}
		if err == nil && fits(output) {
			if r.worked = true; elapsed >= firstPause { // the first probe did not show it
				r.lag = max(r.lag, elapsed)
			}
			return output, true, nil
		}
		if err != nil {
			output = err.Error()
		}
		if elapsed >= r.settle() {
			return output, false, nil
		}
		if err := text.Wait(ctx, pause); err != nil {
			return "", false, err
		}
		pause = min(2*pause, longestPause)
	}
}

// openProbe determines whether the receiver stores each event. If it does, the probe shows the first answer, which two events have,
// more often than the second one.
func (r *run) openProbe(ctx context.Context) error {
	if !r.probes() {
		return nil
	}
	plain := r.generate(&choices{}, r.nextRepeat())
	second := payload.Answer{Field: "Answer 2", Type: payload.TypeText}
	setText(&second, plain.mark+"-2")
	updated := plain.steps[0].event
	updated.Action, updated.Lead.Version, updated.Meta.LastAnswered = payload.Updated, 2, second.Field
	updated.Lead.Data = append(updated.Lead.Data[:1:1], second)
	plain.steps = append(plain.steps, step{event: updated})
	a, err := r.send(ctx, r.opt.Recorded, plain, &choices{})
	if err != nil || a.violation != nil { // the examples will show it
		return err
	}
	output, err := r.opt.Probe(ctx, plain.lead)
	r.logs = err == nil && strings.Count(output, plain.mark+"-1") > strings.Count(output, plain.mark+"-2")
	return ctx.Err()
}

// probes reports whether a property that needs the probe is judged.
func (r *run) probes() bool { return r.selected[Stored] || r.selected[NewestWins] || r.selected[Once] }

// watcher compares what the probe shows during an example.
type watcher struct {
	*run
	highest int    // the step that delivers the highest version first
	shown   string // the output of the probe after it
	taken   bool
	batch   int // the number of steps when it was taken

	open    string // the output before the completed event, if that is the highest version
	watched bool   // open is known
}

// watch returns nil if no property needs the probe.
func (r *run) watch(e *example) *watcher {
	if !r.probes() {
		return nil
	}
	w := &watcher{run: r}
	for i := range e.steps {
		if s := &e.steps[i]; s.counts() && newer(&s.event, &e.steps[w.highest].event) {
			w.highest = i
		}
	}
	return w
}

// counts reports whether the step delivers an event of the lead for the first time.
func (s *step) counts() bool { return !s.other && !s.again && s.forgery == genuine }

// newer orders the events of a lead: in edition 2022, completed repeats the version of the last update.
func newer(a, b *payload.Event) bool {
	return a.Lead.Version > b.Lead.Version || a.Lead.Version == b.Lead.Version && a.Action == payload.Completed && b.Action != payload.Completed
}

// after probes the lead when the highest version is among the first n steps, which were delivered.
func (w *watcher) after(ctx context.Context, a *attempt, n int) error {
	if w == nil || w.taken {
		return nil
	}
	event := judgeable(&a.example.steps[w.highest].event)
	if w.highest >= n {
		return w.watchOpen(ctx, a, n)
	}
	w.taken, w.batch = true, n
	var want, how string
	output, ok, err := w.probeUntil(ctx, a.example.lead, func(output string) bool {
		if want, how = check.MissingAnswer(output, event); want == "" && w.watched && w.same(output, w.open) {
			want, how = "another lead than before the completed event", ""
		}
		return want == ""
	})
	w.shown = output
	property := Stored
	if w.selected[NewestWins] && how == "" && (w.watched || disordered(a.example.steps[:n])) {
		property = NewestWins
	}
	if err != nil || ok {
		w.judged[property]++
		return err
	}
	if !w.selected[property] {
		return nil
	}
	effect, _, _ := strings.Cut(how, ":")
	if effect = "is stored " + effect; how == "" {
		effect = "is accepted and not stored"
	}
	if property == NewestWins && how == "" {
		effect = "does not leave the highest version stored"
	}
	a.violation = &violation{property: property, outcome: cmp.Or(how, "lost"), step: w.highest, want: cmp.Or(want, "the stored lead"), got: oneLine(output), effect: effect}
	return nil
}

// watchOpen probes the lead before its completed event, which must change what is stored.
func (w *watcher) watchOpen(ctx context.Context, a *attempt, n int) (err error) {
	if w.highest != n || a.example.steps[n].event.Action != payload.Completed {
		return nil
	}
	before := judgeable(&a.example.steps[n-1].event)
	if !a.example.steps[n-1].counts() {
		return nil
	}
	w.open, w.watched, err = w.probeUntil(ctx, a.example.lead, func(output string) bool {
		want, _ := check.MissingAnswer(output, before)
		return want == ""
	})
	return err
}

// same reports whether two outputs of the probe are equal, except for times.
func (w *watcher) same(a, b string) bool { return a == b || w.steady(a) == w.steady(b) }

func (w *watcher) steady(output string) string { return check.WithoutTimes(output, w.opt.ProbeIgnore) }

// judgeable returns the event without answers that a receiver may store in another form: with a custom value, only that is stored.
func judgeable(e *payload.Event) *payload.Event {
	reduced := *e
	reduced.Lead.Data = nil
	for _, a := range e.Lead.Data {
		switch value := a.Value.(type) {
		case payload.Text:
			a.Input, a.Display = string(value), string(value)
		case payload.Address:
			if strings.TrimSpace(value.Line1) == "" {
				continue
			}
		}
		reduced.Lead.Data = append(reduced.Lead.Data, a)
	}
	return &reduced
}

// disordered reports whether steps are not in the order of their versions.
func disordered(steps []step) bool {
	for i := range steps {
		if steps[i].same {
			return true
		}
		for j := range i {
			if steps[i].counts() && steps[j].counts() && newer(&steps[j].event, &steps[i].event) {
				return true
			}
		}
	}
	return false
}

// end compares the stored lead with that after the highest version: nothing that arrived later may change it.
func (w *watcher) end(ctx context.Context, a *attempt) error {
	steps := a.example.steps
	if w == nil || !w.taken || w.batch == len(steps) {
		return nil
	}
	if err := text.Wait(ctx, w.lag*3/2); err != nil {
		return err
	}
	property, effect := Once, "changes the stored lead"
	last := len(steps) - 1
	for i := w.batch; i < len(steps); i++ {
		if steps[i].counts() {
			property, last, effect = NewestWins, i, "does not leave the highest version stored"
		}
	}
	output, ok, err := w.probeUntil(ctx, a.example.lead, func(output string) bool {
		return w.same(output, w.shown) || property == NewestWins && w.logs && check.HasAllWords(w.steady(output), w.steady(w.shown))
	})
	if err != nil || ok {
		w.judged[property]++
		return err
	}
	if w.selected[property] {
		a.violation = &violation{property: property, outcome: "changed", step: last, want: "the stored lead stays " + oneLine(w.steady(w.shown)), got: oneLine(output), effect: effect}
	}
	return nil
}
