package scenarios

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"artihook/emitter"
	"artihook/fixtures/yamlfile"
	"artihook/scenarios/format"
	"artihook/scenarios/report"
)

// scenarioRun is one scenario while it runs.
type scenarioRun struct {
	runner     *runner
	file       *format.File
	dryRun     bool // nothing is sent, and nothing waits
	partial    bool // the file has problems already; those of a whole step may be consequences of them
	now        func() time.Time
	webhooks   []emitter.Webhook
	generators *generators
	state      *runState
	root       *branchRun // of the outermost steps
}

func (r *runner) newScenarioRun(f *format.File) *scenarioRun {
	partial, unsure := f.Partial, f.Unsure
	f = f.Whole()
	s := &scenarioRun{
		runner: r, file: f, partial: partial, now: r.clock(f), generators: newGenerators(r.bots, f), state: new(runState),
	}
	vars := newVariables(&r.opts)
	vars.unsure = unsure
	addCaptured(f.Steps, vars.captured)
	if partial {
		vars.set(varLead, "") // the step that starts it may be among those that could not be read
	}
	s.root = &branchRun{
		scenario: s, vars: vars, sent: map[string][]*pendingEvent{}, leads: newLeads(), seeds: seedSequence{base: r.seed(f)},
	}
	return s
}

// addCaptured adds the names of the variables that the steps capture.
func addCaptured(steps []*format.Step, names map[string]bool) {
	for _, s := range steps {
		for _, c := range s.Capture {
			names[c.Key] = true
		}
		addCaptured(s.Inner(), names)
	}
}

func (s *scenarioRun) opts() *Options { return &s.runner.opts }

func (s *scenarioRun) defaults() *format.Defaults {
	if s.file.Defaults == nil || s.file.Defaults.Invalid {
		return &format.Defaults{}
	}
	return s.file.Defaults
}

// run resolves the variables and webhooks of the scenario and runs its steps.
func (s *scenarioRun) run(ctx context.Context) {
	unresolved := s.setVars(s.file.Vars, false) // the defaults may use them
	var err error
	if s.webhooks, err = s.resolveWebhooks(); err != nil {
		if diag := (*yamlfile.Diagnostic)(nil); errors.As(err, &diag) {
			s.state.addDiagnostic(yamlfile.Place{}, err)
		} else {
			s.state.abort(err)
		}
		return
	}
	s.setVars(unresolved, true) // they may use the URL
	s.root.runSteps(ctx, s.file.Steps)
}

// setVars sets the variables of the file and returns those that use variables which are not set yet. The last call reports
// them as problems.
func (s *scenarioRun) setVars(vars format.Map[format.Text], last bool) (unresolved format.Map[format.Text]) {
	for _, v := range vars {
		text, err := s.root.vars.expand(v.Value.Value)
		var unset *unsetError
		switch {
		case err == nil:
			s.root.vars.set(v.Key, text)
		case !errors.As(err, &unset): // a limit, which the variables that use this one exceed too
			s.addDiagnostic(v.Value.Place, err)
			s.root.vars.unsure = true
			return nil
		case last:
			s.addDiagnostic(v.Value.Place, s.explainCycle(v.Key, err))
		default:
			unresolved = append(unresolved, v)
		}
	}
	return unresolved
}

// explainCycle returns the error for a variable that contains itself, or another variable of the file that cannot be expanded. It
// returns other errors unchanged.
func (s *scenarioRun) explainCycle(key string, err error) error {
	var unset *unsetError
	if !errors.As(err, &unset) || !slices.ContainsFunc(s.file.Vars, func(v format.Entry[format.Text]) bool { return v.Key == unset.name }) {
		return err
	}
	if unset.name == key {
		return fmt.Errorf("the variable %q contains itself", key)
	}
	return fmt.Errorf("the variable %q contains %q, which cannot be expanded", key, unset.name)
}

// addDiagnostic adds a problem of the file. If the file is partial, it ignores an error without a place of its own, which may be
// a consequence of other problems.
func (s *scenarioRun) addDiagnostic(at yamlfile.Place, err error) {
	var diag *yamlfile.Diagnostic
	if s.partial && !errors.As(err, &diag) {
		return
	}
	s.state.addDiagnostic(at, err)
}

// skipReason returns the reason why no other step runs, or "".
func (s *scenarioRun) skipReason(ctx context.Context) string {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	switch {
	case ctx.Err() != nil || s.state.fatal != nil:
		return "interrupted"
	case s.state.stepDone:
		return "only another step runs"
	case s.state.unreachable:
		return "an earlier step could not reach the receiver"
	case s.opts().FailFast && s.runner.failed.Load():
		return "an earlier step failed"
	}
	return ""
}

// stepEnded records the outcome of a step for the steps and scenarios after it.
func (s *scenarioRun) stepEnded(outcome report.Outcome, path string, unreachable bool) {
	failed := outcome == report.Failed
	if failed {
		s.runner.failed.Store(true)
	}
	s.state.stepEnded(s.opts().Step != "" && s.opts().Step == path, failed && unreachable)
}

// includedFile returns the file of a step from an included file, or "" for the file of the scenario.
func (s *scenarioRun) includedFile(step *format.Step) string {
	if step.File == s.file.File {
		return ""
	}
	return step.File
}

// redact masks the secrets of all webhooks.
func (s *scenarioRun) redact(b []byte) []byte {
	for i := range s.webhooks {
		b = s.webhooks[i].Secret.Redact(b)
	}
	return b
}

func (s *scenarioRun) redactText(text string) string { return string(s.redact([]byte(text))) }
