package cmd

import (
	"context"

	"artihook/emitter"
	"artihook/emitter/history"
)

// open makes an emitter over the history. done closes both and gives the error of a record that could not be kept.
func open(ctx context.Context, kept *historyFlags, opt emitter.Options) (sender *emitter.Emitter, done func() error, err error) {
	if opt.History, err = kept.open(ctx); err != nil {
		return nil, nil, err
	}
	sender = emitter.New(opt)
	return sender, func() error {
		sender.Close()
		if opt.History == nil {
			return nil
		}
		return opt.History.Close()
	}, nil
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
