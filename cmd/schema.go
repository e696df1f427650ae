package cmd

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"artihook/cmd/console"
	"artihook/cmd/settings"
	"artihook/emitter/history"
	"artihook/emitter/jsonschema"
	"artihook/emitter/openapi"
	"artihook/emitter/payload"
	"artihook/emitter/text"
	"artihook/fixtures"
	"artihook/scenarios/format"

	"github.com/spf13/cobra"
)

type schemaOptions struct {
	names   []string
	edition payload.Edition
	bot     string
	write   string
}

func newSchemaCmd(a *app) *cobra.Command {
	opts := &schemaOptions{}
	var names []string
	for _, s := range schemas {
		names = append(names, s.name)
	}
	cmd := &cobra.Command{
		Use:   "schema " + strings.Join(names, "|"),
		Short: "Print the contract as JSON Schema or OpenAPI, for editors, validators and type generators",
		Long: `Schema prints a JSON Schema (2020-12) of one of these, or an OpenAPI 3.1 document of the webhooks:

` + schemaTable() + `
With --write it writes all of them to a directory, or only the named ones. Files of an earlier run are overwritten.`,
		Example: `  artihook schema openapi > artibot.json
  artihook schema event --edition 2022 --bot mine.yaml
  artihook schema --write schemas`,
		Args: func(_ *cobra.Command, args []string) error { return checkSchemaNames(names, args, opts.write) },
		RunE: func(cmd *cobra.Command, args []string) error {
			opts.names = args
			return runSchema(cmd.Context(), a, opts)
		},
	}
	flags := cmd.Flags()
	settings.AddFlag(flags, &opts.edition, settings.FlagSpec[payload.Edition]{
		Name: "edition", Kind: "2019|2022", Preset: payload.Edition2019.String(), Parse: payload.ParseEdition,
		Usage: "Use this edition of the payload. --write writes both without it",
	})
	flags.StringVar(&opts.bot, "bot", "", "Allow only the fields, types and choices of this bot: the `name` of a ready bot or a YAML file (default any bot)")
	flags.StringVar(&opts.write, "write", "", "Write files to this `DIR`, such as event-2019.schema.json, and print their names")
	return cmd
}

// contract selects the schemas of events.
type contract struct {
	edition payload.Edition
	bot     *fixtures.Bot // nil for any
}

// schema is one schema that the command prints.
type schema struct {
	name, about string
	ofEvents    bool // it depends on the edition and the bot
	document    func(c contract) ([]byte, error)
}

var schemas = []schema{
	{"event", "an event that ArtiBot sends", true, func(c contract) ([]byte, error) { return payload.Schema(c.edition, c.questions()).Encode(), nil }},
	{"openapi", "the webhooks, with headers, responses and examples", true, openAPI},
	{"config", "artihook.yaml", false, printed(settings.ConfigSchema)},
	{"bot", "the file of a bot", false, printed(fixtures.Schema)},
	{"scenario", "the file of a scenario", false, printed(format.Schema)},
	{"delivery", "a delivery in the output of -o json", false, printed(history.DeliverySchema)},
}

func printed(document func() *jsonschema.Document) func(contract) ([]byte, error) {
	return func(contract) ([]byte, error) { return document().Encode(), nil }
}

func schemaTable() string {
	var b strings.Builder
	for _, s := range schemas {
		fmt.Fprintf(&b, "  %-9s %s\n", s.name, s.about)
	}
	return b.String()
}

func checkSchemaNames(known, given []string, write string) error {
	for _, name := range given {
		if slices.Contains(known, name) {
			continue
		}
		unknown := text.Unknown(fmt.Sprintf("unknown schema %.60q", name), name, known)
		if unknown.Near != "" {
			return console.WithHint(unknown, fmt.Sprintf("did you mean %s?", unknown.Near))
		}
		return console.Usage(unknown)
	}
	switch {
	case write != "":
		return nil
	case len(given) == 0:
		return console.Usagef("want the name of a schema: %s; or --write DIR for all of them", strings.Join(known, ", "))
	case len(given) > 1:
		return console.Usagef("got %d names, want one; --write DIR writes several", len(given))
	}
	return nil
}

