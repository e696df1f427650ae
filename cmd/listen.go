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
	record    string
}

// anyScheme is a signature scheme, or either.
type anyScheme struct {
	scheme signature.Scheme
	any    bool
}

func parseAnyScheme(s string) (anyScheme, error) {
	if s == "any" {
		return anyScheme{any: true}, nil
	}
	scheme, err := signature.ParseScheme(s)
	if err != nil {
		return anyScheme{}, errors.New("want url, body or any")
	}
	return anyScheme{scheme: scheme}, nil
}

const defaultListenAddr = "127.0.0.1:8000"

func newListenCmd(a *app) *cobra.Command {
	opt := &listenOptions{}
	cmd := &cobra.Command{
		Use:   "listen",
		Short: "Receive: verify, examine and show what arrives",
		Long: `Listen runs the reference receiver. It verifies the signature of each request, compares the payload with what
ArtiBot sends (docs/contract.md), prints it, and responds. If it rejects a signature, it explains why. It runs until it is
interrupted.`,
		Example: `  artihook listen --secret s3cret
  artihook listen --secret s3cret --public-url https://abc.tunnel.example -v
  artihook listen --secret s3cret --fail-first 2 --delay 300ms
  artihook listen --secret s3cret --forward localhost:3000
  artihook listen --secret s3cret --record session.yaml`,
		Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return runListen(cmd.Context(), a, opt) },
	}
	opt.secret.Add(cmd)
	flags := cmd.Flags()
	settings.AddFlag(flags, &opt.addr, settings.FlagSpec[string]{Name: "addr", Kind: "address", Preset: defaultListenAddr, Parse: settings.ParseAddr, Usage: "the address to listen on; :0 takes a free loopback port"})
	flags.StringVar(&opt.publicURL, "public-url", "", "the `URL` that the sender has, where a tunnel or proxy stands in front")
	settings.AddFlag(flags, &opt.scheme, settings.FlagSpec[anyScheme]{
		Name: "scheme", Kind: "url|body|any", Preset: signature.SchemeURL.String(), Parse: parseAnyScheme, Usage: "signature scheme",
	})
	settings.AddFlag(flags, &opt.status, settings.FlagSpec[int]{
		Name: "status", Kind: "code", Preset: fmt.Sprint(receiver.DefaultStatus), Parse: parseStatus, Usage: "answer to a right delivery",
	})
	flags.StringVar(&opt.body, "body", "", "body of that answer: the `TEXT` itself, @FILE, or - for stdin")
	settings.AddFlag(flags, &opt.delay, settings.FlagSpec[time.Duration]{Name: "delay", Kind: "duration", Preset: "0s", Parse: settings.ParseDuration, Usage: "wait so long before each answer"})
	settings.AddFlag(flags, &opt.fail, settings.FlagSpec[float64]{
		Name: "fail", Kind: "share", Preset: "0", Parse: settings.ParseShare, Usage: fmt.Sprintf("answer %d to this share of right deliveries, 0.1 or 10%%", receiver.FailStatus),
	})
	settings.AddFlag(flags, &opt.failFirst, settings.FlagSpec[int]{
		Name: "fail-first", Kind: "N", Preset: "0", Parse: settings.ParseCount, Usage: fmt.Sprintf("answer %d to the first N right deliveries", receiver.FailStatus),
	})
	flags.BoolVar(&opt.tls, "tls", false, "speak TLS with a certificate made for this run")
	flags.StringVar(&opt.forward, "forward", "", "pass what is right on to this `URL`, byte for byte, and answer as it does")
	flags.StringVar(&opt.record, "record", "", "write what arrives rightly signed to this new `FILE`, as a scenario that replays it")
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
	how, err := opt.receiver(ctx, a)
	if err != nil {
		return console.Usage(err)
	}
	listener, err := settings.ListenOn(ctx, opt.addr)
	if err != nil {
		return err
	}
	if forwardsToItself(ctx, &how, listener) {
		return errors.Join(console.Usagef("--forward %s leads back to this receiver; give the URL of another one", how.Forward.To), listener.Close())
	}
	scheme := "http"
	if opt.tls {
		scheme = "https"
		if listener, err = secured(listener, how.PublicURL, a.system.Now()); err != nil {
			return err
		}
	}
	kept, err := startRecording(opt.record)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	var mu sync.Mutex // one arrival at a time on the screen
	told := map[string]bool{}
	how.Seen = func(arrival receiver.Arrival) {
		mu.Lock()
		defer mu.Unlock()
		redacted := arrival.Redacted(how.Secret)
		kept.add(&redacted)
		_ = showArrival(a, &how, &arrival, told) // a closed stdout stops nobody from sending
	}
	a.printer.Notef("listening on %s://%s; Ctrl-C ends it", scheme, listener.Addr())
	if !settings.OnLoopback(listener.Addr()) {
		a.printer.Notef("warning: everybody who reaches %s can send to this receiver", listener.Addr())
	}
	opt.announce(a, &how)
	server := settings.NewServer(receiver.New(how))
	server.WriteTimeout += opt.delay
	err = settings.Serve(ctx, server, listener)
	mu.Lock()
	defer mu.Unlock()
	return errors.Join(err, kept.end(a))
}

// receiver settles the flags.
func (opt *listenOptions) receiver(ctx context.Context, a *app) (how receiver.Options, err error) {
	how = receiver.Options{
		Scheme: opt.scheme.scheme, AnyScheme: opt.scheme.any, Status: opt.status, Now: a.system.Now, Delay: opt.delay,
		Fail: opt.fail, FailFirst: opt.failFirst, Lint: true, Leads: &receiver.Leads{},
	}
	if how.Secret, err = opt.secret.Read(a.settings, settings.Setting{}); err != nil {
		return how, err
	}
	if opt.publicURL != "" {
		if how.PublicURL, err = settings.ParseTarget(opt.publicURL); err != nil {
			return how, fmt.Errorf("public url: %w", err)
		}
	}
	if opt.body != "" {
		if how.Body, err = a.settings.ReadInput(ctx, opt.body); err != nil {
			return how, err
		}
		if how.Status == http.StatusNoContent { // which has none
			how.Status = http.StatusOK
		}
	}
	if opt.forward != "" {
		to, err := settings.ParseTarget(opt.forward)
		if err != nil {
			return how, fmt.Errorf("forward: %w", err)
		}
		how.Forward = &receiver.Forward{To: to}
	}
	return how, nil
}

// announce says what a sender must know.
func (opt *listenOptions) announce(a *app, how *receiver.Options) {
	if opt.publicURL != "" {
		a.printer.Notef("signatures are to be for %s", how.PublicURL)
	}
	if opt.tls {
		a.printer.Notef("its certificate was made for this run: send with --insecure")
	}
	if how.Forward != nil {
		a.printer.Notef("what is right goes on to %s", how.Forward.To)
	}
	if how.Secret.Empty() {
		a.printer.Notef("no secret is set, so the empty one is expected; set " + settings.EnvPrefix + "SECRET, --secret or --secret-file")
	}
}
