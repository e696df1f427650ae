package cmd

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"artihook/cmd/console"
	"artihook/cmd/settings"
	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/payload"
	"artihook/emitter/text"
	"artihook/emitter/traffic"
	"artihook/fixtures"

	"github.com/spf13/cobra"
)

type playOptions struct {
	webhook      settings.WebhookFlags
	client       settings.ClientFlags
	wait         settings.WaitFlags
	conversation settings.ConversationFlags
	history      settings.HistoryFlags
	edits        settings.Edits

	leads       int
	concurrency int
	every       time.Duration
	pace        traffic.Pace
	actions     []payload.Action
	abandon     float64
	all         bool
	dryRun      bool
}

func newPlayCmd(a *app) *cobra.Command {
	opt := &playOptions{}
	cmd := &cobra.Command{
		Use:   "play [URL]",
		Short: "Play whole conversations",
		Long: `Play posts the events of whole conversations to URL: created, an updated for each further answer of the
visitor, completed. --set and --unset change each event that has the path. -q prints failed deliveries and the summary only. The exit
code is 1 unless every response is 2xx.`,
		Example: `  artihook play localhost:3000/hook --secret s3cret
  artihook play localhost:3000/hook --leads 100 --concurrency 8
  artihook play localhost:3000/hook --bot travel --pace 500ms
  artihook play localhost:3000/hook --leads 60 --every 10s --pace real
  artihook play localhost:3000/hook --set lead.bot_id=b1 -q
  artihook play --all`,
		Args: oneURL,
		RunE: func(cmd *cobra.Command, args []string) error { return runPlay(cmd.Context(), a, opt, args) },
	}
	opt.webhook.Add(cmd)
	opt.client.Add(cmd)
	opt.wait.Add(cmd)
	opt.conversation.Add(cmd)
	opt.history.Add(cmd)
	flags := cmd.Flags()
	settings.AddFlag(flags, &opt.leads, settings.FlagSpec[int]{Name: "leads", Kind: "N", Preset: "1", Parse: settings.ParsePositive, Usage: "Play N conversations"})
	settings.AddFlag(flags, &opt.concurrency, settings.FlagSpec[int]{
		Name: "concurrency", Kind: "N", Preset: "1", Parse: settings.ParsePositive, Usage: "Play N conversations at the same time. The events of a lead stay in order",
	})
	settings.AddFlag(flags, &opt.every, settings.FlagSpec[time.Duration]{
		Name: "every", Kind: "duration", Parse: settings.ParseTimeout,
		Usage: "Begin a conversation at this interval (default when another one ends). Without --concurrency, others may still be in progress",
	})
	opt.edits.Add(flags, "generated")
	settings.AddFlag(flags, &opt.pace, settings.FlagSpec[traffic.Pace]{
		Name: "pace", Kind: "0|real|duration", Preset: "0", Parse: parsePace, Usage: "Wait this long between the events of a lead. real is the time that a visitor takes",
	})
	settings.AddFlag(flags, &opt.actions, settings.FlagSpec[[]payload.Action]{Name: "events", Kind: "list", Parse: settings.ParseActions, Usage: "Send only these events: created,updated,completed (default all)"})
	settings.AddFlag(flags, &opt.abandon, settings.FlagSpec[float64]{Name: "abandon", Kind: "share", Preset: "0", Parse: settings.ParseShare, Usage: "Leave this share of leads incomplete, 0.2 or 20%"})
	flags.BoolVar(&opt.all, "all", false, "Send to every webhook of "+settings.ConfigName+" that receives the event")
	flags.BoolVar(&opt.dryRun, "dry-run", false, "Print the requests; send and record nothing")
	return cmd
}

func parsePace(s string) (traffic.Pace, error) {
	if s == "real" {
		return traffic.Pace{Real: true}, nil
	}
	d, err := settings.ParseDuration(s)
	if err != nil {
		return traffic.Pace{}, errors.New("want 0, real or a duration like 500ms")
	}
	return traffic.Pace{Between: d}, nil
}

