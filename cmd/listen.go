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
	scheme    signature.Scheme
	status    int
}

const defaultListenAddr = "127.0.0.1:8000"

func newListenCmd(a *app) *cobra.Command {
	opt := &listenOptions{}
	cmd := &cobra.Command{
		Use:   "listen",
		Short: "Receive: verify and show what arrives",
		Long: `Listen is the reference receiver: it verifies the signature of what arrives, shows it, and answers. A
refused signature is explained. It runs until it is interrupted.`,
		Example: `  artihook listen --secret s3cret
  artihook listen --secret s3cret --public-url https://abc.tunnel.example -v`,
		Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return runListen(cmd.Context(), a, opt) },
	}
	opt.secret.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&opt.addr, "addr", defaultListenAddr, "the `ADDRESS` to listen on; :0 takes a free loopback port")
	flags.StringVar(&opt.publicURL, "public-url", "", "the `URL` that the sender has, where a tunnel or proxy stands in front")
	addFlag(flags, &opt.scheme, schemeFlag)
	addFlag(flags, &opt.status, flagSpec[int]{
		name: "status", kind: "code", preset: fmt.Sprint(receiver.DefaultStatus), parse: parseStatus, usage: "answer to a right delivery",
	})
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
	how := receiver.Options{Scheme: opt.scheme, Status: opt.status, Now: a.world.Now}
	var err error
	if how.Secret, err = opt.secret.read(a, setting{}); err != nil {
		return usage(err)
	}
	if opt.publicURL != "" {
		if how.PublicURL, err = parseTarget(opt.publicURL); err != nil {
			return usagef("public url: %w", err)
		}
	}
	listener, err := listenOn(ctx, opt.addr)
	if err != nil {
		return err
	}
	var mu sync.Mutex // one arrival at a time on the screen
	how.Seen = func(arrival receiver.Arrival) {
		mu.Lock()
		defer mu.Unlock()
		_ = a.showArrival(&how, &arrival) // a closed stdout stops nobody from sending
	}
	a.say("listening on http://%s; Ctrl-C ends it", listener.Addr())
	if opt.publicURL != "" {
		a.say("signatures are to be for %s", how.PublicURL)
	}
	if how.Secret.Empty() {
		a.say("no secret is set, so the empty one is expected; set " + envPrefix + "SECRET, --secret or --secret-file")
	}
	return serve(ctx, newServer(receiver.New(how)), listener)
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
