package webui

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/signature"
)

// maxForm is the limit for a form, in bytes.
const maxForm = 1 << 20

// resend sends a recorded delivery again: signed again, exactly as it was, or to another URL.
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
	hook, planned, err := h.planResend(&d, r.PostForm.Get("how"), r.PostForm.Get("url"))
	if err != nil {
		h.problem(w, http.StatusBadRequest, err.Error())
		return
	}
	h.deliver(w, r, &hook, planned)
}

// planResend returns the planned resend and its webhook. how is "again", "exact" or "elsewhere"; to is the URL of "elsewhere".
func (h *Handler) planResend(d *history.Delivery, how, to string) (hook emitter.Webhook, planned history.Delivery, err error) {
	hook = h.webhookOf(d)
	switch how {
	case "again", "exact":
		if how == "again" && d.Source == history.SourceImport {
			hook = h.importedWebhook(d)
		}
		hook.Name = cmp.Or(hook.Name, d.Webhook)
	case "elsewhere":
		if hook, err = h.parseWebhook(to); err != nil {
			return hook, planned, err
		}
		if h.configured(d) == nil { // the headers of a configured webhook are for its URL only
			hook.Headers = h.otherURL(d).Headers
		}
		if scheme, err := signature.ParseScheme(d.Scheme); err == nil && d.Source != history.SourceImport {
			hook.Scheme = scheme
		}
	default:
		return hook, planned, fmt.Errorf("how is %q; want again, exact or elsewhere", how)
	}
	if hook.URL == (signature.URL{}) {
		return hook, planned, fmt.Errorf("delivery #%d was sent to %q, which is not a valid URL; send it to another URL", d.ID, d.URL)
	}
	if how == "exact" {
		if planned, err = emitter.ResendExact(d); err != nil {
			err = fmt.Errorf("delivery #%d cannot be sent exactly as it was: %w", d.ID, err)
		}
		return hook, planned, err
	}
	if hook.SignURL == (signature.URL{}) {
		hook.SignURL = hook.URL
	}
	return hook, emitter.Plan(&hook, emitter.ResendMessage(d)), nil
}

// importedWebhook returns the webhook for sending an imported delivery again: the configured one, otherwise one that signs
// for the URL that the delivery is sent to. SignURL and scheme of the delivery are not used, because they could make a
// signature for a URL that the user does not see.
func (h *Handler) importedWebhook(d *history.Delivery) emitter.Webhook {
	if configured := h.configured(d); configured != nil {
		return *configured
	}
	hook := h.otherURL(d)
	hook.URL, _ = signature.ParseURL(d.URL) // the caller checks the URL
	return hook
}

// parseWebhook returns the webhook for a URL of a form.
func (h *Handler) parseWebhook(to string) (emitter.Webhook, error) {
	hook := h.opt.Other
	if strings.TrimSpace(to) == "" {
		return hook, errors.New("the URL is missing; want one like http://localhost:3000/hook")
	}
	var err error
	hook.URL, err = h.opt.ParseURL(to)
	return hook, err
}

// deliver sends a delivery and redirects to its page. It does not stop if the browser disconnects.
func (h *Handler) deliver(w http.ResponseWriter, r *http.Request, hook *emitter.Webhook, planned history.Delivery) {
	done, ok := h.begin()
	if !ok {
		h.problem(w, http.StatusServiceUnavailable, "artihook ui is stopping; nothing was sent.")
		return
	}
	defer done()
	// A receiver may take longer than the write timeout of the server.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Time{})
	d, err := h.opt.Emitter.Send(h.ctx, hook, planned, nil)
	if err != nil {
		h.serverError(w, err)
		return
	}
	http.Redirect(w, r, fmt.Sprintf("/deliveries/%d", d.ID), http.StatusSeeOther)
}
