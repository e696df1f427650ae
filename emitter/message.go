package emitter

import (
	"bytes"
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"artihook/emitter/exchange"
	"artihook/emitter/history"
	"artihook/emitter/payload"
	"artihook/emitter/signature"
)

// UserAgent is ArtiBot's (docs/contract.md, section 1).
const UserAgent = "artibot-api"

// Message is the content of a delivery: the finished body, and the data that the history needs to continue the lead.
type Message struct {
	Body    []byte
	Summary payload.Summary
	Edition payload.Edition
	Bot     string // "" if the body was not generated from a bot
	Seed    uint64 // of the visitor
	Tamper  Tamper
	Method  string // "" is POST

	// The origin of the delivery, for the history: a scenario and its step, or the number of the delivery that it repeats.
	Scenario, Step string
	ResendOf       int64
}

// Tamper is a deliberate error in a delivery, so that a receiver must reject it. The zero value is none.
type Tamper string

// TamperUnsigned omits the signature header. The other values are those of TamperNames.
const TamperUnsigned Tamper = "unsigned"

const (
	tamperSignature Tamper = "signature" // change one digit of the signature
	tamperBody      Tamper = "body"      // change the body after signing it
	tamperURL       Tamper = "url"       // sign for another URL
)

// TamperNames returns the names that ParseTamper accepts.
func TamperNames() []string {
	return []string{string(tamperSignature), string(tamperBody), string(tamperURL)}
}

// ParseTamper returns the Tamper of that name. The error lists the valid names.
func ParseTamper(s string) (Tamper, error) {
	if slices.Contains(TamperNames(), s) {
		return Tamper(s), nil
	}
	return "", fmt.Errorf("%q cannot be tampered with; want signature, body or url", s)
}

// EventMessage returns the message of an event.
func EventMessage(e *payload.Event) Message {
	return Message{Body: e.AppendJSON(nil), Summary: e.Summary(), Edition: e.Edition}
}

// Plan signs the message for the webhook and returns its first delivery, which is neither recorded nor sent.
func Plan(w *Webhook, m Message) history.Delivery {
	signed := w.signed().String()
	header, body := sign(w, m)
	headers := exchange.Headers{{Name: "User-Agent", Value: UserAgent}, {Name: "Content-Type", Value: "application/json"}}
	if m.Tamper != TamperUnsigned {
		headers = append(headers, exchange.Header{Name: signature.Header, Value: header})
	}
	request := exchange.Request{
		Method: m.method(), Target: w.target(), Host: w.host(), Headers: headers, Body: body,
	}
	for _, h := range w.Headers {
		replaceHeader(&request, h)
	}
	return history.Delivery{
		Webhook: w.Name, URL: w.URL.String(), SignURL: signed, Attempt: 1,
		Event: m.Summary.Event, Lead: m.Summary.Lead, Version: m.Summary.Version,
		Scheme: w.Scheme.String(), Edition: m.Edition.String(), Bot: m.Bot, Seed: m.Seed,
		Scenario: m.Scenario, Step: m.Step, ResendOf: m.ResendOf,
		Tampered: string(tamperOf(&request, header, m.Tamper)), Request: request,
	}
}

func (m *Message) method() string { return cmp.Or(m.Method, http.MethodPost) }

// tamperOf returns what is wrong with a request on purpose. Headers of the webhook may replace the signature.
func tamperOf(request *exchange.Request, header string, t Tamper) Tamper {
	switch {
	case t != "":
		return t
	case !request.Headers.Has(signature.Header):
		return TamperUnsigned
	case request.Headers.Get(signature.Header) != header:
		return tamperSignature
	}
	return ""
}

// TamperOf returns what is wrong with the signature of a planned delivery that was changed after Plan.
func TamperOf(w *Webhook, d *history.Delivery) Tamper {
	given := d.Request.Headers.Get(signature.Header)
	signed := signature.Message{Method: d.Request.Method, URL: d.SignURL, Body: d.Request.Body}
	switch {
	case !d.Request.Headers.Has(signature.Header):
		return TamperUnsigned
	case !signature.Verify(w.Secret, w.Scheme, signed, given):
		return tamperSignature
	}
	return ""
}

// sign returns the header value and the body to send. They do not match if the message is tampered with.
func sign(w *Webhook, m Message) (header string, body []byte) {
	message := signature.Message{Method: m.method(), URL: w.signed().String(), Body: m.Body}
	if m.Tamper == tamperURL {
		message.URL += "tampered"
		if w.Scheme == signature.SchemeBody { // the URL is not signed, so the signature must be for another body
			message.Body = append(bytes.Clone(m.Body), ' ')
		}
	}
	header = signature.Sign(w.Secret, w.Scheme, message)
	switch m.Tamper {
	case tamperSignature:
		return otherDigit(header), m.Body
	case tamperBody:
		return header, changeBody(m.Body)
	}
	return header, m.Body
}

// otherDigit returns the header with another last hex digit.
func otherDigit(header string) string {
	last := byte('0')
	if strings.HasSuffix(header, "0") {
		last = '1'
	}
	return header[:len(header)-1] + string(last)
}

// changeBody changes one decimal digit, which keeps JSON valid. In an event it is the last digit of time_stamp, so that
// lead and version stay the same, and otherwise the last digit of the body. A body without a digit gets a space at its end.
func changeBody(body []byte) []byte {
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

// replaceHeader replaces all headers of that name, in any case, by h. An empty value only removes them. Names are sent as
// written, except User-Agent. Webhook.host has replaced Host.
func replaceHeader(request *exchange.Request, h exchange.Header) {
	if strings.EqualFold(h.Name, "Host") {
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
