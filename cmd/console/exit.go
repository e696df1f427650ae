package console

import (
	"context"
	"errors"
	"fmt"

	"artihook/emitter/history"
	"artihook/fixtures/yamlfile"
	"artihook/scenarios"
)

// Exit codes. Scripts depend on them.
const (
	ExitOK          = 0
	ExitFailed      = 1 // a delivery, an expectation or a check failed
	ExitUsage       = 2 // a wrong flag, argument or file
	ExitTool        = 3 // artihook itself could not do its work
	ExitInterrupted = 130
)

// usageError is a wrong flag, argument or file. Nothing was sent or recorded.
type usageError struct {
	err  error
	hint string // "" is none
}

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

// Hint returns how to correct the error; "" is no hint.
func (e *usageError) Hint() string { return e.hint }

// HintOf returns the result of the first Hint method in the chain of err; "" if there is none.
func HintOf(err error) string {
	var hinted interface{ Hint() string }
	if errors.As(err, &hinted) {
		return hinted.Hint()
	}
	return ""
}

// Usagef returns a usage error: its exit code is ExitUsage.
func Usagef(format string, args ...any) error {
	return &usageError{err: fmt.Errorf(format, args...)}
}

// Usage returns err as a usage error with the same hint. It returns nil for nil.
func Usage(err error) error {
	var already *usageError
	if err == nil || errors.As(err, &already) {
		return err
	}
	return &usageError{err: err, hint: HintOf(err)}
}

// WithHint returns err, which must not be nil, as a usage error with a hint: a second line about how to correct it.
func WithHint(err error, hint string) error { return &usageError{err: err, hint: hint} }

// ErrFailed ends a command with ExitFailed and without a message, because its output already shows the failure.
var ErrFailed = errors.New("failed")

// failedError is a failure of the receiver that the output does not show yet.
type failedError struct{ error }

// Failedf returns an error for a receiver that failed. Its message is printed, and its exit code is ExitFailed.
func Failedf(format string, args ...any) error { return failedError{fmt.Errorf(format, args...)} }

// ExitCode returns the exit code for the error of a command: ExitOK for nil, ExitTool for an unknown error. If the history is
// incomplete after an interruption, it is ExitTool.
func ExitCode(err error) int {
	var usage *usageError
	var failed failedError
	var historyError *history.Error
	var diagnostics yamlfile.Diagnostics
	var step *scenarios.StepError
	switch {
	case err == nil:
		return ExitOK
	case errors.As(err, &historyError) && !errors.Is(historyError, context.Canceled):
		return ExitTool
	case errors.Is(err, context.Canceled):
		return ExitInterrupted
	case errors.Is(err, ErrFailed), errors.As(err, &failed):
		return ExitFailed
	case errors.As(err, &usage), errors.As(err, &diagnostics), errors.As(err, &step):
		return ExitUsage
	default:
		return ExitTool
	}
}
