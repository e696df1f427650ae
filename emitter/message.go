package emitter

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"artihook/emitter/exchange"
	"artihook/emitter/history"
	"artihook/emitter/payload"
	"artihook/emitter/signature"
)

// userAgent is ArtiBot's (docs/contract.md, section 1).
const userAgent = "artibot-api"

// Message is what a delivery carries: the finished body, and what the history keeps beside it so that the lead can be
// continued.
type Message struct {
	Body    []byte
	Summary payload.Summary
	Edition payload.Edition
	Bot     string // "" when no bot made it
	Seed    uint64 // of the visitor
	Tamper  Tamper

	// What sends it, for the history: a scenario and its step, or the number of the delivery that it sends again.
	Scenario, Step string
	ResendOf       int64
}

// Tamper says what is wrong with a delivery on purpose, so that a receiver must reject it. The zero value is nothing.
type Tamper string

const (
	TamperUnsigned  Tamper = "unsigned"  // there is no signature header
	TamperSignature Tamper = "signature" // one digit of the signature is changed
	TamperBody      Tamper = "body"      // the body is changed after it was signed
	TamperURL       Tamper = "url"       // the signature is for another URL
)

// TamperNames returns the names that ParseTamper accepts.
func TamperNames() []string {
	return []string{string(TamperSignature), string(TamperBody), string(TamperURL)}
}

// ParseTamper returns the Tamper of that name. The error lists the names.
func ParseTamper(s string) (Tamper, error) {
	if slices.Contains(TamperNames(), s) {
		return Tamper(s), nil
	}
	return "", fmt.Errorf("%q cannot be tampered with; want signature, body or url", s)
}

// EventMessage is the message of one event, encoded.
func EventMessage(e *payload.Event) Message {
	return Message{Body: e.AppendJSON(nil), Summary: e.Summary(), Edition: e.Edition}
}

// Plan signs the message for the webhook and gives the first delivery of it, not sent and not recorded yet.
func Plan(w *Webhook, m Message) history.Delivery {
	signed := w.signed().String()
	header, body := sign(w, m)
	headers := exchange.Headers{{Name: "User-Agent", Value: userAgent}, {Name: "Content-Type", Value: "application/json"}}
	if m.Tamper != TamperUnsigned {
		headers = append(headers, exchange.Header{Name: signature.Header, Value: header})
	}
	request := exchange.Request{
		Method: "POST", Target: w.target(), Host: w.signed().Host, Headers: headers, Body: body,
	}
	for _, h := range w.Headers {
		replaceHeader(&request, h)
	}
	return history.Delivery{
		Webhook: w.Name, URL: w.URL.String(), SignURL: signed, Attempt: 1,
		Event: m.Summary.Event, Lead: m.Summary.Lead, Version: m.Summary.Version,
		Scheme: w.Scheme.String(), Edition: m.Edition.String(), Bot: m.Bot, Seed: m.Seed,
		Scenario: m.Scenario, Step: m.Step, ResendOf: m.ResendOf,
		Request: request,
	}
}

// sign returns the header value and the body to send. They do not match if the message is tampered with.
func sign(w *Webhook, m Message) (header string, body []byte) {
	message := signature.Message{Method: "POST", URL: w.signed().String(), Body: m.Body}
	if m.Tamper == TamperURL {
		message.URL += "tampered"
		if w.Scheme == signature.SchemeBody { // which does not look at the URL, so that only another body is wrong
			message.Body = append(bytes.Clone(m.Body), ' ')
		}
	}
	header = signature.Sign(w.Secret, w.Scheme, message)
	switch m.Tamper {
	case TamperSignature:
		return otherDigit(header), m.Body
	case TamperBody:
		return header, tamperBody(m.Body)
	}
	return header, m.Body
}

// otherDigit changes the last hex digit.
func otherDigit(header string) string {
	last := byte('0')
	if strings.HasSuffix(header, "0") {
		last = '1'
	}
	return header[:len(header)-1] + string(last)
}

// tamperBody changes a decimal digit, which leaves JSON valid and says something else: the last one, but in an event
// the time_stamp's, so that it stays this lead's event of this version. A body without a digit gets a space at its end.
func tamperBody(body []byte) []byte {
	changed := bytes.Clone(body)
	end := bytes.LastIndex(changed, []byte(`"resource_version"`))
	if end < 0 {
		end = len(changed)
	}
	i := bytes.LastIndexAny(changed[:end], "0123456789")
	if i < 0 {
		return append(changed, ' ')
	}
	changed[i] = '0' + (changed[i]-'0'+1)%10
	return changed
}

// replaceHeader puts h in place of the headers of that name, in any case; an empty value only takes them away. Names
// go out as written, but for the two that HTTP clients treat apart.
func replaceHeader(request *exchange.Request, h exchange.Header) {
	if strings.EqualFold(h.Name, "Host") {
		if h.Value != "" {
			request.Host = h.Value
		}
		return
	}
	request.Headers = request.Headers.Delete(h.Name)
	if strings.EqualFold(h.Name, "User-Agent") {
		h.Name = "User-Agent"
	}
	if h.Value != "" {
		request.Headers = append(request.Headers, h)
	}
}
