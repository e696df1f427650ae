package settings

import (
	"context"
	"errors"

	"artihook/emitter"
	"artihook/emitter/history"
)

// NewSender returns an emitter that records in the store, which may be nil, with the source of the command. Call done once: it closes both and returns the error of
// an outcome that could not be recorded.
func NewSender(store *history.Store, source string, opt emitter.Options) (sender *emitter.Emitter, done func() error) {
	opt.History, opt.Source = store, source
	sender = emitter.New(opt)
	return sender, func() error {
		sender.Close()
		if store == nil {
			return nil
		}
		return store.Close()
	}
}

// Ended returns the error of a command whose history was closed with the error closed. Both can be nil. If the history is
// incomplete after an interruption, it returns closed. It joins other errors, unless they are the same.
func Ended(err, closed error) error {
	switch {
	case closed == nil || errors.Is(err, closed):
		return err
	case err == nil || errors.Is(err, context.Canceled):
		return closed
	}
	return errors.Join(err, closed)
}
