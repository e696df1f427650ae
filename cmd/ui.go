package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

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
	addr     string
	open     bool
	ping     bool
	bot      string
	hosts    []string
	token    string
	metadata bool

	webhook settings.WebhookFlags
	client  settings.ClientFlags
	history settings.HistoryFlags
}

const defaultUIAddr = "127.0.0.1:8400"

func newUICmd(a *app) *cobra.Command {
	opt := &uiOptions{}
	cmd := &cobra.Command{
		Use:   "ui",
		Short: "Serve the history as a live web page and an API that can send",
		Long: `Ui serves the delivery history as a web page for this machine. New deliveries appear at once, also those of other
terminals. The page can send a delivery again, or a new event, to the webhooks of ` + settings.ConfigName + ` and to any
URL, signed with the secret of this command. The API at /api does the same for programs: GET /api/deliveries?status=failed
lists the failed deliveries, and GET /openapi.json describes all requests. /healthz reports whether it is ready. It runs until it is interrupted.

Other machines must send a token: --addr with an address beyond loopback needs --token or ARTIHOOK_TOKEN.`,
		Example: `  artihook ui --open
  artihook ui --addr 127.0.0.1:9000 --secret s3cret
  artihook ui --addr 0.0.0.0:8400 --allow-host artihook --token "$TOKEN"
  artihook ui --ping`,
		Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return runUI(cmd.Context(), a, opt) },
	}
	opt.webhook.Add(cmd)
	opt.client.Add(cmd)
	opt.history.AddPath(cmd)
	flags := cmd.Flags()
	settings.AddFlag(flags, &opt.addr, settings.FlagSpec[string]{Name: "addr", Kind: "address", Preset: defaultUIAddr, Parse: settings.ParseAddr, Usage: "Serve the page on this address. :0 is a free loopback port"})
	flags.BoolVar(&opt.open, "open", false, "Open the page in the browser")
	flags.BoolVar(&opt.ping, "ping", false, "Test whether a page answers at --addr, and exit with 0 or 1")
	flags.StringArrayVar(&opt.hosts, "allow-host", nil, "Also serve requests for this host `NAME`, or NAME:PORT (repeatable)")
	flags.StringVar(&opt.token, "token", "", "Require this `token` from the page and the API. Needed beyond loopback")
	flags.BoolVar(&opt.metadata, "allow-metadata", false, "Also send to the metadata addresses of clouds: 169.254.0.0/16 and fd00:ec2::254")
	flags.StringVar(&opt.bot, "bot", fixtures.DefaultBot, "Select this bot at first: the `name` of a ready bot or a YAML file")
	return cmd
}

func runUI(ctx context.Context, a *app, opt *uiOptions) error {
	if opt.ping {
		return opt.runPing(ctx, a)
	}
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
	if !settings.OnLoopback(listener.Addr()) && opt.token == "" {
		return console.WithHint(fmt.Errorf("other machines can reach %s, and the token is missing", opt.addr),
			"give --token or ARTIHOOK_TOKEN, or an address like "+defaultUIAddr)
	}
	store, err := opt.history.Open(ctx)
	if err != nil {
		return err
	}
	// A damaged file can often be opened. Report it now instead of on each page.
	if _, err := store.Last(ctx); err != nil && !errors.Is(err, history.ErrNotFound) {
		return settings.Ended(err, store.Close())
	}
	page.History, page.Client, page.Hosts = store, opts, opt.servedHosts(listener.Addr())
	return settings.Ended(opt.serve(ctx, a, listener, webui.New(page)), store.Close())
}

// serve serves the page until ctx is done. It returns when every delivery that the page started is recorded.
func (opt *uiOptions) serve(ctx context.Context, a *app, listener net.Listener, handler *webui.Handler) error {
	defer handler.Close()
	server := settings.NewServer(handler)
	server.RegisterOnShutdown(handler.Close) // ends the live lists
	address := pageAddress(listener.Addr())
	a.printer.Notef("the history %s is on %s; Ctrl-C ends it", opt.history.File(), address)
	if !settings.OnLoopback(listener.Addr()) {
		a.printer.Notef("warning: any machine that reaches %s and has the token can read the history and send from this machine", listener.Addr())
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

// runPing returns an error unless a page answers at --addr.
func (opt *uiOptions) runPing(ctx context.Context, a *app) error {
	address := opt.addr
	if host, port, err := net.SplitHostPort(opt.addr); err == nil && net.ParseIP(host).IsUnspecified() {
		address = net.JoinHostPort("127.0.0.1", port)
	}
	ctx, cancel := context.WithTimeout(ctx, pingTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/healthz", nil)
	if err != nil {
		return console.Usagef("--addr %s: %w", opt.addr, err)
	}
	response, err := emitter.HTTPClient(emitter.Options{}).Do(request)
	if err != nil {
		name, reason := emitter.NameFailure(err, pingTime)
		if name == history.FailureRefused {
			reason = "nothing listens there; is artihook ui running, and is --addr right?"
		}
		return console.Failedf("no page at http://%s: %s", address, reason)
	}
	defer response.Body.Close()
	health := struct{ Status string }{}
	if json.NewDecoder(io.LimitReader(response.Body, 4<<10)).Decode(&health) != nil || health.Status != "ok" {
		return console.Failedf("http://%s is not a page that is ready: %d", address, response.StatusCode)
	}
	a.printer.Notef("http://%s is ready", address)
	return nil
}

// pingTime is the timeout of --ping.
const pingTime = 5 * time.Second

// servedHosts returns the allowed values of the Host header: the address, the name that --addr has for it, and those of
// --allow-host.
func (opt *uiOptions) servedHosts(served net.Addr) []string {
	hosts := append([]string{served.String()}, opt.hosts...)
	name, _, err := net.SplitHostPort(opt.addr)
	_, port, portErr := net.SplitHostPort(served.String())
	if err == nil && portErr == nil && name != "" {
		hosts = append(hosts, net.JoinHostPort(name, port))
	}
	return hosts
}

// pageOptions returns the options of the page: the webhooks, how to sign for other URLs, and the bot.
func (opt *uiOptions) pageOptions(a *app) (webui.Options, error) {
	page := webui.Options{
		Bot: opt.bot, ParseURL: settings.ParseTarget, Now: a.system.Now, Version: "artihook " + console.Version(), AllowMetadata: opt.metadata,
		Token: signature.NewSecret(opt.token),
	}
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
