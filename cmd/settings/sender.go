package settings

import (
	"context"
	"errors"

	"artihook/emitter"
	"artihook/emitter/history"
)

// NewSender makes an emitter over a history, which may be nil. done closes both and gives the error of a record that
// could not be kept.
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

// Ended picks what to report when a command and then the closing of its history have failed: a history that is not whole
// counts more than an interruption, and nothing is said twice.
func Ended(err, closed error) error {
	switch {
	case closed == nil || errors.Is(err, closed):
		return err
	case err == nil || errors.Is(err, context.Canceled):
		return closed
	}
	return errors.Join(err, closed)
}
