package cmd

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"artihook/cmd/console"
	"artihook/cmd/settings"
	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/signature"

	"github.com/spf13/cobra"
)

type resendOptions struct {
	history settings.HistoryFlags
	filter  settings.FilterFlags
	client  settings.ClientFlags
	webhook settings.WebhookFlags // --webhook is a filter here
	url     string
	exact   bool
	dryRun  bool
}

func newHistoryResendCmd(a *app) *cobra.Command {
	opt := &resendOptions{}
	cmd := &cobra.Command{
		Use:   "resend [N…|last]",
		Short: "Send deliveries again",
		Long: `Resend sends the bodies of recorded deliveries again, the oldest first, with a new signature. A delivery of a webhook
of ` + settings.ConfigName + ` goes to its current URL and is signed with its current secret. Others go to the recorded URL, or to
--url. --exact sends the same bytes, signature and headers. An imported delivery is signed for the URL that it is sent to.
The exit code is 1 unless every response is 2xx.`,
		Example: `  artihook history resend last
  artihook history resend 12 13 --url localhost:4000/hook
  artihook history resend --status 5xx --since 1h
  artihook history resend 12 --exact`,
		Args: args(cobra.ArbitraryArgs),
		RunE: func(cmd *cobra.Command, args []string) error { return runHistoryResend(cmd.Context(), a, opt, args) },
	}
	opt.history.Add(cmd)
	opt.filter.Add(cmd)
	opt.filter.AddLimit("")
	opt.client.Add(cmd)
	opt.webhook.AddSigning(cmd)
	flags := cmd.Flags()
	flags.StringVar(&opt.url, "url", "", "Send to this `URL` instead")
	flags.BoolVar(&opt.exact, "exact", false, "Send the same bytes, signature and headers to the same URL")
	flags.BoolVar(&opt.dryRun, "dry-run", false, "Print the requests; send and record nothing")
	settings.MarkFilters(flags, "url", "exact")
	return cmd
}

func runHistoryResend(ctx context.Context, a *app, opt *resendOptions, args []string) error {
	if err := opt.check(a, args); err != nil {
		return err
	}
	opts, err := opt.client.Options(a.settings, 1)
	if err != nil {
		return console.Usage(err)
	}
	// With --no-history, nothing is recorded, but the deliveries to send again are still read from the history.
	from, err := opt.history.OpenToRead(ctx)
	if err != nil {
		return err
	}
	defer from.Close()
	selected, err := opt.selected(ctx, a, from, args)
	if err != nil {
		return err
	}
	if opt.dryRun {
		return opt.preview(a, selected)
	}
	if !settings.FileExists(opt.history.File()) {
		printNone(ctx, a, from)
		return nil // do not create a history
	}
	store, err := opt.history.Open(ctx)
	if err != nil {
		return err
	}
	sender, done := settings.NewSender(store, opts)
	r := resender{app: a, opt: opt, sender: sender}
	for d, err := range selected {
		if err == nil {
			err = r.resend(ctx, &d)
		}
		if err != nil {
			return settings.Ended(err, done())
		}
	}
	if err := done(); err != nil {
		return err
	}
	if r.sent == 0 {
		printNone(ctx, a, from)
	}
	if r.failed {
		return console.ErrFailed
	}
	return nil
}

func (opt *resendOptions) check(a *app, args []string) error {
	switch {
	case len(args) > 0 && opt.filter.Changed():
		return console.Usagef("give numbers or filters, not both")
	case len(args) == 0 && !opt.filter.Changed():
		return console.WithHint(errors.New("no deliveries are selected"), "give numbers, last, or a filter such as --status 5xx --since 1h")
	case !opt.exact:
		return nil
	}
	for _, name := range []string{"url", "sign-url", "secret", "secret-file", "scheme", "header"} {
		if a.settings.ChangedFlags[name] {
			return console.Usagef("give --exact or --%s, not both: --exact sends the recorded bytes, including the signature", name)
		}
	}
	return nil
}

