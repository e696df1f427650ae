package check

import (
	"crypto/sha1"
	"encoding/hex"
	"net/http"
	"strings"

	"artihook/emitter/exchange"
	"artihook/emitter/history"
	"artihook/emitter/signature"
)

// formCases returns the cases about the form of the header and about secrets.
func formCases() []Case {
	return []Case{
		{
			ID: "signature-partly-right", Level: Must, Requests: 3, harmless: true, independent: true, run: expectRejected(wrongAt("last digit", 39), wrongAt("first digit", 0), wrongAt("digit in the middle", 20)),
			Sends: "Three plain deliveries whose signature has one wrong digit: the last, the first, and one in the middle.",
			Why:   "A signature with one wrong digit is rejected. A part of a signature can be guessed.", Fix: "Compare all digits.", Code: codeCompareAll,
		},
		{
			ID: "signature-more-digits", Level: Should, Requests: 2, harmless: true, independent: true, run: expectRejected(aroundDigits("", "00"), aroundDigits("00", "")),
			Sends: "Two plain deliveries: one with two digits after the right signature, one with two digits before it.",
			Why:   "A signature of another length is rejected.", Fix: "Compare whole values. Do not test whether one contains the other.", Code: codeCompareAll,
		},
		{
			ID: "signature-prefix", Level: Should, Requests: 1, harmless: true, independent: true, run: expectRejected(otherPrefix),
			Sends: "A plain delivery with sha1= before its signature, or in the body scheme without it.",
			Why:   "The url scheme has no sha1= before the digits, the body scheme has it. A receiver that accepts both mixes the schemes.",
			Fix:   "Compare the whole header.", Code: codeCompareAll,
		},
		{
			ID: "signature-header-twice", Level: Must, Requests: 2, independent: true, run: headerTwice,
			Sends: "Two plain deliveries with the header x-artibot-signature twice: two wrong signatures, then a right and a wrong one.",
			Why:   "A request may have a header twice. Some frameworks then return a list instead of a text.", Fix: "Use the first value, or reject the request.", Code: codeOneHeader,
		},
		{
			ID: "signature-empty-secret", Level: Must, Requests: 1, harmless: true, independent: true, run: expectRejected(withSecret("an empty secret", "")),
			Sends: "A plain delivery that is signed with an empty secret.",
			Why:   "A receiver may use an empty text for a second secret that is not configured. Anyone can sign with it.", Fix: "Ignore a secret that is not configured, and do not start without any.", Code: codeNeedSecret,
		},
		{
			ID: "signature-published-secret", Level: Must, Requests: 1, harmless: true, independent: true, run: expectRejected(withSecret("the secret of ArtiBot's documentation", publishedSecret)),
			Sends: "A plain delivery that is signed with the secret of ArtiBot's documentation.",
			Why:   "The secrets of examples are public.", Fix: "Remove the secret of the example from your code, and do not start without a secret of your own.", Code: codeNeedSecret,
		},
		{
			ID: "signature-weak-secret", Level: Must, Requests: 2, harmless: true, independent: true, run: expectRejected(withSecret("the secret secret", "secret"), withSecret("the secret test", "test")),
			Sends: "Two plain deliveries: one that is signed with the secret secret, one with the secret test.",
			Why:   "With a default in the code, or the secret of the tests, anyone can send you leads.", Fix: "Remove the default, and do not start without a secret of your own.", Code: codeNeedSecret,
		},
		{
			ID: "signature-without-key", Level: Must, Requests: 1, harmless: true, independent: true, run: expectRejected(withoutKey),
			Sends: "A plain delivery with the SHA-1 of the signed text as its signature, without a secret.",
			Why:   "Anyone can compute a digest that needs no secret.", Fix: "Use HMAC with the secret, and no other digest.", Code: codeSignMessage,
		},
		{
			ID: "signature-algorithm", Level: Must, Requests: 1, harmless: true, independent: true, run: expectRejected(fixedHeader("the signature none=", "none=")),
			Sends: "A plain delivery with the signature none=.",
			Why:   "The sender must not choose the algorithm.", Fix: "Verify with the one algorithm of ArtiBot, whatever the header names.", Code: codeSignMessage,
		},
		{
			ID: "signature-replay", Level: Must, Requests: 2, independent: true, run: replay,
			Sends: "A plain valid delivery, then another body with the same signature.",
			Why:   "A signature that was right once is not right for another body.", Fix: "Verify each request. Do not remember signatures.", Code: codeCompareAll,
		},
	}
}

