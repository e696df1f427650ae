package check

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/payload"
	"artihook/emitter/signature"
	"artihook/emitter/text"
	"artihook/scenarios/report"
)

// caseRun is the run of one case. The first failure is the result; after it, or after an error, nothing more is sent.
type caseRun struct {
	ctx    context.Context
	run    *run
	result *Result
	name   string // of the leads: each name has leads of its own
	leads  int    // the number of leads that the case has used
	blind  bool   // the case does not probe
	beside bool   // other cases run at the same time, so that a failure needs no explanation: the case runs again
	hidden string // the kind of error in the text of the last 2xx response with one
	err    error
}

// request is a delivery to send.
type request struct {
	variant string // how it differs from a plain delivery, for people; "" if it does not
	body    []byte
	summary payload.Summary
	edition payload.Edition
	event   *payload.Event          // what the body was encoded from, if the answers must be stored as they are
	webhook *emitter.Webhook        // nil means Options.Webhook
	alter   func(*history.Delivery) // changes the signed request, if not nil
	options emitter.SendOptions
	reuse   bool // use an open connection again; otherwise the request opens one, so that no case depends on how another one ended
}

func requestOf(e *payload.Event) request {
	return request{body: e.AppendJSON(nil), summary: e.Summary(), edition: e.Edition, event: e}
}

// validRequest returns a plain valid delivery: the created event of a new lead.
func (c *caseRun) validRequest() request { return requestOf(c.lead().created()) }

func (c *caseRun) lead() *lead { return c.leadOf(c.run.opt.Webhook.Edition) }

func (c *caseRun) leadOf(edition payload.Edition) *lead {
	c.run.mu.Lock()
	defer c.run.mu.Unlock()
	c.leads++
	return c.run.visitors.lead(edition, c.name, c.leads)
}

func (c *caseRun) done() bool { return c.err != nil || c.result.Outcome != report.Passed }

// send sends a request and returns the delivery, or a zero one if the case is done.
func (c *caseRun) send(req request) history.Delivery {
	if c.done() || c.timeIsUp() {
		return history.Delivery{}
	}
	d, err := c.post(req)
	c.record(req, d, err)
	return d
}

// sendAtOnce sends the requests at the same time.
func (c *caseRun) sendAtOnce(requests ...request) []history.Delivery {
	deliveries := make([]history.Delivery, len(requests))
	if c.done() || c.timeIsUp() {
		return deliveries
	}
	errs := make([]error, len(requests))
	var wait sync.WaitGroup
	for i := range requests {
		wait.Go(func() { deliveries[i], errs[i] = c.post(requests[i]) })
	}
	wait.Wait()
	for i := range requests {
		c.record(requests[i], deliveries[i], errs[i])
	}
	return deliveries
}

func (c *caseRun) post(req request) (history.Delivery, error) {
	w := c.webhook(req)
	planned := emitter.Plan(w, emitter.Message{
		Body: req.body, Summary: req.summary, Edition: req.edition, Scenario: Scenario, Step: c.result.Case.ID,
	})
	if req.alter != nil {
		req.alter(&planned)
		planned.Tampered = string(emitter.TamperOf(w, &planned))
	}
	options := req.options
	options.NewConnection = !req.reuse
	options.Timeout = min(c.run.timeout()+options.SlowBody, time.Until(c.run.deadline))
	return c.run.opt.Emitter.WithOptions(options).Send(c.ctx, w, planned, nil)
}

// timeIsUp ends the case if the budget is used up.
func (c *caseRun) timeIsUp() bool {
	if time.Until(c.run.deadline) > 0 {
		return false
	}
	c.inconclusive(fmt.Sprintf("the budget of %s is used up; --budget allows more", c.run.budget))
	return true
}

func (c *caseRun) webhook(req request) *emitter.Webhook {
	if req.webhook != nil {
		return req.webhook
	}
	return &c.run.opt.Webhook
}

// record adds the delivery to the result and updates the state of the run.
func (c *caseRun) record(req request, d history.Delivery, err error) {
	c.run.mu.Lock()
	defer c.run.mu.Unlock()
	c.result.Exchanges = append(c.result.Exchanges, exchangeOf(req, &d))
	if c.err == nil {
		c.err = err
	}
	if c.run.sent++; c.run.sent == 1 && c.err == nil {
		c.err = Unreachable(c.ctx, &d)
	}
	if d.Error == history.FailureTimeout {
		c.timeIsUp()
	}
	c.run.findLeak(c.webhook(req), req, &d)
	c.findHiddenError(req, &d)
}

// want is an expected response.
type want struct {
	text    string
	accepts func(*history.Delivery) bool
}

var (
	accepted          = want{"2xx", (*history.Delivery).OK}
	rejectedAsInvalid = want{"4xx, such as 400", func(d *history.Delivery) bool { return d.Error == "" && d.Status >= 400 && d.Status < 500 }}
	tolerated         = want{"2xx or 4xx", func(d *history.Delivery) bool {
		return d.Error == "" && (d.Status < 300 || d.Status >= 400 && d.Status < 500)
	}}
	anyResponse = want{"a response", func(d *history.Delivery) bool { return d.Error == "" }}
	// noCrash accepts 501 too, the right status for an unknown method.
	noCrash = want{"anything but 5xx", func(d *history.Delivery) bool {
		return d.Error == "" && (d.Status < 500 || d.Status == http.StatusNotImplemented)
	}}
)

