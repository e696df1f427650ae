package webui

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"artihook/emitter"
	"artihook/emitter/payload"
	"artihook/emitter/signature"
)

// target describes the receiver of a request: a configured webhook, a URL, or a configured webhook at another URL. Its fields are
// those of the flags of the commands.
type target struct {
	Webhook string            `json:"webhook"`
	URL     string            `json:"url"`
	SignURL string            `json:"sign_url"`
	Secret  *string           `json:"secret"` // nil is that of the webhook, or of the command
	Scheme  string            `json:"scheme"`
	Edition string            `json:"edition"`
	Headers map[string]string `json:"headers"` // an empty value removes a header
}

// resolve returns the webhook of a target. Without a name and a URL, it is the only configured webhook.
func (h *Handler) resolve(t *target) (hook emitter.Webhook, err error) {
	hook = h.opt.Other
	switch {
	case t.Webhook != "":
		if hook, err = h.named(t.Webhook); err != nil {
			return hook, err
		}
	case strings.TrimSpace(t.URL) != "":
	case len(h.opt.Webhooks) == 1:
		hook = h.opt.Webhooks[0]
	default:
		return hook, errNoURL
	}
	if strings.TrimSpace(t.URL) != "" {
		if hook.URL, err = h.parseURL(t.URL); err != nil {
			return hook, err
		}
	}
	if t.SignURL != "" {
		if hook.SignURL, err = h.opt.ParseURL(t.SignURL); err != nil {
			return hook, fmt.Errorf("sign_url: %w", err)
		}
	}
	if t.Secret != nil {
		hook.Secret = signature.NewSecret(*t.Secret)
	}
	if t.Scheme != "" {
		if hook.Scheme, err = signature.ParseScheme(t.Scheme); err != nil {
			return hook, err
		}
	}
	if t.Edition != "" {
		if hook.Edition, err = payload.ParseEdition(t.Edition); err != nil {
			return hook, err
		}
	}
	hook.Headers = slices.Clone(hook.Headers)
	for _, name := range slices.Sorted(maps.Keys(t.Headers)) {
		header, err := emitter.NewHeader(name, t.Headers[name])
		if err != nil {
			return hook, err
		}
		hook.Headers = append(hook.Headers, header)
	}
	return hook, nil
}

var errNoURL = errors.New("the URL is missing; want one like http://localhost:3000/hook")

// named returns the configured webhook of this name.
func (h *Handler) named(name string) (emitter.Webhook, error) {
	for i := range h.opt.Webhooks {
		if h.opt.Webhooks[i].Name == name {
			return h.opt.Webhooks[i], nil
		}
	}
	return emitter.Webhook{}, fmt.Errorf("there is no webhook %q", name)
}

// parseURL parses a URL to which something is sent.
func (h *Handler) parseURL(text string) (signature.URL, error) {
	if strings.TrimSpace(text) == "" {
		return signature.URL{}, errNoURL
	}
	url, err := h.opt.ParseURL(text)
	if err == nil && !h.opt.AllowMetadata {
		err = emitter.CheckMetadata(url)
	}
	return url, err
}

// checkNear returns an error if the receiver is not near and the user has not confirmed that they may test it.
func checkNear(ctx context.Context, hook *emitter.Webhook, confirmed bool) error {
	if confirmed || emitter.IsNear(ctx, hook.URL) {
		return nil
	}
	return &notNearError{hook.URL.Host}
}

// notNearError is the error of checkNear.
type notNearError struct{ host string }

func (e *notNearError) Error() string {
	return e.host + ` is not known to be on this machine or in a private network; confirm with "yes" that you may test this receiver`
}

func isNotNear(err error) bool {
	var notNear *notNearError
	return errors.As(err, &notNear)
}
