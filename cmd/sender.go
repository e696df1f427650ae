package cmd

import (
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

// watch gives the callback that shows each delivery, and says once why deliveries of one kind fail.
func (a *app) watch() func(history.Delivery) {
	told := map[string]bool{}
	return func(d history.Delivery) {
		// Nothing can be done here about a stdout that is closed; the exit code tells of the deliveries.
		_ = a.show(&d)
		if advice := failureAdvice(&d); advice != "" && !told[advice] {
			told[advice] = true
			a.say("%s", advice)
		}
	}
}
