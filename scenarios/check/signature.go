package check

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/signature"
	"artihook/emitter/signature/explain"
)

// signatureCases returns the cases about the signature (docs/contract.md, section 3).
func signatureCases() []Case {
	return slices.Concat(verificationCases(), formCases(), urlCases(), bypassCases())
}

// verificationCases returns the cases that every receiver needs.
func verificationCases() []Case {
	const anyone = "Anyone who knows your URL can send you leads."
	return []Case{
		{
			ID: validCase, Level: Must, Requests: 1, harmless: true, run: validSignature,
			Sends: "A plain valid delivery: the created event of a new lead.",
			Why:   "A valid delivery, as ArtiBot sends it, is accepted.",
			Fix:   "Sign METHOD&URL&BODY with the secret and compare. Use the public URL and the raw bytes of the body. artihook verify shows what differs.",
			Code:  codeSignMessage,
		},
		{
			ID: lowerCase, Level: Must, Requests: 1, harmless: true, independent: true, run: upperCase,
			Sends: "A plain valid delivery. If it is rejected, another one with its signature in lower case.",
			Why:   "ArtiBot writes the hex digits in upper case.",
			Fix:   "Convert both signatures to the same case before you compare them.",
			Code:  codeFoldCase,
		},
		{
			ID: "signature-wrong-secret", Level: Must, Requests: 1, harmless: true, independent: true, run: wrongSecret,
			Sends: "A plain delivery that is signed with another secret.",
			Why:   "A delivery that is signed with another secret is rejected.", Fix: anyone + " Verify the signature, and respond 401 if it is wrong.",
			Code: codeCompareAll,
		},
		{
			ID: "signature-missing-header", Level: Must, Requests: 1, harmless: true, independent: true, run: expectRejected(missingHeader),
			Sends: "A plain delivery without the header x-artibot-signature.",
			Why:   "A delivery without a signature is rejected and does not cause an error.", Fix: "Treat a missing header as an empty text.",
			Code: codeMissingIsEmpty,
		},
		{
			ID: "signature-empty-header", Level: Must, Requests: 1, harmless: true, independent: true, run: expectRejected(fixedHeader("an empty signature", "")),
			Sends: "A plain delivery whose header x-artibot-signature is empty.",
			Why:   "An empty signature is rejected.", Fix: "Compare whole values: every text starts with the empty text.",
			Code: codeCompareAll,
		},
		{
			ID: "signature-garbage", Level: Must, Requests: 2, harmless: true, independent: true,
			run:   expectRejected(fixedHeader("a signature that is not hex", "not-a-signature"), fixedHeader("a signature that is not ASCII", "ü§%00{}")),
			Sends: "Two plain deliveries: one with a signature that is not hex, one with a signature that is not ASCII.",
			Why:   "A signature that is not hex is rejected and does not cause an error.", Fix: "Check length and digits before you decode the signature, or compare it as text.",
			Code: codeDecodeHex,
		},
		{
			ID: "signature-wrong-digits", Level: Must, Requests: 2, harmless: true, independent: true, run: expectRejected(wrongDigits, zeros),
			Sends: "Two plain deliveries: one whose signature has every digit replaced, one with zeros as its signature.",
			Why:   "A signature of the right length with wrong digits is rejected.", Fix: anyone + " Compare every digit.",
			Code: codeCompareAll,
		},
		{
			ID: "signature-truncated", Level: Must, Requests: 1, harmless: true, independent: true, run: expectRejected(truncated),
			Sends: "A plain delivery whose signature lacks the last character.",
			Why:   "A valid signature without its last character is rejected.", Fix: "Compare whole values, including their lengths.",
			Code: codeCompareAll,
		},
		{
			ID: "signature-other-body", Level: Must, Requests: 2, harmless: true, independent: true, run: expectRejected(changedBody, spacedBody),
			Sends: "Two plain deliveries with the signature of another body: one with another version, one with an additional space.",
			Why:   "The signature of one body is not valid for another, even if both are the same JSON with other spaces.",
			Fix:   "Sign the raw bytes as they arrived. Do not parse the JSON and serialise it again to sign it.",
			Code:  codeRawBody,
		},
		{
			ID: "signature-other-url", Level: Must, Requests: 3, harmless: true, independent: true, run: expectRejected(otherOrigin, otherHost, otherPath),
			Sends: "Three plain deliveries with the signature of another URL: another scheme, another host, another path.",
			Why:   "The signature for one URL is not valid for another: a delivery to your test system must not be accepted by the live one.",
			Fix:   "Sign the public URL of your webhook. Take scheme and host from your settings, not from the request.",
			Code:  codePublicOrigin,
		},
		{
			ID: "signature-other-query", Level: Must, Requests: 2, independent: true, run: otherQueries,
			Sends: "Two plain deliveries: one with the signature of another query, one with a query that is not signed.",
			Why:   "The query is part of the signed URL.",
			Fix:   "Sign the request target as it arrived, with its query.",
			Code:  codePublicOrigin,
		},
		{
			ID: "signature-other-method", Level: Must, Requests: 1, harmless: true, independent: true, run: expectRejected(signedAs(http.MethodGet)),
			Sends: "A plain delivery with the signature of a GET.",
			Why:   "The signature of a GET is not valid for a POST.", Fix: "Start the signed text with the method of the request.",
			Code: codeSignMethod,
		},
		{
			ID: "signature-other-scheme", Level: Must, Requests: 2, harmless: true, independent: true, run: expectRejected(otherScheme, bareScheme),
			Sends: "Two plain deliveries with a signature of the other scheme: one in the form of that scheme, one in the form of the right one.",
			Why:   "Only one scheme is accepted: a signature of the body scheme does not protect the URL.",
			Fix:   "Verify only the scheme that your ArtiBot account uses (--scheme).",
			Code:  codeSignMessage,
		},
		{
			ID: "signature-status", Level: Should, Requests: 2, harmless: true, independent: true, run: rejectionStatus,
			Sends: "A plain delivery with a wrong signature, and one without a signature. Every rejection before it counts too.",
			Why:   "401 or 403 means that the signature is wrong. 400 or 404 looks like another mistake in the delivery history, and hides it.",
			Fix:   "Respond 401 or 403 to every wrong or missing signature. If you prefer other statuses, list them with --rejection.",
			Code:  codeCompareAll,
		},
	}
}

