package scenarios

import (
	"fmt"
	"slices"
	"strings"

	"artihook/emitter"
	"artihook/emitter/exchange"
	"artihook/emitter/payload"
	"artihook/emitter/signature"
	"artihook/scenarios/format"
)

// resolveWebhooks returns the webhooks of a scenario, with the settings of the options and of the file. An error that is a
// problem of the file has a place in it.
func (s *scenarioRun) resolveWebhooks() ([]emitter.Webhook, error) {
	d := s.defaults()
	base, err := s.baseWebhook(d)
	if err != nil {
		return nil, err
	}
	s.root.vars.set(varURL, base.URL.String())
	if len(d.Webhooks) == 0 {
		return []emitter.Webhook{base}, nil
	}
	var all []emitter.Webhook
	for _, h := range d.Webhooks {
		w := base
		w.Name = h.Name.Value
		settings := webhookSettings{signURL: h.SignURL, secret: h.Secret, edition: h.Edition, scheme: h.Scheme}
		// The URL of the options replaces a URL that does not use it: with --url, a run must not reach another receiver.
		if !s.opts().isSet(settingURL) || usesURL(h.URL.Value) {
			settings.url = h.URL
		}
		if err := s.apply(settings, &w); err != nil {
			return nil, err
		}
		for _, action := range h.Events {
			w.Events = append(w.Events, action.Value)
		}
		all = append(all, w)
	}
	return all, nil
}

func usesURL(text string) bool { return strings.Contains(text, "${"+varURL+"}") }

// ownURL returns the URL of the defaults, or of the first of the webhooks if all of them have one.
func ownURL(d *format.Defaults) format.Text {
	if d.URL.Given() || len(d.Webhooks) == 0 {
		return d.URL
	}
	for _, h := range d.Webhooks {
		if !h.URL.Given() || usesURL(h.URL.Value) {
			return format.Text{}
		}
	}
	return d.Webhooks[0].URL
}

// baseWebhook returns the webhook of the defaults, otherwise that of the options.
func (s *scenarioRun) baseWebhook(d *format.Defaults) (emitter.Webhook, error) {
	settings := webhookSettings{signURL: d.SignURL, secret: d.Secret, edition: d.Edition, scheme: d.Scheme}
	url, own := "", ownURL(d)
	if own.Given() && !s.opts().isSet(settingURL) {
		var err error
		if url, err = s.root.vars.expand(own.Value); err != nil {
			return emitter.Webhook{}, diagnosticAt(own.Place, err)
		}
	}
	if s.opts().Webhook == nil { // Lint
		settings.url = d.URL
		if _, err := s.expandHeaders(d.Headers, s.root.vars); err != nil {
			return emitter.Webhook{}, err
		}
		return s.placeholderWebhook(settings)
	}
	name, err := s.root.vars.expand(d.Webhook.Value)
	if err != nil {
		return emitter.Webhook{}, diagnosticAt(d.Webhook.Place, err)
	}
	w, err := s.opts().Webhook(name, url)
	if err == nil {
		var own []exchange.Header
		if own, err = s.expandHeaders(d.Headers, s.root.vars); err != nil {
			return w, err
		}
		w.Headers = slices.Concat(own, w.Headers)
	}
	switch {
	case err != nil && name != "":
		return w, diagnosticAt(d.Webhook.Place, err)
	case err != nil && url != "":
		return w, diagnosticAt(own.Place, err)
	case err != nil:
		return w, err // the file names no webhook
	}
	err = s.apply(settings, &w)
	return w, err
}

// placeholderWebhook returns the webhook of a scenario that is only linted.
func (s *scenarioRun) placeholderWebhook(settings webhookSettings) (emitter.Webhook, error) {
	url, err := signature.ParseURL("http://localhost/")
	if err != nil {
		return emitter.Webhook{}, err
	}
	w := emitter.Webhook{URL: url}
	err = s.apply(settings, &w)
	return w, err
}

// webhookSettings are the settings that defaults and webhooks have in common.
type webhookSettings struct {
	url, signURL format.Text
	secret       format.Scalar[signature.Secret]
	edition      format.Scalar[payload.Edition]
	scheme       format.Scalar[signature.Scheme]
}

// apply applies the settings of the file that the options do not have.
func (s *scenarioRun) apply(settings webhookSettings, w *emitter.Webhook) error {
	if err := s.applyURLs(settings, w); err != nil {
		return err
	}
	if settings.secret.Given() && !s.opts().isSet(settingSecret) {
		text, err := s.root.vars.expand(string(settings.secret.Value.Bytes()))
		if err != nil {
			return diagnosticAt(settings.secret.Place, fmt.Errorf("secret: %w", err))
		}
		w.Secret = signature.NewSecret(text)
	}
	if settings.edition.Given() && !s.opts().isSet(settingEdition) {
		w.Edition = settings.edition.Value
	}
	if settings.scheme.Given() && !s.opts().isSet(settingScheme) {
		w.Scheme = settings.scheme.Value
	}
	return nil
}

func (s *scenarioRun) applyURLs(settings webhookSettings, w *emitter.Webhook) error {
	vars := s.root.vars
	if settings.url.Given() {
		text, err := vars.expand(settings.url.Value)
		if err == nil && !(vars.lenient && text == "") {
			w.URL, err = signature.ParseURL(signature.Complete(text))
		}
		if err != nil {
			return diagnosticAt(settings.url.Place, err)
		}
		w.SignURL = signature.URL{}
	}
	if settings.signURL.Given() && !s.opts().isSet(settingSignURL) {
		text, err := vars.expand(settings.signURL.Value)
		if err == nil && text != "" {
			w.SignURL, err = signature.ParseURL(signature.Complete(text))
		}
		if err != nil {
			return diagnosticAt(settings.signURL.Place, err)
		}
	}
	return nil
}
