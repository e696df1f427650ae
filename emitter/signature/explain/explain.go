package explain

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"artihook/emitter/signature"
)

// Claim is the claim that Header is the signature of Message with Secret and Scheme.
type Claim struct {
	Secret  signature.Secret
	Scheme  signature.Scheme
	Message signature.Message // the URL as the receiver knows it, normalised or not
	Header  string            // the value of x-artibot-signature as it arrived
	// AlsoURLs are other URLs that may have been signed, such as the public address of a tunnel. Mismatch tries
	// each as it is, and its scheme and host with the path and query of the message.
	AlsoURLs []string
}

// Finding is the result of Mismatch. It contains no secret and no user info.
//
// These IDs are stable. Two that hold together are joined with a plus, such as "scheme-https+trailing-slash".
//
//	right             the signature fits after all
//	url-normalised    it fits the normal form of the URL given, which is what ArtiBot signs
//	header-form       it fits, but the header has white space, quotes, base64, or a prefix too much or too few
//	header-truncated  the header is the beginning of the right one
//	scheme-https      it fits https, the URL given says http
//	scheme-http       the other way round
//	port              it fits another port: none, the default one written out, a common one of development
//	trailing-slash    it fits with or without the slash at the end of the path
//	query             it fits without the query, or with its parts sorted
//	escaping          it fits another percent-encoding of the URL
//	url-raw           it fits the URL as it was given, before it was normalised
//	url-part          it fits a piece of the URL, such as the path
//	host              it fits another name of this machine, with or without "www.", or the name's Unicode form
//	other-url         it fits one of AlsoURLs
//	case              it fits the URL in other letter case
//	method            it fits another method
//	secret-space      it fits the secret with or without white space, a line feed or a byte order mark around it
//	secret-quotes     it fits the secret with or without quotes around it
//	secret-empty      it fits an empty secret, or "undefined", "null" or "None"
//	secret-sample     it fits the placeholder of ArtiBot's sample code
//	secret-encoding   it fits the secret in another character set, or as base64 or hex
//	body-space        it fits the body with or without white space around it
//	body-bom          it fits the body with or without a byte order mark
//	body-newlines     it fits the body with the other line ends
//	body-lost         it fits an empty body, or what is left of one that was already read
//	body-encoding     it fits the body in another character set
//	body-reserialised it fits the body as a JSON library writes it again
//	other-scheme      it fits the other signature scheme
//	message-form      it fits the message put together in another way
//	other-hash        it is an HMAC with another hash than SHA-1
//	plain-hash        it is a hash without the secret, or without HMAC
//	no-fit            nothing fits: most likely the secret differs
//	url-bad           nothing fits, and the URL cannot be a webhook's
//	header-missing, header-not-hex, header-length   what is wrong with the header can be seen
type Finding struct {
	ID   string
	Text string // one line for people
	// What the signature fits; empty when nothing was proven, or when it does not depend on them.
	URL    string
	Method string
	Scheme signature.Scheme
}

// Mismatch returns the first mistake with which the signature fits, and true. If none fits, it returns what is visibly
// wrong with the header, or the most likely reason, and false.
func Mismatch(c Claim) (Finding, bool) {
	header := readHeader(c.Header)
	base, urlErr := baseTrial(c)
	switch {
	case header.cutFrom(base):
		return c.found(base, "header-truncated", fmt.Sprintf(
			"the signature fits as far as it goes: the header is cut after %d of 40 hex digits", len(header.text))), true
	case header.digest == nil:
		return header.visible(c.Secret), false
	}
	s := newSearch(header.digest)
	if fit, ok := s.run(c, base); ok {
		return c.proven(header, fit), true
	}
	return c.unproven(header, s.tried, urlErr), false
}

// baseTrial returns the message as ArtiBot signs it: with the URL in its normal form.
func baseTrial(c Claim) (trial, error) {
	t := trial{
		form:   formURL,
		secret: string(c.Secret.Bytes()),
		method: strings.ToUpper(cmp.Or(c.Message.Method, http.MethodPost)),
		url:    c.Message.URL,
		body:   string(c.Message.Body),
	}
	u, err := signature.ParseURL(c.Message.URL)
	if err == nil {
		t.url = u.String()
	}
	if c.Scheme == signature.SchemeBody {
		t.form = formBody
		return t, nil // the URL is not signed, so a bad one does not matter
	}
	return t, err
}

