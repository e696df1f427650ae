package check

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"artihook/emitter/history"
	"artihook/emitter/text"
	"artihook/scenarios/report"
)

// health is what the plain deliveries of a run have shown about the receiver.
type health struct {
	usual   *history.Delivery // the first plain valid delivery; nil before it was sent
	cause   string            // the case that is about the reason why usual was not accepted; "" if it is unknown
	trouble *trouble          // why the receiver does not respond as usual now; nil if it does
	waited  int               // the number of cases that have waited for the end of a timeout
	sent    int               // the number of requests

	stopped bool              // a plain delivery after the present case was not connected
	once    map[string]string // by cause: the case that has reported it for the whole run
}

// trouble is a change of the receiver's responses to plain deliveries that lasts.
type trouble struct {
	kind  string // the name of the failure, or the status
	what  string // in words
	since string // the id of the case
}

func (t *trouble) text() string { return t.what + " since " + t.since }

// reportedBy returns the id of the case that has reported the cause for the whole run, or "".
func (r *run) reportedBy(cause string) string { return r.once[cause] }

// open sends the plain delivery that the later ones are compared with.
func (r *run) open(ctx context.Context, c Case) error {
	_, err := r.plain(ctx, c, "before "+c.ID)
	return err
}

// plain sends a plain valid delivery of the lead with this name.
func (r *run) plain(ctx context.Context, c Case, name string) (*Result, error) {
	result := &Result{Case: c, Outcome: report.Passed, Started: time.Now()}
	running := &caseRun{ctx: ctx, run: r, result: result, name: name}
	req := running.validRequest()
	req.variant = name
	d := running.send(req)
	if running.err != nil {
		return result, running.err
	}
	if result.Outcome == report.Passed && !r.isUsual(&d) {
		result.Outcome = report.Failed
		result.Sent, result.Want, result.Got = describe(req, &d), "2xx, as before", responseText(&d)
	}
	return result, nil
}

// isUsual reports whether the receiver responds to a plain delivery as to the first one. It sets r.usual.
func (r *run) isUsual(d *history.Delivery) bool {
	if r.usual == nil {
		r.setUsual(d)
		return true
	}
	return d.OK() || d.Error == "" && !r.usual.OK()
}

// recovered reports whether the receiver responds as usual, after trouble or without.
func (r *run) recovered(ctx context.Context, c Case) (bool, error) {
	if r.trouble == nil {
		return true, nil
	}
	if r.trouble.kind == history.FailureTimeout {
		if r.waited++; r.waited > maxWaits {
			return false, nil
		}
	}
	result, err := r.plain(ctx, c, "before "+c.ID)
	if err == nil && result.Outcome == report.Passed {
		r.trouble = nil
	}
	return r.trouble == nil, err
}

// maxWaits is the number of cases that check whether timeouts have ended.
const maxWaits = 2

// examineAfter sends a plain delivery after a case that has failed or may have a later effect. If the receiver does not respond as
// before, or if a connection broke in the case, a second run of the case shows whether the case is the reason.
func (r *run) examineAfter(ctx context.Context, result *Result) error {
	if !result.Case.harmless && slices.ContainsFunc(result.Exchanges, func(e report.Exchange) bool { return e.Status/100 == 2 }) {
		if err := text.Wait(ctx, r.opt.Linger); err != nil {
			return err
		}
	}
	if !plainAfter(r.opt.Cases, len(r.results)) && result.Outcome != report.Failed {
		return nil
	}
	r.stopped = slices.ContainsFunc(result.Exchanges, func(e report.Exchange) bool { return isStopped(&e) })
	after, err := r.plain(ctx, result.Case, "after "+result.Case.ID)
	if err != nil {
		return err
	}
	changed := after.Outcome == report.Failed
	if changed {
		if err := r.awaitRestart(ctx, result.Case, after); err != nil {
			return err
		}
	}
	switch {
	case r.trouble != nil:
		r.blame(result, after)
	case changed || isBroken(result):
		return r.confirm(ctx, result, after)
	case isLimited(result):
		r.limit(result)
	}
	return nil
}

