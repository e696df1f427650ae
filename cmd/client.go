package cmd

import (
	"crypto/x509"
	"errors"
	"net/http"
	"time"

	"artihook/emitter"

	"github.com/spf13/cobra"
)

// clientFlags say how requests travel.
type clientFlags struct {
	insecure   bool
	caCert     string
	timeout    time.Duration
	retries    int
	retryDelay time.Duration
}

func (f *clientFlags) add(cmd *cobra.Command) {
	f.addTravel(cmd)
	flags := cmd.Flags()
	addFlag(flags, &f.retries, flagSpec[int]{
		name: "retries", kind: "N", preset: "0", parse: parseCount, usage: "further attempts after a failure that may pass",
	})
	addFlag(flags, &f.retryDelay, flagSpec[time.Duration]{
		name: "retry-delay", kind: "duration", preset: emitter.DefaultRetryDelay.String(), parse: parseTimeout,
		usage: "before the first retry, growing from there; Retry-After is honoured",
	})
}

// addTravel is add for commands to which the first answer is the answer.
func (f *clientFlags) addTravel(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVarP(&f.insecure, "insecure", "k", false, "accept any TLS certificate")
	flags.StringVar(&f.caCert, "ca-cert", "", "trust the certificates of this PEM `FILE` instead of the system's")
	addFlag(flags, &f.timeout, flagSpec[time.Duration]{
		name: "timeout", kind: "duration", preset: emitter.DefaultTimeout.String(), parse: parseTimeout,
		usage: "for one attempt, to the last byte of the response",
	})
}

func parseTimeout(s string) (time.Duration, error) {
	d, err := parseDuration(s)
	if err == nil && d == 0 {
		return 0, errors.New("want a duration above zero, like 500ms, 30s or 2m")
	}
	return d, err
}

// noticedPause is how long a silent program looks like a stuck one.
const noticedPause = 2 * time.Second

// options gives what an emitter needs, but for the history.
func (f *clientFlags) options(a *app, connections int) (emitter.Options, error) {
	opt := emitter.Options{
		Timeout: f.timeout, Retries: f.retries, RetryDelay: f.retryDelay, Insecure: f.insecure, Connections: connections, Now: a.world.Now,
	}
	opt.Waiting = func(pause time.Duration) {
		if pause >= noticedPause {
			a.say("waiting %s before the next attempt", pause.Round(100*time.Millisecond))
		}
	}
	if f.caCert == "" {
		return opt, nil
	}
	pem, err := readFile(f.caCert)
	if err != nil {
		return opt, usage(err)
	}
	opt.RootCAs = x509.NewCertPool()
	if !opt.RootCAs.AppendCertsFromPEM(pem) {
		return opt, usagef("%s holds no certificate in PEM form", f.caCert)
	}
	return opt, nil
}

// http returns a client for probes, which trusts the certificates that the flags name.
func (f *clientFlags) http(a *app) (*http.Client, error) {
	opt, err := f.options(a, 1)
	if err != nil {
		return nil, err
	}
	return emitter.HTTPClient(opt), nil
}
