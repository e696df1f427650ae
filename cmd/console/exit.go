package console

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"artihook/emitter/history"
	"artihook/scenarios"
	"artihook/scenarios/format"
)

// The exit codes that scripts depend on.
const (
	ExitOK          = 0
	ExitFailed      = 1 // a delivery, an expectation or a check failed
	ExitUsage       = 2 // wrong usage or a bad file
	ExitTool        = 3 // artihook itself could not work
	ExitInterrupted = 130
)

// usageError is the user's to mend: a wrong flag, argument or file. Nothing has been sent or recorded.
type usageError struct {
	err  error
	hint string // a second line; may be ""
}

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

// Hint returns what would work instead: the hint of the error itself, or of the one that it wraps.
func (e *usageError) Hint() string {
	var inner interface{ Hint() string }
	if e.hint == "" && errors.As(e.err, &inner) {
		return inner.Hint()
	}
	return e.hint
}

func Usagef(format string, args ...any) error {
	return &usageError{err: fmt.Errorf(format, args...)}
}

// Usage marks err, if any, as the user's to mend.
func Usage(err error) error {
	var already *usageError
	if err == nil || errors.As(err, &already) {
		return err
	}
	return &usageError{err: err}
}

// WithHint is usage with a second line that says what would work.
func WithHint(err error, hint string) error { return &usageError{err: err, hint: hint} }

// ErrFailed ends a command with exit code 1 and no message: its output has told already.
var ErrFailed = errors.New("failed")

// failedError is what a receiver failed in, for which there is no output yet.
type failedError struct{ error }

func Failedf(format string, args ...any) error { return failedError{fmt.Errorf(format, args...)} }

func ExitCode(err error) int {
	var wrong *usageError
	var failed failedError
	var broken *history.Error
	var faults format.Diagnostics
	var step *scenarios.StepError
	switch {
	case err == nil:
		return ExitOK
	case errors.As(err, &broken) && !errors.Is(broken, context.Canceled):
		return ExitTool // also where it was interrupted besides: the history is not whole
	case errors.Is(err, context.Canceled):
		return ExitInterrupted
	case errors.Is(err, ErrFailed), errors.As(err, &failed):
		return ExitFailed
	case errors.As(err, &wrong), errors.As(err, &faults), errors.As(err, &step):
		return ExitUsage
	default:
		return ExitTool
	}
}

// HistoryHint names the flags with which the command can do without the history that could not be opened. It returns
// "" for other errors.
func HistoryHint(cmd *cobra.Command, err error) string {
	var failed *history.Error
	if !errors.As(err, &failed) || failed.Op != "opening" || cmd.Flags().Lookup("history") == nil {
		return ""
	}
	if cmd.Flags().Lookup("no-history") == nil {
		return "name another history with --history FILE"
	}
	return "name another history with --history FILE, or record nothing with --no-history"
}
