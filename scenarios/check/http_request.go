package check

import (
	"fmt"
	"net/http"
	"strings"

	"artihook/emitter/exchange"
	"artihook/emitter/history"
	"artihook/emitter/text"
)

// requestCases returns the cases about the head of a request.
func requestCases() []Case {
	return []Case{
		{
			ID: "http-charset", Level: Must, Requests: 2, harmless: true, independent: true, run: charset,
			Sends: "Two plain deliveries: one with the content type application/json, one with application/json; charset=utf-8.",
			Why:   "The content type may have a charset or not: many .NET senders add one.", Fix: "Compare the media type without its parameters.", Code: codeMediaType,
		},
		{
			ID: "http-user-agent", Level: Must, Requests: 1, harmless: true, independent: true, run: userAgent,
			Sends: "A plain delivery. If it is not accepted, another one with the user agent of a browser.",
			Why:   "ArtiBot's user agent is artibot-api. A bot filter may reject it.", Fix: "Exempt the URL of the webhook from bot filters: the signature protects it.", Code: codeFirewall,
		},
		{
			ID: "http-extra-headers", Level: Should, Requests: 1, harmless: true, run: expectAccepted(withExtraHeaders),
			Sends: "A plain delivery with 24 more headers.",
			Why:   "Proxies and load balancers add headers.", Fix: "Ignore headers that you do not know.", Code: codeReadAll,
		},
		{
			ID: "http-connection-close", Level: Must, Requests: 1, harmless: true, run: expectAccepted(addingHeader("Connection", "close")),
			Sends: "A plain delivery with the header Connection: close.",
			Why:   "A sender may close the connection after the response.", Fix: "Respond as usual, and close the connection after the response.", Code: codeReadAll,
		},
		{
			ID: "http-expect-continue", Level: Should, Requests: 1, harmless: true, run: expectAccepted(addingHeader("Expect", "100-continue")),
			Sends: "A plain delivery with the header Expect: 100-continue, whose body follows immediately.",
			Why:   "Older .NET clients and some proxies send this header.", Fix: "Respond 100 before you read the body, or ignore the header. Every HTTP library does so.", Code: codeReadAll,
		},
		{
			ID: "http-absolute-target", Level: Should, Requests: 1, harmless: true, run: absoluteTarget,
			Sends: "A plain delivery with scheme and host in its request line.",
			Why:   "HTTP/1.1 allows a request line with the whole URL. It is accepted or rejected, and does not cause an error.", Fix: "Do not expect that the request target starts with a slash.", Code: codeTarget,
		},
		{
			ID: "http-header-names", Level: Should, Requests: 2, harmless: true, run: expectAccepted(respelled("in lower case", strings.ToLower), respelled("with capital initials", capitalInitials)),
			Sends: "Two plain deliveries: one with all header names in lower case, one with all of them in the form X-Artibot-Signature.",
			Why:   "Proxies write header names in another case: those that receive HTTP/2 in lower case, those in Go with capital initials.",
			Fix:   "Compare header names without regard to letter case.", Code: codeMissingIsEmpty,
		},
		{
			ID: "http-chunked", Level: Should, Requests: 1, harmless: true, run: expectAccepted(chunked),
			Sends: "A plain delivery with Transfer-Encoding: chunked in place of Content-Length.",
			Why:   "ArtiBot sends a length. Some tunnels and proxies, such as cloudflared, send the body in chunks.",
			Fix:   "Read the body with an HTTP library, which joins the chunks. Otherwise make the proxy send a length, such as with disableChunkedEncoding of cloudflared.", Code: codeReadAll,
		},
		{
			ID: "http-old-version", Level: Should, Requests: 1, harmless: true, run: expectAccepted(version10),
			Sends: "A plain delivery as HTTP/1.0, with Connection: close.",
			Why:   "nginx before version 1.29.7 sends HTTP/1.0 to the server behind it, unless it is configured otherwise.", Fix: "Accept HTTP/1.0, or set proxy_http_version 1.1 in nginx.", Code: codeReadAll,
			needs: []string{"http-connection-close"},
		},
		{
			ID: "http-empty-post", Level: Should, Requests: 1, independent: true, harmless: true, run: emptyPost,
			Sends: "A POST without body and signature.",
			Why:   "Scanners and health checks send an empty POST. It is rejected, and does not cause an error.", Fix: "Verify the signature of an empty body like that of any other body.", Code: codeVerifyFirst,
			needs: []string{"signature-missing-header"},
		},
		{
			ID: "http-options", Level: Should, Requests: 1, independent: true, harmless: true, run: withoutBody(http.MethodOptions),
			Sends: "An OPTIONS without body and signature.",
			Why:   "Browsers and scanners send OPTIONS.", Fix: "Respond 405 to every method but POST.", Code: codeOnlyPOST,
		},
	}
}

