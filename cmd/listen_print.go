package cmd

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"artihook/cmd/console"
	"artihook/emitter"
	"artihook/emitter/exchange"
	"artihook/emitter/payload"
	"artihook/emitter/receiver"
	"artihook/emitter/signature"
	"artihook/emitter/signature/explain"
	"artihook/emitter/text"
)

// arrivalJSON is the output of listen -o json for one request.
type arrivalJSON struct {
	Time       time.Time   `json:"time"`
	Method     string      `json:"method"`
	URL        string      `json:"url"`
	Event      string      `json:"event"`
	Lead       string      `json:"lead"`
	Version    int         `json:"version"`
	Verified   bool        `json:"verified"`
	Status     int         `json:"status"`
	Reason     string      `json:"reason"`
	Notes      []string    `json:"notes,omitempty"` // on a rejected signature
	Scheme     string      `json:"scheme,omitempty"`
	Effect     string      `json:"effect,omitempty"` // applied, duplicate or stale
	Flaws      []flawJSON  `json:"flaws,omitempty"`
	Headers    http.Header `json:"headers"`
	Body       *string     `json:"body,omitempty"`
	BodyBase64 []byte      `json:"body_base64,omitempty"` // if the body is not UTF-8

	Response  *exchange.Response `json:"response"`
	Forwarded *forwardedJSON     `json:"forwarded,omitempty"`
}

type forwardedJSON struct {
	URL         string `json:"url"`
	SignedAgain bool   `json:"signed_again"`
}

// maxFlaws is the largest number of flaws of a payload that is printed without -v.
const maxFlaws = 5

// maxHints is the largest number of different hints of one run. Without it, a sender could cause any number.
const maxHints = 20

// flawJSON is one departure of a body from the contract.
type flawJSON struct {
	ID     string `json:"id"`
	Path   string `json:"path"`
	Text   string `json:"text"`
	Schema string `json:"schema,omitempty"` // the place of the rule in the JSON Schema of the event
}

// arrivalPrinter prints the requests that listen receives.
type arrivalPrinter struct {
	*app
	opts  *receiver.Options
	shown map[string]bool // hints and explanations, which are printed once
}

// once reports whether a text was not printed before.
func (p *arrivalPrinter) once(text string) bool {
	if text == "" || p.shown[text] || len(p.shown) >= maxHints {
		return false
	}
	p.shown[text] = true
	return true
}

