package settings

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

// ConversationFlags say who talks to which bot, and what is said.
type ConversationFlags struct {
	Bot     string
	answers []string
	Seed    *uint64
	now     *time.Time
}

func (f *ConversationFlags) Add(cmd *cobra.Command) {
	f.AddBot(cmd)
	cmd.Flags().StringArrayVar(&f.answers, "answer", nil, "what the visitor says: `Field=value` (repeatable)")
}

// AddBot is add for commands whose visitors are told elsewhere what to say.
func (f *ConversationFlags) AddBot(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.Bot, "bot", fixtures.DefaultBot, "whose questions are asked: a ready bot's `name` or a YAML file")
	AddFlag(flags, &f.Seed, FlagSpec[*uint64]{Name: "seed", Kind: "N", Parse: ParseSeed, Usage: "same seed and now: same bytes (default random)"})
	AddFlag(flags, &f.now, FlagSpec[*time.Time]{Name: "now", Kind: "time", Parse: parseNow, Usage: "the clock of the payload's times, RFC 3339 (default the clock)"})
}

// IsBotFile tells a file from the name of a ready bot.
func IsBotFile(name string) bool {
	return strings.ContainsAny(name, `/\`) || filepath.Ext(name) == ".yaml" || filepath.Ext(name) == ".yml"
}

func LoadBot(name string) (*fixtures.Bot, error) {
	if !IsBotFile(name) {
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
	Opt fixtures.Options
}

// Recipe settles the flags, for the bot of that name. What the visitor is to say is checked when a generator is made.
func (f *ConversationFlags) Recipe(set *Settings, bot string, edition payload.Edition) (r recipe, err error) {
	if r.bot, err = LoadBot(bot); err != nil {
		return r, err
	}
	if r.Opt, err = f.Options(edition); err != nil {
		return r, err
	}
	for _, given := range r.Opt.Answers {
		if note := r.stranger(given.Field); note != "" {
			set.Notef("%s", note)
		}
	}
	return r, nil
}

func (r recipe) Generator() (*fixtures.Generator, error) { return fixtures.NewGenerator(r.bot, r.Opt) }

// Source gives each worker a generator of its own; all of them make the same leads.
func (r recipe) Source() (func() traffic.Source, error) {
	if _, err := r.Generator(); err != nil {
		return nil, err
	}
	return func() traffic.Source {
		generator, err := r.Generator()
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

// Options gives what a generator needs. A random seed is small enough to type.
func (f *ConversationFlags) Options(edition payload.Edition) (fixtures.Options, error) {
	opt := fixtures.Options{Edition: edition}
	if f.Seed == nil {
		seed := uint64(rand.Uint32())
		f.Seed = &seed
	}
	opt.Seed = *f.Seed
	for _, answer := range f.answers {
		field, text, ok := strings.Cut(answer, "=")
		if !ok || field == "" {
			return opt, fmt.Errorf("--answer %q: want 'Field=value'", answer)
		}
		opt.Answers = append(opt.Answers, fixtures.Given{Field: strings.ToValidUTF8(field, "\uFFFD"), Text: strings.ToValidUTF8(text, "\uFFFD")})
	}
	return opt, nil
}

// Clock gives the payload's clock: --now stands still.
func (f *ConversationFlags) Clock(set *Settings) func() time.Time {
	if f.now == nil {
		return set.Now
	}
	return func() time.Time { return *f.now }
}
