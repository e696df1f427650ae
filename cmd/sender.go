package cmd

import (
	"context"
	"errors"

	"artihook/emitter"
	"artihook/emitter/history"
)

// newSender makes an emitter over a history, which may be nil. done closes both and gives the error of a record that
// could not be kept.
func newSender(store *history.Store, opt emitter.Options) (sender *emitter.Emitter, done func() error) {
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

// ended picks what to report when a command and then the closing of its history have failed: a history that is not whole
// counts more than an interruption, and nothing is said twice.
func ended(err, closed error) error {
	switch {
	case closed == nil || errors.Is(err, closed):
		return err
	case err == nil || errors.Is(err, context.Canceled):
		return closed
	}
	return errors.Join(err, closed)
}

// watch gives the callback that shows each delivery, and says once why deliveries of one kind fail.
func (a *app) watch(known circumstances) func(history.Delivery) error {
	told := map[string]bool{}
	return func(d history.Delivery) error {
		if err := a.show(&d); err != nil {
			return err
		}
		if advice := failureAdvice(&d, known); advice != "" && !told[advice] {
			told[advice] = true
			a.say("%s", advice)
		}
		return nil
	}
}
