package scenarios

import (
	"fmt"

	"artihook/emitter"
	"artihook/scenarios/format"
)

// injectedFaults returns the faults that the step injects, as the title of a step shows them.
func injectedFaults(s *format.Step) []string {
	var names []string
	add := func(given bool, text string, args ...any) {
		if given {
			names = append(names, fmt.Sprintf(text, args...))
		}
	}
	add(s.Method.Given(), "%s", s.Method.Value)
	add(s.Duplicate.Given(), "%d times", s.Duplicate.Value)
	add(s.OutOfOrder.Value, "out of order")
	add(s.Drop.Value, "dropped")
	add(s.Delay.Given(), "delayed by %s", s.Delay.Value)
	add(s.Tamper.Given(), "tampered %s", s.Tamper.Value)
	add(s.Unsigned.Value, "unsigned")
	add(s.Stale.Given(), "version %d again", s.Stale.Value)
	add(s.SlowBody.Given(), "slow body")
	add(s.CutBody.Given(), "cut body")
	return names
}

// tamper returns the change that the step makes to the signed request.
func tamper(s *format.Step) emitter.Tamper {
	if s.Unsigned.Value {
		return emitter.TamperUnsigned
	}
	return s.Tamper.Value
}
