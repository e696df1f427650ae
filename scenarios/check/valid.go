package check

import (
	"fmt"
	"net/http"
	"slices"

	"artihook/emitter/history"
	"artihook/emitter/payload"
)

// validCase is the case that sends the first plain delivery of a run.
const validCase = "signature-valid"

// validSignature sends a plain valid delivery. If it is not accepted, validSignature finds out why: it sends other signatures if
// the response may be about the signature, and other plain events.
func validSignature(c *caseRun) {
	req := c.validRequest()
	d := c.send(req)
	if c.done() {
		return
	}
	if c.run.setUsual(&d); d.OK() {
		return
	}
	hint, fix := c.whyRejected(req, &d)
	if cause := c.run.cause; c.run.runs(cause) { // one cause is one failure
		c.inconclusive("the receiver does not accept a plain valid delivery; see " + cause)
		return
	}
	c.compare(req, &d, accepted)
	c.result.Hint, c.result.Fix = hint, fix
}

// runs reports whether the run has a case with this id.
func (r *run) runs(id string) bool {
	return slices.ContainsFunc(r.opt.Cases, func(c Case) bool { return c.ID == id })
}

// whyRejected returns a hint about the response to a plain valid delivery, and a fix if the one of the case is not for it.
func (c *caseRun) whyRejected(req request, d *history.Delivery) (hint, fix string) {
	switch {
	case d.Error != "":
		return "", "Look at the receiver: is it running, and does it respond to every request?"
	case d.Status < 400:
		c.run.cause = "http-no-redirect"
		return "", "Look at " + c.run.cause + ", which is about the same response."
	case slices.Contains(usualRejections, d.Status):
		if hint, fix := c.diagnose(req); hint != "" {
			return hint, fix
		}
	}
	for _, try := range plainVariants {
		req, cause := try.request(c)
		req.variant = "to find the mistake"
		if other := c.send(req); other.OK() {
			c.run.cause = cause
			return quoteResponse(d), "The response is not about the signature: " + try.fix
		}
	}
	return quoteResponse(d), fixFor(d.Status)
}

// plainVariants lists valid events that a receiver accepts if a usual mistake makes it reject the plain one. The cause is the case
// that is about the mistake.
var plainVariants = []struct {
	fix     string
	request func(*caseRun) (req request, cause string)
}{
	{"the receiver accepts an event with more answers. Treat every field as optional: a lead is created with its first answer.", func(c *caseRun) (request, string) {
		return requestOf(c.lead().updated(4)), "body-one-answer"
	}},
	{"the receiver accepts the other edition only. Accept a number and a text as lead.status.", func(c *caseRun) (request, string) {
		edition := c.run.opt.Webhook.Edition
		return requestOf(c.leadOf(otherEdition(edition)).created()), "body-edition-" + edition.String()
	}},
	{"the receiver accepts the content type application/json; charset=utf-8 only. Ignore the parameters of the content type.", func(c *caseRun) (request, string) {
		return c.withHeader("Content-Type", "application/json; charset=utf-8"), "http-charset"
	}},
	{"the receiver accepts user agents of browsers only. Accept artibot-api too: a firewall or a filter for robots may be in front.", func(c *caseRun) (request, string) {
		return c.withHeader("User-Agent", "Mozilla/5.0"), "http-user-agent"
	}},
}

func otherEdition(edition payload.Edition) payload.Edition {
	if edition == payload.Edition2019 {
		return payload.Edition2022
	}
	return payload.Edition2019
}

// withHeader returns a plain valid delivery with this value of a header.
func (c *caseRun) withHeader(name, value string) request {
	req := c.validRequest()
	req.alter = func(d *history.Delivery) { d.Request.Headers.Set(name, value) }
	return req
}

// fixFor returns the usual fixes for a status that a valid delivery must not get.
func fixFor(status int) string {
	switch status {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden:
		return "Three usual causes: the receiver has another secret; it verifies another URL than this one (see --sign-url); something in front of it, " +
			"such as a firewall, a login or a token, rejects the request. artihook verify shows what was signed."
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return "Two usual causes: the URL has another path or lacks a token; the route accepts another method than POST."
	case http.StatusUnsupportedMediaType:
		return "The response is not about the signature. Accept the content type application/json, with and without a charset."
	case http.StatusTooManyRequests:
		return "The receiver limits the rate of requests. Exempt ArtiBot from the limit, or raise it."
	}
	if status >= 500 {
		return "The response is not about the signature: the receiver, or a proxy in front of it, failed. Look into its log."
	}
	return fmt.Sprintf("The response is not about the signature. Find out which part of the event gets %d, and accept every event that ArtiBot sends.", status)
}
