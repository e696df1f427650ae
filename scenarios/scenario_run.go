package scenarios

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"artihook/emitter"
	"artihook/emitter/signature"
	"artihook/fixtures/yamlfile"
	"artihook/scenarios/format"
	"artihook/scenarios/report"
)

// scenarioRun is one run of a scenario.
type scenarioRun struct {
	runner     *runner
	file       *format.File
	run        plannedRun
	settings   *format.Defaults
	name       string // of the run, in reports and in the history
	part       string // the part of the file that runs: partSetup, "" for its steps, or partTeardown
	dryRun     bool   // nothing is sent, and nothing waits
	partial    bool   // the file has problems already; those of a whole step may be consequences of them
	now        func() time.Time
	webhooks   []emitter.Webhook
	generators *generators
	state      *runState
	root       *branchRun // of the outermost steps

	mu      sync.Mutex // guards secrets
	secrets []signature.Secret
}

func (r *runner) newScenarioRun(planned plannedRun) *scenarioRun {
	partial, unsure := planned.file.Partial, planned.file.Unsure
	f := planned.file.Whole()
	s := &scenarioRun{
		runner: r, file: f, run: planned, settings: planned.settings(f), name: planned.name(), partial: partial, now: r.clock(f), generators: planned.generators,
		state: new(runState),
	}
	vars := newVariables(&r.opts)
	vars.unsure = unsure
	addCaptured(f.All(), vars.captured)
	for _, values := range []map[string]string{planned.Matrix, planned.Row} {
		maps.Copy(vars.known, values)
	}
	for name := range planned.Row {
		vars.row[name] = true
	}
	if partial {
		vars.set(varLead, "") // the step that starts it may be among those that could not be read
	}
	s.root = &branchRun{
		scenario: s, vars: vars, sent: map[string][]*pendingEvent{}, leads: newLeads(), seeds: seedSequence{base: r.seed(&planned)},
	}
	vars.sent = s.root.sentValue
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

func (s *scenarioRun) defaults() *format.Defaults { return s.settings }

// execute resolves the variables and webhooks of the scenario and runs its steps.
func (s *scenarioRun) execute(ctx context.Context) {
	if !s.matrixFits() {
		return
	}
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
	s.runPart(ctx, partSetup, s.file.Setup)
	s.runPart(ctx, "", s.file.Steps)
	s.tearDown(ctx)
}

// The parts of a file besides its steps. The numbers and the titles of their steps begin with them.
const (
	partSetup    = "setup"
	partTeardown = "teardown"
)

func (s *scenarioRun) runPart(ctx context.Context, part string, steps []*format.Step) {
	s.part, s.root.path, s.root.label = part, "", ""
	if part != "" {
		s.root.path, s.root.label = part+".", part+" › "
	}
	s.root.runSteps(ctx, steps)
}

// teardownTime is how long the teardown may take after an interrupt.
const teardownTime = 10 * time.Second

// tearDown runs the teardown, for a limited time and until the next interrupt also after ctx is done.
func (s *scenarioRun) tearDown(ctx context.Context) {
	if s.dryRun {
		s.runPart(ctx, partTeardown, s.file.Teardown)
		return
	}
	limited, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stop := context.AfterFunc(ctx, func() {
		time.AfterFunc(teardownTime, cancel)
		if s.runner.opts.NextInterrupt != nil {
			next, release := s.runner.opts.NextInterrupt()
			context.AfterFunc(next, cancel)
			context.AfterFunc(limited, release)
		}
	})
	defer stop()
	s.runPart(limited, partTeardown, s.file.Teardown)
}

// setVars sets the variables of the file and returns those that use variables which are not set yet. The last call reports
// them as problems.
func (s *scenarioRun) setVars(vars format.Map[format.Text], last bool) (unresolved format.Map[format.Text]) {
	for _, v := range vars {
		if s.run.sets(v.Key) {
			continue
		}
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
	case s.state.stepDone:
		return "only another step runs"
	case ctx.Err() != nil || s.state.fatal != nil && s.part != partTeardown:
		return "interrupted"
	case s.part == partTeardown:
	case s.state.setupFailed:
		return "the setup failed"
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
	s.state.stepEnded(path != "" && s.runner.step == path, failed && unreachable)
	if failed && s.part == partSetup {
		s.state.failSetup()
	}
}

// includedFile returns the file of a step from an included file, or "" for the file of the scenario.
func (s *scenarioRun) includedFile(step *format.Step) string {
	if step.File == s.file.File {
		return ""
	}
	return filepath.ToSlash(step.File)
}

// mask adds texts to those that reports and repeat lines never show.
func (s *scenarioRun) mask(texts ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, text := range texts {
		secret := signature.NewSecret(text)
		if text != "" && !slices.ContainsFunc(s.secrets, secret.Equal) {
			s.secrets = append(s.secrets, secret)
		}
	}
}

// redact masks the secrets of all webhooks, and the credentials of steps and probes.
func (s *scenarioRun) redact(b []byte) []byte {
	for i := range s.webhooks {
		b = s.webhooks[i].Secret.Redact(b)
	}
	s.mu.Lock()
	secrets := s.secrets
	s.mu.Unlock()
	for _, secret := range secrets {
		b = secret.Redact(b)
	}
	return b
}

func (s *scenarioRun) redactText(text string) string { return string(s.redact([]byte(text))) }