// awaitRestart sends plain deliveries until one is accepted as usual or Options.Restart is over. If none is, it sets r.trouble.
func (r *run) awaitRestart(ctx context.Context, c Case, first *Result) error {
	last := first
	for start, n := time.Now(), 1; ; n++ {
		e := last.Exchanges[0]
		r.stopped = r.stopped || isStopped(&e)
		if time.Since(start) > r.opt.Restart || !mayEnd(&e, n) {
			r.trouble = &trouble{cmp.Or(e.Error, fmt.Sprint(e.Status)), troubleText(&e), c.ID}
			return nil
		}
		if err := text.Wait(ctx, min(restartPoll, r.opt.Restart/4)); err != nil {
			return err
		}
		var err error
		if last, err = r.plain(ctx, c, fmt.Sprintf("after %s, again %d", c.ID, n)); err != nil {
			return err
		}
		if last.Outcome == report.Passed {
			return nil
		}
	}
}

// mayEnd reports whether a restart, or after n deliveries a moment, may end the failure of a plain delivery.
func mayEnd(e *report.Exchange, n int) bool {
	switch {
	case history.NotConnected(e.Error), e.Error == history.FailureClosed, e.Error == history.FailureReset:
		return true
	case e.Error != "":
		return false
	}
	return n <= 2 || isStopped(e)
}

// isStopped reports whether no receiver listens, itself or behind a proxy.
func isStopped(e *report.Exchange) bool {
	return history.NotConnected(e.Error) || e.Status == http.StatusBadGateway || e.Status == http.StatusServiceUnavailable || e.Status == http.StatusGatewayTimeout
}

// restartPoll is the time between two plain deliveries while a restart is awaited.
const restartPoll = 250 * time.Millisecond

func troubleText(e *report.Exchange) string {
	switch {
	case e.Error == history.FailureRefused:
		return "connections are refused"
	case e.Error == history.FailureTimeout:
		return "the receiver does not respond in time"
	case e.Error == history.FailureClosed || e.Error == history.FailureReset:
		return closesText
	case e.Error != "":
		return e.Reason
	}
	return fmt.Sprintf("the receiver responds %d to plain deliveries", e.Status)
}

// blame fails the case after which the receiver no longer works. If that was so before the first request of the case, the case before
// it was the reason.
func (r *run) blame(result, after *Result) {
	if last := len(r.results) - 1; last >= 0 && result.Exchanges[0].Error == history.FailureRefused {
		r.trouble.since = r.results[last].Case.ID
		r.failAfter(&r.results[last], after, r.trouble.what+" since this case")
		result.Outcome, result.Reason = report.Inconclusive, r.trouble.text()
		return
	}
	r.failAfter(result, after, r.trouble.what+" since this case")
	if r.trouble.kind == limited {
		r.once[limited], result.Fix = result.Case.ID, r.limitFix()
	}
}

// failAfter fails a case because of the plain delivery after it. A case that has failed by itself keeps its failure.
func (r *run) failAfter(result, after *Result, hint string) {
	if result.Outcome != report.Failed {
		result.Outcome, result.Reason, result.Hint = report.Failed, "", ""
		result.Sent, result.Want, result.Got = after.Sent, after.Want, after.Got
		result.Exchanges = append(result.Exchanges, after.Exchanges...)
	}
	result.Hint = cmp.Or(result.Hint, hint)
	result.mask()
}

// confirm runs a case again whose connection broke, or after which the receiver did not respond as usual for a moment. If that does
// not happen again, neither in a second run of the case before it, the receiver breaks connections by chance.
func (r *run) confirm(ctx context.Context, result, after *Result) error {
	again, changed, err := r.repeat(ctx, result.Case, after)
	if err != nil {
		return err
	}
	switch since := r.once[broken]; {
	case r.trouble != nil:
		r.blame(result, after)
	case changed || isBroken(&again):
		if since != "" {
			result.Outcome, result.Reason = report.Inconclusive, closesText+" since "+since
		} else if after.Outcome == report.Failed {
			r.failAfter(result, after, "the receiver stopped after this case and started again")
		}
	case since != "":
		again.Exchanges = append(result.Exchanges, again.Exchanges...)
		*result = again
	default:
		return r.blameChance(ctx, result, after)
	}
	return nil
}

// repeat runs a case a second time, and reports whether the receiver has changed its responses after it.
func (r *run) repeat(ctx context.Context, c Case, after *Result) (again Result, changed bool, err error) {
	if again, err = r.attempt(ctx, c, c.ID+" again"); err != nil {
		return again, false, err
	}
	if err := text.Wait(ctx, r.opt.Linger); err != nil {
		return again, false, err
	}
	second, err := r.plain(ctx, c, "after "+c.ID+" again")
	if err != nil || second.Outcome == report.Passed {
		return again, false, err
	}
	*after = *second
	return again, true, r.awaitRestart(ctx, c, second)
}

