package scenarios

import (
	"errors"
	"fmt"

	"artihook/scenarios/format"
	"artihook/scenarios/report"
)

// onlyIf reports whether the conditions of a step hold, and adds the result of a step that does not run. A step runs in a dry run if a
// condition depends on a response.
func (b *branchRun) onlyIf(step *format.Step) bool {
	for i := range step.OnlyIf {
		why, err := b.unmet(&step.OnlyIf[i])
		switch {
		case err != nil && b.scenario.dryRun:
			b.scenario.addDiagnostic(step.OnlyIf[i].Place, err)
			return false
		case err != nil:
			r := b.newResult(step)
			r.Outcome, r.Why = report.Failed, err.Error()
			r.Mask(b.scenario.redact)
			b.scenario.stepEnded(r.Outcome, "", false)
			b.results = append(b.results, r)
			return false
		case why != "":
			if !b.scenario.dryRun {
				b.skip(step, b.scenario.redactText(why))
			}
			return false
		}
	}
	return true
}

// unmet returns why a condition does not hold, or "".
func (b *branchRun) unmet(c *format.Entry[format.Matcher]) (why string, err error) {
	b.vars.guessed = false
	t := matched{what: "${" + c.Key + "}"}
	value, err := b.vars.value(c.Key)
	var unset *unsetError
	switch {
	case err == nil:
		t.value, t.found = value, true
	case !errors.As(err, &unset) || c.Value.Exists == nil:
		return "", err
	}
	checks, err := evaluateMatcher(&c.Value, t, b.vars)
	if err != nil || b.vars.guessed {
		return "", err
	}
	for _, check := range checks {
		if check.Outcome == report.Failed {
			return fmt.Sprintf("only_if: %s is %s; want %s", check.What, check.Actual, check.Expected), nil
		}
	}
	return "", nil
}
