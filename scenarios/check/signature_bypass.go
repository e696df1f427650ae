package check

import (
	"net/http"
	"slices"

	"artihook/emitter/exchange"
	"artihook/emitter/history"
	"artihook/emitter/payload"
)

// bypassCases returns the cases about requests for which a receiver may skip the verification.
func bypassCases() []Case {
	const (
		fixFirst = "Verify the signature before anything else, for every method, content type and body."
		why      = "A delivery without a right signature is not accepted, whatever else it has."
	)
	return []Case{
		{
			ID: "signature-trusted-origin", Level: Must, Requests: 1, harmless: true, independent: true,
			run: expectNotAccepted(withHeaders(wrongDigits,
				exchange.Header{Name: "X-Forwarded-For", Value: "127.0.0.1"}, exchange.Header{Name: "X-Real-IP", Value: "127.0.0.1"},
				exchange.Header{Name: "X-Client-IP", Value: "127.0.0.1"}, exchange.Header{Name: "True-Client-IP", Value: "127.0.0.1"},
				exchange.Header{Name: "Origin", Value: "https://app.artibot.ai"}, exchange.Header{Name: "Referer", Value: "https://app.artibot.ai/"},
			)),
			Sends: "A delivery with a wrong signature and headers that claim to come from this machine and from ArtiBot.",
			Why:   "A client can send any header, including X-Forwarded-For: 127.0.0.1.", Fix: "Do not trust a request because of its headers. " + fixFirst, Code: codeVerifyFirst,
		},
		{
			ID: "signature-debug-header", Level: Must, Requests: 1, harmless: true, independent: true,
			run: expectNotAccepted(withHeaders(wrongDigits,
				exchange.Header{Name: "X-Debug", Value: "1"}, exchange.Header{Name: "X-Test", Value: "1"}, exchange.Header{Name: "X-Artibot-Test", Value: "true"},
			)),
			Sends: "A delivery with a wrong signature and the headers X-Debug, X-Test and X-Artibot-Test.",
			Why:   why, Fix: "Remove the switch that skips the verification. " + fixFirst, Code: codeVerifyFirst,
		},
		{
			ID: "signature-debug-query", Level: Must, Requests: 1, harmless: true, independent: true, run: expectNotAccepted(debugQuery),
			Sends: "A delivery with a wrong signature and debug=1&test=1 in the query.",
			Why:   why, Fix: "Remove the switch that skips the verification. " + fixFirst, Code: codeVerifyFirst,
		},
		{
			ID: "signature-trusted-host", Level: Must, Requests: 1, harmless: true, independent: true, run: expectNotAccepted(localHost),
			Sends: "A delivery with a wrong signature and the Host localhost.",
			Why:   "A client can send any Host. A receiver that skips the verification on localhost accepts leads from anyone.", Fix: fixFirst, Code: codeVerifyFirst,
		},
		{
			ID: "signature-each-event", Level: Must, Requests: 3, harmless: true, independent: true, run: expectNotAccepted(updatedForgery, completedForgery, editionForgery),
			Sends: "Three deliveries with a wrong signature: an updated event, a completed event, and a created event in the other edition.",
			Why:   "If a receiver verifies only in the handler of one action or edition, anyone can send the others.", Fix: fixFirst, Code: codeVerifyFirst,
		},
		{
			ID: "signature-known-lead", Level: Must, Requests: 2, harmless: true, independent: true, run: knownLead,
			Sends: "The created event of a lead, then the same event with a wrong signature.",
			Why:   "A lead that the receiver knows proves nothing about the sender of a further event.", Fix: fixFirst, Code: codeVerifyFirst,
		},
		{
			ID: "signature-batch", Level: Must, Requests: 1, harmless: true, independent: true, run: expectNotAccepted(batch),
			Sends: "A delivery with a wrong signature whose body is an array of events.",
			Why:   why + " ArtiBot sends no arrays.", Fix: fixFirst, Code: codeVerifyFirst,
		},
		{
			ID: "signature-test-body", Level: Must, Requests: 1, harmless: true, independent: true, run: expectNotAccepted(testBody),
			Sends: `A delivery with a wrong signature whose body starts with {"test":true.`,
			Why:   "Anyone can mark a lead as a test.", Fix: fixFirst, Code: codeVerifyFirst,
		},
		{
			ID: "signature-other-credentials", Level: Must, Requests: 1, harmless: true, independent: true,
			run:   expectNotAccepted(withHeaders(wrongDigits, exchange.Header{Name: "Authorization", Value: "Bearer artihook"}, exchange.Header{Name: "Cookie", Value: "session=artihook; admin=1"})),
			Sends: "A delivery with a wrong signature, a bearer token and a cookie.",
			Why:   why, Fix: "Do not accept other credentials on the URL of the webhook. " + fixFirst, Code: codeVerifyFirst,
		},
		{
			ID: "signature-key-from-header", Level: Must, Requests: 1, harmless: true, independent: true, run: expectNotAccepted(keyFromHeader),
			Sends: "A delivery that is signed with the secret in its own header X-Artibot-Secret.",
			Why:   "The sender must not choose the secret.", Fix: "Take the secret from your settings only.", Code: codeNeedSecret,
		},
		{
			ID: "signature-put", Level: Must, Requests: 2, harmless: true, independent: true, run: expectNotAccepted(withMethod(http.MethodPut), withMethod(http.MethodPatch)),
			Sends: "A PUT and a PATCH with a wrong signature.",
			Why:   "If a receiver verifies only POST requests, anyone can send leads with another method.", Fix: "Respond 405 to every method but POST. " + fixFirst, Code: codeOnlyPOST,
		},
		{
			ID: "signature-content-type", Level: Must, Requests: 3, harmless: true, independent: true,
			run:   expectNotAccepted(withContentType("text/plain"), withContentType("application/x-www-form-urlencoded"), withContentType("")),
			Sends: "Three deliveries with a wrong signature: with the content type text/plain, with that of a form, and without any.",
			Why:   "A body parser that verifies the signature runs only for its own content types. express.json({ verify }) does not run for text/plain.",
			Fix:   fixFirst, Code: codeVerifyFirst,
		},
		{
			ID: "signature-large-body", Level: Must, Requests: 1, harmless: true, independent: true, run: expectNotAccepted(largeForgery),
			Sends: "A delivery of 90 KB with a wrong signature.",
			Why:   "If a receiver does not verify large bodies, to save time or memory, anyone can send leads.", Fix: fixFirst, Code: codeVerifyFirst,
		},
		{
			ID: "signature-empty-body", Level: Must, Requests: 1, harmless: true, independent: true, run: expectNotAccepted(emptyBody),
			Sends: "A delivery with a wrong signature and an empty body.",
			Why:   "A body parser that verifies the signature does not run for an empty body.", Fix: fixFirst, Code: codeVerifyFirst,
		},
	}
}

