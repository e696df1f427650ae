package explain

import (
	"cmp"
	"fmt"
	"net/http"
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
	// RequestHeader is the header of the request, if it is known. It may contain the original URL, added by a proxy.
	RequestHeader http.Header
	// Contract knows ArtiBot's bodies. With the zero value, Mismatch cannot restore an event that was parsed and
	// written again, and cannot recognise that a body was changed.
	Contract Contract
}

// Finding is the result of Mismatch. It contains no secret and no user info.
//
// The IDs are stable; docs/signature.md lists them. Several that apply together are joined with a plus, such as
// "scheme-https+trailing-slash".
type Finding struct {
	ID   string
	Text string // one line for people
	// Notes are further lines: where the body differs, what was tried, how to fix it.
	Notes []string
	Fix   *Fix // how to correct the mistake; nil if it is unknown
	// The values that the signature fits; empty if nothing was proven, or if the signature does not depend on them.
	URL    string
	Method string
	Scheme signature.Scheme
}

// Mismatch returns the first mistake with which the signature fits, and true. If none fits, it returns false and the most
// likely cause: a malformed header, a body that is not as ArtiBot sent it, a bad URL, and only then the secret.
func Mismatch(c Claim) (Finding, bool) {
	h := readHeader(c.Header)
	base, urlErr := c.base()
	s := &search{target: newTarget(&h)}
	g := &guesses{}
	if len(s.target.kinds) > 0 {
		g = c.guesses(base)
		if f, ok := s.run(g); ok {
			return c.proven(&h, &f), true
		}
		if f, ok := s.runCut(g); ok {
			return c.proven(&h, &f), true
		}
		if f, ok := s.runShortened(g); ok {
			return c.proven(&h, &f), true
		}
		if f, ok := s.runLost(g, &c.Contract); ok {
			return c.proven(&h, &f), true
		}
	}
	return c.unproven(&h, s, g, urlErr), false
}

// base returns the message as ArtiBot signs it: with the URL in its normal form.
func (c *Claim) base() (trial, error) {
	method := strings.ToUpper(cmp.Or(c.Message.Method, http.MethodPost))
	t := trial{form: urlForm(method), secret: string(c.Secret.Bytes()), url: c.Message.URL, body: string(c.Message.Body)}
	u, err := signature.ParseURL(c.Message.URL)
	if err == nil {
		t.url = u.String()
	}
	if c.Scheme == signature.SchemeBody {
		t.form = bodyForm(method)
		return t, nil // the URL is not signed, so a bad one does not matter
	}
	return t, err
}

// guesses returns the candidates for each part of the message.
func (c *Claim) guesses(base trial) *guesses {
	return &guesses{
		bodies:  c.bodyCandidates(base.body),
		urls:    c.urlCandidates(base.url),
		secrets: expand([]candidate[string]{{value: base.secret}}, secretMistakes(), expansion[string]{most: maxSecrets}),
		forms: expand([]candidate[form]{{value: base.form}}, messageMistakes(base.form), expansion[form]{
			most: maxForms, repeated: func(string) bool { return true },
		}),
	}
}

// maxForms is the maximum number of ways to put the message together.
const maxForms = 1500

// bodyCandidates returns the bodies that may have been signed: the body itself, the texts inside it, what ArtiBot may have
// sent, and what programs make of these.
func (c *Claim) bodyCandidates(body string) *byCost[string] {
	seeds := []candidate[string]{{value: body}}
	texts := peel(body)
	for _, t := range texts[1:] {
		seeds = append(seeds, candidate[string]{t.text, cost(len(t.steps)), t.steps})
	}
	for i, r := range c.Contract.restore(texts) {
		paid := likely
		if i > 3 {
			paid = seldom
		}
		if r.body != body {
			seeds = append(seeds, candidate[string]{r.body, paid, r.steps()})
		}
	}
	return expand(seeds, bodyMistakes(), bodyBound())
}

func bodyBound() expansion[string] {
	return expansion[string]{most: maxBodies, bytes: maxBodyBytes, size: func(s string) int { return len(s) }}
}

// steps describes how the body given became other than the restored one.
func (r *restored) steps() []step {
	if r.body == r.from.text {
		return r.from.steps
	}
	why := "the body given here was parsed and written again"
	id := "body-reserialised"
	switch {
	case r.where != "":
		id, why = "body-part", fmt.Sprintf("the body given here contains the event in its key %q", shortened(r.where))
	case strings.HasSuffix(r.body, r.from.text):
		id = "body-cut"
		why = fmt.Sprintf("the start of the body given here is missing (%d of %d bytes: a part of it was read before?)", len(r.from.text), len(r.body))
	case strings.HasPrefix(r.body, r.from.text):
		id = "body-cut"
		why = fmt.Sprintf("the end of the body given here is missing (%d of %d bytes: a Content-Length in characters, a buffer that is too short?)",
			len(r.from.text), len(r.body))
	case len(r.from.steps) > 0:
		why = "it was parsed and written again"
	}
	if r.note != "" {
		why += ", with " + r.note
	}
	last := step{id: id, what: restoredBody, why: why, fix: fixRawBody, from: r.from.text}
	return append(append([]step(nil), r.from.steps...), last)
}

