package scenarios

import (
	"context"
	"fmt"
	"strings"

	"artihook/scenarios/format"
)

// action defines what one action of a step does. An action either does something itself (prepare, execute), or runs other steps
// (nested).
type action struct {
	// title returns the name of a step without a name in the file. Required.
	title func(*format.Step) string
	// prepare advances the lead and returns the events to send. It also runs for steps that send nothing. nil returns no event.
	prepare func(*stepRun) ([]*pendingEvent, error)
	// execute sends or waits. An unexpected response is not an error but a failed check. nil does nothing.
	execute func(*stepRun, context.Context) error
	// nested runs the steps inside the step at path. nil means that there are none.
	nested func(b *branchRun, ctx context.Context, step *format.Step, path string)
	// batchable reports whether the step may be recorded together with the steps after it.
	batchable bool
}

// actionTable returns the actions by their key in the file. It is a function because nested steps look up their own actions.
func actionTable() map[string]action {
	return map[string]action{
		"start":    {title: fixedTitle("start"), prepare: (*stepRun).start, execute: (*stepRun).deliver, batchable: true},
		"answer":   {title: answerTitle, prepare: (*stepRun).answer, execute: (*stepRun).deliver, batchable: true},
		"complete": {title: fixedTitle("complete"), prepare: (*stepRun).complete, execute: (*stepRun).deliver, batchable: true},
		"abandon":  {title: fixedTitle("abandon"), prepare: (*stepRun).abandon},
		"send":     {title: sendTitle, prepare: (*stepRun).send, execute: (*stepRun).deliver, batchable: true},
		"resend":   {title: resendTitle, prepare: (*stepRun).resend, execute: (*stepRun).deliver},
		"wait":     {title: waitTitle, execute: (*stepRun).wait},
		"probe":    {title: probeTitle, execute: (*stepRun).probe},
		"repeat":   {title: repeatTitle, nested: (*branchRun).repeat},
		"parallel": {title: fixedTitle("parallel"), nested: (*branchRun).parallel},
		"for_each": {title: forEachTitle, nested: (*branchRun).forEach},
	}
}

// title returns the name of a step as reports show it.
func (r *runner) title(s *format.Step) string {
	if s.Name.Given() {
		return s.Name.Value
	}
	text := s.Action
	if a, ok := r.actions[text]; ok {
		text = a.title(s)
	}
	if s.Lead.Given() {
		text += " of " + s.Lead.Value
	}
	if faults := injectedFaults(s); len(faults) > 0 {
		text += " (" + strings.Join(faults, ", ") + ")"
	}
	return text
}

func fixedTitle(text string) func(*format.Step) string {
	return func(*format.Step) string { return text }
}

func answerTitle(s *format.Step) string {
	switch {
	case s.Answer.Next.Value > 0:
		return fmt.Sprintf("answer %d", s.Answer.Next.Value)
	case s.Answer.All:
		return "answer all"
	}
	var fields []string
	for _, f := range s.Answer.Fields {
		fields = append(fields, f.Key)
	}
	return "answer " + strings.Join(fields, ", ")
}

func sendTitle(s *format.Step) string {
	switch {
	case s.Send.Action != nil:
		return "send " + string(s.Send.Action.Value)
	case s.Send.File != nil:
		return "send file " + s.Send.File.Value
	}
	return "send body"
}

func resendTitle(s *format.Step) string { return "resend " + s.Resend.Value }

func waitTitle(s *format.Step) string { return "wait " + s.Wait.Value.String() }

func probeTitle(s *format.Step) string {
	switch {
	case s.Probe.Get != nil:
		return "probe " + s.Probe.Get.Value
	case s.Probe.Run != nil:
		return "probe " + s.Probe.Run.Value
	}
	return "probe"
}

func repeatTitle(s *format.Step) string { return fmt.Sprintf("repeat %d times", s.Repeat.Times.Value) }

func forEachTitle(s *format.Step) string {
	return fmt.Sprintf("for each of %d leads", s.ForEach.Leads.Value)
}