func runPlay(ctx context.Context, a *app, opt *playOptions, args []string) error {
	webhooks, err := opt.webhooks(a, args)
	if err != nil {
		return console.Usage(err)
	}
	recipe, err := opt.conversation.Recipe(a.settings, opt.conversation.Bot, webhooks[0].Edition)
	if err != nil {
		return console.Usage(err)
	}
	recipe.Opt.Abandon, recipe.Opt.RealTime = opt.abandon, opt.pace.Real
	source, err := recipe.Source()
	if err != nil {
		return console.Usage(err)
	}
	seed := recipe.Opt.Seed
	var failed failures
	defer func() { failed.annotate(a) }()
	show := a.printer.Watch(a.sendContext(opt.webhook.Cmd, false, webhooks...))
	plan := traffic.Options{
		Webhooks: webhooks, Source: source, Leads: opt.leads, Concurrency: opt.concurrency, Pace: opt.pace,
		Actions: opt.actions, Bot: opt.conversation.Bot, Now: opt.conversation.Clock(a.settings),
		Each: func(d history.Delivery) error {
			failed.add(d)
			if a.printer.Quiet && d.OK() {
				return nil
			}
			return show(d)
		},
		Every: opt.every,
	}
	if opt.every > 0 && !a.settings.SetFlags["concurrency"] {
		plan.Concurrency = 0
	}
	if opt.edits.Changed() {
		generator, err := recipe.Generator()
		if err != nil {
			return console.Usage(err)
		}
		if err := opt.checkEdits(a, generator, webhooks); err != nil {
			return console.Usage(err)
		}
		plan.Edit = opt.edits.ApplyFitting
	}
	if opt.dryRun {
		return traffic.Preview(ctx, plan, func(d history.Delivery) error { return a.printer.Planned(&d) })
	}
	if err := a.await(ctx, &opt.wait, &opt.client); err != nil {
		return err
	}
	sender, done, err := a.openSender(ctx, history.SourcePlay, &opt.client, &opt.history, opt.concurrency)
	if err != nil {
		return err
	}
	plan.Emitter = sender
	var bar console.Progress
	if !a.system.StdoutTerminal && plan.Leads > 1 { // deliveries on the terminal are progress enough
		bar = a.printer.Progress("leads", plan.Leads)
		plan.LeadEnded = bar.Step
	}
	tally, err := traffic.Play(ctx, plan)
	bar.Clear()
	if err := settings.Ended(err, done()); err != nil {
		if tally.OK+tally.Failed > 0 {
			a.printer.Summary(summary(&tally, seed))
		}
		return err
	}
	return playEnded(a, &tally, seed)
}

// checkEdits returns an error if a change fits neither the first nor the last event of a conversation.
func (opt *playOptions) checkEdits(a *app, generator *fixtures.Generator, webhooks []emitter.Webhook) error {
	var bodies [][]byte
	for _, action := range []payload.Action{payload.Completed, payload.Created} {
		event, err := generator.Event(0, opt.conversation.Clock(a.settings)(), action)
		if err != nil {
			continue // with several answers, there is no created event of its own
		}
		for i := range webhooks {
			inEdition := event.In(webhooks[i].Edition)
			bodies = append(bodies, inEdition.AppendJSON(nil))
		}
	}
	return opt.edits.CheckFitting(bodies...)
}

func playEnded(a *app, tally *traffic.Tally, seed uint64) error {
	a.printer.Summary(summary(tally, seed))
	if tally.OK+tally.Failed == 0 {
		a.printer.Notef(console.NoEventSent)
	}
	if tally.Failed > 0 {
		return console.ErrFailed
	}
	return nil
}

// summary returns the last line of play: 10 leads, 72 events: 70 accepted, 2 failed (500: 2) in 1.20s (60/s), seed 17.
func summary(t *traffic.Tally, seed uint64) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s: %d accepted", text.Counted(t.Leads, "lead"), text.Counted(t.OK+t.Failed, "event"), t.OK)
	if t.Failed > 0 {
		var parts []string
		for _, name := range slices.Sorted(maps.Keys(t.Failures)) {
			parts = append(parts, fmt.Sprintf("%s: %d", name, t.Failures[name]))
		}
		fmt.Fprintf(&b, ", %d failed (%s)", t.Failed, strings.Join(parts, ", "))
	}
	if t.Retries > 0 {
		fmt.Fprintf(&b, ", %s", text.Counted(t.Retries, "retry"))
	}
	if cut := t.Deliveries - t.Retries - t.OK - t.Failed; cut > 0 {
		fmt.Fprintf(&b, ", %d interrupted", cut)
	}
	fmt.Fprintf(&b, " in %s", text.ShortDuration(t.Took))
	if t.Took > 0 {
		fmt.Fprintf(&b, " (%.0f/s)", float64(t.Deliveries)/t.Took.Seconds())
	}
	fmt.Fprintf(&b, ", seed %d", seed)
	return b.String()
}

func (opt *playOptions) webhooks(a *app, args []string) ([]emitter.Webhook, error) {
	if !opt.all {
		w, err := opt.webhook.One(a.settings, args)
		return []emitter.Webhook{w}, err
	}
	if len(args) > 0 || opt.webhook.Name != "" {
		return nil, errors.New("give a webhook or --all, not both")
	}
	return opt.webhook.All(a.settings)
}
