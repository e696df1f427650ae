package check

import (
	"net/http"
	"strings"

	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/signature"
)

// signatureCases ask whether only what ArtiBot has signed is taken (docs/contract.md, section 3).
func signatureCases() []Case {
	const anybody = "Whoever knows your URL can send you leads."
	return []Case{
		{
			ID: "signature-valid", Level: Must, Requests: 1, root: true, run: rightOne,
			Why:  "A right delivery is accepted: this is what ArtiBot sends.",
			Fix:  "Sign METHOD&URL&BODY with the secret and compare; the URL is the public one, the body its raw bytes. artihook verify tells what differs.",
			Code: "right = hex(hmac_sha1(secret, \"POST&\" + public_url + \"&\" + raw_body))",
		},
		{
			ID: "signature-upper-case", Level: Must, Requests: 1, free: true, run: upperCase,
			Why:  "ArtiBot writes the hex digits in upper case.",
			Fix:  "Bring both sides into one case before you compare.",
			Code: "given = header.toLowerCase()",
		},
		{
			ID: "signature-wrong-secret", Level: Must, Requests: 1, free: true, run: somebodyElse,
			Why: "A delivery that somebody else has signed is refused.", Fix: anybody + " Verify the signature, and answer 401 where it does not fit.",
			Code: "if (!crypto.timingSafeEqual(given, right)) return res.status(401).end()",
		},
		{
			ID: "signature-missing-header", Level: Must, Requests: 1, free: true, run: refusing(noHeader),
			Why: "A delivery without a signature is refused, and crashes nothing.", Fix: "Take a missing header for an empty text.",
			Code: "given = req.headers['x-artibot-signature'] || ''",
		},
		{
			ID: "signature-empty-header", Level: Must, Requests: 1, free: true, run: refusing(fixedHeader("an empty signature", "")),
			Why: "An empty signature is refused.", Fix: "Compare whole values: an empty text is the beginning of everything.",
			Code: "given.length === right.length && crypto.timingSafeEqual(given, right)",
		},
		{
			ID: "signature-garbage", Level: Must, Requests: 2, free: true,
			run: refusing(fixedHeader("a signature that is no hex", "not-a-signature"), fixedHeader("a signature that is no ASCII", "ü§%00{}")),
			Why: "A signature that is no hex at all is refused, and crashes nothing.", Fix: "Check length and digits before you decode, or compare texts.",
			Code: "given = Buffer.from(header, 'hex')  // shorter where it is no hex, so that its length differs",
		},
		{
			ID: "signature-wrong-digits", Level: Must, Requests: 2, free: true, run: refusing(wrongDigits, zeros),
			Why: "A signature of the right length with other digits is refused.", Fix: anybody + " Compare every digit.",
			Code: "hmac.compare_digest(given, right)",
		},
		{
			ID: "signature-truncated", Level: Must, Requests: 1, free: true, run: refusing(truncated),
			Why: "A right signature without its last character is refused.", Fix: "Compare whole values, lengths too.",
			Code: "given.length === right.length && crypto.timingSafeEqual(given, right)",
		},
		{
			ID: "signature-other-body", Level: Must, Requests: 2, free: true, run: refusing(changedBody, spacedBody),
			Why:  "The signature of one body is not right for another, not even for the same JSON in another spelling.",
			Fix:  "Sign the raw bytes, before any JSON parser touches them; do not write the JSON again to sign it.",
			Code: "app.use(express.raw({ type: '*/*', limit: '4mb' }))",
		},
		{
			ID: "signature-other-url", Level: Must, Requests: 3, free: true, run: refusing(otherOrigin, otherHost, otherPath),
			Why:  "The signature for one URL is not right for another: what was meant for a test system is not for you.",
			Fix:  "Put the public URL of your webhook into what you sign, from your settings and not from what the request says.",
			Code: "url = PUBLIC_ORIGIN + req.originalUrl  // https://crm.example, not what the Host header says",
		},
		{
			ID: "signature-other-query", Level: Must, Requests: 2, free: true, run: refusing(otherQuery, addedQuery),
			Why:  "The query is part of the URL that is signed.",
			Fix:  "Sign the request target as it came, query and all. A receiver that knows its whole URL by heart is right too: skip this case there.",
			Code: "url = origin + req.originalUrl",
		},
		{
			ID: "signature-other-method", Level: Must, Requests: 1, free: true, run: refusing(otherMethod),
			Why: "The signature of a GET is not right for a POST.", Fix: "Begin what you sign with the request's method.",
			Code: "message = req.method + '&' + url + '&' + rawBody",
		},
		{
			ID: "signature-other-scheme", Level: Must, Requests: 1, free: true, run: refusing(otherScheme),
			Why:  "Only the scheme that was agreed on is right: the older one does not cover the URL.",
			Fix:  "Verify one scheme, the one that your ArtiBot account uses (--scheme).",
			Code: "given = header  // no second try with hmac(secret, rawBody)",
		},
	}
}