// proven returns the finding for a fit.
func (c Claim) proven(header readingOfHeader, f fit) Finding {
	var ids, whats, whys []string
	for _, change := range f.changes {
		ids = append(ids, change.id)
		whats = append(whats, change.what)
		whys = append(whys, change.why)
	}
	if f.trial.form.usesURL() && len(f.changes) == 0 && c.Message.URL != f.trial.url {
		ids = append(ids, "url-normalised")
		whats = append(whats, showURL(f.trial.url))
		whys = append(whys, "that is the normal form of the URL given, and ArtiBot signs the normal form")
	}
	if header.hash != hashSHA1 {
		ids = append(ids, "other-hash")
		whats = append(whats, "HMAC-"+header.hash.String())
		whys = append(whys, "ArtiBot signs with HMAC-SHA1")
	}
	if faults := header.faults(f.trial.form); len(faults) > 0 {
		ids = append(ids, "header-form")
		whys = append(whys, "the header "+strings.Join(faults, " and "))
	}
	if len(ids) == 0 {
		ids = append(ids, "right")
	}
	text := "the signature fits"
	if len(whats) > 0 {
		text += " " + strings.Join(whats, " with ")
	}
	if len(whys) > 0 {
		text += ": " + strings.Join(whys, "; ")
	}
	return c.found(f.trial, strings.Join(ids, "+"), text)
}

// found returns the finding that the signature fits this trial.
func (c Claim) found(t trial, id, text string) Finding {
	finding := Finding{ID: id, Text: redacted(c.Secret, text), Scheme: signature.SchemeBody}
	if t.form.usesURL() {
		finding.Scheme = signature.SchemeURL
		finding.Method = t.method
		finding.URL = redacted(c.Secret, withoutUserInfo(t.url))
	}
	return finding
}

// unproven returns the finding when nothing fits.
func (c Claim) unproven(header readingOfHeader, tried int, urlErr error) Finding {
	switch {
	case header.hash != hashSHA1:
		return Finding{ID: "header-length", Text: fmt.Sprintf(
			"the header has %d hex digits, the length of %s: ArtiBot signs with HMAC-SHA1, 40 digits",
			2*len(header.digest), header.hash)}
	case urlErr != nil:
		text := "nothing fits, and the URL cannot be a webhook's: " + urlErr.Error()
		return Finding{ID: "url-bad", Text: redacted(c.Secret, text)}
	}
	text := fmt.Sprintf("nothing fits (%d guesses): most likely the secret differs; "+
		"else the body was changed on its way, or the signature is for a URL that is not known here", tried)
	if c.Secret.Empty() {
		text = fmt.Sprintf("nothing fits (%d guesses): no secret is given here, and the sender seems to have one", tried)
	}
	return Finding{ID: "no-fit", Text: text}
}

func redacted(secret signature.Secret, text string) string {
	return string(secret.Redact([]byte(text)))
}

// showURL returns a signed URL for people: without user info, and quoted if it has spaces or control characters.
func showURL(url string) string {
	url = withoutUserInfo(url)
	if quoted := strconv.Quote(url); strings.Contains(url, " ") || quoted != `"`+url+`"` {
		return quoted
	}
	return url
}

func withoutUserInfo(url string) string {
	start := 0
	if i := strings.Index(url, "://"); i >= 0 {
		start = i + len("://")
	}
	end := len(url)
	if i := strings.IndexAny(url[start:], "/?#"); i >= 0 {
		end = start + i
	}
	at := strings.LastIndexByte(url[start:end], '@')
	return url[:start] + url[start+at+1:]
}

// changesOf returns all single changes, the likely ones first.
func changesOf(c Claim, base trial) []change {
	return slices.Concat(
		urlChanges(c, base.url),
		formChanges(base.form)[:1],
		methodChanges(base.method),
		secretChanges(base.secret),
		bodyChanges(base.body),
		formChanges(base.form)[1:],
	)
}
