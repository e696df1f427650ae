package cmd

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"artihook/cmd/console"
	"artihook/cmd/settings"
	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/payload"
	"artihook/fixtures"
)

// continued returns the next event of a lead of the history.
func (opt *sendOptions) continued(ctx context.Context, a *app) (emitter.Message, error) {
	last, err := opt.lastOfLead(ctx)
	if err != nil {
		return emitter.Message{}, err
	}
	event, err := payload.Decode(last.Request.Body)
	if err != nil {
		return emitter.Message{}, console.Usagef("lead %s cannot be continued: delivery #%d contains no complete event: %w", last.Lead, last.ID, err)
	}
	if a.settings.ChangedFlags["edition"] && opt.webhook.Edition != event.Edition {
		a.printer.Notef("lead %s keeps edition %s; --edition %s is ignored", last.Lead, event.Edition, opt.webhook.Edition)
	}
	name := opt.conversation.Bot
	if !a.settings.ChangedFlags["bot"] && last.Bot != "" && !sameFile(name, last.Bot) {
		if name = last.Bot; settings.IsBotFile(name) {
			return emitter.Message{}, console.Usagef("lead %s uses the bot of the file %q; add it with --bot", last.Lead, name)
		}
	}
	next, err := opt.nextEvent(a, name, &event, last.Seed)
	if err != nil {
		return emitter.Message{}, continueError(err, last.Lead)
	}
	m := emitter.EventMessage(next)
	m.Bot, m.Seed = name, last.Seed
	return m, nil
}

// sameFile reports whether both names are of the same file.
func sameFile(bot, recorded string) bool {
	a, errA := filepath.Abs(bot)
	b, errB := filepath.Abs(recorded)
	return settings.IsBotFile(bot) && errA == nil && errB == nil && a == b
}

func (opt *sendOptions) lastOfLead(ctx context.Context) (history.Delivery, error) {
	if opt.history.Off {
		return history.Delivery{}, console.Usagef("--lead continues a lead of the history; leave --no-history out")
	}
	store, err := opt.history.OpenToRead(ctx)
	if err != nil {
		return history.Delivery{}, err
	}
	defer store.Close()
	lead, err := store.FindLead(ctx, opt.lead)
	if err != nil {
		return history.Delivery{}, console.Usage(err)
	}
	last, err := store.LastOfLead(ctx, lead)
	if errors.Is(err, history.ErrNotFound) {
		return last, console.WithHint(fmt.Errorf("unknown lead %q", opt.lead), "artihook history show N prints the lead of a delivery")
	}
	return last, err
}

func (opt *sendOptions) nextEvent(a *app, bot string, last *payload.Event, seed uint64) (*payload.Event, error) {
	recipe, err := opt.conversation.Recipe(a.settings, bot, last.Edition)
	if err != nil {
		return nil, err
	}
	generator, err := recipe.Generator()
	if err != nil {
		return nil, err
	}
	return generator.Continue(*last, seed, opt.conversation.Clock(a.settings)(), opt.action)
}

// continueError adds what to do next to an error.
func continueError(err error, lead string) error {
	switch {
	case errors.Is(err, fixtures.ErrNoQuestionLeft):
		return console.WithHint(fmt.Errorf("lead %s: %w; give one with --answer 'Field=value'", lead, err), "or end it with --action completed")
	case errors.Is(err, fixtures.ErrAlreadyCreated):
		return console.Usagef("lead %s was created already; continue it with --action updated or completed", lead)
	case errors.Is(err, fixtures.ErrCompleted):
		return console.WithHint(fmt.Errorf("lead %s is completed; nothing can follow", lead), "leave --lead out to start a new one")
	}
	return console.Usage(fmt.Errorf("lead %s: %w", lead, err))
}
