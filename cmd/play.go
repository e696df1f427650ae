package cmd

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/payload"
	"artihook/emitter/traffic"

	"github.com/spf13/cobra"
)

type playOptions struct {
	webhook      webhookFlags
	client       clientFlags
	conversation conversationFlags
	history      historyFlags

	leads       int
	concurrency int
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
		Long: `Play posts the events of whole conversations to URL: created, an updated for each further answer,
completed. Exit code 1 unless every answer is 2xx.`,
		Example: `  artihook play localhost:3000/hook --secret s3cret
  artihook play localhost:3000/hook --leads 100 --concurrency 8
  artihook play localhost:3000/hook --bot travel --pace 500ms
  artihook play --all`,
		Args: args(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error { return runPlay(cmd.Context(), a, opt, args) },
	}
	opt.webhook.add(cmd)
	opt.client.add(cmd)
	opt.conversation.add(cmd)
	opt.history.add(cmd)
	flags := cmd.Flags()
	addFlag(flags, &opt.leads, flagSpec[int]{name: "leads", kind: "N", preset: "1", parse: parsePositive, usage: "how many conversations"})
	addFlag(flags, &opt.concurrency, flagSpec[int]{
		name: "concurrency", kind: "N", preset: "1", parse: parsePositive, usage: "conversations at a time; a lead's events stay in order",
	})
	addFlag(flags, &opt.pace, flagSpec[traffic.Pace]{
		name: "pace", kind: "0|real|duration", preset: "0", parse: parsePace, usage: "between a lead's events; 0: at once",
	})
	addFlag(flags, &opt.actions, flagSpec[[]payload.Action]{name: "events", kind: "list", parse: parseActions, usage: "send only these, created,updated,completed (default all)"})
	addFlag(flags, &opt.abandon, flagSpec[float64]{name: "abandon", kind: "share", preset: "0", parse: parseShare, usage: "share of leads that never complete, 0.2 or 20%"})
	flags.BoolVar(&opt.all, "all", false, "send to every webhook of "+configName+" that wants the event")
	flags.BoolVar(&opt.dryRun, "dry-run", false, "show what would be sent; send and record nothing")
	return cmd
}

func parsePace(s string) (traffic.Pace, error) {
	if s == "real" {
		return traffic.Pace{Real: true}, nil
	}
	d, err := parseDuration(s)
	if err != nil {
		return traffic.Pace{}, errors.New("want 0, real or a duration like 500ms")
	}
	return traffic.Pace{Between: d}, nil
}

func parseActions(s string) ([]payload.Action, error) {
	var list []payload.Action
	for name := range strings.SplitSeq(s, ",") {
		action, err := payload.ParseAction(strings.TrimSpace(name))
		if err != nil {
			return nil, err
		}
		list = append(list, action)
	}
	return list, nil
}

func runPlay(ctx context.Context, a *app, opt *playOptions, args []string) error {
	webhooks, err := opt.webhooks(a, args)
	if err != nil {
		return usage(err)
	}
	recipe, err := opt.conversation.recipe(a, opt.conversation.bot, webhooks[0].Edition)
	if err != nil {
		return usage(err)
	}
	recipe.opt.Abandon, recipe.opt.RealTime = opt.abandon, opt.pace.Real
	source, err := recipe.source()
	if err != nil {
		return usage(err)
	}
	seed := recipe.opt.Seed
	noSecret := slices.ContainsFunc(webhooks, func(w emitter.Webhook) bool { return w.Secret.Empty() })
	plan := traffic.Options{
		Webhooks: webhooks, Source: source, Leads: opt.leads, Concurrency: opt.concurrency, Pace: opt.pace,
		Actions: opt.actions, Bot: opt.conversation.bot, Now: opt.conversation.clock(a), Each: a.watch(circumstances{noSecret: noSecret}),
	}
	if opt.dryRun {
		return traffic.Preview(ctx, plan, func(d history.Delivery) error { return a.showPlanned(&d) })
	}
	how, err := opt.client.options(a, opt.concurrency)
	if err != nil {
		return err
	}
	store, err := opt.history.open(ctx)
	if err != nil {
		return err
	}
	sender, done := newSender(store, how)
	plan.Emitter = sender
	finish := a.progress(&plan)
	tally, err := traffic.Play(ctx, plan)
	finish()
	if err := ended(err, done()); err != nil {
		a.say("%s", summary(&tally, seed))
		return err
	}
	return a.playEnded(&tally, seed)
}

func (a *app) playEnded(tally *traffic.Tally, seed uint64) error {
	a.say("%s", summary(tally, seed))
	if tally.OK+tally.Failed == 0 {
		a.say("no event was sent: none of the conversations had one that is wanted")
	}
	if tally.Failed > 0 {
		return errFailed
	}
	return nil
}

// summary is one line: 10 leads, 72 events: 70 accepted, 2 failed (500: 2) in 1.20s (60/s), seed 17.
func summary(t *traffic.Tally, seed uint64) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s: %d accepted", counted(t.Leads, "lead"), counted(t.OK+t.Failed, "event"), t.OK)
	if t.Failed > 0 {
		var parts []string
		for _, name := range slices.Sorted(maps.Keys(t.Failures)) {
			parts = append(parts, fmt.Sprintf("%s: %d", name, t.Failures[name]))
		}
		fmt.Fprintf(&b, ", %d failed (%s)", t.Failed, strings.Join(parts, ", "))
	}
	if t.Retries > 0 {
		fmt.Fprintf(&b, ", %s", counted(t.Retries, "retry"))
	}
	if cut := t.Deliveries - t.Retries - t.OK - t.Failed; cut > 0 {
		fmt.Fprintf(&b, ", %d interrupted", cut)
	}
	fmt.Fprintf(&b, " in %s", shortDuration(t.Took))
	if t.Took > 0 {
		fmt.Fprintf(&b, " (%.0f/s)", float64(t.Deliveries)/t.Took.Seconds())
	}
	fmt.Fprintf(&b, ", seed %d", seed)
	return b.String()
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if stem, ok := strings.CutSuffix(noun, "y"); ok {
		return fmt.Sprintf("%d %sies", n, stem)
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func (opt *playOptions) webhooks(a *app, args []string) ([]emitter.Webhook, error) {
	if !opt.all {
		w, err := opt.webhook.one(a, args)
		return []emitter.Webhook{w}, err
	}
	if len(args) > 0 || opt.webhook.name != "" {
		return nil, errors.New("give a webhook or --all, not both")
	}
	return opt.webhook.all(a)
}
