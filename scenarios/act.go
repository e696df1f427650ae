package scenarios

import (
	"context"
	"fmt"
	"strings"
	"time"

	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/scenarios/report"
)

// act is one step while it is taken.
type act struct {
	*scope
	step        *Step
	path        string
	silent      bool   // it happens, but nothing is sent
	lead        string // its id, for ${lead}
	letters     []letter
	posted      []history.Delivery
	result      report.Step
	unreachable bool
}

// prepare lets the step happen and makes what it sends. The error is why it cannot.
func (a *act) prepare() error {
	var parcels []*parcel
	var err error
	switch {
	case a.step.Start != nil:
		parcels, err = a.begin()
	case a.step.Answer != nil:
		parcels, err = a.answer()
	case a.step.Complete != nil:
		parcels, err = a.complete()
	case a.step.Abandon != nil:
		return a.abandon()
	case a.step.Send != nil:
		parcels, err = a.send()
	case a.step.Resend != nil:
		if parcels = a.sent[a.step.Resend.Value]; len(parcels) == 0 {
			err = fmt.Errorf("the step %q has sent nothing", a.step.Resend.Value)
		}
	}
	if err != nil || len(parcels) == 0 {
		return err
	}
	if a.step.ID.Given() {
		a.sent[a.step.ID.Value] = parcels
	}
	a.lead = a.vars.known[varLead]
	return a.address(parcels)
}

// do does what takes time. The error is why it could not be done; what came back wrong stands in the checks.
func (a *act) do(ctx context.Context) error {
	switch {
	case a.step.Wait != nil:
		return a.pause(ctx, a.step.Wait.Value)
	case a.step.Probe != nil:
		return a.probe(ctx)
	case a.lead != "":
		a.vars.set(varLead, a.lead) // steps after it may have been prepared already
	}
	return a.deliver(ctx)
}

// pause waits as long as the scenario says, unless nothing is sent anyway.
func (a *act) pause(ctx context.Context, d time.Duration) error {
	if a.silent || d == 0 {
		return nil
	}
	return emitter.Wait(ctx, d)
}

// title names a step that has no name of its own, by what it does.
func (s *Step) title() string {
	if s.Name.Given() {
		return s.Name.Value
	}
	text := strings.ReplaceAll(s.Action(), "_", " ")
	switch {
	case s.Answer != nil && s.Answer.Next.N > 0:
		text = fmt.Sprintf("answer %d", s.Answer.Next.N)
	case s.Answer != nil && s.Answer.All:
		text = "answer all"
	case s.Answer != nil:
		var fields []string
		for _, f := range s.Answer.Fields {
			fields = append(fields, f.Key)
		}
		text = "answer " + strings.Join(fields, ", ")
	case s.Send != nil && s.Send.Action != nil:
		text = "send " + string(s.Send.Action.Value)
	case s.Send != nil && s.Send.File != nil:
		text = "send file " + s.Send.File.Value
	case s.Send != nil:
		text = "send body"
	case s.Resend != nil:
		text = "resend " + s.Resend.Value
	case s.Wait != nil:
		text = "wait " + s.Wait.Value.String()
	case s.Repeat != nil:
		text = fmt.Sprintf("repeat %d times", s.Repeat.Times.N)
	case s.ForEach != nil:
		text = fmt.Sprintf("for each of %d leads", s.ForEach.Leads.N)
	case s.Probe != nil && s.Probe.Get != nil:
		text = "probe " + s.Probe.Get.Value
	case s.Probe != nil:
		text = "probe " + s.Probe.Run.Value
	}
	if s.Lead.Given() {
		text += " of " + s.Lead.Value
	}
	if mishaps := s.mishaps(); len(mishaps) > 0 {
		text += " (" + strings.Join(mishaps, ", ") + ")"
	}
	return text
}

// mishaps names what goes wrong with the step, in the order of the format.
func (s *Step) mishaps() []string {
	var all []string
	add := func(given bool, format string, args ...any) {
		if given {
			all = append(all, fmt.Sprintf(format, args...))
		}
	}
	add(s.Duplicate.Given(), "%d times", s.Duplicate.N)
	add(s.OutOfOrder.On, "out of order")
	add(s.Drop.On, "dropped")
	add(s.Delay.Given(), "delayed by %s", s.Delay.Value)
	add(s.Tamper.Given(), "tampered %s", s.Tamper.Value)
	add(s.Unsigned.On, "unsigned")
	add(s.Stale.Given(), "version %d again", s.Stale.N)
	add(s.SlowBody.Given(), "slow body")
	add(s.CutBody.Given(), "cut body")
	return all
}