func runSchema(ctx context.Context, a *app, opts *schemaOptions) error {
	c := contract{edition: opts.edition}
	if opts.bot != "" {
		bot, err := settings.Interruptible(ctx, func() (*fixtures.Bot, error) { return settings.LoadBot(opts.bot) })
		if err != nil {
			return console.Usage(err)
		}
		c.bot = bot
	}
	for i := range schemas {
		s := &schemas[i]
		if len(opts.names) > 0 && !slices.Contains(opts.names, s.name) {
			continue
		}
		var err error
		switch {
		case opts.write != "":
			err = s.write(a, opts, c)
		case !s.ofEvents && (a.settings.ChangedFlags["edition"] || a.settings.ChangedFlags["bot"]):
			err = console.Usagef("--edition and --bot are for the schemas event and openapi, not for %s", s.name)
		default:
			err = s.print(a.printer.Out, c)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *schema) print(w io.Writer, c contract) error {
	document, err := s.document(c)
	if err != nil {
		return err
	}
	_, err = w.Write(document)
	return err
}

// write writes the file of a schema, or one for each edition, and prints the names.
func (s *schema) write(a *app, opts *schemaOptions, c contract) error {
	if err := os.MkdirAll(opts.write, 0o777); err != nil {
		return console.Usagef("--write %q: %w", opts.write, settings.PlainError(err))
	}
	editions := payload.Editions[:]
	if a.settings.SetFlags["edition"] || !s.ofEvents {
		editions = []payload.Edition{c.edition}
	}
	for _, c.edition = range editions {
		var b bytes.Buffer
		if err := s.print(&b, c); err != nil {
			return err
		}
		name := filepath.Join(opts.write, s.file(c.edition))
		err := settings.WriteFile(name, 0o644, func(w io.Writer) error { _, err := b.WriteTo(w); return err })
		if err != nil {
			return console.Usagef("cannot write %q: %w", name, settings.PlainError(err))
		}
		if _, err := fmt.Fprintln(a.printer.Out, text.Printable(name)); err != nil {
			return err
		}
	}
	return nil
}

// file returns the name of the file of a schema.
func (s *schema) file(edition payload.Edition) string {
	name, extension := s.name, ".schema.json"
	if s.ofEvents {
		name += "-" + edition.String()
	}
	if s.name == "openapi" {
		extension = ".json"
	}
	return name + extension
}

// questions returns the questions of the bot, or nil for any bot.
func (c *contract) questions() []payload.Question {
	if c.bot == nil {
		return nil
	}
	return c.bot.SchemaQuestions()
}

// openAPI returns the OpenAPI document. Its examples are events of one conversation, always the same.
func openAPI(c contract) ([]byte, error) {
	bot := c.bot
	if bot == nil {
		var err error
		if bot, err = fixtures.LoadBot(fixtures.DefaultBot); err != nil {
			return nil, err
		}
	}
	generator, err := fixtures.NewGenerator(bot, fixtures.Options{Seed: 1, Edition: c.edition})
	if err != nil {
		return nil, err
	}
	examples := map[payload.Action][]byte{}
	conversation := generator.Conversation(1, time.Date(2026, 1, 31, 9, 0, 0, 0, time.UTC))
	for e := conversation.Next(); e != nil; e = conversation.Next() {
		if examples[e.Action] == nil {
			examples[e.Action] = e.AppendJSON(nil)
		}
	}
	return openapi.Document(openapi.Options{Edition: c.edition, Questions: c.questions(), Examples: examples}), nil
}

// suggestSchemas returns the names of the schemas, for shell completion.
func suggestSchemas(*app, *cobra.Command) []string {
	var names []string
	for _, s := range schemas {
		names = append(names, s.name+"\t"+s.about)
	}
	return names
}