// proven returns the finding for a fit.
func (c *Claim) proven(h *header, f *fit) Finding {
	var text sentence
	var fix fixID
	for _, steps := range [][]step{f.url, f.message, f.secret, f.body} {
		for i := range steps {
			s := steps[i]
			if s.from != "" {
				s.why += namedWriter(f.trial.body, s.from)
			}
			text.add(s)
			fix = cmp.Or(fix, s.fix)
		}
	}
	if f.trial.form.usesURL() && len(text.ids) == 0 && c.Message.URL != f.trial.url {
		text.add(step{id: "url-normalised", what: showURL(f.trial.url), why: "that is the normal form of the URL given, which ArtiBot signs; a receiver that signs " +
			showURL(c.Message.URL) + " rejects it" + spelling(c.Message.URL, f.trial.url)})
		fix = fixURL
	}
	if f.kind != &hashKinds[0] {
		text.add(step{id: "other-hash", what: "HMAC-" + f.kind.name, why: "ArtiBot signs with HMAC-SHA1"})
		fix = cmp.Or(fix, fixDigest)
	}
	if faults := f.headerFaults(h); len(faults) > 0 {
		text.ids = append(text.ids, cmp.Or(f.damageID, "header-form"))
		text.whys = append(text.whys, "the header "+strings.Join(faults, " and "))
		fix = cmp.Or(fix, fixHeader)
	}
	finding := c.found(&f.trial, text.id(), text.String())
	if f.damageID == "header-truncated" && len(text.ids) == 1 {
		finding.Text = "the signature fits as far as it goes: the header " + f.damage
	}
	finding.Fix = fixOf(fix)
	if note := bodyNote(f.body, f.trial.body); note != "" {
		finding.Notes = append(finding.Notes, c.redacted(note))
	}
	return finding
}

// headerFaults returns what is wrong with the form of the header.
func (f *fit) headerFaults(h *header) []string {
	var faults []string
	if f.damage != "" {
		faults = append(faults, f.damage)
	}
	if f.reading != nil && f.reading.fault != "" {
		faults = append(faults, f.reading.fault)
	}
	return append(faults, h.faults(f.trial.form, f.kind)...)
}

// sentence is "the signature fits WHAT with WHAT: WHY; WHY".
type sentence struct{ ids, whats, whys []string }

func (s *sentence) add(one step) {
	s.ids = appendNew(s.ids, one.id)
	s.whats = appendNew(s.whats, one.what)
	s.whys = appendNew(s.whys, one.why)
}

func appendNew(list []string, text string) []string {
	for _, known := range list {
		if known == text {
			return list
		}
	}
	if text == "" {
		return list
	}
	return append(list, text)
}

func (s *sentence) id() string {
	if len(s.ids) == 0 {
		return "right"
	}
	return strings.Join(s.ids, "+")
}

func (s *sentence) String() string {
	text := "the signature fits"
	if len(s.whats) > 0 {
		text += " " + strings.Join(s.whats, " with ")
	}
	if len(s.whys) > 0 {
		text += ": " + strings.Join(s.whys, "; ")
	}
	return text
}

// namedWriter names the program that makes one body of the other, as the end of a sentence; "" if none is known.
func namedWriter(body, rewritten string) string {
	list := expand([]candidate[string]{{value: body}}, bodyMistakes(), bodyBound())
	for _, candidates := range list {
		for _, one := range candidates {
			if one.value == rewritten && len(one.steps) > 0 {
				var whats []string
				for _, s := range one.steps {
					whats = append(whats, s.what)
				}
				return ", into " + strings.Join(whats, " and ")
			}
		}
	}
	return ""
}

// bodyNote shows where the body given first differs from the one that was signed.
func bodyNote(steps []step, signed string) string {
	for i := range steps {
		if from := steps[i].from; from != "" && from != signed {
			return "the body given here: " + difference(from, signed)
		}
	}
	return ""
}

const restoredBody = "the body as ArtiBot sent it"

// found returns the finding that the signature fits this trial.
func (c *Claim) found(t *trial, id, text string) Finding {
	finding := Finding{ID: id, Text: c.redacted(text), Scheme: signature.SchemeBody}
	if t.form.usesURL() {
		finding.Scheme = signature.SchemeURL
		finding.Method = t.form.method
		finding.URL = c.redacted(withoutUserInfo(t.url))
	}
	return finding
}

func (c *Claim) redacted(text string) string { return string(c.Secret.Redact([]byte(text))) }
