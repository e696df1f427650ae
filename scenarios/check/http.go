package check

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"time"

	"artihook/emitter"
	"artihook/emitter/exchange"
	"artihook/emitter/history"
)

// timeCase is the case that measures a response.
const timeCase = "http-in-time"

// httpCases returns the cases about the use of HTTP.
func httpCases() []Case {
	return slices.Concat(serverCases(), requestCases(), connectionCases(), []Case{errorResponseCase(), echoCase(), cutsCase()})
}

// serverCases returns the cases that every receiver needs.
func serverCases() []Case {
	return []Case{
		{
			ID: timeCase, Level: Should, Requests: 1, harmless: true, independent: true, run: responseInTime,
			Sends: "A plain valid delivery.",
			Why:   "The response arrives soon. ArtiBot does not document how long it waits; most senders of webhooks wait for a few seconds.",
			Fix:   "Store the event and respond 2xx, then do slow work (mail, another API).",
			Code:  codeQueueEvent,
		},
		{
			ID: "http-no-redirect", Level: Must, Requests: 1, harmless: true, independent: true, run: noRedirect,
			Sends: "A plain valid delivery.",
			Why:   "ArtiBot does not follow a redirect, since the signature is for the original URL.", Fix: "Configure the target of the redirect as the URL in ArtiBot. Check https and the slash at the end.",
			Code: codeBothPaths,
		},
		{
			ID: "http-no-html", Level: Should, Requests: 3, harmless: true, independent: true, run: noHTML,
			Sends: "A plain valid delivery, one without a signature, and one whose body is not valid JSON.",
			Why:   "ArtiBot's Delivery History shows the response. An error should be one line, not a web page.",
			Fix:   "Send errors of this route as a short text or JSON.", Code: codeShortErrors,
		},
		{
			ID: "http-slow-sender", Level: Must, Requests: 1, run: slowSender,
			Sends: "A plain valid delivery whose body is sent in small pieces over more than a second.",
			Why:   "A body may arrive in many small pieces, with pauses.", Fix: "Read the whole body, and wait a few seconds for it.",
			Code: codeReadAll,
		},
		{
			ID: "http-cut", Level: Must, Requests: 2, run: cutOff,
			Sends: "A plain delivery whose connection closes in the middle of the body, then a plain valid one.",
			Why:   "A connection may break in the middle of a body. The next deliveries are accepted as usual.", Fix: "Release the locks, connections and transactions of a request whose body cannot be read.",
			Code: codeReleaseAlways,
		},
		{
			ID: "http-large-without-expect", Level: Must, Requests: 1, run: expectAccepted(long("40 KB, without Expect: 100-continue", 40_000)),
			Sends: "The created event of a lead with a long answer, 40 KB in all, without the header Expect.",
			Why:   "ArtiBot sends no Expect header: a body of several packets follows its headers immediately.", Fix: "Read the body until its end, which Content-Length announces, and do not require Expect: 100-continue.",
			Code:  codeReadAll,
			needs: []string{"body-long-answer"},
		},
		{
			ID: "http-content-type", Level: Should, Requests: 1, harmless: true, run: contentType,
			Sends: "A plain delivery with the content type text/plain.",
			Why:   "Another content type is accepted or rejected, and does not cause an error.", Fix: "If your framework parses the body by its content type, respond 4xx to a request whose body it did not parse.",
			Code: codeUnparsedBody,
		},
		{
			ID: "http-get", Level: Should, Requests: 1, independent: true, harmless: true, run: withoutBody(http.MethodGet),
			Sends: "A GET without body and signature.",
			Why:   "People open your URL in a browser, and link checkers request it with GET.", Fix: "Respond 405 to every method but POST.", Code: codeOnlyPOST,
		},
		{
			ID: "http-head", Level: Should, Requests: 1, independent: true, harmless: true, run: withoutBody(http.MethodHead),
			Sends: "A HEAD without body and signature.",
			Why:   "Monitoring tools request your URL with HEAD.", Fix: "Respond 405 to every method but POST.", Code: codeOnlyPOST,
		},
		{
			ID: "http-keep-alive", Level: Should, Requests: 2, harmless: true, run: keepAlive,
			Sends: "Two valid deliveries over one connection, the first one with a long answer.",
			Why:   "A sender that can reuse a connection saves both sides a handshake for each event.", Fix: "Keep connections open, as HTTP/1.1 does by default.",
			Code: codeKeepOpen, needs: []string{"body-long-answer"},
		},
	}
}

// echoCase returns the case about confidential text in responses. It runs near the end, since every earlier response counts.
func echoCase() Case {
	return Case{
		ID: "http-no-echo", Level: Must, Requests: 4, independent: true, run: noEcho,
		Sends: "Four deliveries that often cause an error: without a signature, with a wrong one, with invalid JSON, with JSON that is not an event.",
		Why:   "A response that contains the secret, the valid signature or a stack trace helps an attacker.",
		Fix:   "Log the details on your side, and send only the status.",
		Code:  codeLogOnly,
	}
}

func responseInTime(c *caseRun) {
	req := c.validRequest()
	d := c.send(req)
	if patience := c.run.opt.Patience; d.Duration > patience {
		c.fail(describe(req, &d), "a response within "+patience.String(), "it took "+d.Duration.Round(time.Millisecond).String())
	}
	c.compare(req, &d, anyResponse)
}

