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
	"artihook/emitter/payload"
	"artihook/emitter/signature"
	"artihook/emitter/text"

	"github.com/spf13/cobra"
)

type resendOptions struct {
	selection
	client   settings.ClientFlags
	wait     settings.WaitFlags
	webhook  settings.WebhookFlags // --webhook is a filter here
	edits    settings.Edits
	url      string
	exact    bool
	tampered bool // also send what emitter.SkipResend names
	dryRun   bool
}

func newHistoryResendCmd(a *app) *cobra.Command {
	opt := &resendOptions{}
	cmd := &cobra.Command{
		Use:   "resend [N…|last]",
		Short: "Send deliveries again",
		Long: `Resend sends the bodies of recorded deliveries again, the oldest first, with a new signature. A delivery of a webhook
of ` + settings.ConfigName + ` goes to its current URL and is signed with its current secret. Others go to the recorded URL, or to
--url. --exact sends the same bytes, signature and headers. An imported delivery is signed for the URL that it is sent to.
Resend skips deliveries of check and fuzz, and those with a signature that is wrong on purpose: signed again, a receiver would
accept them. --include-tampered sends them too. The exit code is 1 unless every response is 2xx.`,
		Example: `  artihook history resend last --secret s3cret
  artihook history resend 12 13 --url localhost:4000/hook
  artihook history resend --status failed --since yesterday --until today
  artihook history resend --status failed --source play --dry-run
  artihook history resend 12 --set lead.version=7
  artihook history resend 12 --exact`,
		Args: args(cobra.ArbitraryArgs),
		RunE: func(cmd *cobra.Command, args []string) error { return runHistoryResend(cmd.Context(), a, opt, args) },
	}
	opt.history.Add(cmd)
	opt.filter.Add(cmd)
	opt.filter.AddLimit("")
	opt.client.Add(cmd)
	opt.wait.Add(cmd)
	opt.webhook.AddSigning(cmd)
	flags := cmd.Flags()
	flags.StringVar(&opt.url, "url", "", "Send to this `URL` instead")
	flags.BoolVar(&opt.exact, "exact", false, "Send the same bytes, signature and headers to the same URL")
	opt.edits.Add(flags, "recorded")
	flags.BoolVar(&opt.tampered, "include-tampered", false, "Also send deliveries of check and fuzz, and those with a signature that is wrong on purpose")
	flags.BoolVar(&opt.dryRun, "dry-run", false, "Print what would be sent, with the request of a single delivery or with -v; send and record nothing")
	settings.MarkFilters(flags, "url", "exact", "include-tampered")
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
	from, filter, err := opt.open(ctx, a)
	if err != nil {
		return err
	}
	defer from.Close()
	if len(args) == 0 && filter == (history.Filter{}) {
		return console.Usagef("the filters are empty, so every delivery would be sent again; name one, or give --limit")
	}
	selected, err := opt.selected(ctx, from, filter, args)
	if err != nil {
		return err
	}
	r := resender{app: a, opt: opt, shows: map[signature.URL]func(history.Delivery) error{}}
	switch {
	case opt.dryRun:
		err = r.preview(selected)
	case settings.FileExists(opt.history.File()): // do not create a history
		if err = a.await(ctx, &opt.wait, &opt.client); err == nil {
			err = r.send(ctx, opts, selected)
		}
	}
	if err != nil {
		return err
	}
	if r.sent+r.skipped == 0 {
		return opt.printNone(ctx, a, from, filter)
	}
	if r.sent > 1 || r.skipped > 0 {
		r.printSummary()
	}
	if r.accepted < r.sent && !opt.dryRun {
		return console.ErrFailed
	}
	return nil
}

func (opt *resendOptions) check(a *app, args []string) error {
	switch {
	case len(args) > 0 && opt.filter.Changed():
		return errNumbersAndFilters()
	case len(args) == 0 && !opt.filter.Changed():
		return console.WithHint(errors.New("no deliveries are selected"), "give numbers, last, or a filter such as --status 5xx --since 1h")
	case !opt.exact:
		return nil
	}
	for _, name := range []string{"url", "sign-url", "secret", "secret-file", "scheme", "header", "set", "unset"} {
		if a.settings.ChangedFlags[name] {
			return console.Usagef("give --exact or --%s, not both: --exact sends the recorded bytes, including the signature", name)
		}
	}
	return nil
}

// selected returns the deliveries to send again. It returns an error for a number of a delivery that is skipped.
func (opt *resendOptions) selected(ctx context.Context, store *history.Store, filter history.Filter, args []string) (iter.Seq2[history.Delivery, error], error) {
	selected, err := opt.deliveries(ctx, store, filter, args)
	if err != nil || len(args) == 0 || opt.tampered {
		return selected, err
	}
	for d, err := range selected {
		if err != nil {
			return nil, err
		}
		if why := emitter.SkipResend(&d); why != "" {
			return nil, console.WithHint(fmt.Errorf("delivery %d %s", d.ID, why), "--include-tampered signs it again and sends it")
		}
	}
	return selected, nil
}

