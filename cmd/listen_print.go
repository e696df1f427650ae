package cmd

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"artihook/cmd/console"
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
	Scheme     string      `json:"scheme,omitempty"`
	Effect     string      `json:"effect,omitempty"` // applied, duplicate or stale
	Flaws      []flawJSON  `json:"flaws,omitempty"`
	Headers    http.Header `json:"headers"`
	Body       *string     `json:"body,omitempty"`
	BodyBase64 []byte      `json:"body_base64,omitempty"` // if the body is not UTF-8
}

// maxFlaws is the largest number of flaws of a payload that is printed without -v.
const maxFlaws = 5

// maxHints is the largest number of different hints of one run. Without it, a sender could cause any number.
const maxHints = 20

// flawJSON is one departure of a body from the contract.
type flawJSON struct {
	ID   string `json:"id"`
	Path string `json:"path"`
	Text string `json:"text"`
}

// printArrival prints a request that listen received: a line, a line for each flaw of the payload, and with -v the whole
// request. It prints each hint once, and records it in shownHints.
func printArrival(a *app, opts *receiver.Options, arrival *receiver.Arrival, shownHints map[string]bool) error {
	reason := arrival.Reason
	if arrival.Status == http.StatusUnauthorized && !arrival.Verified {
		finding := explainArrival(opts, arrival)
		reason = finding.Text
		if hint := rejectionHint(opts, arrival, finding); hint != "" && !shownHints[hint] && len(shownHints) < maxHints {
			shownHints[hint] = true
			defer a.printer.Notef("hint: %s", opts.Secret.RedactText(hint))
		}
	}
	redacted := arrival.Redacted(opts.Secret)
	arrival, reason = &redacted, opts.Secret.RedactText(reason)
	if a.printer.JSON() {
		return a.printer.WriteJSON(newArrivalJSON(arrival, reason))
	}
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
	_, err := fmt.Fprintf(a.printer.Out, "%s %s %s %s\n", arrival.Time.Local().Format(time.TimeOnly),
		a.printer.Paint(color, fmt.Sprintf("[%d]", arrival.Status)), text.Printable(subject), text.Printable(verdict))
	for i, flaw := range arrival.Flaws {
		shown := flaw.ID + " " + flaw.String()
		if i == maxFlaws && !a.printer.Verbose {
			shown = fmt.Sprintf("… and %d more, which -v shows", len(arrival.Flaws)-i)
		}
		if err == nil {
			_, err = fmt.Fprintf(a.printer.Out, "    %s\n", a.printer.Paint(console.Yellow, text.Printable(shown)))
		}
		if i == maxFlaws && !a.printer.Verbose {
			break
		}
	}
	if err != nil || !a.printer.Verbose {
		return err
	}
	head := []string{arrival.Method + " " + arrival.URL}
	for _, name := range slices.Sorted(maps.Keys(arrival.Header)) {
		for _, value := range arrival.Header[name] {
			head = append(head, name+": "+value)
		}
	}
	return a.printer.Message(">", strings.Join(head, "\r\n"), arrival.Body)
}

func newArrivalJSON(arrival *receiver.Arrival, reason string) arrivalJSON {
	s := arrival.Summary
	shown := arrivalJSON{
		Time: arrival.Time.UTC(), Method: arrival.Method, URL: arrival.URL, Event: s.Event, Lead: s.Lead, Version: s.Version,
		Verified: arrival.Verified, Status: arrival.Status, Reason: reason, Headers: arrival.Header,
	}
	if arrival.Verified {
		shown.Scheme, shown.Effect = arrival.Scheme.String(), string(arrival.Effect)
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
