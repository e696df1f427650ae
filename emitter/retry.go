package emitter

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"artihook/emitter/history"
	"artihook/emitter/text"

	"github.com/cenkalti/backoff/v5"
)

// maxRetryAfter is the longest wait before a retry, also if Retry-After asks for more.
const maxRetryAfter = 5 * time.Minute

// Send sends a planned delivery to the webhook's URL and retries failures that may be temporary. Every attempt is a separate
// delivery with the same bytes. Send calls each, if not nil, when an attempt has ended, and returns the last attempt.
// Failures of the receiver and of the network are in the delivery. The error is that of a history that cannot be written
// (*history.Error), an error of each, or that of ctx.
func (e *Emitter) Send(ctx context.Context, w *Webhook, planned history.Delivery, each func(history.Delivery) error) (history.Delivery, error) {
	delays := backoff.NewExponentialBackOff()
	delays.InitialInterval = e.opt.RetryDelay
	delays.MaxInterval = maxRetryAfter
	for {
		d, err := e.attempt(ctx, w, planned)
		if err != nil {
			return d, err
		}
		if each != nil {
			if err := each(d); err != nil {
				return d, err
			}
		}
		if ctx.Err() != nil || planned.Attempt > e.opt.Retries || !isTemporary(&d) {
			return d, ctx.Err()
		}
		pause := max(delays.NextBackOff(), retryAfter(&d, e.opt.Now()))
		if e.opt.Waiting != nil {
			e.opt.Waiting(pause)
		}
		if err := text.Wait(ctx, pause); err != nil {
			return d, err
		}
		planned.Attempt++
		planned.ID = 0
	}
}

// isTemporary reports whether the same request may succeed later.
func isTemporary(d *history.Delivery) bool {
	switch d.Error {
	case "":
		return d.Status >= 500 || d.Status == http.StatusRequestTimeout || d.Status == http.StatusTooManyRequests
	case history.FailureTLS, history.FailureMalformed, history.FailureCancelled, history.FailureCut:
		return false
	}
	return true
}

// retryAfter returns the wait that the Retry-After header asks for (RFC 9110, section 10.2.3), in seconds or as a date,
// but at most maxRetryAfter. It returns 0 if there is no valid header.
func retryAfter(d *history.Delivery, now time.Time) time.Duration {
	if d.Response == nil {
		return 0
	}
	value := d.Response.Headers.Get("Retry-After")
	seconds, err := strconv.ParseUint(value, 10, 31)
	if err == nil || errors.Is(err, strconv.ErrRange) {
		return min(time.Duration(seconds)*time.Second, maxRetryAfter)
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	return max(0, min(at.Sub(now), maxRetryAfter))
}
