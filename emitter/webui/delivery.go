package webui

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"artihook/emitter"
	"artihook/emitter/exchange"
	"artihook/emitter/history"
	"artihook/emitter/payload"
	"artihook/emitter/receiver"
	"artihook/emitter/signature"
	"artihook/emitter/signature/explain"
)

// deliveryData is the data of the delivery template.
type deliveryData struct {
	row
	Sent, Ended string // clock times; Ended is "" without a response
	Facts       []fact
	Request     requestData
	Response    *responseData
	Lineage     lineage
	Verdict     string // whether the signature fits the known secret
	Fits        bool
	Flaws       []receiver.Flaw
	Why         string // why there is no response
	Unsecured   bool   // a resend would be signed with the empty secret
	Live        string // the URL of the events with the outcome; "" if there is an outcome
	Newer       int64  // the number of the delivery above it in the list; 0 is none
	Older       int64
	Signature   string          // of the request
	Computed    string          // a signature that the receiver has computed, from the form
	Reasons     *explain.Result // why the receiver rejected the signature; nil unless the response is 401 or 403
}

type fact struct{ Name, Value, Link string }

type requestData struct {
	Line    string
	Headers []exchange.Header
	Body    body
	Signed  string // the signed string, or the start of it
	Cut     string // the note that a part of Signed is not shown
	Over    string // the form of the signed string
	Curl    string // "" if the request cannot be sent or is too large for the page
}

type responseData struct {
	Line    string
	Headers []exchange.Header
	Body    body
	Cut     bool // the receiver sent more than is recorded
}

func (h *Handler) delivery(w http.ResponseWriter, r *http.Request) {
	d, ok := h.find(w, r)
	if !ok {
		return
	}
	h.showDelivery(w, r, &d, nil)
}

// showDelivery shows a delivery. change, unless it is nil, changes the data.
func (h *Handler) showDelivery(w http.ResponseWriter, r *http.Request, d *history.Delivery, change func(*deliveryData)) {
	data := h.deliveryData(d)
	name, err := h.people().name(r.Context(), d.Lead)
	if i := slices.IndexFunc(data.Facts, func(f fact) bool { return f.Name == "Lead" }); i >= 0 && name != "" {
		data.Facts[i].Value = name
	}
	if err == nil {
		data.Lineage, err = h.lineage(r.Context(), d)
	}
	if err == nil {
		data.Newer, data.Older, err = h.neighbours(r.Context(), d.ID)
	}
	if err != nil {
		h.serverError(w, err)
		return
	}
	if change != nil {
		change(&data)
	}
	h.show(w, http.StatusOK, "delivery", layoutData{Title: fmt.Sprintf("Delivery #%d", d.ID), Data: data})
}

// neighbours returns the numbers of the deliveries that were recorded just after and just before a delivery; 0 is none.
func (h *Handler) neighbours(ctx context.Context, id int64) (newer, older int64, err error) {
	for d, err := range h.opt.History.List(ctx, history.Filter{After: id, Oldest: true}) {
		if err != nil {
			return 0, 0, err
		}
		newer = d.ID
		break
	}
	for d, err := range h.opt.History.List(ctx, history.Filter{Before: id, Limit: 1}) {
		if err != nil {
			return 0, 0, err
		}
		older = d.ID
	}
	return newer, older, nil
}

// reasons returns why the receiver has rejected the signature of a delivery; nil if it has not. It does not search for the mistake of a
// signature that is wrong on purpose.
func reasons(d *history.Delivery, hook *emitter.Webhook) *explain.Result {
	if d.Status != http.StatusUnauthorized && d.Status != http.StatusForbidden || d.Error != "" {
		return nil
	}
	if d.Tampered != "" {
		return &explain.Result{Reason: "the signature is wrong on purpose (" + d.Tampered + "), so that the receiver must reject it"}
	}
	if hook.Secret.Empty() && d.Request.Headers.Has(signature.Header) {
		return &explain.Result{Reason: "the secret of this delivery is not known here; start artihook ui with --secret, or add the webhook to artihook.yaml"}
	}
	result := judge(claimOf(d, hook))
	if result.Fits {
		result.Notes = append(result.Notes,
			"The receiver has another secret, or verifies other bytes or another URL. Log the signature that it computes, and enter it below.")
	}
	return &result
}

