package settings

import (
	"net/http"
	"net/url"
	"time"

	"artihook/emitter"
	"artihook/emitter/exchange"
	"artihook/emitter/signature"

	"github.com/spf13/cobra"
)

// ClientFlags set how requests are sent.
type ClientFlags struct {
	Insecure   bool          // accept any certificate
	CACert     string        // a PEM file; "" is the trust store of the system
	Cert       string        // the PEM file of the client certificate; "" is none
	Key        string        // the PEM file of its private key; "" is Cert
	Timeout    time.Duration // of one attempt
	proxy      string        // a URL; "" is that of the environment
	retries    int
	retryDelay time.Duration
}

// Add adds all flags.
func (f *ClientFlags) Add(cmd *cobra.Command) {
	f.AddConnection(cmd)
	flags := cmd.Flags()
	AddFlag(flags, &f.retries, FlagSpec[int]{
		Name: "retries", Kind: "N", Preset: "0", Parse: ParseCount, Usage: "Retry up to N times after a failure that may be temporary",
	})
	AddFlag(flags, &f.retryDelay, FlagSpec[time.Duration]{
		Name: "retry-delay", Kind: "duration", Preset: emitter.DefaultRetryDelay.String(), Parse: ParseTimeout,
		Usage: "Wait this long before the first retry, and longer before each next one. A Retry-After header overrides it",
	})
}

// AddConnection adds the flags without those of retries.
func (f *ClientFlags) AddConnection(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVarP(&f.Insecure, "insecure", "k", false, "Accept any TLS certificate")
	flags.StringVar(&f.CACert, "ca-cert", "", "Trust the certificates of this PEM `FILE` instead of those of the system")
	flags.StringVar(&f.Cert, "cert", "", "Send the client certificate of this PEM `FILE`")
	flags.StringVar(&f.Key, "key", "", "Use the private key of this PEM `FILE` for --cert (default the file of --cert)")
	flags.StringVar(&f.proxy, "proxy", "", "Send through the proxy at this `URL`, never to this machine (default HTTPS_PROXY, HTTP_PROXY, NO_PROXY)")
	AddFlag(flags, &f.Timeout, FlagSpec[time.Duration]{
		Name: "timeout", Kind: "duration", Preset: emitter.DefaultTimeout.String(), Parse: ParseTimeout,
		Usage: "Stop an attempt after this time, measured to the last byte of the response",
	})
}

// notedPause is the shortest pause before a retry that is noted.
const notedPause = 2 * time.Second

// Options returns the options of an emitter without a history. It reads the files of the certificates, and returns an error if
// one is not as it must be.
func (f *ClientFlags) Options(set *Settings, connections int) (opt emitter.Options, err error) {
	opt = emitter.Options{
		Timeout: f.Timeout, Retries: f.retries, RetryDelay: f.retryDelay, Insecure: f.Insecure, Connections: connections, Now: set.Now,
	}
	if opt.Proxy, err = f.Proxy(set); err != nil {
		return opt, err
	}
	if opt.Certificate, err = clientCertificate(f.Cert, f.Key); err != nil {
		return opt, err
	}
	opt.Waiting = func(pause time.Duration) {
		if pause >= notedPause {
			set.Notef("waiting %s before the next attempt", pause.Round(100*time.Millisecond))
		}
	}
	if f.CACert != "" {
		opt.RootCAs, err = readAuthorities(f.CACert)
	}
	return opt, err
}

// HTTPClient returns a client for probes that trusts the same certificates as the emitter. Its errors are those of Options.
func (f *ClientFlags) HTTPClient(set *Settings) (*http.Client, error) {
	opt, err := f.Options(set, 1)
	if err != nil {
		return nil, err
	}
	return emitter.HTTPClient(opt), nil
}

// Curl returns the options for a curl command that connects to the target as an emitter with the same flags does.
func (f *ClientFlags) Curl(set *Settings, target signature.URL) (exchange.CurlOptions, error) {
	opt := exchange.CurlOptions{Insecure: f.Insecure, CACert: f.CACert, Cert: f.Cert, Key: f.Key}
	find, err := f.Proxy(set)
	if err != nil || find == nil {
		return opt, err
	}
	proxy, err := find(&url.URL{Scheme: target.Scheme, Host: target.Host})
	switch {
	case err != nil:
		return opt, err
	case proxy == nil:
		opt.NoProxy = true // curl uses a proxy of the environment for localhost too
	case proxy.User == nil:
		opt.Proxy = proxy.String()
	case f.proxy != "":
		opt.ProxyVariable = EnvName("proxy")
	default:
		opt.ProxyVariable = set.proxyVariable(target.Scheme)
	}
	return opt, nil
}
