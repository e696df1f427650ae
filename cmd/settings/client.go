package settings

import (
	"crypto/x509"
	"fmt"
	"net/http"
	"time"

	"artihook/emitter"

	"github.com/spf13/cobra"
)

// ClientFlags say how requests travel.
type ClientFlags struct {
	Insecure   bool
	CACert     string
	Timeout    time.Duration
	retries    int
	retryDelay time.Duration
}

func (f *ClientFlags) Add(cmd *cobra.Command) {
	f.AddTravel(cmd)
	flags := cmd.Flags()
	AddFlag(flags, &f.retries, FlagSpec[int]{
		Name: "retries", Kind: "N", Preset: "0", Parse: ParseCount, Usage: "further attempts after a failure that may pass",
	})
	AddFlag(flags, &f.retryDelay, FlagSpec[time.Duration]{
		Name: "retry-delay", Kind: "duration", Preset: emitter.DefaultRetryDelay.String(), Parse: ParseTimeout,
		Usage: "before the first retry, growing from there; Retry-After is honoured",
	})
}

// AddTravel is add for commands to which the first answer is the answer.
func (f *ClientFlags) AddTravel(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVarP(&f.Insecure, "insecure", "k", false, "accept any TLS certificate")
	flags.StringVar(&f.CACert, "ca-cert", "", "trust the certificates of this PEM `FILE` instead of the system's")
	AddFlag(flags, &f.Timeout, FlagSpec[time.Duration]{
		Name: "timeout", Kind: "duration", Preset: emitter.DefaultTimeout.String(), Parse: ParseTimeout,
		Usage: "for one attempt, to the last byte of the response",
	})
}

// noticedPause is how long a silent program looks like a stuck one.
const noticedPause = 2 * time.Second

// Options gives what an emitter needs, but for the history.
func (f *ClientFlags) Options(set *Settings, connections int) (emitter.Options, error) {
	opt := emitter.Options{
		Timeout: f.Timeout, Retries: f.retries, RetryDelay: f.retryDelay, Insecure: f.Insecure, Connections: connections, Now: set.Now,
	}
	opt.Waiting = func(pause time.Duration) {
		if pause >= noticedPause {
			set.Notef("waiting %s before the next attempt", pause.Round(100*time.Millisecond))
		}
	}
	if f.CACert == "" {
		return opt, nil
	}
	pem, err := readFile(f.CACert)
	if err != nil {
		return opt, err
	}
	opt.RootCAs = x509.NewCertPool()
	if !opt.RootCAs.AppendCertsFromPEM(pem) {
		return opt, fmt.Errorf("%s holds no certificate in PEM form", f.CACert)
	}
	return opt, nil
}

// HTTPClient returns a client for probes, which trusts the certificates that the flags name.
func (f *ClientFlags) HTTPClient(set *Settings) (*http.Client, error) {
	opt, err := f.Options(set, 1)
	if err != nil {
		return nil, err
	}
	return emitter.HTTPClient(opt), nil
}
