package check

import (
	"net/http"
	"strings"

	"artihook/emitter/exchange"
	"artihook/emitter/history"
	"artihook/emitter/signature"
)

// urlCases returns the cases about the signed URL and the signed body.
func urlCases() []Case {
	const fixForwarded = "Take scheme and host from your settings. If a proxy in front sets the header, make it overwrite the client's header, and accept requests from the proxy only."
	return []Case{
		{
			ID: "signature-other-port", Level: Must, Requests: 1, harmless: true, independent: true, run: expectRejected(otherPort),
			Sends: "A plain delivery with the signature for another port.",
			Why:   "The port is part of the signed URL: another program may listen there.", Fix: "Sign the host with its port.", Code: codePublicOrigin,
		},
		{
			ID: "signature-other-path", Level: Must, Requests: 2, harmless: true, independent: true, run: expectRejected(rootPath, slashPath),
			Sends: "Two plain deliveries: one with the signature for the path /, one for the path with a slash at its end.",
			Why:   "The path is part of the signed URL.", Fix: "Sign the request target as it arrived.", Code: codePublicOrigin,
		},
		{
			ID: "signature-forwarded-host", Level: Must, Requests: 2, harmless: true, independent: true,
			run: expectRejected(
				forwarded("https", "other.example", exchange.Header{Name: "X-Forwarded-Host", Value: "other.example"}, exchange.Header{Name: "X-Forwarded-Proto", Value: "https"}),
				forwarded("http", "other.example", exchange.Header{Name: "X-Forwarded-Host", Value: "other.example"}),
			),
			Sends: "Two plain deliveries with the signature for another site, which X-Forwarded-Host names.",
			Why:   "A client can send X-Forwarded-Host. A delivery to another site with the same secret is then accepted here.", Fix: fixForwarded, Code: codePublicOrigin,
		},
		{
			ID: "signature-forwarded-proto", Level: Must, Requests: 1, harmless: true, independent: true,
			run:   expectRejected(forwardedProto),
			Sends: "A plain delivery with the signature for the other scheme, http or https, which X-Forwarded-Proto names.",
			Why:   "A client can send X-Forwarded-Proto.", Fix: fixForwarded, Code: codePublicOrigin,
		},
		{
			ID: "signature-forwarded", Level: Must, Requests: 2, harmless: true, independent: true,
			run: expectRejected(
				forwarded("https", "other.example", exchange.Header{Name: "Forwarded", Value: "proto=https;host=other.example"}),
				forwarded("http", "other.example", exchange.Header{Name: "Forwarded", Value: "host=other.example"}),
			),
			Sends: "Two plain deliveries with the signature for another site, which the header Forwarded names.",
			Why:   "A client can send Forwarded.", Fix: fixForwarded, Code: codePublicOrigin,
		},
		{
			ID: "signature-original-url", Level: Must, Requests: 1, harmless: true, independent: true, run: expectRejected(originalURL),
			Sends: "A plain delivery with the signature for another path, which X-Original-URL and X-Rewrite-URL name.",
			Why:   "A client can send X-Original-URL.", Fix: fixForwarded, Code: codePublicOrigin,
		},
		{
			ID: "signature-method-override", Level: Must, Requests: 1, harmless: true, independent: true, run: expectRejected(methodOverride),
			Sends: "A plain delivery with the signature of a PUT, which X-HTTP-Method-Override names.",
			Why:   "A client can send X-HTTP-Method-Override.", Fix: "Sign the method of the request line.", Code: codeSignMethod,
		},
		{
			ID: "signature-host", Level: Should, Requests: 1, run: otherHostHeader,
			Sends: "A plain delivery with the signature for another site, which the header Host names.",
			Why:   "The host may be any text, and must not cause an error. A receiver that takes its host from the request also accepts deliveries for another site with the same secret. ArtiBot's samples do so.",
			Fix:   "Take scheme and host from your settings.", Code: codePublicOrigin,
		},
		{
			ID: "signature-body-ends", Level: Must, Requests: 3, harmless: true, independent: true,
			run:   expectRejected(aroundBody("a space before the body", " ", ""), aroundBody("a line break after the body", "", "\n"), aroundBody("a byte order mark before the body", "\ufeff", "")),
			Sends: "Three plain deliveries with more bytes than the signed ones: a space or a byte order mark before the body, a line break after it.",
			Why:   "The signature covers every byte of the body.", Fix: "Verify the raw bytes. Do not trim or decode them before.", Code: codeRawBody,
			needs: []string{"signature-other-body"},
		},
	}
}