// explainRejection shows a delivery with the explanation of a signature that the receiver has computed.
func (h *Handler) explainRejection(w http.ResponseWriter, r *http.Request) {
	d, ok := h.find(w, r)
	if !ok || !h.readPost(w, r) {
		return
	}
	hook := h.webhookOf(&d)
	claim := claimOf(&d, &hook)
	claim.Header = strings.TrimSpace(r.PostForm.Get("signature"))
	result := judge(claim)
	h.showDelivery(w, r, &d, func(data *deliveryData) { data.Reasons, data.Computed = &result, claim.Header })
}

// find returns the delivery of the request's path. If there is none, it responds and reports false.
func (h *Handler) find(w http.ResponseWriter, r *http.Request) (history.Delivery, bool) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || id < 1 {
		h.problem(w, http.StatusNotFound, "The address of a delivery has its number, like /deliveries/1.")
		return history.Delivery{}, false
	}
	d, err := h.opt.History.Get(r.Context(), id)
	if errors.Is(err, history.ErrNotFound) {
		h.problem(w, http.StatusNotFound, fmt.Sprintf("There is no delivery #%d in the history.", id))
		return d, false
	}
	if err != nil {
		h.serverError(w, err)
	}
	return d, err == nil
}

func (h *Handler) deliveryData(d *history.Delivery) deliveryData {
	hook := h.webhookOf(d)
	data := deliveryData{row: h.row(d), Sent: h.fullClock(d.Time), Request: newRequest(d), Unsecured: hook.Secret.Empty()}
	data.Signature = d.Request.Headers.Get(signature.Header)
	data.Facts, data.Why = facts(d), sentence(data.Outcome.Meaning)
	if d.State != history.Done {
		data.Why = "This page shows the response when it arrives. If it does not arrive, the sender was stopped."
		data.Live = "/events?" + url.Values{"after": {strconv.FormatInt(d.ID, 10)}}.Encode()
	} else if d.Response != nil {
		data.Ended = h.local(d.Time.Add(d.Duration)).Format("15:04:05.000")
		data.Response = &responseData{
			Line: statusLine(d.Response), Headers: d.Response.Headers, Cut: d.Response.Truncated,
			Body: newBody("response", d.Response.Body, fmt.Sprintf("/deliveries/%d/response", d.ID)),
		}
	}
	data.Reasons = reasons(d, &hook)
	data.Fits, data.Verdict = verdict(d, &hook, data.Reasons != nil)
	data.Flaws = flaws(d)
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
	var shown []fact
	for _, f := range all {
		same := f.Name == "Signed for" && f.Value == d.URL || f.Name == "Attempt" && d.Attempt < 2
		if f.Value != "" && !same {
			shown = append(shown, f)
		}
	}
	return shown
}

func newRequest(d *history.Delivery) requestData {
	method, target := d.Request.Method, d.Request.Target
	r := requestData{
		Line: fmt.Sprintf("%s %s HTTP/1.1", method, target),
		Over: "BODY",
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
	if len(d.Request.Body) <= shownSigned {
		r.Curl = curl(d)
	}
	return r
}

// signedText returns the start of the signed string, and a note if it is not all of it. It does not copy a large body.
func signedText(before string, body []byte) (shown, cut string) {
	start := append([]byte(before), body[:min(len(body), shownSigned+utf8.UTFMax)]...)
	shown, _ = clip(bytes.ToValidUTF8(start, []byte("\uFFFD")), shownSigned)
	if all := len(before) + len(body); all > shownSigned {
		cut = cutNote(len(shown), all)
	}
	return shown, cut
}

// curl returns the command that sends the same request, or "" if the recorded request cannot be sent.
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
		return "Not an HTTP response"
	}
	proto := r.Proto
	if proto == "" {
		proto = "HTTP/1.1"
	}
	return fmt.Sprintf("%s %d %s", proto, r.Status, r.Reason)
}

