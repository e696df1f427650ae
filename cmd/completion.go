package cmd

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"artihook/cmd/console"
	"artihook/cmd/settings"
	"artihook/emitter/history"
	"artihook/emitter/payload"
	"artihook/emitter/text"
	"artihook/fixtures"
	"artihook/scenarios/check"
	"artihook/scenarios/format"
	"artihook/scenarios/fuzz"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// strictBuiltins makes cobra's own commands, help and completion, report unknown arguments as usage errors.
func strictBuiltins(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, builtin := range root.Commands() {
		switch builtin.Name() {
		case "help":
			builtin.Run = nil
			builtin.RunE = func(_ *cobra.Command, topic []string) error {
				page, rest, err := root.Find(topic)
				if err != nil || len(rest) > 0 {
					return console.Usagef("unknown command %q", strings.Join(topic, " "))
				}
				return page.Help()
			}
		case "completion":
			builtin.Args = unknownCommand
			builtin.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
			for _, shell := range builtin.Commands() {
				shell.Args = args(cobra.NoArgs)
			}
		}
	}
}

// suggester returns the values that a shell may complete a word to, each with a description after a tab, or without.
type suggester func(*app, *cobra.Command) []string

// argumentValues are the values of the arguments of commands. Another command has no value that a shell could know, unless its
// arguments are files.
var argumentValues = map[string]suggester{
	"bots from":      suggestDeliveries,
	"bots show":      suggestBots,
	"history diff":   suggestDeliveries,
	"history export": suggestDeliveries,
	"history resend": suggestDeliveries,
	"history show":   suggestDeliveries,
	"run":            suggestScenarios,
	"scenarios show": suggestScenarios,
	"schema":         suggestSchemas,
	"sign":           suggestDeliveries,
	"verify":         suggestDeliveries,
}

// flagValues are the values of flags, besides those that list their words in the help.
var flagValues = map[string]suggester{
	"answer":    suggestAnswers,
	"bot":       suggestBots,
	"delivery":  suggestDeliveries,
	"event":     suggestActions,
	"events":    suggestActions,
	"explain":   suggestCases,
	"lead":      suggestLeads,
	"only":      suggestCases,
	"rejection": fixed("401", "403", "400", "404"),
	"scenario":  suggestScenarios,
	"since":     fixed("today", "yesterday", "1h", "1d", "7d"),
	"skip":      suggestCases,
	"status":    suggestStatuses,
	"tag":       suggestTags,
	"until":     fixed("today", "yesterday", "1h", "1d", "7d"),
	"webhook":   suggestWebhooks,
}

// listFlags are the flags of flagValues that take several values with commas between them.
var listFlags = []string{"events", "rejection", "status"}

// takesFiles matches the placeholders of arguments and of flags that can name files.
var takesFiles = text.Regexp(`FILE|DIR|BODY|COMMAND|^bytes$|^name$`)

// addCompletions adds the completions of arguments and of flag values to a command and all commands below it. Only the completion
// of shells may call it: it removes the placeholders from the usage of flags.
func addCompletions(a *app, cmd *cobra.Command) {
	if cmd.ValidArgsFunction == nil && cmd.Name() != "help" {
		_, path, _ := strings.Cut(cmd.CommandPath(), " ")
		cmd.ValidArgsFunction = completer(a, argumentValues[path], cmd.Use, false)
	}
	add := func(f *pflag.Flag) {
		placeholder, usage := pflag.UnquoteUsage(f)
		f.Usage = usage
		suggest := flagValues[f.Name]
		if strings.Contains(placeholder, "|") {
			suggest = fixed(strings.Split(placeholder, "|")...)
		}
		if f.Name == "status" && f.Value.Type() != "status" || f.Value.Type() == "bool" { // that of a response
			suggest = nil
		}
		// The error is that of a second registration, since history and history list share flags.
		_ = cmd.RegisterFlagCompletionFunc(f.Name, completer(a, suggest, placeholder, slices.Contains(listFlags, f.Name)))
	}
	cmd.LocalFlags().VisitAll(add)
	for _, sub := range cmd.Commands() {
		addCompletions(a, sub)
	}
}

// completer returns a completion with the values of suggest, which may be nil, and with files if the placeholder names any. In a list,
// the text after the last comma is completed.
func completer(a *app, suggest suggester, placeholder string, list bool) cobra.CompletionFunc {
	return func(cmd *cobra.Command, given []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
		directive := cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
		if takesFiles().MatchString(placeholder) {
			directive = cobra.ShellCompDirectiveDefault
		}
		if suggest == nil {
			return nil, directive
		}
		begin := ""
		if list {
			begin = word[:strings.LastIndexByte(word, ',')+1]
		}
		var values []cobra.Completion
		for _, value := range suggest(a, cmd) {
			value = begin + value
			name, _, _ := strings.Cut(value, "\t")
			if strings.HasPrefix(name, word) && !slices.Contains(given, name) {
				values = append(values, value)
			}
			if strings.HasSuffix(name, "=") {
				directive |= cobra.ShellCompDirectiveNoSpace
			}
		}
		return values, directive
	}
}

func fixed(words ...string) suggester {
	return func(*app, *cobra.Command) []string { return words }
}

