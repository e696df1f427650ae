package emitter

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"time"

	"artihook/emitter/history"
	"artihook/emitter/signature"
)

const (
	DefaultTimeout    = 30 * time.Second // for one attempt, to the last byte of the response (docs/contract.md, section 1)
	DefaultRetryDelay = time.Second
)

// Options say how an Emitter sends. The zero value is what ArtiBot does, recorded nowhere.
type Options struct {
	History     *history.Store   // nil records nothing
	Timeout     time.Duration    // for one attempt; 0 is DefaultTimeout
	Retries     int              // further attempts after a failed one; 0 is none
	RetryDelay  time.Duration    // before the first retry; 0 is DefaultRetryDelay
	Insecure    bool             // accept any TLS certificate
	RootCAs     *x509.CertPool   // trusted instead of the system's; nil is the system's
	Connections int              // idle connections that are kept for each host; 0 is 1
	Now         func() time.Time // the clock of the history; nil is time.Now

	// Waiting, if not nil, is told how long Send waits before it tries again.
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

// New makes an Emitter. Close closes its connections; the caller closes the history.
func New(opt Options) *Emitter {
	opt = opt.withDefaults()
	config := &tls.Config{RootCAs: opt.RootCAs, InsecureSkipVerify: opt.Insecure}
	return &Emitter{opt: opt, client: newClient(config, opt.Connections)}
}

// Retries returns how many further attempts follow a failed one at most.
func (e *Emitter) Retries() int { return e.opt.Retries }

// Close closes the idle connections.
func (e *Emitter) Close() { e.client.close() }

// Emit signs the message for the webhook, sends it, and returns the last attempt. See Send.
func (e *Emitter) Emit(ctx context.Context, w *Webhook, m Message, each func(history.Delivery) error) (history.Delivery, error) {
	return e.Send(ctx, w, Plan(w, m), each)
}

// Record commits planned deliveries to the history before the first of them leaves, all of them or none. Send does that
// itself for a delivery that is not recorded; together they cost a fraction of it. Withdraw those that are not sent.
func (e *Emitter) Record(ctx context.Context, planned []*history.Delivery) error {
	for _, d := range planned {
		d.Time = e.opt.Now()
	}
	if e.opt.History == nil {
		return ctx.Err()
	}
	return e.opt.History.Plan(ctx, planned)
}

// Withdraw removes deliveries that were recorded and not sent from the history. It works after ctx has ended.
func (e *Emitter) Withdraw(ctx context.Context, recorded []*history.Delivery) error {
	if e.opt.History == nil || len(recorded) == 0 {
		return nil
	}
	return e.opt.History.Withdraw(context.WithoutCancel(ctx), recorded)
}

// attempt records the delivery, sends it, and records its outcome.
func (e *Emitter) attempt(ctx context.Context, w *Webhook, d history.Delivery) (history.Delivery, error) {
	if d.ID == 0 {
		if err := e.Record(ctx, []*history.Delivery{&d}); err != nil {
			return d, err
		}
	}
	start := time.Now()
	limited, cancel := context.WithTimeout(ctx, e.opt.Timeout)
	resp := e.client.do(limited, w.URL, &d.Request, e.send)
	cancel()
	if resp.err != nil && ctx.Err() != nil {
		resp.err = ctx.Err() // the interrupted connection reports a timeout
	}
	d.Duration = time.Since(start).Truncate(time.Microsecond) // as the history keeps it
	e.outcome(&d, resp, w.Secret)
	if e.opt.History == nil {
		return d, nil
	}
	// An interrupted delivery has left all the same: its outcome is recorded on the way out.
	return d, e.opt.History.Finish(context.WithoutCancel(ctx), &d)
}

// outcome sets what came back. Every byte and every error from outside passes here before it is stored or shown, and
// loses the secret.
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
