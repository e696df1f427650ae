package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"artihook/cmd/console"
	"artihook/cmd/settings"
	"artihook/emitter"
	"artihook/emitter/exchange"
	"artihook/emitter/history"
	"artihook/emitter/payload"
	"artihook/emitter/text"
	"artihook/fixtures"

	"github.com/spf13/cobra"
)

type sendOptions struct {
	webhook      settings.WebhookFlags
	client       settings.ClientFlags
	wait         settings.WaitFlags
	conversation settings.ConversationFlags
	history      settings.HistoryFlags
	edits        settings.Edits

	action   payload.Action
	lead     string
	data     string
	as       string
	dryRun   bool
	unsigned bool
	tamper   emitter.Tamper
	repeat   int
}

func newSendCmd(a *app) *cobra.Command {
	opt := &sendOptions{}
	cmd := &cobra.Command{
		Use:   "send [URL]",
		Short: "Send one event",
		Long: `Send posts one signed event to URL and prints the response. The event is that of a new lead. With --lead it
continues a lead of the history. The exit code is 1 unless the response is 2xx.`,
		Example: `  artihook send localhost:3000/hook --secret s3cret
  artihook send localhost:3000/hook --answer 'Work Email=ada@mail.example'
  artihook send localhost:3000/hook --lead last --action completed
  artihook send localhost:3000/hook --data @captured.json
  artihook send localhost:3000/hook --as curl`,
		Args: oneURL,
		RunE: func(cmd *cobra.Command, args []string) error { return runSend(cmd.Context(), a, opt, args) },
	}
	opt.webhook.Add(cmd)
	opt.client.Add(cmd)
	opt.wait.Add(cmd)
	opt.conversation.Add(cmd)
	opt.history.Add(cmd)
	flags := cmd.Flags()
	settings.AddFlag(flags, &opt.action, settings.FlagSpec[payload.Action]{
		Name: "action", Kind: "created|updated|completed", Preset: string(payload.Created), Parse: payload.ParseAction, Usage: "Send this event of the lead",
	})
	flags.StringVar(&opt.lead, "lead", "", "Continue the lead with this `ID` of the history. last is the lead of the newest delivery")
	flags.StringVarP(&opt.data, "data", "d", "", "Sign and send exactly these `bytes`: @FILE, - for stdin, or the text itself")
	opt.edits.Add(flags, "generated")
	settings.AddFlag(flags, &opt.as, settings.FlagSpec[string]{Name: "as", Words: settings.Texts("curl"), Usage: "Print a script for this program instead of sending. It prints the status and fails unless that is 2xx"})
	flags.BoolVar(&opt.dryRun, "dry-run", false, "Print the request; send and record nothing")
	flags.BoolVar(&opt.unsigned, "no-signature", false, "Send no signature")
	settings.AddFlag(flags, &opt.tamper, settings.FlagSpec[emitter.Tamper]{
		Name: "tamper", Kind: strings.Join(emitter.TamperNames(), "|"), Parse: emitter.ParseTamper, Usage: "Make the signature invalid in this way",
	})
	settings.AddFlag(flags, &opt.repeat, settings.FlagSpec[int]{Name: "repeat", Kind: "N", Preset: "1", Parse: settings.ParsePositive, Usage: "Send the same bytes N times"})
	return cmd
}

func runSend(ctx context.Context, a *app, opt *sendOptions, args []string) error {
	if opt.dryRun || opt.as != "" {
		return opt.preview(ctx, a, args)
	}
	opening := opt.history.OpenAhead(ctx)
	w, planned, err := opt.plan(ctx, a, args)
	opts, usage := opt.client.Options(a.settings, 1)
	err = cmp.Or(err, console.Usage(usage))
	if err == nil {
		err = a.await(ctx, &opt.wait, &opt.client)
	}
	if err != nil {
		opening.Drop()
		return err
	}
	store, err := opening.Take()
	if err != nil {
		return err
	}
	sender, done := settings.NewSender(store, history.SourceSend, opts)
	failed := false
	show := a.printer.Watch(a.sendContext(opt.webhook.Cmd, opt.unsigned || opt.tamper != "", w))
	for range opt.repeat {
		last, err := sender.Send(ctx, &w, planned, show)
		if err != nil {
			return settings.Ended(err, done())
		}
		failed = failed || !last.OK()
	}
	if err := done(); err != nil {
		return err
	}
	if failed {
		return console.ErrFailed
	}
	return nil
}

