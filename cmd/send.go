package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"

	"artihook/emitter"
	"artihook/emitter/exchange"
	"artihook/emitter/history"
	"artihook/emitter/payload"
	"artihook/fixtures"

	"github.com/spf13/cobra"
)

type sendOptions struct {
	webhook      webhookFlags
	client       clientFlags
	conversation conversationFlags
	history      historyFlags
	edits        edits

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
		Long: `Send posts one signed event to URL and shows what came back. Without --lead it is a plausible moment of
a fresh lead; with --lead it continues one of the history. Exit code 1 unless the answer is 2xx.`,
		Example: `  artihook send localhost:3000/hook --secret s3cret
  artihook send localhost:3000/hook --action updated --answer 'Email=ada@mail.example' -v
  artihook send localhost:3000/hook --lead last --action completed
  artihook send localhost:3000/hook --data @captured.json
  artihook send localhost:3000/hook --as curl`,
		Args: args(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error { return runSend(cmd.Context(), a, opt, args) },
	}
	opt.webhook.add(cmd)
	opt.client.add(cmd)
	opt.conversation.add(cmd)
	opt.history.add(cmd)
	flags := cmd.Flags()
	addFlag(flags, &opt.action, flagSpec[payload.Action]{
		name: "action", kind: "created|updated|completed", preset: string(payload.Created), parse: payload.ParseAction, usage: "what happened to the lead",
	})
	flags.StringVar(&opt.lead, "lead", "", "continue the lead of this `ID` in the history; last is that of the newest delivery")
	flags.StringVar(&opt.data, "data", "", "sign and send exactly these `bytes`: @FILE, - for stdin, or the text itself")
	flags.StringArrayVar(&opt.edits.set, "set", nil, "change the finished body, `path=value`: JSON, else a string (repeatable)")
	flags.StringArrayVar(&opt.edits.unset, "unset", nil, "take a `path` out of the finished body (repeatable)")
	addFlag(flags, &opt.as, flagSpec[string]{name: "as", kind: "curl", parse: oneOf("curl"), usage: "print the curl command instead of sending"})
	flags.BoolVar(&opt.dryRun, "dry-run", false, "show what would be sent; send and record nothing")
	flags.BoolVar(&opt.unsigned, "no-signature", false, "leave the signature out")
	addFlag(flags, &opt.tamper, flagSpec[emitter.Tamper]{
		name: "tamper", kind: "signature|body|url", parse: emitter.ParseTamper, usage: "make the signature wrong in this way",
	})
	addFlag(flags, &opt.repeat, flagSpec[int]{name: "repeat", kind: "N", preset: "1", parse: parsePositive, usage: "send the same bytes so many times"})
	return cmd
}

func runSend(ctx context.Context, a *app, opt *sendOptions, args []string) error {
	if opt.dryRun || opt.as != "" {
		return opt.preview(ctx, a, args)
	}
	kept := opt.history.ahead(ctx)
	w, planned, err := opt.plan(ctx, a, args)
	how, wrong := opt.client.options(a, 1)
	if err := cmp.Or(err, wrong); err != nil {
		kept.drop()
		return err
	}
	store, err := kept.take()
	if err != nil {
		return err
	}
	sender, done := newSender(store, how)
	failed := false
	show := a.watch(circumstances{noSecret: w.Secret.Empty(), faulty: opt.unsigned || opt.tamper != ""})
	for range opt.repeat {
		last, err := sender.Send(ctx, &w, planned, show)
		if err != nil {
			return ended(err, done())
		}
		failed = failed || !last.OK()
	}
	if err := done(); err != nil {
		return err
	}
	if failed {
		return errFailed
	}
	return nil
}

// plan makes the delivery and signs it.
func (opt *sendOptions) plan(ctx context.Context, a *app, args []string) (emitter.Webhook, history.Delivery, error) {
	w, err := opt.webhook.one(a, args)
	if err != nil {
		return w, history.Delivery{}, usage(err)
	}
	message, err := opt.message(ctx, a, &w)
	if err != nil {
		return w, history.Delivery{}, err
	}
	return w, emitter.Plan(&w, message), nil
}

// preview shows the delivery without sending it.
func (opt *sendOptions) preview(ctx context.Context, a *app, args []string) error {
	w, planned, err := opt.plan(ctx, a, args)
	if err != nil {
		return err
	}
	if opt.as == "" {
		return a.showPlanned(&planned)
	}
	return a.verbatim(func(out io.Writer) error {
		return exchange.Curl(out, planned.Request, exchange.CurlOptions{
			URL: w.URL.Scheme + "://" + w.URL.Host + planned.Request.Target, Insecure: opt.client.insecure, CACert: opt.client.caCert,
		})
	})
}

// message makes what is sent, with the edits and the fault.
func (opt *sendOptions) message(ctx context.Context, a *app, w *emitter.Webhook) (emitter.Message, error) {
	m, err := opt.plainMessage(ctx, a, w)
	if err != nil {
		return m, err
	}
	if len(opt.edits.set)+len(opt.edits.unset) > 0 {
		if m.Body, err = opt.edits.apply(m.Body); err != nil {
			return m, usage(err)
		}
		m.Summary = payload.Summarize(m.Body)
	}
	m.Tamper = opt.tamper
	if opt.unsigned {
		if opt.tamper != "" {
			return m, usagef("give --no-signature or --tamper, not both")
		}
		m.Tamper = emitter.TamperUnsigned
	}
	return m, nil
}

func (opt *sendOptions) plainMessage(ctx context.Context, a *app, w *emitter.Webhook) (emitter.Message, error) {
	if opt.webhook.cmd.Flags().Changed("data") {
		for _, name := range []string{"action", "lead", "answer", "bot"} {
			if a.given[name] {
				return emitter.Message{}, usagef("give --data or --%s, not both: --data sends its bytes as they are", name)
			}
		}
		body, err := a.readInput(ctx, opt.data)
		return emitter.Message{Body: body, Summary: payload.Summarize(body), Edition: w.Edition}, usage(err)
	}
	if !w.Wants(opt.action) {
		return emitter.Message{}, usagef("webhook %q does not receive %s; change its events in %s", w.Name, opt.action.Event(), a.config.file)
	}
	if opt.lead != "" {
		return opt.continued(ctx, a)
	}
	return opt.fresh(a, w.Edition)
}

// fresh makes a plausible moment of a new lead.
func (opt *sendOptions) fresh(a *app, edition payload.Edition) (emitter.Message, error) {
	recipe, err := opt.conversation.recipe(a, opt.conversation.bot, edition)
	if err != nil {
		return emitter.Message{}, usage(err)
	}
	generator, err := recipe.generator()
	if err != nil {
		return emitter.Message{}, usage(err)
	}
	event, err := generator.Moment(0, opt.conversation.clock(a)(), opt.action)
	var many *fixtures.AnswersError
	if errors.As(err, &many) {
		return emitter.Message{}, hinted(err, "--action updated takes all of them, the last as the newest")
	}
	if err != nil {
		return emitter.Message{}, usage(err)
	}
	m := emitter.EventMessage(event)
	m.Bot, m.Seed = opt.conversation.bot, fixtures.LeadSeed(recipe.opt.Seed, 0)
	return m, nil
}

// showPlanned shows a delivery that was not sent.
func (a *app) showPlanned(d *history.Delivery) error {
	d.Time = a.world.Now()
	if a.json() {
		return a.showJSON(d)
	}
	if _, err := fmt.Fprintln(a.out(), a.plannedLine(d)); err != nil {
		return err
	}
	return a.showRequest(&d.Request)
}
