package scenarios

import (
	"context"
	"errors"
	"sync"

	"artihook/fixtures/yamlfile"
)

// runState is the common state of all branches of a scenario. It is safe for concurrent use. Its fields may be read without the
// lock when the scenario has ended.
type runState struct {
	mu          sync.Mutex
	diagnostics yamlfile.Diagnostics // found by a dry run
	warnings    yamlfile.Diagnostics // found by a dry run
	stepFound   bool                 // the step of Options.Step exists
	stepDone    bool                 // the step of Options.Step has run
	setupFailed bool                 // a step of the setup has failed
	unreachable bool                 // a step has failed because the receiver cannot be reached
	fatal       error                // ends the whole run
}

// addDiagnostic adds a problem at the place of the error, or at the place at if the error has none.
func (s *runState) addDiagnostic(at yamlfile.Place, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var diag *yamlfile.Diagnostic
	if errors.As(diagnosticAt(at, err), &diag) {
		s.diagnostics = append(s.diagnostics, diag)
	}
}

// warn adds a warning.
func (s *runState) warn(at yamlfile.Place, note string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.warnings.Has(at) { // a step can be repeated
		s.warnings.Add(at, "", "%s", note)
	}
}

// diagnosticAt returns err if it has a place, otherwise a diagnostic at this place.
func diagnosticAt(at yamlfile.Place, err error) error {
	var diag *yamlfile.Diagnostic
	if errors.As(err, &diag) {
		return err
	}
	return &yamlfile.Diagnostic{File: at.File, Line: at.Line, Column: at.Column, Problem: err.Error()}
}

// diagnosticCount returns the number of problems so far.
func (s *runState) diagnosticCount() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.diagnostics)
}

// abort ends the whole run with an error that is not a failure of the receiver.
func (s *runState) abort(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fatal == nil && !errors.Is(err, context.Canceled) {
		s.fatal = err
	}
}

func (s *runState) failSetup() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.setupFailed = true
}

func (s *runState) foundStep() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stepFound = true
}

// stepEnded updates the state after a step.
func (s *runState) stepEnded(selected, unreachable bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stepDone = s.stepDone || selected
	s.unreachable = s.unreachable || unreachable
}