// plan returns the signed delivery and its webhook.
func (opt *sendOptions) plan(ctx context.Context, a *app, args []string) (emitter.Webhook, history.Delivery, error) {
	w, err := opt.webhook.One(a.settings, args)
	if err != nil {
		return w, history.Delivery{}, console.Usage(err)
	}
	message, err := opt.message(ctx, a, &w)
	if err != nil {
		return w, history.Delivery{}, err
	}
	return w, emitter.Plan(&w, message), nil
}

// preview prints the delivery without sending it.
func (opt *sendOptions) preview(ctx context.Context, a *app, args []string) error {
	w, planned, err := opt.plan(ctx, a, args)
	if err != nil {
		return err
	}
	if w.Secret.Empty() && !opt.unsigned {
		a.printer.Notef(console.NoSecret)
	}
	if opt.as == "" {
		return a.printer.Planned(&planned)
	}
	curl, err := opt.client.Curl(a.settings, w.URL)
	if err != nil {
		return console.Usage(err)
	}
	curl.URL = w.URL.Scheme + "://" + w.URL.Host + planned.Request.Target
	return a.printer.Verbatim(func(out io.Writer) error {
		script, title := exchange.NewScript(out), text.Mask(curl.URL)
		if planned.Event != "" {
			title = fmt.Sprintf("%s v%d %s", planned.Event, planned.Version, title)
		}
		if err := script.Add(planned.Request, curl, title); err != nil {
			return err
		}
		return script.Close()
	})
}

// message returns the message with the changes of --set, --unset, --tamper and --no-signature.
func (opt *sendOptions) message(ctx context.Context, a *app, w *emitter.Webhook) (emitter.Message, error) {
	m, err := opt.plainMessage(ctx, a, w)
	if err != nil {
		return m, err
	}
	if opt.edits.Changed() {
		if m.Body, err = opt.edits.Apply(m.Body); err != nil {
			return m, console.Usage(err)
		}
		m.Summary = payload.Summarize(m.Body)
	}
	m.Tamper = opt.tamper
	if opt.unsigned {
		if opt.tamper != "" {
			return m, console.Usagef("give --no-signature or --tamper, not both")
		}
		m.Tamper = emitter.TamperUnsigned
	}
	return m, nil
}

// plainMessage returns the message of --data, the next event of --lead, or an event of a new lead.
func (opt *sendOptions) plainMessage(ctx context.Context, a *app, w *emitter.Webhook) (emitter.Message, error) {
	if opt.webhook.Cmd.Flags().Changed("data") {
		for _, name := range []string{"action", "lead", "answer", "bot"} {
			if a.settings.ChangedFlags[name] {
				return emitter.Message{}, console.Usagef("give --data or --%s, not both: --data sends its bytes as they are", name)
			}
		}
		body, err := a.settings.ReadInput(ctx, opt.data)
		return emitter.Message{Body: body, Summary: payload.Summarize(body), Edition: w.Edition}, console.Usage(err)
	}
	if !w.Wants(opt.action) {
		return emitter.Message{}, console.Usagef("webhook %q does not receive %s; change its events in %s", w.Name, opt.action.Event(), a.settings.Config.File)
	}
	if opt.lead != "" {
		return opt.continued(ctx, a)
	}
	return opt.newLead(a, w.Edition)
}

// newLead returns an event of a new lead.
func (opt *sendOptions) newLead(a *app, edition payload.Edition) (emitter.Message, error) {
	recipe, err := opt.conversation.Recipe(a.settings, opt.conversation.Bot, edition)
	if err != nil {
		return emitter.Message{}, console.Usage(err)
	}
	generator, err := recipe.Generator()
	if err != nil {
		return emitter.Message{}, console.Usage(err)
	}
	event, err := generator.Event(0, opt.conversation.Clock(a.settings)(), opt.action)
	var many *fixtures.AnswersError
	if errors.As(err, &many) {
		return emitter.Message{}, console.WithHint(err, "--action updated takes all of them, the last as the newest")
	}
	if err != nil {
		return emitter.Message{}, console.Usage(err)
	}
	m := emitter.EventMessage(event)
	m.Bot, m.Seed = opt.conversation.Bot, fixtures.LeadSeed(recipe.Opt.Seed, 0)
	return m, nil
}
