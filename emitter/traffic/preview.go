package traffic

import (
	"context"

	"artihook/emitter"
	"artihook/emitter/history"
)

// Preview calls each with every delivery that Play would send, lead by lead, without sending or waiting. It stops at the first
// error of each.
func Preview(ctx context.Context, opt Options, each func(history.Delivery) error) error {
	source := opt.Source()
	for n := range opt.Leads {
		at := opt.now()
		conversation := source(uint64(n), at)
		for event := conversation.Next(); event != nil; event = conversation.Next() {
			if err := ctx.Err(); err != nil {
				return err
			}
			for w := range opt.wanting(event.Action) {
				if err := each(emitter.Plan(w, opt.message(w, event, conversation.Seed()))); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