// forgery changes a plain request into one that must be rejected. If that is not possible, it returns why.
type forgery func(c *caseRun, req request) (forged request, why string)

// expectRejected returns a case that fails unless each forgery is rejected.
func expectRejected(forgeries ...forgery) func(*caseRun) {
	return func(c *caseRun) {
		if !c.verifies() {
			return
		}
		tried := 0
		why := ""
		for _, forge := range forgeries {
			var req request
			if req, why = forge(c, c.validRequest()); why == "" {
				tried++
				c.expectRejection(req)
			}
		}
		if tried == 0 {
			c.skip(why)
		}
	}
}

// verifies reports whether a case about forgeries is useful. If the receiver accepts any signature, the case ends.
func (c *caseRun) verifies() bool {
	if c.run.acceptsForgeries {
		c.inconclusive("the receiver accepts any signature; see signature-wrong-secret")
	}
	return !c.done()
}

// signatureFor returns the signature of the request, with a change to what is signed.
func (c *caseRun) signatureFor(req request, scheme signature.Scheme, change func(*signature.Message)) string {
	w := c.webhook(req)
	m := signature.Message{Method: http.MethodPost, URL: signedURL(w).String(), Body: req.body}
	if change != nil {
		change(&m)
	}
	return signature.Sign(w.Secret, scheme, m)
}

func signedURL(w *emitter.Webhook) signature.URL {
	if w.SignURL != (signature.URL{}) {
		return w.SignURL
	}
	return w.URL
}

func otherSecret(c *caseRun, req request) (request, string) {
	w := c.run.opt.Webhook
	w.Secret = signature.NewSecret("not the secret " + string(req.body[:20]))
	value := signature.Sign(w.Secret, w.Scheme, signature.Message{Method: http.MethodPost, URL: signedURL(&w).String(), Body: req.body})
	req.variant, req.alter = "signed with another secret", header(value)
	return req, ""
}

// wrongSecret also records whether the receiver accepts any signature.
func wrongSecret(c *caseRun) {
	req, _ := otherSecret(c, c.validRequest())
	d := c.expectRejection(req)
	c.run.acceptsForgeries = d.OK()
}

func missingHeader(_ *caseRun, req request) (request, string) {
	req.variant = "without " + signature.Header
	req.alter = func(d *history.Delivery) {
		d.Request.Headers = d.Request.Headers.Delete(signature.Header)
	}
	return req, ""
}

func fixedHeader(what, value string) forgery {
	return func(_ *caseRun, req request) (request, string) {
		req.variant, req.alter = "with "+what, header(value)
		return req, ""
	}
}

