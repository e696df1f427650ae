package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"

	"artihook/emitter/receiver"
	"artihook/emitter/signature"

	"github.com/spf13/cobra"
)

type listenOptions struct {
	addr      string
	publicURL string
	secret    secretFlags
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
	opt.secret.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&opt.addr, "addr", defaultListenAddr, "the `ADDRESS` to listen on; :0 takes a free loopback port")
	flags.StringVar(&opt.publicURL, "public-url", "", "the `URL` that the sender has, where a tunnel or proxy stands in front")
	addFlag(flags, &opt.scheme, flagSpec[anyScheme]{
		name: "scheme", kind: "url|body|any", preset: signature.SchemeURL.String(), parse: parseAnyScheme, usage: "signature scheme",
	})
	addFlag(flags, &opt.status, flagSpec[int]{
		name: "status", kind: "code", preset: fmt.Sprint(receiver.DefaultStatus), parse: parseStatus, usage: "answer to a right delivery",
	})
	flags.StringVar(&opt.body, "body", "", "body of that answer: the `TEXT` itself, @FILE, or - for stdin")
	addFlag(flags, &opt.delay, flagSpec[time.Duration]{name: "delay", kind: "duration", preset: "0s", parse: parseDuration, usage: "wait so long before each answer"})
	addFlag(flags, &opt.fail, flagSpec[float64]{
		name: "fail", kind: "share", preset: "0", parse: parseShare, usage: fmt.Sprintf("answer %d to this share of right deliveries, 0.1 or 10%%", receiver.FailStatus),
	})
	addFlag(flags, &opt.failFirst, flagSpec[int]{
		name: "fail-first", kind: "N", preset: "0", parse: parseCount, usage: fmt.Sprintf("answer %d to the first N right deliveries", receiver.FailStatus),
	})
	flags.BoolVar(&opt.tls, "tls", false, "speak TLS with a certificate made for this run")
	flags.StringVar(&opt.forward, "forward", "", "pass what is right on to this `URL`, byte for byte, and answer as it does")
	flags.StringVar(&opt.record, "record", "", "write what arrives rightly signed to this new `FILE`, as a scenario that replays it")
	return cmd
}

func parseStatus(s string) (int, error) {
	n, err := parseCount(s)
	if err != nil || n < 200 || n > 599 {
		return 0, errors.New("want an HTTP status from 200 to 599")
	}
	return n, nil
}

func runListen(ctx context.Context, a *app, opt *listenOptions) error {
	how, err := opt.receiver(ctx, a)
	if err != nil {
		return usage(err)
	}
	listener, err := listenOn(ctx, opt.addr)
	if err != nil {
		return err
	}
	if forwardsToItself(ctx, &how, listener) {
		return errors.Join(usagef("--forward %s leads back to this receiver; give the URL of another one", how.Forward.To), listener.Close())
	}
	scheme := "http"
	if opt.tls {
		scheme = "https"
		if listener, err = secured(listener, how.PublicURL, a.world.Now()); err != nil {
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
		_ = a.showArrival(&how, &arrival, told) // a closed stdout stops nobody from sending
	}
	a.say("listening on %s://%s; Ctrl-C ends it", scheme, listener.Addr())
	if !onLoopback(listener.Addr()) {
		a.say("warning: everybody who reaches %s can send to this receiver", listener.Addr())
	}
	opt.announce(a, &how)
	server := newServer(receiver.New(how))
	server.WriteTimeout += opt.delay
	err = serve(ctx, server, listener)
	mu.Lock()
	defer mu.Unlock()
	return errors.Join(err, kept.end(a))
}

// receiver settles the flags.
func (opt *listenOptions) receiver(ctx context.Context, a *app) (how receiver.Options, err error) {
	how = receiver.Options{
		Scheme: opt.scheme.scheme, AnyScheme: opt.scheme.any, Status: opt.status, Now: a.world.Now, Delay: opt.delay,
		Fail: opt.fail, FailFirst: opt.failFirst, Lint: true, Leads: &receiver.Leads{},
	}
	if how.Secret, err = opt.secret.read(a, setting{}); err != nil {
		return how, err
	}
	if opt.publicURL != "" {
		if how.PublicURL, err = parseTarget(opt.publicURL); err != nil {
			return how, fmt.Errorf("public url: %w", err)
		}
	}
	if opt.body != "" {
		if how.Body, err = a.readInput(ctx, opt.body); err != nil {
			return how, err
		}
		if how.Status == http.StatusNoContent { // which has none
			how.Status = http.StatusOK
		}
	}
	if opt.forward != "" {
		to, err := parseTarget(opt.forward)
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
		a.say("signatures are to be for %s", how.PublicURL)
	}
	if opt.tls {
		a.say("its certificate was made for this run: send with --insecure")
	}
	if how.Forward != nil {
		a.say("what is right goes on to %s", how.Forward.To)
	}
	if how.Secret.Empty() {
		a.say("no secret is set, so the empty one is expected; set " + envPrefix + "SECRET, --secret or --secret-file")
	}
}

// listenOn never opens a port to the whole network unless told.
func listenOn(ctx context.Context, addr string) (net.Listener, error) {
	host, port, err := net.SplitHostPort(addr)
	if number, wrong := strconv.ParseUint(port, 10, 16); err != nil || wrong != nil || number > 65535 {
		return nil, usagef("address %q: want host:port, like %s", addr, defaultListenAddr)
	}
	if host == "" {
		host = "127.0.0.1"
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w; give another --addr", addr, socketError(err))
	}
	return listener, nil
}

// onLoopback reports whether only this machine reaches the address of a listener.
func onLoopback(address net.Addr) bool {
	host, _, err := net.SplitHostPort(address.String())
	return err != nil || net.ParseIP(host).IsLoopback()
}

// socketError cuts off what the message around it says anyway.
func socketError(err error) error {
	var call *os.SyscallError
	if errors.As(err, &call) {
		return call.Err
	}
	return err
}

// newServer bounds in time what a client can hold open.
func newServer(handler http.Handler) *http.Server {
	return &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, WriteTimeout: 2 * time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10,
		ErrorLog:       log.New(io.Discard, "", 0), // what clients do wrong in the protocol is no news
	}
}

// serve runs until ctx ends, which is how a user ends it and no error.
func serve(ctx context.Context, server *http.Server, listener net.Listener) error {
	down := make(chan struct{})
	watching := context.AfterFunc(ctx, func() {
		defer close(down)
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		if server.Shutdown(grace) != nil {
			server.Close()
		}
	})
	err := server.Serve(listener)
	if !watching() {
		<-down // those who are being answered get their answer
	}
	if !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
