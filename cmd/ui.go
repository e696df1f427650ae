package cmd

import (
	"context"
	"errors"
	"net"

	"artihook/cmd/console"
	"artihook/cmd/settings"
	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/signature"
	"artihook/emitter/webui"
	"artihook/fixtures"

	"github.com/spf13/cobra"
)

type uiOptions struct {
	addr    string
	open    bool
	bot     string
	webhook settings.WebhookFlags
	client  settings.ClientFlags
	history settings.HistoryFlags
}

const defaultUIAddr = "127.0.0.1:8400"

func newUICmd(a *app) *cobra.Command {
	opt := &uiOptions{}
	cmd := &cobra.Command{
		Use:   "ui",
		Short: "Serve the history as a live web page that can send",
		Long: `Ui serves the delivery history as a web page for this machine. New deliveries appear at once, also those of other
terminals. The page can send a delivery again, or a new event, to the webhooks of ` + settings.ConfigName + ` and to any
URL, signed with the secret of this command. It runs until it is interrupted.`,
		Example: `  artihook ui --open
  artihook ui --addr 127.0.0.1:9000 --secret s3cret`,
		Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return runUI(cmd.Context(), a, opt) },
	}
	opt.webhook.Add(cmd)
	opt.client.Add(cmd)
	opt.history.AddPath(cmd)
	flags := cmd.Flags()
	settings.AddFlag(flags, &opt.addr, settings.FlagSpec[string]{Name: "addr", Kind: "address", Preset: defaultUIAddr, Parse: settings.ParseAddr, Usage: "Serve the page on this address. :0 is a free loopback port"})
	flags.BoolVar(&opt.open, "open", false, "Open the page in the browser")
	flags.StringVar(&opt.bot, "bot", fixtures.DefaultBot, "Select this bot at first: the `name` of a ready bot or a YAML file")
	return cmd
}

func runUI(ctx context.Context, a *app, opt *uiOptions) error {
	page, err := opt.pageOptions(a)
	if err != nil {
		return console.Usage(err)
	}
	opts, err := opt.client.Options(a.settings, 1)
	if err != nil {
		return console.Usage(err)
	}
	listener, err := settings.ListenOn(ctx, opt.addr)
	if err != nil {
		return err
	}
	defer listener.Close()
	store, err := opt.history.Open(ctx)
	if err != nil {
		return err
	}
	// A damaged file can often be opened. Report it now instead of on each page.
	if _, err := store.Last(ctx); err != nil && !errors.Is(err, history.ErrNotFound) {
		return settings.Ended(err, store.Close())
	}
	sender, done := settings.NewSender(store, history.SourceUI, opts)
	page.History, page.Emitter, page.Hosts = store, sender, opt.hosts(listener.Addr())
	return settings.Ended(opt.serve(ctx, a, listener, webui.New(page)), done())
}

// serve serves the page until ctx is done. It returns when every delivery that the page started is recorded.
func (opt *uiOptions) serve(ctx context.Context, a *app, listener net.Listener, handler *webui.Handler) error {
	defer handler.Close()
	server := settings.NewServer(handler)
	server.RegisterOnShutdown(handler.Close) // ends the live lists
	address := pageAddress(listener.Addr())
	a.printer.Notef("the history %s is on %s; Ctrl-C ends it", opt.history.File(), address)
	if !settings.OnLoopback(listener.Addr()) {
		a.printer.Notef("warning: any machine that reaches %s can read the history and send from this machine", listener.Addr())
	}
	if opt.open {
		if err := openPage(a, address); err != nil {
			a.printer.Notef("no browser could be opened (%v); open the address yourself", err)
		}
	}
	return settings.Serve(ctx, server, listener)
}

func openPage(a *app, address string) error {
	if a.system.Open == nil {
		return errors.New("this system has none")
	}
	return a.system.Open(address)
}

// pageAddress returns the URL of the page: on loopback if the server listens on all addresses.
func pageAddress(served net.Addr) string {
	host, port, err := net.SplitHostPort(served.String())
	if ip := net.ParseIP(host); err == nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// hosts returns the allowed values of the Host header: the address, and the name that --addr has for it.
func (opt *uiOptions) hosts(served net.Addr) []string {
	hosts := []string{served.String()}
	name, _, err := net.SplitHostPort(opt.addr)
	_, port, portErr := net.SplitHostPort(served.String())
	if err == nil && portErr == nil && name != "" {
		hosts = append(hosts, net.JoinHostPort(name, port))
	}
	return hosts
}

// pageOptions returns the options of the page: the webhooks, how to sign for other URLs, and the bot.
func (opt *uiOptions) pageOptions(a *app) (webui.Options, error) {
	page := webui.Options{Bot: opt.bot, ParseURL: settings.ParseTarget, Now: a.system.Now}
	bot, err := settings.LoadBot(opt.bot)
	if err != nil {
		return page, err
	}
	if settings.IsBotFile(opt.bot) {
		page.Bots = map[string]*fixtures.Bot{opt.bot: bot}
	}
	if page.Other, err = opt.webhook.Resolve(a.settings, &settings.WebhookConfig{}, "http://localhost/"); err != nil {
		return page, err
	}
	page.Other.URL, page.Other.SignURL = signature.URL{}, signature.URL{}
	if opt.webhook.Name != "" {
		one, err := opt.webhook.One(a.settings, nil)
		page.Webhooks = []emitter.Webhook{one}
		return page, err
	}
	for i := range a.settings.Config.Webhooks {
		w, err := opt.webhook.Resolve(a.settings, &a.settings.Config.Webhooks[i], "")
		if err != nil {
			a.printer.Notef("the page is shown without the webhook %q: %v", a.settings.Config.Webhooks[i].Name.Text, err)
			continue
		}
		page.Webhooks = append(page.Webhooks, w)
	}
	return page, nil
}