// resender sends one delivery after the other.
type resender struct {
	app                     *app
	opt                     *resendOptions
	sender                  *emitter.Emitter
	shows                   map[signature.URL]func(history.Delivery) error // print attempts, and each hint once for a URL
	sent, accepted, skipped int
}

// skips reports whether a delivery is not sent again, and counts it.
func (r *resender) skips(d *history.Delivery) bool {
	if r.opt.tampered || emitter.SkipResend(d) == "" {
		return false
	}
	r.skipped++
	return true
}

// preview prints the deliveries without sending them: the request of a single one or with -v, otherwise a line for each.
func (r *resender) preview(selected iter.Seq2[history.Delivery, error]) error {
	printer := r.app.printer
	show := printer.PlannedLine
	if printer.Verbose {
		show = printer.Planned
	}
	var first history.Delivery // it is printed when it is known whether another follows
	noSecret := false
	for d, err := range selected {
		if err != nil {
			return err
		}
		if r.skips(&d) {
			continue
		}
		w, planned, err := r.opt.plan(r.app, &d)
		if err != nil {
			return console.Usage(fmt.Errorf("delivery %d: %w", d.ID, err))
		}
		noSecret = noSecret || w.Secret.Empty() && !r.opt.exact
		switch r.sent++; r.sent {
		case 1:
			first = planned
			continue
		case 2:
			err = show(&first)
		}
		if err == nil {
			err = show(&planned)
		}
		if err != nil {
			return err
		}
	}
	if noSecret {
		printer.Notef(console.NoSecret)
	}
	if r.sent == 1 {
		return printer.Planned(&first)
	}
	return nil
}

// send sends the deliveries and records them in the same history.
func (r *resender) send(ctx context.Context, opts emitter.Options, selected iter.Seq2[history.Delivery, error]) error {
	store, err := r.opt.history.Open(ctx)
	if err != nil {
		return err
	}
	sender, done := settings.NewSender(store, history.SourceSend, opts)
	r.sender = sender
	for d, err := range selected {
		if err == nil && !r.skips(&d) {
			err = r.resend(ctx, &d)
		}
		if err != nil {
			return settings.Ended(err, done())
		}
	}
	return done()
}

// printSummary prints how many deliveries were sent, accepted and skipped.
func (r *resender) printSummary() {
	var summary string
	switch {
	case r.opt.dryRun:
		summary = text.Counted(r.sent, "delivery") + " would be sent again"
	case r.sent > 0:
		summary = fmt.Sprintf("%s sent again: %d accepted, %d failed", text.Counted(r.sent, "delivery"), r.accepted, r.sent-r.accepted)
	}
	if r.skipped > 0 {
		if summary != "" {
			summary += "; "
		}
		summary += text.Counted(r.skipped, "delivery") + " skipped: tampered, or of check or fuzz (--include-tampered sends them)"
	}
	r.app.printer.Notef("%s", summary)
}

// watch returns the callback that prints the attempts of a delivery to the webhook; nil with -o json.
func (r *resender) watch(w *emitter.Webhook) func(history.Delivery) error {
	if r.app.printer.JSON() {
		return nil
	}
	if r.shows[w.URL] == nil {
		r.shows[w.URL] = r.app.printer.Watch(r.app.sendContext(r.opt.webhook.Cmd, r.opt.exact, *w))
	}
	return r.shows[w.URL]
}

func (r *resender) resend(ctx context.Context, before *history.Delivery) error {
	w, planned, err := r.opt.plan(r.app, before)
	if err != nil {
		return console.Usage(fmt.Errorf("delivery %d: %w", before.ID, err))
	}
	show := r.watch(&w)
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
	if last.OK() {
		r.accepted++
	}
	return printChange(r.app, before, &last)
}

// plan returns the delivery with a new signature, or the recorded bytes with --exact. With --exact, the secret only serves to
// mask it in the response.
func (opt *resendOptions) plan(a *app, d *history.Delivery) (emitter.Webhook, history.Delivery, error) {
	w, err := opt.target(a, d)
	if err != nil {
		return w, history.Delivery{}, err
	}
	if !opt.exact {
		m, err := opt.message(d)
		return w, emitter.Plan(&w, m), err
	}
	planned, err := emitter.ResendExact(d)
	if err != nil {
		return w, planned, fmt.Errorf("%w; leave --exact out", err)
	}
	w.URL, err = settings.ParseTarget(d.URL)
	return w, planned, err
}

// message returns the recorded message with the changes of --set and --unset.
func (opt *resendOptions) message(d *history.Delivery) (emitter.Message, error) {
	m := emitter.ResendMessage(d)
	if !opt.edits.Changed() {
		return m, nil
	}
	var err error
	if m.Body, err = opt.edits.Apply(m.Body); err == nil {
		m.Summary = payload.Summarize(m.Body)
	}
	return m, err
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