// expect sends a request and fails the case if the response is not the wanted one.
func (c *caseRun) expect(req request, w want) history.Delivery {
	d := c.send(req)
	c.compare(req, &d, w)
	return d
}

func (c *caseRun) compare(req request, d *history.Delivery, w want) {
	if !c.done() && !w.accepts(d) {
		hint, fix := "", ""
		if w.text == accepted.text && !c.beside {
			hint, fix = c.explain(req, d)
		}
		c.fail(describe(req, d), w.text, responseText(d))
		c.result.Hint, c.result.Fix = hint, fix
	}
}

func (c *caseRun) fail(sent, want, got string) {
	if c.done() {
		return
	}
	c.result.Outcome = report.Failed
	c.result.Sent, c.result.Want, c.result.Got = sent, want, got
}

// failOnce fails the case with the first of the possible causes as its hint. If an earlier case has failed for one of them, this one is
// inconclusive.
func (c *caseRun) failOnce(sent, want, got string, causes ...string) {
	if c.blameOnce(causes...); c.done() {
		return
	}
	c.fail(sent, want, got)
	if len(causes) > 0 {
		c.result.Hint = causes[0]
	}
}

// blameOnce records that the case fails for one of these causes. If an earlier case has reported one, the case is inconclusive.
func (c *caseRun) blameOnce(causes ...string) {
	for _, cause := range causes {
		if since := c.run.reportedBy(cause); since != "" && since != c.result.Case.ID {
			c.inconclusive(cause + " since " + since)
		}
	}
	if c.done() || c.beside { // a case that ran beside others runs again
		return
	}
	for _, cause := range causes {
		c.run.once[cause] = c.result.Case.ID
	}
}

// note adds a note to a case, which may pass.
func (c *caseRun) note(text string) {
	if !c.done() && c.result.Note == "" {
		c.result.Note = text
	}
}

// skip ends a case that does not apply to this receiver or these settings.
func (c *caseRun) skip(why string) { c.end(report.Skipped, why) }

// inconclusive ends a case whose result would not be its own, such as one that depends on another failure.
func (c *caseRun) inconclusive(why string) { c.end(report.Inconclusive, why) }

func (c *caseRun) end(outcome report.Outcome, reason string) {
	if !c.done() {
		c.result.Outcome, c.result.Reason = outcome, reason
	}
}

// describe returns the request in one line.
func describe(req request, d *history.Delivery) string {
	text := d.Request.Method + " " + d.URL
	if d.Event != "" {
		text += fmt.Sprintf(": %s v%d", d.Event, d.Version)
	}
	if req.variant != "" {
		text += ", " + req.variant
	}
	return text
}

// maxQuoted is the maximum length of a quoted text, in characters.
const maxQuoted = 160

// responseText returns the response, or why there is none, in one line.
func responseText(d *history.Delivery) string {
	if d.Error != "" {
		return d.Error + ": " + d.Reason
	}
	text := fmt.Sprintf("%d %s", d.Status, http.StatusText(d.Status))
	if d.Response == nil {
		return text
	}
	if body := quoted(string(d.Response.Body)); body != "" {
		text += ": " + body
	}
	return text
}

// maxReported is the maximum length of a body in a report, in bytes.
const maxReported = 16 << 10

func exchangeOf(req request, d *history.Delivery) report.Exchange {
	title := d.Request.Method
	if d.Event != "" {
		title = fmt.Sprintf("%s v%d", d.Event, d.Version)
	}
	if req.variant != "" {
		title += ", " + req.variant
	}
	return ExchangeOf(title, d)
}

// ExchangeOf returns a delivery as the exchange of a report.
func ExchangeOf(title string, d *history.Delivery) report.Exchange {
	e := report.Exchange{Number: d.ID, Title: title, URL: d.URL, Status: d.Status, Error: d.Error, Reason: d.Reason, Took: d.Duration}
	e.Request = messageOf(d.Request.AppendRaw(nil), false)
	if d.Response != nil {
		e.Response = messageOf(d.RawResponse, d.Response.Truncated)
		e.Response.Body = d.Response.Body // without the chunk headers of the raw response
		cutBody(&e.Response)
	}
	return e
}

func messageOf(raw []byte, truncated bool) report.Message {
	head, body, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	m := report.Message{Head: strings.ReplaceAll(string(head), "\r\n", "\n"), Body: body, Truncated: truncated}
	cutBody(&m)
	return m
}

func cutBody(m *report.Message) {
	if len(m.Body) > maxReported {
		m.Body, m.Truncated = m.Body[:maxReported], true
	}
}

// pause waits for d or until the context is done.
func (c *caseRun) pause(d time.Duration) {
	_ = text.Wait(c.ctx, d) // the context is checked before the next request
}

// header returns a function that sets the signature header of a delivery.
func header(value string) func(*history.Delivery) {
	return func(d *history.Delivery) {
		d.Request.Headers.Set(signature.Header, value)
	}
}
