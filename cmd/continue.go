package cmd

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/payload"
	"artihook/fixtures"
)

// continued makes the next event of a lead of the history.
func (opt *sendOptions) continued(ctx context.Context, a *app) (emitter.Message, error) {
	last, err := opt.lastOfLead(ctx)
	if err != nil {
		return emitter.Message{}, err
	}
	event, err := payload.Decode(last.Request.Body)
	if err != nil {
		return emitter.Message{}, usagef("lead %s cannot be continued: delivery #%d holds no whole event: %w", last.Lead, last.ID, err)
	}
	if a.given["edition"] && opt.webhook.edition != event.Edition {
		a.say("lead %s is of edition %s and stays so", last.Lead, event.Edition)
	}
	name := opt.conversation.bot
	if !a.given["bot"] && last.Bot != "" && !sameFile(name, last.Bot) {
		if name = last.Bot; isBotFile(name) {
			return emitter.Message{}, usagef("lead %s talks to the bot of the file %q; give it again with --bot", last.Lead, name)
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

// sameFile reports whether a preset names the very file that the lead's bot came from.
func sameFile(preset, recorded string) bool {
	a, errA := filepath.Abs(preset)
	b, errB := filepath.Abs(recorded)
	return isBotFile(preset) && errA == nil && errB == nil && a == b
}

func (opt *sendOptions) lastOfLead(ctx context.Context) (history.Delivery, error) {
	if opt.history.off {
		return history.Delivery{}, usagef("--lead continues a lead of the history; leave --no-history out")
	}
	store, err := opt.history.openToRead(ctx)
	if err != nil {
		return history.Delivery{}, err
	}
	defer store.Close()
	lead, err := leadID(ctx, store, opt.lead)
	if err != nil {
		return history.Delivery{}, err
	}
	last, err := store.LastOfLead(ctx, lead)
	if errors.Is(err, history.ErrNotFound) {
		return last, hinted(fmt.Errorf("unknown lead %q", opt.lead), "artihook history show N tells the lead of a delivery")
	}
	return last, err
}

// leadID gives the id that --lead means: one of the history as it is, else a UUID in any case, or that of the newest
// delivery.
func leadID(ctx context.Context, store *history.Store, given string) (string, error) {
	if given != "last" {
		return leadAsKept(ctx, store, given)
	}
	newest, err := store.Last(ctx)
	switch {
	case errors.Is(err, history.ErrNotFound):
		return "", hinted(errors.New("there is no last lead: the history is empty"), "artihook send starts one")
	case err == nil && newest.Lead == "":
		return "", usagef("the last delivery, #%d, is of no lead; give --lead ID", newest.ID)
	}
	return newest.Lead, err
}

// leadAsKept gives an id as it is where the history knows it so, else in lower case: receivers' logs may show a UUID
// in capitals.
func leadAsKept(ctx context.Context, store *history.Store, given string) (string, error) {
	lead := strings.ToLower(given)
	if lead == given {
		return lead, nil
	}
	for d, err := range store.List(ctx, history.Filter{Lead: given, Limit: 1}) {
		if err != nil {
			return "", err
		}
		lead = d.Lead
	}
	return lead, nil
}

func (opt *sendOptions) nextEvent(a *app, bot string, last *payload.Event, seed uint64) (*payload.Event, error) {
	recipe, err := opt.conversation.recipe(a, bot, last.Edition)
	if err != nil {
		return nil, err
	}
	generator, err := recipe.generator()
	if err != nil {
		return nil, err
	}
	return generator.Continue(*last, seed, opt.conversation.clock(a)(), opt.action)
}

// continueError says what to do next.
func continueError(err error, lead string) error {
	switch {
	case errors.Is(err, fixtures.ErrNoQuestionLeft):
		return hinted(fmt.Errorf("lead %s: %w; give one with --answer 'Field=value'", lead, err), "or end it with --action completed")
	case errors.Is(err, fixtures.ErrAlreadyCreated):
		return usagef("lead %s has been created; continue it with --action updated or completed", lead)
	case errors.Is(err, fixtures.ErrCompleted):
		return hinted(fmt.Errorf("lead %s is completed; nothing can follow", lead), "leave --lead out to start a new one")
	}
	return usage(fmt.Errorf("lead %s: %w", lead, err))
}
