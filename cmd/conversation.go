package cmd

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"time"

	"artihook/emitter/payload"
	"artihook/emitter/traffic"
	"artihook/fixtures"

	"github.com/spf13/cobra"
)

// conversationFlags say who talks to which bot, and what is said.
type conversationFlags struct {
	bot     string
	answers []string
	seed    *uint64
	now     *time.Time
}

func (f *conversationFlags) add(cmd *cobra.Command) {
	f.addBot(cmd)
	cmd.Flags().StringArrayVar(&f.answers, "answer", nil, "what the visitor says: `Field=value` (repeatable)")
}

// addBot is add for commands whose visitors are told elsewhere what to say.
func (f *conversationFlags) addBot(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.bot, "bot", fixtures.DefaultBot, "whose questions are asked: a ready bot's `name` or a YAML file")
	addFlag(flags, &f.seed, flagSpec[*uint64]{name: "seed", kind: "N", parse: parseSeed, usage: "same seed and now: same bytes (default random)"})
	addFlag(flags, &f.now, flagSpec[*time.Time]{name: "now", kind: "time", parse: parseNow, usage: "the clock of the payload's times, RFC 3339 (default the clock)"})
}

// isBotFile tells a file from the name of a ready bot.
func isBotFile(name string) bool {
	return strings.ContainsAny(name, `/\`) || filepath.Ext(name) == ".yaml" || filepath.Ext(name) == ".yml"
}

func loadBot(name string) (*fixtures.Bot, error) {
	if !isBotFile(name) {
		return fixtures.LoadBot(name)
	}
	text, err := readFile(name)
	if err != nil {
		return nil, err
	}
	return fixtures.ParseBot(name, text)
}

// recipe is what every generator of one command is made from.
type recipe struct {
	bot *fixtures.Bot
	opt fixtures.Options
}

// recipe settles the flags, for the bot of that name. What the visitor is to say is checked when a generator is made.
func (f *conversationFlags) recipe(a *app, bot string, edition payload.Edition) (r recipe, err error) {
	if r.bot, err = loadBot(bot); err != nil {
		return r, err
	}
	if r.opt, err = f.options(edition); err != nil {
		return r, err
	}
	for _, given := range r.opt.Answers {
		if note := r.stranger(given.Field); note != "" {
			a.say("%s", note)
		}
	}
	return r, nil
}

func (r recipe) generator() (*fixtures.Generator, error) { return fixtures.NewGenerator(r.bot, r.opt) }

// source gives each worker a generator of its own; all of them make the same leads.
func (r recipe) source() (func() traffic.Source, error) {
	if _, err := r.generator(); err != nil {
		return nil, err
	}
	return func() traffic.Source {
		generator, err := r.generator()
		if err != nil {
			panic("cmd: a generator was made a moment ago and now fails: " + err.Error())
		}
		return func(n uint64, at time.Time) traffic.Conversation { return generator.Conversation(n, at) }
	}, nil
}

// stranger says that the bot does not ask for the field; "" when it does.
func (r recipe) stranger(field string) string {
	for _, q := range r.bot.Questions {
		if q.Field == field {
			return ""
		}
		if strings.EqualFold(strings.TrimSpace(q.Field), strings.TrimSpace(field)) {
			return fmt.Sprintf("%q is added as a text of its own; the bot asks for %q", field, q.Field)
		}
	}
	return fmt.Sprintf("%q is added as a text of its own: bot %q does not ask for it", field, r.bot.Name)
}

// options gives what a generator needs. A random seed is small enough to type.
func (f *conversationFlags) options(edition payload.Edition) (fixtures.Options, error) {
	opt := fixtures.Options{Edition: edition}
	if f.seed == nil {
		seed := uint64(rand.Uint32())
		f.seed = &seed
	}
	opt.Seed = *f.seed
	for _, answer := range f.answers {
		field, text, ok := strings.Cut(answer, "=")
		if !ok || field == "" {
			return opt, fmt.Errorf("--answer %q: want 'Field=value'", answer)
		}
		opt.Answers = append(opt.Answers, fixtures.Given{Field: strings.ToValidUTF8(field, "\uFFFD"), Text: strings.ToValidUTF8(text, "\uFFFD")})
	}
	return opt, nil
}

// clock gives the payload's clock: --now stands still.
func (f *conversationFlags) clock(a *app) func() time.Time {
	if f.now == nil {
		return a.world.Now
	}
	return func() time.Time { return *f.now }
}
