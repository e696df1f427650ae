package scenarios

import (
	"context"
	"errors"
	"sync"

	"artihook/fixtures/yamlfile"
)

// runState is what the steps of a scenario have led to so far. It is safe for concurrent use by branches. Its fields may be
// read without the lock once the scenario has ended.
type runState struct {
	mu          sync.Mutex
	diagnostics yamlfile.Diagnostics // found by a dry run
	stepFound   bool                 // the step that runs alone exists
	stepDone    bool                 // and it has run
	unreachable bool                 // a step has failed because the receiver cannot be reached
	fatal       error                // ends the whole run
}

// addDiagnostic adds a fault at the place that the error names, else at the given place.
func (s *runState) addDiagnostic(at yamlfile.Place, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var fault *yamlfile.Diagnostic
	if errors.As(diagnosticAt(at, err), &fault) {
		s.diagnostics = append(s.diagnostics, fault)
	}
}

// diagnosticAt returns err if it has a place, else a fault at the given place.
func diagnosticAt(at yamlfile.Place, err error) error {
	var fault *yamlfile.Diagnostic
	if errors.As(err, &fault) {
		return err
	}
	return &yamlfile.Diagnostic{File: at.File, Line: at.Line, Column: at.Column, Problem: err.Error()}
}

// diagnosticCount returns how many faults have been found.
func (s *runState) diagnosticCount() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.diagnostics)
}

// abort ends the whole run because of a failure that is not the receiver's.
func (s *runState) abort(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fatal == nil && !errors.Is(err, context.Canceled) {
		s.fatal = err
	}
}

func (s *runState) foundStep() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stepFound = true
}

// stepEnded records what the end of a step means for those after it.
func (s *runState) stepEnded(selected, unreachable bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stepDone = s.stepDone || selected
	s.unreachable = s.unreachable || unreachable
}
