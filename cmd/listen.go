package cmd

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"artihook/cmd/console"
	"artihook/cmd/settings"
	"artihook/emitter"
	"artihook/emitter/payload"
	"artihook/emitter/receiver"
	"artihook/emitter/signature"

	"github.com/spf13/cobra"
)

type listenOptions struct {
	addr      string
	publicURL string
	secret    settings.SecretFlags
	scheme    anyScheme
	status    int
	delay     time.Duration
	fail      float64
	failFirst int
	body      string
	tls       bool
	forward   string
	client    settings.ClientFlags // for forward
	exact     bool
	events    []payload.Action
	record    string
}

// anyScheme is a signature scheme, or either.
type anyScheme struct {
	scheme signature.Scheme
	any    bool
}

// schemeWords are the values of --scheme.
var schemeWords = []settings.Word[anyScheme]{
	{Text: signature.SchemeURL.String(), Value: anyScheme{scheme: signature.SchemeURL}},
	{Text: signature.SchemeBody.String(), Value: anyScheme{scheme: signature.SchemeBody}},
	{Text: "any", Value: anyScheme{any: true}},
}

const defaultListenAddr = "127.0.0.1:8000"

func newListenCmd(a *app) *cobra.Command {
	opt := &listenOptions{}
	cmd := &cobra.Command{
		Use:   "listen",
		Short: "Receive deliveries, verify them and print them",
		Long: `Listen runs the reference receiver. It verifies the signature of each request, compares the payload with what
ArtiBot sends (` + payload.ContractSection("") + `), prints it, and responds. If it rejects a signature, it explains why. It runs until it is
interrupted.

--forward passes the body and the headers on. The connection flags are for --forward. If the other receiver would see another URL than the sender has signed, because
of another path, or of a tunnel or TLS in front of listen, the delivery is signed again for the URL that it sees.`,
		Example: `  artihook listen --secret s3cret
  artihook listen --secret s3cret --public-url https://abc.tunnel.example -v
  artihook listen --secret s3cret --fail-first 2 --delay 300ms
  artihook listen --secret s3cret --forward localhost:3000
  artihook listen --secret s3cret --record session.yaml`,
		Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return runListen(cmd.Context(), a, opt) },
	}
	opt.secret.Add(cmd)
	opt.client.AddConnection(cmd)
	flags := cmd.Flags()
	settings.AddFlag(flags, &opt.addr, settings.FlagSpec[string]{Name: "addr", Kind: "address", Preset: defaultListenAddr, Parse: settings.ParseAddr, Usage: "Listen on this address. :0 is a free loopback port"})
	flags.StringVar(&opt.publicURL, "public-url", "", "Verify for this `URL` of the sender, if there is a tunnel or proxy in front")
	settings.AddFlag(flags, &opt.scheme, settings.FlagSpec[anyScheme]{
		Name: "scheme", Preset: signature.SchemeURL.String(), Words: schemeWords, Usage: "Verify this signature scheme",
	})
	settings.AddFlag(flags, &opt.status, settings.FlagSpec[int]{
		Name: "status", Kind: "code", Preset: fmt.Sprint(receiver.DefaultStatus), Parse: parseStatus, Usage: "Respond to valid deliveries with this status",
	})
	flags.StringVar(&opt.body, "body", "", "Respond with this body: the `TEXT` itself, @FILE, or - for stdin")
	settings.AddFlag(flags, &opt.delay, settings.FlagSpec[time.Duration]{Name: "delay", Kind: "duration", Preset: "0s", Parse: settings.ParseDuration, Usage: "Wait this long before each response"})
	settings.AddFlag(flags, &opt.fail, settings.FlagSpec[float64]{
		Name: "fail", Kind: "share", Preset: "0", Parse: settings.ParseShare, Usage: fmt.Sprintf("Respond %d to this share of valid deliveries, 0.1 or 10%%", receiver.FailStatus),
	})
	settings.AddFlag(flags, &opt.failFirst, settings.FlagSpec[int]{
		Name: "fail-first", Kind: "N", Preset: "0", Parse: settings.ParseCount, Usage: fmt.Sprintf("Respond %d to the first N valid deliveries", receiver.FailStatus),
	})
	flags.BoolVar(&opt.tls, "tls", false, "Use TLS with a certificate made for this run")
	flags.StringVar(&opt.forward, "forward", "", "Forward valid deliveries to this `URL` and return its response")
	flags.BoolVar(&opt.exact, "forward-exact", false, "Do not sign again for --forward, even if that receiver sees another URL")
	settings.AddFlag(flags, &opt.events, settings.FlagSpec[[]payload.Action]{
		Name: "events", Kind: "list", Parse: settings.ParseActions, Usage: "Print, forward and record only these events: created,updated,completed (default all). Others are only accepted",
	})
	flags.StringVar(&opt.record, "record", "", "Write correctly signed deliveries to this new `FILE`, as a scenario that replays them")
	return cmd
}

