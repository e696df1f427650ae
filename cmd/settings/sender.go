package settings

import (
	"context"
	"errors"

	"artihook/emitter"
	"artihook/emitter/history"
)

// NewSender returns an emitter that records in the store, which may be nil. Call done once: it closes both and returns the error of
// an outcome that could not be recorded.
func NewSender(store *history.Store, opt emitter.Options) (sender *emitter.Emitter, done func() error) {
	opt.History = store
	sender = emitter.New(opt)
	return sender, func() error {
		sender.Close()
		if store == nil {
			return nil
		}
		return store.Close()
	}
}

// Ended returns the error to report for a command and the closing of its history, both of which may be nil. An incomplete history
// counts more than an interruption, and the same error is reported once.
func Ended(err, closed error) error {
	switch {
	case closed == nil || errors.Is(err, closed):
		return err
	case err == nil || errors.Is(err, context.Canceled):
		return closed
	}
	return errors.Join(err, closed)
}