// notAccepted is wanted of a forged request that something else than the verification may reject, such as a router.
var notAccepted = want{"any response but 2xx", func(d *history.Delivery) bool { return !d.OK() }}

// expectNotAccepted returns a case that fails if one of the forgeries is accepted.
func expectNotAccepted(forgeries ...forgery) func(*caseRun) {
	return func(c *caseRun) {
		if !c.verifies() {
			return
		}
		for _, forge := range forgeries {
			req, _ := forge(c, c.validRequest())
			c.expect(req, notAccepted)
		}
	}
}

func testBody(c *caseRun, req request) (request, string) {
	req.body = append([]byte(`{"test":true,`), req.body[1:]...)
	req, why := wrongDigits(c, req)
	req.variant += `, and "test":true in the body`
	return req, why
}

func keyFromHeader(c *caseRun, req request) (request, string) {
	const secret = "chosen by the sender"
	return withHeaders(withSecret("the secret in X-Artibot-Secret", secret),
		exchange.Header{Name: "X-Artibot-Secret", Value: secret}, exchange.Header{Name: "X-Secret", Value: secret})(c, req)
}

// withMethod returns a forgery with another method and a wrong signature.
func withMethod(method string) forgery {
	return func(c *caseRun, req request) (request, string) {
		return altering(c, req, "as a "+method, func(d *history.Delivery) { d.Request.Method = method })
	}
}

// withContentType returns a forgery with another content type and a wrong signature. The empty text removes the header.
func withContentType(kind string) forgery {
	return func(c *caseRun, req request) (request, string) {
		what := "as " + kind
		if kind == "" {
			what = "without a content type"
		}
		return altering(c, req, what, func(d *history.Delivery) {
			if d.Request.Headers.Set("Content-Type", kind); kind == "" {
				d.Request.Headers = d.Request.Headers.Delete("Content-Type")
			}
		})
	}
}

// debugQuery adds a query that looks like a switch.
func debugQuery(c *caseRun, req request) (request, string) {
	const query = "debug=1&test=1"
	req, why := wrongDigits(c, req)
	req.variant += ", and " + query
	req.webhook = withPair(c.run.opt.Webhook, query)
	return req, why
}

func localHost(c *caseRun, req request) (request, string) {
	return altering(c, req, "with the Host localhost", func(d *history.Delivery) { d.Request.Host = "localhost" })
}

func updatedForgery(c *caseRun, _ request) (request, string) { return forged(c, c.lead().updated(2)) }

func completedForgery(c *caseRun, _ request) (request, string) {
	return forged(c, c.lead().completed())
}

func editionForgery(c *caseRun, _ request) (request, string) {
	return forged(c, c.leadOf(otherEdition(c.run.opt.Webhook.Edition)).created())
}

// forged returns the request of an event with a wrong signature.
func forged(c *caseRun, e *payload.Event) (request, string) {
	req, why := wrongDigits(c, requestOf(e))
	req.variant = "edition " + e.Edition.String() + ", " + req.variant
	return req, why
}

// knownLead sends a valid event, and a forged one of the same lead.
func knownLead(c *caseRun) {
	if !c.verifies() {
		return
	}
	plain := c.validRequest()
	c.send(plain)
	again, _ := wrongDigits(c, plain)
	again.variant = "of a known lead, " + again.variant
	c.expect(again, notAccepted)
}

func batch(c *caseRun, req request) (request, string) {
	req.body = slices.Concat([]byte("["), req.body, []byte("]"))
	req, why := wrongDigits(c, req)
	req.variant = "in an array, " + req.variant
	return req, why
}

func emptyBody(c *caseRun, req request) (request, string) {
	return altering(c, req, "with an empty body", func(d *history.Delivery) { d.Request.Body = nil })
}

func largeForgery(c *caseRun, _ request) (request, string) {
	return wrongDigits(c, long("90 KB", 90_000)(c))
}

// altering returns a forgery with a wrong signature and another change.
func altering(c *caseRun, req request, what string, change func(*history.Delivery)) (request, string) {
	req, why := wrongDigits(c, req)
	sign := req.alter
	req.variant = what + ", " + req.variant
	req.alter = func(d *history.Delivery) {
		sign(d)
		change(d)
	}
	return req, why
}