func parseStatus(s string) (int, error) {
	n, err := settings.ParseCount(s)
	if err != nil || n < 200 || n > 599 {
		return 0, errors.New("want an HTTP status from 200 to 599")
	}
	return n, nil
}

func runListen(ctx context.Context, a *app, opt *listenOptions) error {
	opts, err := opt.receiver(ctx, a)
	if err != nil {
		return console.Usage(err)
	}
	listener, err := settings.ListenOn(ctx, opt.addr)
	if err != nil {
		return err
	}
	if forwardsToItself(ctx, &opts, listener) {
		return errors.Join(console.Usagef("--forward %s leads back to this receiver; give the URL of another one", opts.Forward.To), listener.Close())
	}
	scheme := "http"
	if opt.tls {
		scheme = "https"
		if listener, err = tlsListener(listener, opts.PublicURL, a.system.Now()); err != nil {
			return err
		}
	}
	rec, err := startRecording(opt.record)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	var mu sync.Mutex // of the recording
	printing := startPrinting(&arrivalPrinter{a, &opts, map[string]bool{}})
	opts.Seen = func(arrival receiver.Arrival) {
		redacted := arrival.Redacted(opts.Secret)
		mu.Lock()
		rec.add(&redacted)
		mu.Unlock()
		printing.add(arrival)
	}
	a.printer.Notef("listening on %s://%s; Ctrl-C ends it", scheme, listener.Addr())
	if !settings.OnLoopback(listener.Addr()) {
		a.printer.Notef("warning: any machine that reaches %s can send to this receiver", listener.Addr())
	}
	opt.announce(a, &opts)
	server := settings.NewServer(receiver.New(opts))
	server.WriteTimeout += opt.delay + opt.client.Timeout
	err = settings.Serve(ctx, server, listener)
	printing.end()
	mu.Lock()
	defer mu.Unlock()
	return errors.Join(err, rec.end(a))
}

// receiver returns the options of the receiver that the flags set.
func (opt *listenOptions) receiver(ctx context.Context, a *app) (opts receiver.Options, err error) {
	opts = receiver.Options{
		Scheme: opt.scheme.scheme, AnyScheme: opt.scheme.any, Status: opt.status, Now: a.system.Now, Delay: opt.delay,
		Fail: opt.fail, FailFirst: opt.failFirst, Lint: true, Leads: &receiver.Leads{}, Events: opt.events,
	}
	if opts.Secret, err = opt.secret.Read(a.settings, settings.Setting{}); err != nil {
		return opts, err
	}
	if opt.publicURL != "" {
		if opts.PublicURL, err = settings.ParseTarget(opt.publicURL); err != nil {
			return opts, fmt.Errorf("public url: %w", err)
		}
	}
	if opt.body != "" {
		if opts.Body, err = a.settings.ReadInput(ctx, opt.body); err != nil {
			return opts, err
		}
		if opts.Status == http.StatusNoContent { // which allows no body
			opts.Status = http.StatusOK
		}
	}
	if opt.forward != "" {
		to, err := settings.ParseTarget(opt.forward)
		if err != nil {
			return opts, fmt.Errorf("forward: %w", err)
		}
		client, err := opt.client.Options(a.settings, 1)
		if err != nil {
			return opts, err
		}
		opts.Forward = &receiver.Forward{To: to, Exact: opt.exact, Transport: emitter.Transport(client), Timeout: opt.client.Timeout}
		return opts, nil
	}
	for _, name := range forwardFlags {
		if a.settings.ChangedFlags[name] {
			return opts, fmt.Errorf("--%s needs --forward URL", name)
		}
	}
	return opts, nil
}

// forwardFlags are the flags that have a meaning only with --forward.
var forwardFlags = []string{"forward-exact", "insecure", "ca-cert", "cert", "key", "proxy", "timeout"}

// announce notes the settings that matter to a sender.
func (opt *listenOptions) announce(a *app, opts *receiver.Options) {
	if opt.publicURL != "" {
		a.printer.Notef("signatures must be for %s", opts.PublicURL)
	}
	if opt.tls {
		a.printer.Notef("the certificate is new and self-signed; send with --insecure")
	}
	if opts.Forward != nil {
		a.printer.Notef("valid deliveries are forwarded to %s", opts.Forward.To)
	}
	if opts.Secret.Empty() {
		a.printer.Notef("no secret is set, so valid signatures are those of the empty one; set " + settings.EnvPrefix + "SECRET, --secret or --secret-file")
	}
}
