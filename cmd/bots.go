package cmd

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"artihook/cmd/console"
	"artihook/cmd/settings"
	"artihook/emitter/exchange"
	"artihook/emitter/payload"
	"artihook/emitter/text"
	"artihook/fixtures"

	"github.com/spf13/cobra"
)

func newBotsCmd(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "bots",
		Short: "List the ready bots, print one, or make one from a captured payload",
		Args:  unknownCommand,
		RunE:  func(*cobra.Command, []string) error { return runBots(a) },
	}
	cmd.AddCommand(
		&cobra.Command{
			Use:   "show NAME",
			Short: "Print a bot as YAML, as a start for your own",
			Args:  args(cobra.ExactArgs(1)),
			RunE:  func(cmd *cobra.Command, args []string) error { return runBotsShow(cmd.Context(), a, args[0]) },
		},
		newBotsFromCmd(a),
	)
	return cmd
}

func newBotsFromCmd(a *app) *cobra.Command {
	var recorded settings.HistoryFlags
	cmd := &cobra.Command{
		Use:   "from FILE|N|last",
		Short: "Print a bot with the field names and types of a captured payload",
		Long: `From reads a body that ArtiBot sent, or a saved request in any format that history import reads (- is stdin), or the delivery
with the number N of the history, or its last one. It prints a bot that asks for the same fields, so that every generated lead has your
field names and types. The visitor's answers are not copied.`,
		Example: `  artihook bots from captured.json > mine.yaml
  artihook bots from last > mine.yaml
  artihook play localhost:3000/hook --bot mine.yaml`,
		Args: args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runBotsFrom(cmd.Context(), a, &recorded, args[0])
		},
	}
	recorded.AddPath(cmd)
	return cmd
}

// botJSON is the output of bots -o json for one bot.
type botJSON struct {
	Name   string   `json:"name"`
	Title  string   `json:"title"`
	Fields []string `json:"fields"`
}

func newBotJSON(bot *fixtures.Bot) botJSON {
	b := botJSON{Name: bot.Name, Title: bot.Title}
	for _, q := range bot.Questions {
		b.Fields = append(b.Fields, q.Field)
	}
	return b
}

func runBots(a *app) error {
	for _, name := range fixtures.Bots() {
		bot, err := fixtures.LoadBot(name)
		if err != nil {
			return err
		}
		b := newBotJSON(bot)
		if a.printer.JSON() {
			err = a.printer.WriteJSON(b)
		} else {
			_, err = fmt.Fprintf(a.printer.Out, "%-12s %s\n%s\n", b.Name, b.Title, a.printer.Paint(console.Dim, "             "+strings.Join(b.Fields, " · ")))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func runBotsShow(ctx context.Context, a *app, name string) error {
	bot, err := settings.Interruptible(ctx, func() (*fixtures.Bot, error) { return settings.LoadBot(name) })
	if err != nil {
		return console.Usage(err)
	}
	return printBot(a, bot)
}

func runBotsFrom(ctx context.Context, a *app, recorded *settings.HistoryFlags, arg string) error {
	name, data, err := readCapture(ctx, a, recorded, arg)
	if err != nil {
		return console.Usage(err)
	}
	captured, err := settings.Interruptible(ctx, func() (capture, error) { return richest(data) })
	if err != nil {
		return console.Usagef("%s: %w", name, err)
	}
	if len(captured.event.Lead.Data) == 0 {
		return console.Usagef("%s contains no answer, so the bot would ask nothing", name)
	}
	bot, notes := fixtures.BotFrom(captured.event)
	if captured.events > 1 {
		a.printer.Notef("%s has %s; the bot is made from the one with the most answers", name, text.Counted(captured.events, "event"))
	}
	for _, note := range append(notes, fixtures.ExtraKeys(captured.body, captured.event)...) {
		a.printer.Notef("%s", note)
	}
	return printBot(a, bot)
}

// readCapture returns the body of a delivery of the history, or the content of a file or stdin, and its name in messages.
func readCapture(ctx context.Context, a *app, recorded *settings.HistoryFlags, arg string) (name string, data []byte, err error) {
	if settings.IsDelivery(arg) {
		d, err := recorded.ReadDelivery(ctx, arg)
		return fmt.Sprintf("delivery %d", d.ID), d.Request.Body, err
	}
	name = strings.TrimPrefix(arg, "@")
	if name == "-" {
		data, err = a.settings.ReadInput(ctx, "-")
		return "stdin", data, err
	}
	data, err = a.settings.ReadInput(ctx, "@"+name)
	return name, data, err
}

// capture is an event in a file of saved requests.
type capture struct {
	body   []byte
	event  payload.Event
	events int // in the file
}

// richest returns the event with the most answers in a file of saved requests. A text in no format of saved requests is itself the body of an
// event. The error is that of the first request that is no event.
func richest(data []byte) (best capture, err error) {
	var bodies [][]byte
	list, _ := exchange.Read(data, "")
	for _, r := range list {
		if r.Err == nil {
			bodies = append(bodies, r.Request.Body)
		}
	}
	if len(bodies) == 0 {
		body, _ := text.Decode(data)
		bodies = [][]byte{body}
	}
	for _, body := range bodies {
		event, decodeErr := payload.Decode(body)
		if decodeErr != nil {
			err = cmp.Or(err, decodeErr)
			continue
		}
		best.events++
		if best.body == nil || len(event.Lead.Data) >= len(best.event.Lead.Data) {
			best.body, best.event = body, event
		}
	}
	if best.body != nil {
		err = nil
	}
	return best, err
}

func printBot(a *app, bot *fixtures.Bot) error {
	if a.printer.JSON() {
		return a.printer.WriteJSON(newBotJSON(bot))
	}
	yaml, err := bot.YAML()
	if err != nil {
		return err
	}
	_, err = a.printer.Out.Write(append([]byte(fixtures.SchemaLine), yaml...))
	return err
}