// forgery makes a delivery of the plain one that is to be refused. It says why not where it makes no sense.
type forgery func(t *trial, s shot) (forged shot, why string)

// refusing holds that each forgery is refused.
func refusing(forgeries ...forgery) func(*trial) {
	return func(t *trial) {
		tried := 0
		why := ""
		for _, forge := range forgeries {
			var s shot
			if s, why = forge(t, t.ordinary()); why == "" {
				tried++
				if d := t.expect(s, refused); d.OK() && t.run.trusts {
					t.result.Hint = "it takes what anybody has signed: mend signature-wrong-secret first"
				}
			}
		}
		if tried == 0 {
			t.skip(why)
		}
	}
}

// signed is the header for the shot's body, with a change to what is signed.
func (t *trial) signed(s shot, scheme signature.Scheme, change func(*signature.Message)) string {
	w := t.webhook(s)
	m := signature.Message{Method: http.MethodPost, URL: signedURL(w).String(), Body: s.body}
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

func otherSecret(t *trial, s shot) (shot, string) {
	w := t.run.opt.Webhook
	w.Secret = signature.NewSecret("not the secret " + string(s.body[:20]))
	value := signature.Sign(w.Secret, w.Scheme, signature.Message{Method: http.MethodPost, URL: signedURL(&w).String(), Body: s.body})
	s.what, s.alter = "signed with another secret", header(value)
	return s, ""
}

// somebodyElse remembers whether the signature counts at all.
func somebodyElse(t *trial) {
	s, _ := otherSecret(t, t.ordinary())
	d := t.expect(s, refused)
	t.run.trusts = d.OK()
}

func noHeader(_ *trial, s shot) (shot, string) {
	s.what = "without " + signature.Header
	s.alter = func(d *history.Delivery) {
		d.Request.Headers = d.Request.Headers.Delete(signature.Header)
	}
	return s, ""
}

func fixedHeader(what, value string) forgery {
	return func(_ *trial, s shot) (shot, string) {
		s.what, s.alter = "with "+what, header(value)
		return s, ""
	}
}

// wrongDigits turns every digit into the next one.
func wrongDigits(t *trial, s shot) (shot, string) {
	prefix, digits := "", t.signed(s, t.run.opt.Webhook.Scheme, nil)
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
	s.what, s.alter = "with other digits as its signature", header(prefix+other)
	return s, ""
}

func zeros(t *trial, s shot) (shot, string) {
	value := strings.Repeat("0", 40)
	if t.run.opt.Webhook.Scheme == signature.SchemeBody {
		value = "sha1=" + value
	}
	s.what, s.alter = "with zeros as its signature", header(value)
	return s, ""
}

func truncated(t *trial, s shot) (shot, string) {
	value := t.signed(s, t.run.opt.Webhook.Scheme, nil)
	s.what, s.alter = "with the last character of the signature cut off", header(value[:len(value)-1])
	return s, ""
}

func changedBody(_ *trial, s shot) (shot, string) {
	s.what = "with another version in the body than was signed"
	s.alter = func(d *history.Delivery) {
		d.Request.Body = []byte(strings.Replace(string(s.body), `"resource_version":1}`, `"resource_version":7}`, 1))
	}
	return s, ""
}

func spacedBody(_ *trial, s shot) (shot, string) {
	s.what = "with a space in the body that was not signed"
	s.alter = func(d *history.Delivery) {
		d.Request.Body = []byte(strings.Replace(string(s.body), `"resource":`, `"resource": `, 1))
	}
	return s, ""
}

// notSigned is why cases about the URL make no sense.
const notSigned = "the body scheme signs neither URL nor method"

// signedFor forges a signature for another URL.
func signedFor(change func(*signature.URL)) forgery {
	return func(t *trial, s shot) (shot, string) {
		if t.run.opt.Webhook.Scheme == signature.SchemeBody {
			return s, notSigned
		}
		url := signedURL(&t.run.opt.Webhook)
		change(&url)
		if url == signedURL(&t.run.opt.Webhook) {
			return s, "the URL is that of this case"
		}
		s.what = "signed for " + url.String()
		s.alter = header(t.signed(s, signature.SchemeURL, func(m *signature.Message) { m.URL = url.String() }))
		return s, ""
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

// addedQuery sends to a URL whose query was not signed: where the receiver leaves the query out, it does not notice.
func addedQuery(t *trial, s shot) (shot, string) {
	w := t.run.opt.Webhook
	if w.Scheme == signature.SchemeBody {
		return s, notSigned
	}
	value := t.signed(s, signature.SchemeURL, nil)
	if w.SignURL != (signature.URL{}) && w.URL.Target == "/" { // then the path is that of the signed URL
		w.URL.Target = w.SignURL.Target
	}
	w.URL.Target = withQuery(w.URL.Target, "artihook=added")
	if w.SignURL != (signature.URL{}) {
		w.SignURL.Target = withQuery(w.SignURL.Target, "artihook=added")
	}
	s.what, s.webhook, s.alter = "with a query that was not signed", &w, header(value)
	return s, ""
}

func withQuery(target, pair string) string {
	if strings.Contains(target, "?") {
		return target + "&" + pair
	}
	return target + "?" + pair
}

func otherMethod(t *trial, s shot) (shot, string) {
	if t.run.opt.Webhook.Scheme == signature.SchemeBody {
		return s, notSigned
	}
	s.what = "with the signature of a GET"
	s.alter = header(t.signed(s, signature.SchemeURL, func(m *signature.Message) { m.Method = http.MethodGet }))
	return s, ""
}

func otherScheme(t *trial, s shot) (shot, string) {
	scheme := otherThan(t.run.opt.Webhook.Scheme)
	s.what, s.alter = "with a signature of the scheme "+scheme.String(), header(t.signed(s, scheme, nil))
	return s, ""
}

func otherThan(scheme signature.Scheme) signature.Scheme {
	if scheme == signature.SchemeURL {
		return signature.SchemeBody
	}
	return signature.SchemeURL
}

// rightOne sends what ArtiBot sends. Where it is refused, it tries what receivers get wrong, to say which it is.
func rightOne(t *trial) {
	s := t.ordinary()
	d := t.send(s)
	if t.over() {
		return
	}
	if t.run.valid = d.Status; d.Error != "" {
		t.run.valid = http.StatusInternalServerError
	}
	var hint string
	if refused.fits(&d) {
		hint = t.nearMiss()
	}
	t.hold(s, &d, accepted)
	t.result.Hint = hint
}

// nearMiss sends signatures that a receiver with a usual mistake would take, and says which it took.
func (t *trial) nearMiss() string {
	w := &t.run.opt.Webhook
	for _, miss := range []struct {
		hint   string
		secret *signature.Secret // nil is the right one
		change func(*signature.Message)
		form   func(string) string
		scheme bool // the other one
	}{
		{hint: "it takes the signature of the other scheme: choose with --scheme", scheme: true},
		{hint: "it takes the signature in lower case: compare without regard to case", form: strings.ToLower},
		{hint: "it takes the signature for http instead of https: tell it its public URL", change: func(m *signature.Message) { m.URL = strings.Replace(m.URL, "https://", "http://", 1) }},
		{hint: "it takes the signature for https instead of http: tell it the URL that you give here, or sign for the public one with --sign-url", change: func(m *signature.Message) { m.URL = strings.Replace(m.URL, "http://", "https://", 1) }},
		{hint: "it takes the signature of the URL without its query: sign the query too", change: func(m *signature.Message) { m.URL, _, _ = strings.Cut(m.URL, "?") }},
		{hint: "it takes the signature of the URL that the request went to: it does not know the public URL", change: func(m *signature.Message) { m.URL = w.URL.String() }},
		{hint: "it takes the signature of an empty secret: its secret is not set", secret: new(signature.Secret)},
	} {
		s := t.ordinary()
		secret := w.Secret
		if miss.secret != nil {
			secret = *miss.secret
		}
		m := signature.Message{Method: http.MethodPost, URL: signedURL(w).String(), Body: s.body}
		right := signature.Sign(w.Secret, w.Scheme, m)
		if miss.change != nil {
			miss.change(&m)
		}
		scheme := w.Scheme
		if miss.scheme {
			scheme = otherThan(scheme)
		}
		value := signature.Sign(secret, scheme, m)
		if miss.form != nil {
			value = miss.form(value)
		}
		if value == right {
			continue
		}
		s.what, s.alter = "to see which mistake it makes", header(value)
		if d := t.send(s); d.OK() {
			return miss.hint
		}
	}
	return "it is none of the usual mistakes: most likely the two sides have different secrets, or it knows another public URL (--sign-url)"
}

// upperCase sends the same in upper case and, where that is refused, in lower case: only then it is about the case.
func upperCase(t *trial) {
	if t.run.opt.Webhook.Scheme == signature.SchemeBody {
		t.skip("ArtiBot writes the body scheme in lower case")
		return
	}
	s := t.ordinary()
	d := t.send(s)
	if t.over() || d.OK() {
		return
	}
	lower := t.ordinary()
	lower.what, lower.alter = "with the signature in lower case", header(strings.ToLower(t.signed(lower, signature.SchemeURL, nil)))
	if low := t.send(lower); low.OK() {
		t.fail(describe(s, &d), accepted.text, cameBack(&d)+"; in lower case it is accepted")
	}
	t.skip("it is not about the case: see signature-valid")
}