// print prints a request: a line, a line for each note on its signature and for each flaw of its payload, and with -v the request
// and the response. If ctx has ended, it does not explain the signature.
func (p *arrivalPrinter) print(ctx context.Context, arrival *receiver.Arrival) error {
	redact := p.opts.Secret.RedactText
	reason, hint := arrival.Reason, forwardHint(arrival)
	if to := arrival.Forwarded; to != nil && to.Err != nil {
		failure, why := emitter.NameFailure(to.Err, p.opts.Forward.Timeout)
		reason += ": " + why
		hint = console.CertificateHint(failure, why)
	}
	var notes []string
	explained := false
	if arrival.Status == http.StatusUnauthorized && !arrival.Verified && ctx.Err() == nil {
		finding := explainArrival(p.opts, arrival)
		reason, hint = redact(finding.Text), rejectionHint(p.opts, arrival, finding)
		for _, note := range append(finding.Result(false).Notes, proxyNotes(arrival)...) {
			notes = append(notes, redact(note))
		}
		explained = p.once("explained: " + finding.ID)
	}
	if hint = redact(hint); p.once(hint) {
		defer p.printer.Notef("hint: %s", hint)
	}
	redacted := arrival.Redacted(p.opts.Secret)
	arrival = &redacted
	if p.printer.JSON() {
		return p.printer.WriteJSON(newArrivalJSON(arrival, reason, notes))
	}
	if !explained && !p.printer.Verbose {
		notes = nil
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", arrival.Time.Local().Format(time.TimeOnly), p.line(arrival, reason))
	for _, note := range notes {
		fmt.Fprintf(&b, "    %s\n", text.Printable(note))
	}
	for _, flaw := range p.flaws(arrival) {
		fmt.Fprintf(&b, "    %s\n", p.printer.Paint(console.Yellow, text.Printable(flaw)))
	}
	if _, err := io.WriteString(p.printer.Out, b.String()); err != nil || !p.printer.Verbose {
		return err
	}
	return p.exchange(arrival)
}

// line returns the line of a request without its time.
func (p *arrivalPrinter) line(arrival *receiver.Arrival, reason string) string {
	subject := arrival.Method + " " + arrival.URL
	if s := arrival.Summary; s.Event != "" {
		subject = fmt.Sprintf("%s v%d lead %s", s.Event, s.Version, s.Lead)
	}
	verdict, color := "verified", console.Green
	if arrival.Effect == receiver.EffectDuplicate || arrival.Effect == receiver.EffectStale {
		verdict += ", " + string(arrival.Effect)
	}
	if reason != "" {
		verdict, color = "rejected: "+reason, console.Red
	}
	return fmt.Sprintf("%s %s %s", p.printer.Paint(color, fmt.Sprintf("[%d]", arrival.Status)), text.Printable(subject), text.Printable(verdict))
}

// flaws returns the flaws of a payload as lines, without -v at most maxFlaws and how many more there are.
func (p *arrivalPrinter) flaws(arrival *receiver.Arrival) []string {
	var lines []string
	for i, flaw := range arrival.Flaws {
		if i == maxFlaws && !p.printer.Verbose {
			return append(lines, fmt.Sprintf("… and %d more, which -v shows", len(arrival.Flaws)-i))
		}
		line := flaw.ID + " " + flaw.String()
		if flaw.Schema != "" {
			line += " (schema " + flaw.Schema + ")"
		}
		lines = append(lines, line)
	}
	return lines
}

// exchange prints the request and the response.
func (p *arrivalPrinter) exchange(arrival *receiver.Arrival) error {
	head := []string{arrival.Method + " " + arrival.URL}
	for _, h := range headersOf(arrival.Header) {
		head = append(head, h.Name+": "+h.Value)
	}
	if err := p.printer.Message(">", strings.Join(head, "\r\n"), arrival.Body); err != nil {
		return err
	}
	if to := arrival.Forwarded; to != nil {
		if _, err := fmt.Fprintf(p.printer.Out, "%s forwarded to %s%s\n", p.printer.Paint(console.Dim, "*"), text.Printable(to.URL), signedAgain(to)); err != nil {
			return err
		}
	}
	return p.printer.Response(responseOf(arrival.Response))
}

func signedAgain(to *receiver.Forwarded) string {
	if to.SignedAgain {
		return ", signed again for it"
	}
	return ""
}

// headersOf returns headers in the order of their names.
func headersOf(header http.Header) exchange.Headers {
	list := exchange.Headers{}
	for _, name := range slices.Sorted(maps.Keys(header)) {
		for _, value := range header[name] {
			list = append(list, exchange.Header{Name: name, Value: value})
		}
	}
	return list
}

func responseOf(r *receiver.Response) *exchange.Response {
	return &exchange.Response{Status: r.Status, Proto: "HTTP/1.1", Reason: http.StatusText(r.Status), Headers: headersOf(r.Header), Body: r.Body}
}

func newArrivalJSON(arrival *receiver.Arrival, reason string, notes []string) arrivalJSON {
	s := arrival.Summary
	shown := arrivalJSON{
		Time: arrival.Time.UTC(), Method: arrival.Method, URL: arrival.URL, Event: s.Event, Lead: s.Lead, Version: s.Version,
		Verified: arrival.Verified, Status: arrival.Status, Reason: reason, Notes: notes, Headers: arrival.Header,
		Response: responseOf(arrival.Response),
	}
	if arrival.Verified {
		shown.Scheme, shown.Effect = arrival.Scheme.String(), string(arrival.Effect)
	}
	if to := arrival.Forwarded; to != nil {
		shown.Forwarded = &forwardedJSON{to.URL, to.SignedAgain}
	}
	for _, flaw := range arrival.Flaws {
		shown.Flaws = append(shown.Flaws, flawJSON(flaw))
	}
	if utf8.Valid(arrival.Body) {
		body := string(arrival.Body)
		shown.Body = &body
	} else {
		shown.BodyBase64 = arrival.Body
	}
	return shown
}

// forwardHint explains the new signature of a forwarded request; "" if it has none.
func forwardHint(arrival *receiver.Arrival) string {
	switch to := arrival.Forwarded; {
	case to == nil || !to.SignedAgain:
		return ""
	case arrival.Status == http.StatusUnauthorized || arrival.Status == http.StatusForbidden:
		return "the request was signed again for " + to.URL + " and rejected; if that receiver verifies for the URL of the sender, add --forward-exact"
	default:
		return "requests are signed again for " + to.URL + ", which that receiver sees; --forward-exact keeps the signature"
	}
}

// proxyNotes returns a line with the headers that a proxy in front of listen has added; none if there are none.
func proxyNotes(arrival *receiver.Arrival) []string {
	if headers := explain.ProxyHeaders(arrival.Header); len(headers) > 0 {
		return []string{"a proxy added: " + strings.Join(headers, ", ")}
	}
	return nil
}

// explainArrival returns why the signature of a rejected request does not fit.
func explainArrival(opts *receiver.Options, arrival *receiver.Arrival) explain.Finding {
	finding, _ := explain.Mismatch(explain.Claim{
		Secret: opts.Secret, Scheme: opts.Scheme, Header: arrival.Header.Get(signature.Header), AlsoURLs: []string{arrival.LocalURL},
		RequestHeader: arrival.Header, Contract: explain.Contract{Restore: payload.Restore, Altered: receiver.Altered},
		Message: signature.Message{Method: arrival.Method, URL: arrival.URL, Body: arrival.Body},
	})
	if finding.URL == arrival.LocalURL && arrival.LocalURL != arrival.URL {
		finding.Text = fmt.Sprintf("the signature fits %s, the URL of the request; the sender does not know the public URL %s", arrival.LocalURL, arrival.URL)
	}
	return finding
}

// rejectionHint returns the flag of listen with which a rejected delivery would be valid; "" if there is none.
func rejectionHint(opts *receiver.Options, arrival *receiver.Arrival, finding explain.Finding) string {
	origin := ""
	if url, err := signature.ParseURL(finding.URL); err == nil && finding.URL != arrival.URL {
		origin = url.Scheme + "://" + url.Host
	}
	proto, host := arrival.Header.Get("X-Forwarded-Proto"), arrival.Header.Get("X-Forwarded-Host")
	switch {
	case opts.PublicURL != (signature.URL{}):
		return ""
	case origin != "" && proto != "":
		return fmt.Sprintf("a proxy is in front (X-Forwarded-Proto: %s); start listen with --public-url %s", proto, origin)
	case origin != "":
		return "start listen with --public-url " + origin
	case proto != "" && host != "":
		return fmt.Sprintf("a proxy is in front; start listen with --public-url %s://%s, or with the URL that ArtiBot has", proto, host)
	case proto != "":
		return fmt.Sprintf("a proxy is in front (X-Forwarded-Proto: %s); start listen with --public-url and the URL that ArtiBot has", proto)
	}
	return ""
}
