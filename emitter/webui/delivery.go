package webui

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"artihook/emitter"
	"artihook/emitter/exchange"
	"artihook/emitter/history"
	"artihook/emitter/signature"
	"artihook/emitter/text"
)

// deliveryData is what the template of a delivery sees.
type deliveryData struct {
	row
	Sent, Answered string // the clock; Answered is "" when nothing came
	Facts          []fact
	Request        requestData
	Response       *responseData
	Lineage        lineage
	Verdict        string // whether the signature fits the secret that is known
	Fits           bool
	Why            string // there is no response
	Unsecured      bool   // to be sent again, it would be signed with the empty secret
	Live           string // where the outcome will come from; "" when it is there
}

type fact struct{ Name, Value, Link string }

type requestData struct {
	Line    string
	Headers []exchange.Header
	Body    body
	Signed  string // what was signed, as far as it is shown
	Cut     string // the note on the rest of it
	Over    string // what the scheme signs
	Curl    string // "" where no command can be written, or a page is no place for it
}

type responseData struct {
	Line    string
	Headers []exchange.Header
	Body    body
	Cut     bool // the receiver sent more than is kept
}

func (h *Handler) delivery(w http.ResponseWriter, r *http.Request) {
	d, ok := h.find(w, r)
	if !ok {
		return
	}
	data := h.deliveryData(&d)
	var err error
	if data.Lineage, err = h.lineage(r.Context(), &d); err != nil {
		h.fault(w, err)
		return
	}
	h.show(w, http.StatusOK, "delivery", chrome{Title: fmt.Sprintf("Delivery #%d", d.ID), Data: data})
}

// find gives the delivery of the address, or answers that there is none.
func (h *Handler) find(w http.ResponseWriter, r *http.Request) (history.Delivery, bool) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || id < 1 {
		h.problem(w, http.StatusNotFound, "A delivery's address ends in its number.")
		return history.Delivery{}, false
	}
	d, err := h.opt.History.Get(r.Context(), id)
	if errors.Is(err, history.ErrNotFound) {
		h.problem(w, http.StatusNotFound, fmt.Sprintf("There is no delivery #%d in the history.", id))
		return d, false
	}
	if err != nil {
		h.fault(w, err)
	}
	return d, err == nil
}

func (h *Handler) deliveryData(d *history.Delivery) deliveryData {
	hook := h.hookOf(d)
	data := deliveryData{row: h.row(d), Sent: h.fullClock(d.Time), Request: newRequest(d), Unsecured: hook.Secret.Empty()}
	data.Facts, data.Why = facts(d), sentence(data.Outcome.Meaning)
	if d.State != history.Done {
		data.Why = "This page shows it as soon as it is here. If it never comes, the sender was stopped."
		data.Live = "/events?" + url.Values{"after": {strconv.FormatInt(d.ID, 10)}}.Encode()
	} else if d.Response != nil {
		data.Answered = h.local(d.Time.Add(d.Duration)).Format("15:04:05.000")
		data.Response = &responseData{
			Line: statusLine(d.Response), Headers: d.Response.Headers, Cut: d.Response.Truncated,
			Body: newBody("response", d.Response.Body, fmt.Sprintf("/deliveries/%d/response", d.ID)),
		}
	}
	data.Fits, data.Verdict = verdict(d, &hook)
	return data
}

func facts(d *history.Delivery) []fact {
	all := []fact{
		{"Webhook", d.Webhook, "/?" + url.Values{"webhook": {d.Webhook}}.Encode()},
		{"Lead", d.Lead, leadURL(d.Lead)},
		{"Sent to", d.URL, ""},
		{"Signed for", d.SignURL, ""},
		{"Attempt", strconv.Itoa(d.Attempt), ""},
		{"Bot", d.Bot, ""},
		{"Edition", d.Edition, ""},
		{"Scenario", d.Scenario, ""},
		{"Step", d.Step, ""},
	}
	var said []fact
	for _, f := range all {
		same := f.Name == "Signed for" && f.Value == d.URL || f.Name == "Attempt" && d.Attempt < 2
		if f.Value != "" && !same {
			said = append(said, f)
		}
	}
	return said
}

func newRequest(d *history.Delivery) requestData {
	method, target := d.Request.Method, d.Request.Target
	r := requestData{
		Line: fmt.Sprintf("%s %s HTTP/1.1", method, target),
		Over: "the body alone",
	}
	for name, value := range d.Request.Lines() {
		r.Headers = append(r.Headers, exchange.Header{Name: name, Value: value})
	}
	raw := ""
	if d.ID > 0 {
		raw = fmt.Sprintf("/deliveries/%d/request", d.ID)
	}
	r.Body = newBody("request", d.Request.Body, raw)
	before := ""
	if d.Scheme != signature.SchemeBody.String() {
		before, r.Over = method+"&"+d.SignURL+"&", "METHOD&URL&BODY"
	}
	r.Signed, r.Cut = signedText(before, d.Request.Body)
	if len(d.Request.Body) <= shownBody {
		r.Curl = curl(d)
	}
	return r
}