// wrongDigits replaces every digit with the next one.
func wrongDigits(c *caseRun, req request) (request, string) {
	prefix, digits := "", c.signatureFor(req, c.run.opt.Webhook.Scheme, nil)
	if rest, ok := strings.CutPrefix(digits, "sha1="); ok {
		prefix, digits = "sha1=", rest
	}
	other := strings.Map(func(r rune) rune {
		const upper, lower = "01234567890ABCDEFA", "01234567890abcdefa"
		if i := strings.IndexRune(upper, r); i >= 0 {
			return rune(upper[i+1])
		}
		return rune(lower[strings.IndexRune(lower, r)+1])
	}, digits)
	req.variant, req.alter = "with wrong digits as its signature", header(prefix+other)
	return req, ""
}

func zeros(c *caseRun, req request) (request, string) {
	value := strings.Repeat("0", 40)
	if c.run.opt.Webhook.Scheme == signature.SchemeBody {
		value = "sha1=" + value
	}
	req.variant, req.alter = "with zeros as its signature", header(value)
	return req, ""
}

func truncated(c *caseRun, req request) (request, string) {
	value := c.signatureFor(req, c.run.opt.Webhook.Scheme, nil)
	req.variant, req.alter = "with the last character of the signature cut off", header(value[:len(value)-1])
	return req, ""
}

func changedBody(_ *caseRun, req request) (request, string) {
	req.variant = "with another version in the body than the signed one"
	req.alter = func(d *history.Delivery) {
		d.Request.Body = []byte(strings.Replace(string(req.body), `"resource_version":1}`, `"resource_version":7}`, 1))
	}
	return req, ""
}

func spacedBody(_ *caseRun, req request) (request, string) {
	req.variant = "with an additional space in the body"
	req.alter = func(d *history.Delivery) {
		d.Request.Body = []byte(strings.Replace(string(req.body), `"resource":`, `"resource": `, 1))
	}
	return req, ""
}

// urlNotSigned is why cases about URL and method are skipped.
const urlNotSigned = "the body scheme does not sign URL and method"

// signedFor returns a forgery with the signature of another URL.
func signedFor(change func(*signature.URL)) forgery {
	return func(c *caseRun, req request) (request, string) {
		if c.run.opt.Webhook.Scheme == signature.SchemeBody {
			return req, urlNotSigned
		}
		url := signedURL(&c.run.opt.Webhook)
		change(&url)
		if url == signedURL(&c.run.opt.Webhook) {
			return req, "the webhook already has the URL of this case"
		}
		req.variant = "signed for " + url.String()
		req.alter = header(c.signatureFor(req, signature.SchemeURL, func(m *signature.Message) { m.URL = url.String() }))
		return req, ""
	}
}

var (
	otherOrigin = signedFor(func(u *signature.URL) {
		u.Scheme = map[string]string{"http": "https", "https": "http"}[u.Scheme]
	})
	otherHost = signedFor(func(u *signature.URL) { u.Host = "localhost" })
	otherPath = signedFor(func(u *signature.URL) {
		path, query, hasQuery := strings.Cut(u.Target, "?")
		if u.Target = path + "x"; hasQuery {
			u.Target += "?" + query
		}
	})
	otherQuery = signedFor(func(u *signature.URL) { u.Target = withQuery(u.Target, "artihook=other") })
)

// otherQueries tries a signature for another query, and a query that is not signed. A receiver that has its whole URL in its
// settings may ignore the query: it accepts the path in another spelling too.
func otherQueries(c *caseRun) {
	if !c.verifies() {
		return
	}
	other, why := otherQuery(c, c.validRequest())
	if why != "" {
		c.skip(why)
		return
	}
	c.expectRejection(other)
	added, _ := addedQuery(c, c.validRequest())
	d := c.send(added)
	if d.OK() && c.ignoresTarget() {
		c.note("the receiver does not look at the path and the query of a request; it probably has its whole URL in its settings")
		return
	}
	c.compare(added, &d, c.rejected())
}

// ignoresTarget reports whether the receiver accepts a signature for another spelling of the path than that of the request.
func (c *caseRun) ignoresTarget() bool {
	req := c.validRequest()
	value := c.signatureFor(req, signature.SchemeURL, nil)
	if c.run.opt.Webhook.URL.Target == "/" {
		return false // there is no letter to spell in another way
	}
	req.variant = "with its path in another spelling"
	req.alter = func(d *history.Delivery) {
		header(value)(d)
		d.Request.Target = fmt.Sprintf("/%%%02X%s", d.Request.Target[1], d.Request.Target[2:])
	}
	again := c.send(req)
	return again.OK()
}

// addedQuery adds a query that is not signed to the URL. A receiver that does not sign the query accepts the request.
func addedQuery(c *caseRun, req request) (request, string) {
	w := c.run.opt.Webhook
	if w.Scheme == signature.SchemeBody {
		return req, urlNotSigned
	}
	value := c.signatureFor(req, signature.SchemeURL, nil)
	req.variant, req.webhook, req.alter = "with an additional query", withPair(w, "artihook=added"), header(value)
	return req, ""
}