// addingHeader returns a variant with one more header.
func addingHeader(name, value string) variant {
	return func(c *caseRun) request {
		req := c.validRequest()
		req.variant = fmt.Sprintf("with the header %s: %s", name, value)
		req.alter = func(d *history.Delivery) {
			d.Request.Headers = append(d.Request.Headers, exchange.Header{Name: name, Value: value})
		}
		return req
	}
}

func withExtraHeaders(c *caseRun) request {
	req := c.validRequest()
	req.variant = "with 24 more headers"
	req.alter = func(d *history.Delivery) {
		headers := []exchange.Header{
			{Name: "Accept", Value: "*/*"},
			{Name: "Accept-Encoding", Value: "gzip, deflate, br"},
			{Name: "Accept-Language", Value: "en"},
			{Name: "Cache-Control", Value: "no-cache"},
			{Name: "Via", Value: "1.1 proxy.example"},
			{Name: "traceparent", Value: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"},
		}
		for i := range 18 {
			headers = append(headers, exchange.Header{Name: fmt.Sprintf("X-Proxy-%d", i+1), Value: strings.Repeat("v", 40)})
		}
		d.Request.Headers = append(d.Request.Headers, headers...)
	}
	return req
}

func contentTypeOf(c *caseRun, kind string) request {
	req := c.withHeader("Content-Type", kind)
	req.variant = "with the content type " + kind
	return req
}

func charset(c *caseRun) {
	c.expectEach(contentTypeOf(c, "application/json"), contentTypeOf(c, "application/json; charset=utf-8"))
}

// expectEach fails the case if some of the requests are accepted and others are not. If none is, another case shows why.
func (c *caseRun) expectEach(requests ...request) {
	deliveries := make([]history.Delivery, len(requests))
	accepts := false
	for i, req := range requests {
		deliveries[i] = c.send(req)
		accepts = accepts || deliveries[i].OK()
	}
	if !accepts {
		c.inconclusive("the receiver accepts none of them; see signature-valid")
	}
	for i, req := range requests {
		c.compare(req, &deliveries[i], accepted)
	}
}

func userAgent(c *caseRun) {
	plain := c.validRequest()
	d := c.send(plain)
	if c.done() || d.OK() {
		return
	}
	browser := c.withHeader("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0")
	browser.variant = "with the user agent of a browser"
	if again := c.send(browser); again.OK() {
		c.fail(describe(plain, &d), accepted.text, responseText(&d)+"; with the user agent of a browser it is accepted")
	}
	c.inconclusive("it is not accepted with the user agent of a browser either; see signature-valid")
}

// respelled returns a variant whose header names are spelled as a proxy writes them.
func respelled(what string, spell func(string) string) variant {
	return rewritten("with its header names "+what, func(head string, body []byte) (string, []byte) {
		first, lines, _ := strings.Cut(head, "\r\n")
		names := headerName().ReplaceAllStringFunc(lines, spell)
		return first + "\r\n" + names, body
	})
}

// headerName matches the name of a header in the lines of a request.
var headerName = text.Regexp(`(?m)^[\w-]+:`)

// chunked returns a request whose body has one chunk.
var chunked = rewritten("with Transfer-Encoding: chunked", func(head string, body []byte) (string, []byte) {
	return contentLength().ReplaceAllString(head, "Transfer-Encoding: chunked"), fmt.Appendf(nil, "%x\r\n%s\r\n0\r\n\r\n", len(body), body)
})

var contentLength = text.Regexp(`Content-Length: \d+`)

var version10 = rewritten("as HTTP/1.0", func(head string, body []byte) (string, []byte) {
	return strings.Replace(head, " HTTP/1.1\r\n", " HTTP/1.0\r\nConnection: close\r\n", 1), body
})

// rewritten returns a variant whose head and body are sent as a proxy would rewrite them. A head has no empty line at its end.
func rewritten(what string, rewrite func(head string, body []byte) (string, []byte)) variant {
	return func(c *caseRun) request {
		req := c.validRequest()
		req.variant = what
		req.alter = func(d *history.Delivery) {
			head, body, _ := strings.Cut(string(d.Request.AppendRaw(nil)), "\r\n\r\n")
			head, sent := rewrite(head, []byte(body))
			d.RawRequest = append([]byte(head+"\r\n\r\n"), sent...)
		}
		return req
	}
}

func emptyPost(c *caseRun) {
	req, _ := missingHeader(c, request{})
	req.variant = "without a body"
	c.expect(req, noCrash)
}

func absoluteTarget(c *caseRun) {
	req := c.validRequest()
	req.variant = "with the whole URL in its request line"
	req.alter = func(d *history.Delivery) { d.Request.Target = signedURL(&c.run.opt.Webhook).String() }
	c.expect(req, tolerated)
}