func suggestBots(*app, *cobra.Command) []string {
	names := fixtures.Bots()
	for i, name := range names {
		if bot, err := fixtures.LoadBot(name); err == nil {
			names[i] = described(name, bot.Title)
		}
	}
	return names
}

func suggestScenarios(*app, *cobra.Command) []string { return format.Library() }

// suggestTags returns the tags of the scenarios that the command line names.
func suggestTags(_ *app, cmd *cobra.Command) []string {
	named := slices.DeleteFunc(cmd.Flags().Args(), func(arg string) bool { return arg == settings.StdinName })
	files, _ := loadScenarios(named, cmd.Flag("root").Value.String(), nil) // those without a problem
	var tags []string
	for _, f := range files {
		for _, tag := range f.Tags {
			tags = append(tags, tag.Value)
		}
	}
	slices.Sort(tags)
	return slices.Compact(tags)
}

func suggestWebhooks(a *app, cmd *cobra.Command) []string {
	names := a.settings.WebhookNames()
	if f := cmd.Flags().Lookup("webhook"); f == nil || !settings.IsFilter(f) {
		return names
	}
	withHistory(a, cmd, func(ctx context.Context, store *history.Store) {
		recorded, err := store.Webhooks(ctx)
		for _, name := range recorded {
			if err == nil && plainWord().MatchString(name) && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	})
	return names
}

// suggestAnswers returns the fields of the bot of the command line, as the start of an answer.
func suggestAnswers(_ *app, cmd *cobra.Command) (fields []string) {
	name := fixtures.DefaultBot
	if f := cmd.Flags().Lookup("bot"); f != nil {
		name = f.Value.String()
	}
	bot, err := settings.LoadBot(name)
	if err != nil {
		return nil
	}
	for _, q := range bot.Questions {
		fields = append(fields, described(q.Field+"=", string(q.Type)))
	}
	return fields
}

func suggestActions(*app, *cobra.Command) []string {
	return []string{string(payload.Created), string(payload.Updated), string(payload.Completed)}
}

func suggestStatuses(*app, *cobra.Command) []string {
	return append([]string{"2xx", "4xx", "5xx"}, history.StatusNames()...)
}

// suggestCases returns the groups and the IDs of the cases of check, or the properties of fuzz.
func suggestCases(_ *app, cmd *cobra.Command) []string {
	if cmd.Name() == "fuzz" {
		var names []string
		for _, p := range fuzz.Properties {
			names = append(names, described(string(p), p.About()))
		}
		return names
	}
	ids := slices.Clone(check.Groups[:])
	for _, c := range check.Cases() {
		ids = append(ids, described(c.ID, string(c.Level)+": "+c.Sends))
	}
	return ids
}

// The number of deliveries that the completion of numbers and of leads reads, the newest. A shell waits for it.
const (
	suggestedDeliveries = 30
	deliveriesOfLeads   = 300
	historyPatience     = time.Second
)

func suggestDeliveries(a *app, cmd *cobra.Command) []string {
	return recordedValues(a, cmd, suggestedDeliveries, func(d *history.Delivery) string { return fmt.Sprint(d.ID) })
}

func suggestLeads(a *app, cmd *cobra.Command) []string {
	return recordedValues(a, cmd, deliveriesOfLeads, func(d *history.Delivery) string { return d.Lead })
}

// recordedValues returns the different values of the newest deliveries, described by event, person and status of the newest delivery
// with that value, and last.
func recordedValues(a *app, cmd *cobra.Command, limit int, value func(*history.Delivery) string) (values []string) {
	withHistory(a, cmd, func(ctx context.Context, store *history.Store) {
		seen, people := map[string]bool{}, map[string]string{}
		for d, err := range store.List(ctx, history.Filter{Limit: limit}) {
			if err != nil {
				return
			}
			v := value(&d)
			if seen[v] || !plainWord().MatchString(v) {
				continue
			}
			seen[v] = true
			if _, known := people[d.Lead]; !known && d.Lead != "" {
				person, _ := store.Person(ctx, d.Lead) // without one, the description is shorter
				people[d.Lead] = person.String()
			}
			parts := []string{d.Event, people[d.Lead], console.Outcome(&d)}
			parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
			values = append(values, described(v, strings.Join(parts, ", ")))
		}
	})
	if len(values) > 0 {
		values = append(values, "last")
	}
	return values
}

// withHistory calls read with the history of the command line, unless it cannot be opened.
func withHistory(a *app, cmd *cobra.Command, read func(context.Context, *history.Store)) {
	_ = a.settings.Resolve(cmd) // a wrong file or variable completes nothing
	flags := settings.HistoryFlags{}
	if f := cmd.Flags().Lookup("history"); f != nil {
		flags.Path = f.Value.String()
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), historyPatience)
	defer cancel()
	store, err := flags.OpenToRead(ctx)
	if err != nil {
		return
	}
	defer store.Close()
	read(ctx, store)
}

// plainWord matches a value of the history that a shell reads as one word, as it is.
var plainWord = text.Regexp(`^[\pL\pN][\pL\pN_.@-]*$`)

// described returns a value with its description. A description is text of other people: it is one line without control characters.
func described(value, description string) string {
	return cobra.CompletionWithDesc(value, text.Printable(description))
}