// verdict reports whether the signature of a delivery fits the secret of its webhook. text is "" if that is not known. It has no reason
// if the page explains the signature anyway.
func verdict(d *history.Delivery, hook *emitter.Webhook, explained bool) (fits bool, text string) {
	_, err := signature.ParseScheme(d.Scheme)
	switch {
	case !d.Request.Headers.Has(signature.Header):
		return false, "The request has no signature."
	case err != nil || hook.Secret.Empty():
		return false, ""
	}
	secret := "the secret of this page"
	if hook.Name != "" {
		secret = fmt.Sprintf("the secret of the webhook %q", hook.Name)
	}
	claim := claimOf(d, hook)
	if signature.Verify(claim.Secret, claim.Scheme, claim.Message, claim.Header) {
		return true, "It fits " + secret + "."
	}
	if explained {
		return false, "It does not fit " + secret + "."
	}
	finding, _ := explain.Mismatch(claim)
	return false, "It does not fit " + secret + ": " + finding.Text + "."
}

// claimOf returns the claim that the signature of a delivery fits the secret of the webhook.
func claimOf(d *history.Delivery, hook *emitter.Webhook) explain.Claim {
	claim := explain.Claim{
		Secret: hook.Secret, Scheme: hook.Scheme, Header: d.Request.Headers.Get(signature.Header), AlsoURLs: []string{d.URL},
		Message:  signature.Message{Method: d.Request.Method, URL: d.SignURL, Body: d.Request.Body},
		Contract: explain.Contract{Restore: payload.Restore, Altered: receiver.Altered},
	}
	if scheme, err := signature.ParseScheme(d.Scheme); err == nil {
		claim.Scheme = scheme
	}
	return claim
}

// webhookOf returns the webhook of a delivery: the configured one, or that of otherURL. URLs and scheme are those of the
// delivery.
func (h *Handler) webhookOf(d *history.Delivery) emitter.Webhook {
	hook := h.otherURL(d)
	if configured := h.configured(d); configured != nil {
		hook = *configured
	}
	// An imported delivery may have URLs that are not valid. They are reported when it is sent.
	hook.URL, _ = signature.ParseURL(d.URL)
	hook.SignURL, _ = signature.ParseURL(d.SignURL)
	if scheme, err := signature.ParseScheme(d.Scheme); err == nil {
		hook.Scheme = scheme
	}
	return hook
}

// configured returns the configured webhook of a delivery, by its name or its URL, or nil if there is none.
func (h *Handler) configured(d *history.Delivery) *emitter.Webhook {
	i := slices.IndexFunc(h.opt.Webhooks, func(w emitter.Webhook) bool {
		return d.Webhook != "" && w.Name == d.Webhook || d.Webhook == "" && w.URL.String() == d.URL
	})
	if i < 0 {
		return nil
	}
	return &h.opt.Webhooks[i]
}

// otherURL returns the webhook for sending a delivery to a URL without a webhook. It has the delivery's own headers.
func (h *Handler) otherURL(d *history.Delivery) emitter.Webhook {
	hook := h.opt.Other
	hook.Headers = append(emitter.OwnHeaders(d), hook.Headers...)
	return hook
}

// raw serves a part of a delivery as a file, so that no browser shows recorded bytes as a page.
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
		h.problem(w, http.StatusNotFound, "The history does not have this part of the delivery.")
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="delivery-%d-%s.%s"`, d.ID, part, ending))
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}