// signedText gives the start of what was signed, and the note on the rest. A large body is not copied for it.
func signedText(before string, body []byte) (shown, cut string) {
	start := append([]byte(before), body[:min(len(body), shownBody+utf8.UTFMax)]...)
	shown, _ = clip(bytes.ToValidUTF8(start, []byte("\uFFFD")), shownBody)
	if all := len(before) + len(body); all > shownBody {
		cut = fmt.Sprintf("Shown are the first %s of %s.", text.ByteSize(len(shown)), text.ByteSize(all))
	}
	return shown, cut
}

// curl gives the command that sends the very request again, "" where the history holds none that can be sent.
func curl(d *history.Delivery) string {
	address, err := signature.ParseURL(d.URL)
	if err != nil {
		return ""
	}
	var b bytes.Buffer
	if exchange.Curl(&b, d.Request, exchange.CurlOptions{URL: address.Scheme + "://" + address.Host + d.Request.Target}) != nil {
		return ""
	}
	return b.String()
}

func statusLine(r *exchange.Response) string {
	if r.Status == 0 {
		return "No HTTP response"
	}
	proto := r.Proto
	if proto == "" {
		proto = "HTTP/1.1"
	}
	return fmt.Sprintf("%s %d %s", proto, r.Status, r.Reason)
}

// verdict says whether the signature that was sent fits a secret that is known here; "" where that cannot be told.
func verdict(d *history.Delivery, hook *emitter.Webhook) (fits bool, text string) {
	scheme, err := signature.ParseScheme(d.Scheme)
	header := d.Request.Headers.Get(signature.Header)
	switch {
	case header == "":
		return false, "It went out without a signature."
	case err != nil || hook.Secret.Empty():
		return false, ""
	}
	whose := "the secret of this page"
	if hook.Name != "" {
		whose = fmt.Sprintf("the secret of the webhook %q", hook.Name)
	}
	message := signature.Message{Method: d.Request.Method, URL: d.SignURL, Body: d.Request.Body}
	if signature.Verify(hook.Secret, scheme, message, header) {
		return true, "It fits " + whose + "."
	}
	return false, "It does not fit " + whose + ": another secret signed it, or it was made wrong on purpose."
}

// hookOf gives the webhook that a delivery went to, as it is known now: by its name, else by its URL, else the settings
// for any other URL. Its URLs and scheme are the delivery's own.
func (h *Handler) hookOf(d *history.Delivery) emitter.Webhook {
	hook := h.other(d)
	if known := h.known(d); known != nil {
		hook = *known
	}
	// Both were written out of a parsed URL; what was imported may hold anything, and is found when it is sent.
	hook.URL, _ = signature.ParseURL(d.URL)
	hook.SignURL, _ = signature.ParseURL(d.SignURL)
	if scheme, err := signature.ParseScheme(d.Scheme); err == nil {
		hook.Scheme = scheme
	}
	return hook
}

// known gives the webhook that a delivery went to, nil when it is none that is known.
func (h *Handler) known(d *history.Delivery) *emitter.Webhook {
	i := slices.IndexFunc(h.opt.Webhooks, func(w emitter.Webhook) bool {
		return d.Webhook != "" && w.Name == d.Webhook || d.Webhook == "" && w.URL.String() == d.URL
	})
	if i < 0 {
		return nil
	}
	return &h.opt.Webhooks[i]
}

// other is how to send a delivery to a URL that is no known webhook's: with the headers that it had of its own.
func (h *Handler) other(d *history.Delivery) emitter.Webhook {
	hook := h.opt.Other
	hook.Headers = append(emitter.OwnHeaders(d), hook.Headers...)
	return hook
}

// raw serves what is kept of a delivery as a file: bytes of strangers are never shown as a page.
func (h *Handler) raw(w http.ResponseWriter, r *http.Request) {
	d, ok := h.find(w, r)
	if !ok {
		return
	}
	part, ending := r.PathValue("part"), "body"
	var content []byte
	switch {
	case part == "request":
		content = d.Request.Body
	case part == "response" && d.Response != nil:
		content = d.Response.Body
	case part == "curl" && curl(&d) != "":
		content, ending = []byte(curl(&d)), "sh"
	default:
		h.problem(w, http.StatusNotFound, "The history keeps no such part of this delivery.")
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="delivery-%d-%s.%s"`, d.ID, part, ending))
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}
