package webui

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"
	"time"

	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/signature"
)

// maxForm bounds a form in bytes.
const maxForm = 1 << 20

// resend sends a recorded delivery again: signed anew, exactly as it was, or to another URL.
func (h *Handler) resend(w http.ResponseWriter, r *http.Request) {
	d, ok := h.find(w, r)
	if !ok {
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		h.problem(w, http.StatusBadRequest, "The form could not be read.")
		return
	}
	hook, planned, err := h.planAgain(&d, r.PostForm.Get("how"), r.PostForm.Get("url"))
	if err != nil {
		h.problem(w, http.StatusBadRequest, err.Error())
		return
	}
	h.deliver(w, r, &hook, planned)
}

func (h *Handler) planAgain(d *history.Delivery, how, to string) (hook emitter.Webhook, planned history.Delivery, err error) {
	hook = h.hookOf(d)
	switch how {
	case "again", "exact":
		if how == "again" && d.Source == history.SourceImport {
			hook = h.importedTo(d)
		}
		hook.Name = cmp.Or(hook.Name, d.Webhook)
	case "elsewhere":
		if hook, err = h.elsewhere(to); err != nil {
			return hook, planned, err
		}
		if h.known(d) == nil { // those of a webhook are for its own URL
			hook.Headers = h.other(d).Headers
		}
		if scheme, err := signature.ParseScheme(d.Scheme); err == nil && d.Source != history.SourceImport {
			hook.Scheme = scheme
		}
	default:
		return hook, planned, fmt.Errorf("how to send it again is %q; it is again, exact or elsewhere", how)
	}
	if hook.URL == (signature.URL{}) {
		return hook, planned, fmt.Errorf("delivery #%d went to %q, which nothing can be sent to", d.ID, d.URL)
	}
	if how == "exact" {
		return hook, emitter.ResendExact(d), nil
	}
	if hook.SignURL == (signature.URL{}) {
		hook.SignURL = hook.URL
	}
	return hook, emitter.Plan(&hook, emitter.ResendMessage(d)), nil
}

// importedTo returns the webhook for sending an imported delivery again: the known one of its name or URL as it is,
// otherwise one that signs for the URL that the delivery is sent to. SignURL and scheme of the delivery are not used:
// they could turn a resend into a signature for a URL that the user does not see.
func (h *Handler) importedTo(d *history.Delivery) emitter.Webhook {
	if known := h.known(d); known != nil {
		return *known
	}
	hook := h.other(d)
	hook.URL, _ = signature.ParseURL(d.URL) // the caller finds a URL that cannot be sent to
	return hook
}

// elsewhere gives the webhook for a URL that somebody has typed.
func (h *Handler) elsewhere(to string) (emitter.Webhook, error) {
	hook := h.opt.Other
	if strings.TrimSpace(to) == "" {
		return hook, fmt.Errorf("the URL is missing; give one like http://localhost:3000/hook")
	}
	var err error
	hook.URL, err = h.opt.ParseURL(to)
	return hook, err
}

// deliver sends, and goes on to the page of what came of it. Whoever leaves the page meanwhile interrupts nothing.
func (h *Handler) deliver(w http.ResponseWriter, r *http.Request, hook *emitter.Webhook, planned history.Delivery) {
	done, ok := h.begin()
	if !ok {
		h.problem(w, http.StatusServiceUnavailable, "The page is about to end; nothing was sent.")
		return
	}
	defer done()
	// A receiver may take longer than the server gives an answer.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Time{})
	d, err := h.opt.Emitter.Send(h.life, hook, planned, nil)
	if err != nil {
		h.fault(w, err)
		return
	}
	http.Redirect(w, r, fmt.Sprintf("/deliveries/%d", d.ID), http.StatusSeeOther)
}