// blameChance fails an earlier case if it has a late effect, or else this one, since the receiver breaks connections by chance.
func (r *run) blameChance(ctx context.Context, result, after *Result) error {
	last := len(r.results) - 1
	for i := last; r.stopped && i >= 0 && (i == last || r.mayChange(i, result.Started)); i-- {
		if earlier := &r.results[i]; earlier.Outcome != report.Passed || len(earlier.Exchanges) == 0 {
			continue
		}
		late, err := r.lateEffect(ctx, r.results[i].Case)
		switch {
		case err != nil:
			return err
		case late != nil:
			r.failAfter(&r.results[i], late, "the receiver stopped a moment after its response")
			*result, err = r.attempt(ctx, result.Case, result.Case.ID+" once more")
			return err
		}
	}
	r.failAfter(result, after, "")
	r.once[broken] = result.Case.ID
	result.Fix = "The receiver closes connections without a response now and then: a second run of this case succeeded. Look for restarts, " +
		"time limits and exhausted workers, on your server and on a proxy in front of it."
	return nil
}

// mayChange reports whether result i may have a late effect on a case that starts at this time.
func (r *run) mayChange(i int, start time.Time) bool {
	return start.Sub(r.results[i].Started.Add(r.results[i].Took)) < lateDeliveries*r.opt.Linger
}

// lateEffect runs a case again, twice, and returns a plain delivery after it that the receiver did not accept. It returns nil if there is
// none, or if it was another one in the second run: then the receiver breaks connections by chance.
func (r *run) lateEffect(ctx context.Context, c Case) (*Result, error) {
	first, after, err := r.deliverUntilBroken(ctx, c, "again")
	if err != nil || after == nil {
		return nil, err
	}
	second, again, err := r.deliverUntilBroken(ctx, c, "a third time")
	if err != nil || again == nil || second < first-1 || second > first+1 {
		return nil, err
	}
	return again, nil
}

// deliverUntilBroken runs a case and sends plain deliveries until the receiver does not accept one. It returns that one and its
// number, or nil after lateDeliveries.
func (r *run) deliverUntilBroken(ctx context.Context, c Case, what string) (int, *Result, error) {
	_, err := r.attempt(ctx, c, c.ID+" "+what)
	for n := 1; n <= lateDeliveries && err == nil; n++ {
		if err = text.Wait(ctx, r.opt.Linger); err != nil {
			break
		}
		var after *Result
		if after, err = r.plain(ctx, c, fmt.Sprintf("after %s %s, %d", c.ID, what, n)); err == nil && after.Outcome == report.Failed {
			return n, after, r.awaitRestart(ctx, c, after)
		}
	}
	return 0, nil, err
}

// lateDeliveries is the number of plain deliveries that show a late effect, each after Options.Linger.
const lateDeliveries = 10

// Kinds of failure that are reported once.
const (
	limited = "429"
	broken  = "broken"
)

const closesText = "the receiver closes connections without a response"

// limit explains a case that failed because the receiver limits the rate, unless an earlier case has reported it.
func (r *run) limit(result *Result) {
	if since := r.once[limited]; since != "" {
		result.Outcome, result.Reason = report.Inconclusive, "the receiver limits the rate of requests since "+since
		return
	}
	r.once[limited], result.Fix = result.Case.ID, r.limitFix()
}

func (r *run) limitFix() string {
	return fmt.Sprintf("The receiver limits the rate of requests: it responds 429 since this case, after %s. Exempt ArtiBot from the limit, or raise it.",
		text.Counted(r.sent, "request"))
}

// isBroken reports whether the case failed and a connection of it broke.
func isBroken(result *Result) bool {
	return result.Outcome == report.Failed && slices.ContainsFunc(result.Exchanges, func(e report.Exchange) bool {
		return e.Error == history.FailureClosed || e.Error == history.FailureReset || e.Error == history.FailureRefused
	})
}

// isLimited reports whether the case failed with the status 429.
func isLimited(result *Result) bool {
	return result.Outcome == report.Failed && slices.ContainsFunc(result.Exchanges, func(e report.Exchange) bool {
		return e.Status == http.StatusTooManyRequests
	})
}
