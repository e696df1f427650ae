package webui

import (
	"cmp"
	"fmt"
	"net/http"

	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/payload"
	"artihook/emitter/signature"
)

// maxForm is the limit for a form, in bytes. A body of 1 MiB can have three times as many bytes in a form.
const maxForm = 8 << 20

// resendSpec is how a recorded delivery is sent again.
type resendSpec struct {
	How    string  // "again", "exact", or "elsewhere" for the URL
	URL    string  // of "elsewhere"
	Secret *string // instead of the known secret; nil is none
	Edits  []edit  // changes of the body; not for "exact"
	Body   []byte  // replaces the body; nil does not; not for "exact"
}

// resend sends a recorded delivery again: signed again, exactly as it was, or to another URL.
func (h *Handler) resend(w http.ResponseWriter, r *http.Request) {
	d, ok := h.find(w, r)
	if !ok || !h.readPost(w, r) {
		return
	}
	hook, planned, err := h.planResend(&d, resendSpec{How: r.PostForm.Get("how"), URL: r.PostForm.Get("url")})
	if err != nil {
		h.problem(w, http.StatusBadRequest, err.Error())
		return
	}
	h.deliver(w, r, &hook, planned)
}

// planResend returns the planned resend and its webhook.
func (h *Handler) planResend(d *history.Delivery, spec resendSpec) (hook emitter.Webhook, planned history.Delivery, err error) {
	if hook, err = h.resendWebhook(d, &spec); err != nil {
		return hook, planned, err
	}
	if spec.How == "exact" {
		if planned, err = emitter.ResendExact(d); err != nil {
			err = fmt.Errorf("delivery #%d cannot be sent exactly as it was: %w", d.ID, err)
		}
		return hook, planned, err
	}
	if spec.Secret != nil {
		hook.Secret = signature.NewSecret(*spec.Secret)
	}
	if hook.SignURL == (signature.URL{}) {
		hook.SignURL = hook.URL
	}
	m := emitter.ResendMessage(d)
	if spec.Body != nil {
		m.Body = spec.Body
	}
	if m.Body, err = applyEdits(m.Body, spec.Edits); err != nil {
		return hook, planned, err
	}
	if spec.Body != nil || len(spec.Edits) > 0 {
		m.Summary = payload.Summarize(m.Body)
	}
	return hook, emitter.Plan(&hook, m), nil
}

// resendWebhook returns the webhook to which a delivery is sent again.
func (h *Handler) resendWebhook(d *history.Delivery, spec *resendSpec) (hook emitter.Webhook, err error) {
	hook = h.webhookOf(d)
	switch spec.How {
	case "again", "exact":
		if spec.How == "again" && d.Source == history.SourceImport {
			hook = h.importedWebhook(d)
		}
		hook.Name = cmp.Or(hook.Name, d.Webhook)
	case "elsewhere":
		hook = h.opt.Other
		if hook.URL, err = h.parseURL(spec.URL); err != nil {
			return hook, err
		}
		if h.configured(d) == nil { // the headers of a configured webhook are for its URL only
			hook.Headers = h.otherURL(d).Headers
		}
		if scheme, err := signature.ParseScheme(d.Scheme); err == nil && d.Source != history.SourceImport {
			hook.Scheme = scheme
		}
	default:
		return hook, fmt.Errorf("how is %q; want again, exact or elsewhere", spec.How)
	}
	if hook.URL == (signature.URL{}) {
		return hook, fmt.Errorf("delivery #%d was sent to %q, which is not a valid URL; send it to another URL", d.ID, d.URL)
	}
	if !h.opt.AllowMetadata {
		err = emitter.CheckMetadata(hook.URL)
	}
	return hook, err
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

// deliver sends a delivery and redirects to its page. It does not stop if the browser disconnects.
func (h *Handler) deliver(w http.ResponseWriter, r *http.Request, hook *emitter.Webhook, planned history.Delivery) {
	d, err := h.sendNow(w, hook, planned)
	if err != nil {
		h.problem(w, statusOf(err), err.Error())
		return
	}
	http.Redirect(w, r, fmt.Sprintf("/deliveries/%d", d.ID), http.StatusSeeOther)
}