// withPair returns the webhook with one more pair in the query of its URLs.
func withPair(w emitter.Webhook, pair string) *emitter.Webhook {
	if w.SignURL != (signature.URL{}) {
		if w.URL.Target == "/" { // then the request has the path of the signed URL
			w.URL.Target = w.SignURL.Target
		}
		w.SignURL.Target = withQuery(w.SignURL.Target, pair)
	}
	w.URL.Target = withQuery(w.URL.Target, pair)
	return &w
}

func withQuery(target, pair string) string {
	if strings.Contains(target, "?") {
		return target + "&" + pair
	}
	return target + "?" + pair
}

func otherScheme(c *caseRun, req request) (request, string) {
	scheme := otherSchemeThan(c.run.opt.Webhook.Scheme)
	req.variant, req.alter = "with a signature of the scheme "+scheme.String(), header(c.signatureFor(req, scheme, nil))
	return req, ""
}

// bareScheme signs as the other scheme does, and writes the digest in the form of the right scheme.
func bareScheme(c *caseRun, req request) (request, string) {
	scheme := otherSchemeThan(c.run.opt.Webhook.Scheme)
	value := c.signatureFor(req, scheme, nil)
	if scheme == signature.SchemeBody {
		value = strings.ToUpper(strings.TrimPrefix(value, bodyPrefix))
	} else {
		value = bodyPrefix + strings.ToLower(value)
	}
	req.variant, req.alter = "with what the scheme "+scheme.String()+" signs, in the form of the other scheme", header(value)
	return req, ""
}

func otherSchemeThan(scheme signature.Scheme) signature.Scheme {
	if scheme == signature.SchemeURL {
		return signature.SchemeBody
	}
	return signature.SchemeURL
}

// maxGuesses is the maximum number of requests that find the mistake of a receiver.
const maxGuesses = 28

// diagnose sends the rejected request again with signatures that a receiver with a usual mistake accepts. It returns a hint
// about the first accepted one and its fix, or "".
func (c *caseRun) diagnose(req request) (hint, fix string) {
	return c.tryGuesses(req, explain.Usual(c.claim(req), maxGuesses))
}

// diagnoseBody does the same for a receiver that has accepted a plain delivery: it changes the body before it signs it.
func (c *caseRun) diagnoseBody(req request) (hint, fix string) {
	if c.run.usual == nil || !c.run.usual.OK() {
		return "", ""
	}
	guesses := explain.OfBody(c.claim(req), c.run.usual.Request.Body)
	return c.tryGuesses(req, guesses[:min(len(guesses), maxGuesses)])
}

func (c *caseRun) claim(req request) explain.Claim {
	w := &c.run.opt.Webhook
	return explain.Claim{
		Secret: w.Secret, Scheme: w.Scheme, AlsoURLs: []string{w.URL.String()},
		Message: signature.Message{Method: http.MethodPost, URL: signedURL(w).String(), Body: req.body},
	}
}

func (c *caseRun) tryGuesses(req request, guesses []explain.Guess) (hint, fix string) {
	for _, guess := range guesses {
		again := req
		again.variant, again.alter = "to find the mistake", header(guess.Header)
		if d := c.send(again); d.OK() {
			if strings.EqualFold(guess.Header, c.signatureFor(req, c.run.opt.Webhook.Scheme, nil)) {
				c.run.cause = lowerCase
			}
			return "the receiver accepts " + guess.Text, guess.Fix.Text
		}
		if c.done() {
			break
		}
	}
	return "", ""
}

// lowerCase is the case about the letter case of the digits.
const lowerCase = "signature-upper-case"

// upperCase sends a valid delivery and, if it is rejected, one with its signature in lower case. If that is rejected too, the
// cause is not the case of the digits.
func upperCase(c *caseRun) {
	if c.run.opt.Webhook.Scheme == signature.SchemeBody {
		c.skip("ArtiBot writes the body scheme in lower case")
		return
	}
	req := c.validRequest()
	d := c.send(req)
	if c.done() || d.OK() {
		return
	}
	lower := c.validRequest()
	lower.variant, lower.alter = "with the signature in lower case", header(strings.ToLower(c.signatureFor(lower, signature.SchemeURL, nil)))
	if low := c.send(lower); low.OK() {
		c.fail(describe(req, &d), accepted.text, responseText(&d)+"; the signature in lower case is accepted")
	}
	c.skip("the signature in lower case is not accepted either: see signature-valid")
}
