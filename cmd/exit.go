package cmd

import (
	"context"
	"errors"
	"fmt"

	"artihook/emitter/history"
)

// The exit codes that scripts depend on.
const (
	exitOK          = 0
	exitFailed      = 1 // a delivery, an expectation or a check failed
	exitUsage       = 2 // wrong usage or a bad file
	exitTool        = 3 // artihook itself could not work
	exitInterrupted = 130
)

// usageError is the user's to mend: a wrong flag, argument or file. Nothing has been sent or recorded.
type usageError struct {
	err  error
	hint string // a second line; may be ""
}

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func usagef(format string, args ...any) error {
	return &usageError{err: fmt.Errorf(format, args...)}
}

// usage marks err, if any, as the user's to mend.
func usage(err error) error {
	var already *usageError
	if err == nil || errors.As(err, &already) {
		return err
	}
	return &usageError{err: err}
}

// hinted is usage with a second line that says what would work.
func hinted(err error, hint string) error { return &usageError{err: err, hint: hint} }

// errFailed ends a command with exit code 1 and no message: its output has told already.
var errFailed = errors.New("failed")

// failedError is what a receiver failed in, for which there is no output yet.
type failedError struct{ error }

func failedf(format string, args ...any) error { return failedError{fmt.Errorf(format, args...)} }

func exitCode(err error) int {
	var wrong *usageError
	var failed failedError
	var broken *history.Error
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &broken) && !errors.Is(broken, context.Canceled):
		return exitTool // also where it was interrupted besides: the history is not whole
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.Is(err, errFailed), errors.As(err, &failed):
		return exitFailed
	case errors.As(err, &wrong):
		return exitUsage
	default:
		return exitTool
	}
}
