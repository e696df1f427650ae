package emitter

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/url"
	"time"

	"artihook/emitter/history"
	"artihook/emitter/signature"
)

const (
	DefaultTimeout    = 30 * time.Second // of one attempt, to the last byte of the response (docs/contract.md, section 1)
	DefaultRetryDelay = time.Second
)

// Options configure an Emitter. The zero value sends as ArtiBot does and records nothing.
type Options struct {
	History     *history.Store   // nil records nothing
	Source      string           // recorded as the Source of each delivery, such as history.SourceSend
	Timeout     time.Duration    // of one attempt; 0 is DefaultTimeout
	Retries     int              // further attempts after a failed one; 0 is none
	RetryDelay  time.Duration    // before the first retry; 0 is DefaultRetryDelay
	Insecure    bool             // accept any TLS certificate
	RootCAs     *x509.CertPool   // the trusted authorities; nil is those of the system
	Certificate *tls.Certificate // the client certificate; nil is none
	// Proxy returns the URL of the proxy for requests to a URL, or nil for no proxy. Only the scheme and the host of the argument
	// are set. The URL of a proxy begins with http:// or https://, and may have a user and a password. The text of an error becomes
	// the reason of a failure, so it must not contain the password. A nil Proxy uses no proxy.
	Proxy func(*url.URL) (*url.URL, error)
	// BlockMetadata lets no connection reach the addresses at which clouds serve the credentials of a machine. A proxy is not
	// checked: it connects by itself.
	BlockMetadata bool
	Connections   int              // the maximum number of idle connections for each host; 0 is 1
	Now           func() time.Time // the clock of the history; nil is time.Now

	// Waiting, if not nil, is called before Send waits for a retry, with the length of the wait.
	Waiting func(time.Duration)
}

func (o Options) withDefaults() Options {
	if o.Timeout == 0 {
		o.Timeout = DefaultTimeout
	}
	if o.RetryDelay == 0 {
		o.RetryDelay = DefaultRetryDelay
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// Emitter sends deliveries and records them. It is safe for concurrent use.
type Emitter struct {
	opt    Options
	send   SendOptions
	client *client
}

// New returns an Emitter. The caller must call Close, and closes the history afterwards.
func New(opt Options) *Emitter {
	opt = opt.withDefaults()
	return &Emitter{opt: opt, client: newClient(&opt)}
}

// Retries returns the maximum number of further attempts after a failed one.
func (e *Emitter) Retries() int { return e.opt.Retries }

// Close closes the idle connections.
func (e *Emitter) Close() { e.client.close() }

// Connected reports whether an idle connection to the webhook's host is open.
func (e *Emitter) Connected(w *Webhook) bool {
	return e.client.connected(w.origin())
}

// Record commits planned deliveries to the history before the first of them is sent, in one transaction. Send records a
// delivery that is not recorded, but one transaction for many is much cheaper. Call Withdraw for those that are not sent.
func (e *Emitter) Record(ctx context.Context, planned []*history.Delivery) error {
	for _, d := range planned {
		d.Time, d.Source, d.Proxy = e.opt.Now(), e.opt.Source, e.proxyName(d.URL)
	}
	if e.opt.History == nil {
		return ctx.Err()
	}
	return e.opt.History.Plan(ctx, planned)
}

// RecordSent records deliveries with their outcomes that an Emitter without a history has sent, also after ctx has ended.
func (e *Emitter) RecordSent(ctx context.Context, sent []*history.Delivery) error {
	if e.opt.History == nil {
		return nil
	}
	ctx = context.WithoutCancel(ctx)
	for _, d := range sent {
		d.Source = e.opt.Source
	}
	if err := e.opt.History.Plan(ctx, sent); err != nil {
		return err
	}
	for _, d := range sent {
		if err := e.opt.History.Finish(ctx, d); err != nil {
			return err
		}
	}
	return nil
}

// Withdraw removes deliveries that were recorded and not sent from the history, also after ctx has ended.
func (e *Emitter) Withdraw(ctx context.Context, recorded []*history.Delivery) error {
	if e.opt.History == nil || len(recorded) == 0 {
		return nil
	}
	return e.opt.History.Withdraw(context.WithoutCancel(ctx), recorded)
}

// attempt records the delivery, sends it, and records its outcome. It sends the bytes of RawRequest if there are some.
func (e *Emitter) attempt(ctx context.Context, w *Webhook, d history.Delivery) (history.Delivery, error) {
	if d.ID == 0 {
		if err := e.Record(ctx, []*history.Delivery{&d}); err != nil {
			return d, err
		}
	}
	start := time.Now()
	limited, cancel := context.WithTimeout(ctx, e.opt.Timeout)
	resp := e.client.do(limited, w.URL, &d.Request, d.RawRequest, e.send)
	cancel()
	if resp.err != nil && ctx.Err() != nil {
		resp.err = ctx.Err() // the interrupted connection reports a timeout
	}
	d.Duration = time.Since(start).Truncate(time.Microsecond) // the precision of the history
	e.outcome(&d, resp, w.Secret)
	if e.opt.History == nil {
		return d, nil
	}
	// The request of an interrupted delivery may have been received: its outcome is recorded too.
	return d, e.opt.History.Finish(context.WithoutCancel(ctx), &d)
}

// outcome sets the response or the failure, and masks the secret. Every response passes through it before it is stored or
// shown.
func (e *Emitter) outcome(d *history.Delivery, resp response, secret signature.Secret) {
	if err := d.SetResponse(resp.raw, resp.truncated); err != nil && resp.err == nil {
		resp.err = err
	}
	if resp.err != nil {
		f := failureOf(resp.err, e.opt.Timeout, len(resp.raw) > 0)
		d.Error, d.Reason = f.name, f.reason
	}
	redactOutcome(d, secret, resp.truncated || resp.err != nil)
}