var (
	otherPort = signedFor(func(u *signature.URL) {
		host, _, _ := strings.Cut(u.Host, ":")
		if strings.HasPrefix(u.Host, "[") {
			host = u.Host[:strings.IndexByte(u.Host, ']')+1]
		}
		u.Host = host + ":1"
	})
	rootPath = signedFor(func(u *signature.URL) {
		if u.Target == "/" {
			u.Target = "/artihook"
		} else {
			u.Target = "/"
		}
	})
	slashPath = signedFor(func(u *signature.URL) {
		path, query, asked := strings.Cut(u.Target, "?")
		if u.Target = strings.TrimSuffix(path, "/") + "/"; asked {
			u.Target += "?" + query
		}
	})
)

// withHeaders adds headers to a forgery.
func withHeaders(forge forgery, headers ...exchange.Header) forgery {
	return func(c *caseRun, req request) (request, string) {
		req, why := forge(c, req)
		sign := req.alter
		req.variant += ", and " + headers[0].Name
		req.alter = func(d *history.Delivery) {
			if sign != nil {
				sign(d)
			}
			d.Request.Headers = append(d.Request.Headers, headers...)
		}
		return req, why
	}
}

// forwarded returns a forgery with the signature for another origin, which the headers name.
func forwarded(scheme, host string, headers ...exchange.Header) forgery {
	return withHeaders(signedFor(func(u *signature.URL) { u.Scheme, u.Host = scheme, host }), headers...)
}

func forwardedProto(c *caseRun, req request) (request, string) {
	scheme := otherURLScheme[signedURL(&c.run.opt.Webhook).Scheme]
	return withHeaders(otherOrigin, exchange.Header{Name: "X-Forwarded-Proto", Value: scheme})(c, req)
}

// otherURLScheme has the other scheme of each scheme.
var otherURLScheme = map[string]string{"http": "https", "https": "http"}

func originalURL(c *caseRun, req request) (request, string) {
	const target = "/artihook/other"
	return withHeaders(signedFor(func(u *signature.URL) { u.Target = target }),
		exchange.Header{Name: "X-Original-URL", Value: target}, exchange.Header{Name: "X-Rewrite-URL", Value: target})(c, req)
}

func methodOverride(c *caseRun, req request) (request, string) {
	return withHeaders(signedAs(http.MethodPut), exchange.Header{Name: "X-HTTP-Method-Override", Value: http.MethodPut})(c, req)
}

// signedAs returns a forgery with the signature of another method.
func signedAs(method string) forgery {
	return func(c *caseRun, req request) (request, string) {
		if c.run.opt.Webhook.Scheme == signature.SchemeBody {
			return req, urlNotSigned
		}
		req.variant = "with the signature of a " + method
		req.alter = header(c.signatureFor(req, signature.SchemeURL, func(m *signature.Message) { m.Method = method }))
		return req, ""
	}
}

// aroundBody returns a forgery with more bytes around the signed body.
func aroundBody(what, before, after string) forgery {
	return func(_ *caseRun, req request) (request, string) {
		req.variant = "with " + what
		req.alter = func(d *history.Delivery) { d.Request.Body = []byte(before + string(req.body) + after) }
		return req, ""
	}
}

// otherHostHeader adds a note if the receiver takes its host from the request. That is no failure, because docs/contract.md,
// section 3 describes it so.
func otherHostHeader(c *caseRun) {
	req, why := signedFor(func(u *signature.URL) { u.Host = "other.example" })(c, c.validRequest())
	if why != "" {
		c.skip(why)
		return
	}
	sign := req.alter
	req.variant += ", and Host"
	req.alter = func(d *history.Delivery) {
		sign(d)
		d.Request.Host = "other.example"
	}
	if d := c.expect(req, noCrash); d.OK() {
		c.note("the receiver takes its host from the request, as ArtiBot's samples do; set its public URL if other systems have the same secret")
	}
}