// selected returns the deliveries to send again. It looks up all numbers before the first delivery is sent.
func (opt *resendOptions) selected(ctx context.Context, a *app, store *history.Store, args []string) (iter.Seq2[history.Delivery, error], error) {
	if len(args) == 0 {
		filter, err := opt.filter.Resolve(ctx, a.settings, store)
		if err == nil && filter == (history.Filter{}) {
			err = console.Usagef("the filters are empty, so every delivery would be sent again; name one, or give --limit")
		}
		filter.Whole, filter.Oldest = true, true
		return store.List(ctx, filter), err
	}
	ids := make([]int64, len(args))
	for i, name := range args {
		d, err := settings.Delivery(ctx, store, name)
		if err != nil {
			return nil, console.Usage(err)
		}
		ids[i] = d.ID
	}
	return func(yield func(history.Delivery, error) bool) {
		for _, id := range ids {
			d, err := store.Get(ctx, id)
			if !yield(d, err) || err != nil {
				return
			}
		}
	}, nil
}

// preview prints the requests without sending them.
func (opt *resendOptions) preview(a *app, selected iter.Seq2[history.Delivery, error]) error {
	for d, err := range selected {
		if err != nil {
			return err
		}
		_, planned, err := opt.plan(a, &d)
		if err != nil {
			return console.Usage(fmt.Errorf("delivery %d: %w", d.ID, err))
		}
		if err := a.printer.Planned(&planned); err != nil {
			return err
		}
	}
	return nil
}

// resender sends one delivery after the other.
type resender struct {
	app    *app
	opt    *resendOptions
	sender *emitter.Emitter
	sent   int
	failed bool
}

func (r *resender) resend(ctx context.Context, before *history.Delivery) error {
	w, planned, err := r.opt.plan(r.app, before)
	if err != nil {
		return console.Usage(fmt.Errorf("delivery %d: %w", before.ID, err))
	}
	show := r.app.printer.Watch(r.app.sendContext(r.opt.webhook.Cmd, r.opt.exact, w))
	if r.app.printer.JSON() {
		show = nil
	}
	// In JSON, the last attempt shows how the response changed, and only a next attempt shows that one was not the last.
	var waiting *history.Delivery
	each := func(d history.Delivery) error {
		if show != nil {
			return show(d)
		}
		if waiting != nil {
			if err := r.app.printer.WriteJSON(waiting); err != nil {
				return err
			}
		}
		waiting = &d
		return nil
	}
	last, err := r.sender.Send(ctx, &w, planned, each)
	if err != nil {
		return err
	}
	r.sent++
	r.failed = r.failed || !last.OK()
	return printChange(r.app, before, &last)
}

// plan returns the delivery with a new signature, or the recorded bytes with --exact. With --exact, the secret only serves to
// mask it in the response.
func (opt *resendOptions) plan(a *app, d *history.Delivery) (emitter.Webhook, history.Delivery, error) {
	w, err := opt.target(a, d)
	if err != nil || !opt.exact {
		return w, emitter.Plan(&w, emitter.ResendMessage(d)), err
	}
	planned, err := emitter.ResendExact(d)
	if err != nil {
		return w, planned, fmt.Errorf("%w; leave --exact out", err)
	}
	w.URL, err = settings.ParseTarget(d.URL)
	return w, planned, err
}

// target returns the webhook for a delivery: the entry of artihook.yaml with the recorded name, otherwise the recorded URL.
// Only the URL and the headers of an imported delivery are used. Its SignURL and scheme could turn a resend into a
// signature for a URL that the user does not see.
func (opt *resendOptions) target(a *app, d *history.Delivery) (emitter.Webhook, error) {
	entry := &settings.WebhookConfig{Name: settings.Setting{Text: d.Webhook}}
	i := slices.IndexFunc(a.settings.Config.Webhooks, func(w settings.WebhookConfig) bool { return w.Name.Text == d.Webhook })
	listed := d.Webhook != "" && i >= 0
	if listed {
		entry = &a.settings.Config.Webhooks[i]
	}
	url := opt.url
	if url == "" && !listed {
		url = d.URL
	}
	w, err := opt.webhook.Resolve(a.settings, entry, url)
	if err != nil {
		return w, err
	}
	flags := opt.webhook.Cmd.Flags()
	if opt.url != "" && !flags.Changed("sign-url") {
		w.SignURL = signature.URL{} // it is the public form of the other URL
	}
	if listed {
		return w, nil
	}
	w.Headers = append(emitter.OwnHeaders(d), w.Headers...)
	if d.Source == history.SourceImport {
		return w, nil
	}
	if opt.url == "" && !flags.Changed("sign-url") && d.SignURL != d.URL {
		if w.SignURL, err = settings.ParseTarget(d.SignURL); err != nil {
			return w, err
		}
	}
	if scheme, err := signature.ParseScheme(d.Scheme); err == nil && !flags.Changed("scheme") {
		w.Scheme = scheme
	}
	return w, nil
}
