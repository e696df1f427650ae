package cmd

import (
	"context"
	"errors"
	"net"

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
	webhook webhookFlags
	client  clientFlags
	history historyFlags
}

const defaultUIAddr = "127.0.0.1:8400"

func newUICmd(a *app) *cobra.Command {
	opt := &uiOptions{}
	cmd := &cobra.Command{
		Use:   "ui",
		Short: "See the history as a live web page; send from it",
		Long: `Ui serves the delivery history as a web page for this machine: new deliveries appear as they happen, from
whichever terminal they are sent. From the page one can send a delivery again, or a new event, to the
webhooks of ` + configName + ` and to any URL, which is signed with the secret given here. It runs until it is
interrupted.`,
		Example: `  artihook ui --open
  artihook ui --addr 127.0.0.1:9000 --secret s3cret`,
		Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return runUI(cmd.Context(), a, opt) },
	}
	opt.webhook.add(cmd)
	opt.client.add(cmd)
	opt.history.addPath(cmd)
	flags := cmd.Flags()
	flags.StringVar(&opt.addr, "addr", defaultUIAddr, "the `ADDRESS` to serve the page on; :0 takes a free loopback port")
	flags.BoolVar(&opt.open, "open", false, "show the page in the browser")
	flags.StringVar(&opt.bot, "bot", fixtures.DefaultBot, "the bot that is chosen at first: a ready bot's `name` or a YAML file")
	return cmd
}

func runUI(ctx context.Context, a *app, opt *uiOptions) error {
	shown, err := opt.page(a)
	if err != nil {
		return usage(err)
	}
	how, err := opt.client.options(a, 1)
	if err != nil {
		return err
	}
	listener, err := listenOn(ctx, opt.addr)
	if err != nil {
		return err
	}
	defer listener.Close()
	store, err := opt.history.open(ctx)
	if err != nil {
		return err
	}
	// A file that is damaged within opens all the same; better to hear of it here than on each page.
	if _, err := store.Last(ctx); err != nil && !errors.Is(err, history.ErrNotFound) {
		return ended(err, store.Close())
	}
	sender, done := newSender(store, how)
	shown.History, shown.Emitter, shown.Hosts = store, sender, opt.hosts(listener.Addr())
	return ended(opt.serve(ctx, a, listener, webui.New(shown)), done())
}

// serve runs the page until ctx ends. What the page has begun is recorded before the history is closed.
func (opt *uiOptions) serve(ctx context.Context, a *app, listener net.Listener, shown *webui.Handler) error {
	defer shown.Close()
	server := newServer(shown)
	server.RegisterOnShutdown(shown.Close) // live pages never end by themselves
	address := pageAddress(listener.Addr())
	a.say("the history %s is on %s; Ctrl-C ends it", opt.history.file(), address)
	if !onLoopback(listener.Addr()) {
		a.say("warning: everybody who reaches %s can read the history and send from this machine", listener.Addr())
	}
	if opt.open {
		if err := a.openPage(address); err != nil {
			a.say("no browser could be opened (%v); open the address yourself", err)
		}
	}
	return serve(ctx, server, listener)
}

func (a *app) openPage(address string) error {
	if a.world.Open == nil {
		return errors.New("there is none here")
	}
	return a.world.Open(address)
}

// pageAddress is where the user finds the page: every address of a machine is found on loopback.
func pageAddress(served net.Addr) string {
	host, port, err := net.SplitHostPort(served.String())
	if ip := net.ParseIP(host); err == nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// hosts are the names under which the page may be asked for: the address, and the name that stood for it.
func (opt *uiOptions) hosts(served net.Addr) []string {
	hosts := []string{served.String()}
	name, _, err := net.SplitHostPort(opt.addr)
	_, port, wrong := net.SplitHostPort(served.String())
	if err == nil && wrong == nil && name != "" {
		hosts = append(hosts, net.JoinHostPort(name, port))
	}
	return hosts
}

// page settles what the page is to know: the webhooks, how to sign for other URLs, and the bot.
func (opt *uiOptions) page(a *app) (webui.Options, error) {
	shown := webui.Options{Bot: opt.bot, ParseURL: parseTarget, Now: a.world.Now}
	bot, err := loadBot(opt.bot)
	if err != nil {
		return shown, err
	}
	if isBotFile(opt.bot) {
		shown.Bots = map[string]*fixtures.Bot{opt.bot: bot}
	}
	if shown.Other, err = opt.webhook.resolve(a, &webhookConfig{}, "http://localhost/"); err != nil {
		return shown, err
	}
	shown.Other.URL, shown.Other.SignURL = signature.URL{}, signature.URL{}
	if opt.webhook.name != "" {
		one, err := opt.webhook.one(a, nil)
		shown.Webhooks = []emitter.Webhook{one}
		return shown, err
	}
	for i := range a.config.Webhooks {
		w, err := opt.webhook.resolve(a, &a.config.Webhooks[i], "")
		if err != nil {
			a.say("the page goes without the webhook %q: %v", a.config.Webhooks[i].Name.text, err)
			continue
		}
		shown.Webhooks = append(shown.Webhooks, w)
	}
	return shown, nil
}
