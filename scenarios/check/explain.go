package check

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"unicode/utf8"

	"artihook/emitter/history"
	"artihook/emitter/text"
)

// explain returns the cause according to the response to a delivery that should be accepted, for [Result.Hint], and the fix if it is
// not that of the case. A response is about the signature only if it is like the response to a wrong signature. If an earlier case has
// failed for the same mistake, this one is inconclusive.
func (c *caseRun) explain(req request, d *history.Delivery) (hint, fix string) {
	if d.Error != "" || d.OK() {
		return "", ""
	}
	quoted := quoteResponse(d)
	if !slices.Contains(usualRejections, d.Status) {
		return quoted, ""
	}
	wrong := c.rejection()
	switch {
	case wrong == nil:
		return quoted, ""
	case sameResponse(d, wrong):
		return c.explainBody(req)
	case d.Status == http.StatusForbidden:
		return "this is not the receiver's response to a wrong signature, so a firewall in front of it may have rejected the content; " + quoted, ""
	}
	return "this is not the receiver's response to a wrong signature; " + quoted, ""
}

// explainBody explains why a receiver that accepts plain deliveries responds to a valid one as to a wrong signature.
func (c *caseRun) explainBody(req request) (hint, fix string) {
	hint, fix = c.diagnoseBody(req)
	if hint == "" {
		return "the receiver responds to this valid delivery as to a wrong signature: it does not verify the raw bytes", ""
	}
	c.blameOnce(hint)
	return hint, fix
}

// rejection returns the receiver's response to a wrong signature, or nil if it rejects none.
func (c *caseRun) rejection() *history.Delivery {
	if !c.run.forged {
		c.run.forged = true
		forger := &caseRun{ctx: c.ctx, run: c.run, result: &Result{Case: c.result.Case, Outcome: "pass"}, name: "forged"}
		req, _ := otherSecret(forger, forger.validRequest())
		if d := forger.send(req); c.rejected().accepts(&d) {
			c.run.forgery = &d
		}
		c.err = forger.err
	}
	return c.run.forgery
}

// sameResponse reports whether two responses differ in digits and case only, such as in a time or in the id of a request.
func sameResponse(a, b *history.Delivery) bool {
	return a.Status == b.Status && bytes.Equal(comparable(a), comparable(b))
}

func comparable(d *history.Delivery) []byte {
	if d.Response == nil {
		return nil
	}
	return changing().ReplaceAll(d.Response.Body, nil)
}

// changing matches digits, and ids of hex digits.
var changing = text.Regexp(`[0-9a-fA-F-]{8,}|[0-9]+`)

// quoteResponse quotes the response in a sentence.
func quoteResponse(d *history.Delivery) string {
	if d.Response == nil || len(bytes.TrimSpace(d.Response.Body)) == 0 || !utf8.Valid(d.Response.Body) {
		return fmt.Sprintf("the receiver responded %d without a reason: look into its log", d.Status)
	}
	return fmt.Sprintf("the receiver responded %d: %q", d.Status, quoted(string(tags().ReplaceAll(d.Response.Body, []byte(" ")))))
}

// tags matches what HTML has around its text.
var tags = text.Regexp(`(?is)<(script|style|head)\b.*?</(script|style|head)>|<[^>]*>`)