func noRedirect(c *caseRun) {
	req := c.validRequest()
	d := c.expect(req, anyResponse)
	if !c.done() && d.Status >= 300 && d.Status < 400 {
		location, redirected := d.Response.Headers.Lookup("Location")
		if redirected {
			location = " to " + quoted(location)
		}
		c.fail(describe(req, &d), "2xx", fmt.Sprintf("%d %s%s", d.Status, http.StatusText(d.Status), location))
	}
}

func noHTML(c *caseRun) {
	unsigned, _ := missingHeader(c, c.validRequest())
	c.inspect(func(req request, d *history.Delivery) {
		switch {
		case !isHTML(d):
		case d.OK():
			c.note("the response to an accepted event is HTML; ArtiBot's delivery history shows it as text")
		default:
			c.fail(describe(req, d), "a short text, JSON or nothing", responseText(d))
		}
	}, c.validRequest(), unsigned, c.cutShort())
}

// inspect sends the requests and calls look with each response. A missing response is the failure of another case: without
// any response, the case is skipped.
func (c *caseRun) inspect(look func(request, *history.Delivery), requests ...request) {
	responded := false
	for _, req := range requests {
		d := c.send(req)
		if d.Error == "" {
			responded = true
			look(req, &d)
		}
	}
	if !responded {
		c.skip("there was no response to inspect")
	}
}

func isHTML(d *history.Delivery) bool {
	if d.Response == nil {
		return false
	}
	start := bytes.ToLower(bytes.TrimSpace(d.Response.Body))
	return bytes.HasPrefix(start, []byte("<!doctype html")) || bytes.HasPrefix(start, []byte("<html"))
}

func slowSender(c *caseRun) {
	req := c.validRequest()
	req.variant, req.options = "with its body sent over "+c.run.opt.Slow.String(), emitter.SendOptions{SlowBody: c.run.opt.Slow}
	c.expect(req, accepted)
}

// cutTime is how long a busy receiver may need to notice that a connection was closed.
const cutTime = 200 * time.Millisecond

func cutOff(c *caseRun) {
	req := c.validRequest()
	req.variant, req.options = "with the connection cut in the middle of the body", emitter.SendOptions{Cut: true, CutAfter: len(req.body) / 2}
	c.send(req)
	c.pause(cutTime)
	next := c.validRequest()
	next.variant = "after a connection that was cut in the middle of the body"
	c.expect(next, accepted)
}

func contentType(c *caseRun) {
	req := c.validRequest()
	req.variant = "as text/plain"
	req.alter = func(d *history.Delivery) {
		d.Request.Headers.Set("Content-Type", "text/plain")
	}
	c.expect(req, tolerated)
}

// withoutBody returns a case that sends a request with this method, without body and signature.
func withoutBody(method string) func(*caseRun) {
	return func(c *caseRun) {
		req, _ := missingHeader(c, request{})
		unsign := req.alter
		req.variant = ""
		req.alter = func(d *history.Delivery) {
			unsign(d)
			d.Request.Method = method
		}
		c.expect(req, noCrash)
	}
}

// keepAlive sends two requests over one connection. A receiver may close connections if its responses say so.
func keepAlive(c *caseRun) {
	wanted := anyResponse
	if c.run.usual == nil || c.run.usual.OK() {
		wanted = accepted
	}
	long := c.lead()
	for _, req := range []request{requestOf(long.createdWith(longText + long.texts[0])), c.validRequest()} { // the rest of a longer body would show
		req.reuse = true
		d := c.expect(req, wanted)
		if c.done() {
			return
		}
		if why := closeReason(d.Response); why != "" {
			c.note(why)
			return
		}
		c.pause(silentClose)
		if !c.run.opt.Emitter.Connected(&c.run.opt.Webhook) {
			c.fail(describe(req, &d), "an open connection, or a response with Connection: close", "the receiver closed the connection after its response, which does not say so")
		}
	}
}

// silentClose is how long after a response a receiver may close the connection without notice.
const silentClose = 100 * time.Millisecond

// closeReason returns how the response announces that the connection closes, or "" if it does not.
func closeReason(r *exchange.Response) string {
	switch _, host := r.Headers.Lookup("Host"); {
	case r.Headers.Closes() && host:
		return "each response closes its connection, as PHP's built-in web server (php -S) always does; behind nginx or Apache, connections stay open"
	case r.Headers.Closes():
		return "each response closes its connection with Connection: close"
	case r.Proto == "HTTP/1.0":
		return "each response closes its connection, because it is an HTTP/1.0 response"
	}
	return ""
}

// noEcho reports the first leak in any response of the run, after four requests that often cause one.
func noEcho(c *caseRun) {
	unsigned, _ := missingHeader(c, c.validRequest())
	wrong, _ := wrongDigits(c, c.validRequest())
	notEvent := c.validRequest()
	notEvent.body, notEvent.variant = []byte(`[null]`), "with a body that is JSON but not an event"
	c.inspect(func(request, *history.Delivery) {
		if leaked := c.run.leaked; leaked.what != "" {
			c.fail(leaked.sent, "no confidential text", leaked.what+" in "+leaked.got)
		}
	}, unsigned, wrong, c.cutShort(), notEvent)
}