// publishedSecret is the secret of the signature that ArtiBot has published (docs/contract.md, section 3).
const publishedSecret = "<Whatever you set your secret to in the ArtiBot webhook>"

// splitPrefix returns the right signature as its prefix and its digits.
func (c *caseRun) splitPrefix(req request) (prefix, digits string) {
	value := c.signatureFor(req, c.run.opt.Webhook.Scheme, nil)
	if digits, ok := strings.CutPrefix(value, bodyPrefix); ok {
		return bodyPrefix, digits
	}
	return "", value
}

// bodyPrefix is before the digits in the body scheme.
const bodyPrefix = "sha1="

// wrongAt returns a forgery whose signature has 40 digits, of which the one at index i is wrong.
func wrongAt(what string, i int) forgery {
	return func(c *caseRun, req request) (request, string) {
		prefix, digits := c.splitPrefix(req)
		wrong := "0"
		if digits[i] == '0' {
			wrong = "1"
		}
		req.variant, req.alter = "with a wrong "+what+" in its signature", header(prefix+digits[:i]+wrong+digits[i+1:])
		return req, ""
	}
}

func aroundDigits(before, after string) forgery {
	return func(c *caseRun, req request) (request, string) {
		prefix, digits := c.splitPrefix(req)
		req.variant, req.alter = "with more digits than the right signature", header(prefix+before+digits+after)
		return req, ""
	}
}

func otherPrefix(c *caseRun, req request) (request, string) {
	prefix, digits := c.splitPrefix(req)
	if prefix != "" {
		req.variant, req.alter = "without sha1= before its signature", header(digits)
		return req, ""
	}
	req.variant, req.alter = "with sha1= before its signature", header(bodyPrefix+digits)
	return req, ""
}

// withSecret returns a forgery that is signed with another secret.
func withSecret(what, secret string) forgery {
	return func(c *caseRun, req request) (request, string) {
		w := c.run.opt.Webhook
		if string(w.Secret.Bytes()) == secret {
			return req, "the webhook has this secret"
		}
		value := signature.Sign(signature.NewSecret(secret), w.Scheme, signature.Message{Method: http.MethodPost, URL: signedURL(&w).String(), Body: req.body})
		req.variant, req.alter = "signed with "+what, header(value)
		return req, ""
	}
}

func withoutKey(c *caseRun, req request) (request, string) {
	text := append([]byte("POST&"+signedURL(&c.run.opt.Webhook).String()+"&"), req.body...)
	prefix := ""
	if c.run.opt.Webhook.Scheme == signature.SchemeBody {
		prefix, text = bodyPrefix, req.body
	}
	digest := sha1.Sum(text)
	req.variant, req.alter = "with a digest that needs no secret", header(prefix+hex.EncodeToString(digest[:]))
	return req, ""
}

// headerTwice sends two wrong signatures, which must be rejected, and a right one before a wrong one, which may be accepted.
func headerTwice(c *caseRun) {
	if !c.verifies() {
		return
	}
	wrong, _ := wrongDigits(c, c.validRequest())
	c.expectRejection(twoHeaders(wrong, "with two wrong signatures"))
	if c.run.usual == nil || c.run.usual.OK() {
		c.expect(twoHeaders(c.validRequest(), "with a right and a wrong signature"), noCrash)
	}
}

// twoHeaders adds a wrong signature after that of the request.
func twoHeaders(req request, what string) request {
	first := req.alter
	req.variant, req.event = what, nil
	req.alter = func(d *history.Delivery) {
		if first != nil {
			first(d)
		}
		d.Request.Headers = append(d.Request.Headers, exchange.Header{Name: signature.Header, Value: strings.Repeat("1", 40)})
	}
	return req
}

// replay sends a valid delivery, then another body with its signature.
func replay(c *caseRun) {
	if !c.verifies() {
		return
	}
	first, second := c.validRequest(), c.validRequest()
	c.expect(first, anyResponse)
	second.variant, second.alter = "with the signature of an earlier delivery", header(c.signatureFor(first, c.run.opt.Webhook.Scheme, nil))
	c.expectRejection(second)
}
