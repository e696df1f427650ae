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

// ConversationFlags describe a conversation of a visitor with a bot.
type ConversationFlags struct {
	Bot     string // a ready bot or a YAML file
	answers []string
	Seed    *uint64 // nil until Options chooses one
	now     *time.Time
}

// Add adds all flags.
func (f *ConversationFlags) Add(cmd *cobra.Command) {
	f.AddBot(cmd)
	cmd.Flags().StringArrayVar(&f.answers, "answer", nil, "Answer a question of the bot: `Field=value`. A field that the bot does not ask is added as text; +Field adds it even if the name is near to a question (repeatable)")
}

// AddBot adds the flags without --answer.
func (f *ConversationFlags) AddBot(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.Bot, "bot", fixtures.DefaultBot, "Use this bot: the `name` of a ready bot or a YAML file")
	AddFlag(flags, &f.Seed, FlagSpec[*uint64]{Name: "seed", Kind: "N", Parse: ParseSeed, Usage: "Generate from this seed. The same --seed and --now produce the same bytes (default random)"})
	AddFlag(flags, &f.now, FlagSpec[*time.Time]{Name: "now", Kind: "time", Parse: ParseNow, Usage: "Use this time in the payload, in RFC 3339 form (default the current time)"})
}

// IsBotFile reports whether the value of --bot is a file and not the name of a ready bot.
func IsBotFile(name string) bool {
	return strings.ContainsAny(name, `/\`) || filepath.Ext(name) == ".yaml" || filepath.Ext(name) == ".yml"
}

// LoadBot returns the bot of a file or the ready bot of that name.
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

// recipe is a bot and the options of its generators.
type recipe struct {
	Bot *fixtures.Bot
	Opt fixtures.Options
}

// Recipe returns the recipe for this bot. It notes answers to questions that the bot does not ask. Generator checks the answers.
func (f *ConversationFlags) Recipe(set *Settings, bot string, edition payload.Edition) (r recipe, err error) {
	if r.Bot, err = LoadBot(bot); err != nil {
		return r, err
	}
	if r.Opt, err = f.Options(edition); err != nil {
		return r, err
	}
	for _, answer := range r.Opt.Answers {
		note, err := r.Bot.CheckField(answer.Field)
		if err != nil {
			return r, err
		}
		if note != "" {
			set.Notef("warning: %s; artihook bots show %s prints its fields", note, bot)
		}
	}
	return r, nil
}

// Generator returns a generator. It returns an error if an answer does not fit its question.
func (r recipe) Generator() (*fixtures.Generator, error) { return fixtures.NewGenerator(r.Bot, r.Opt) }

// Source returns a function that returns a source for one worker, with its own generator. All sources generate the same leads.
func (r recipe) Source() (func() traffic.Source, error) {
	if _, err := r.Generator(); err != nil {
		return nil, err
	}
	return func() traffic.Source {
		generator, err := r.Generator()
		if err != nil {
			panic("settings: the second generator of a recipe fails: " + err.Error())
		}
		return func(n uint64, at time.Time) traffic.Conversation { return generator.Conversation(n, at) }
	}, nil
}

// Options returns the options of a generator. Without --seed it sets Seed to a random number that is short enough to type.
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
		opt.Answers = append(opt.Answers, fixtures.FixedAnswer{Field: strings.ToValidUTF8(field, "\uFFFD"), Text: strings.ToValidUTF8(text, "\uFFFD")})
	}
	return opt, nil
}

// Clock returns the clock of the payload. With --now it always returns that time.
func (f *ConversationFlags) Clock(set *Settings) func() time.Time {
	if f.now == nil {
		return set.Now
	}
	return func() time.Time { return *f.now }
}
