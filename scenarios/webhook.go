package scenarios

import (
	"fmt"
	"strings"

	"artihook/emitter"
	"artihook/emitter/signature"
)

// Setting names what the user said with the run itself, which wins over the file.
type Setting string

// The settings that a run and a file can both give.
const (
	SettingURL     Setting = "url"
	SettingSignURL Setting = "sign-url"
	SettingSecret  Setting = "secret"
	SettingEdition Setting = "edition"
	SettingScheme  Setting = "scheme"
	SettingBot     Setting = "bot"
	SettingSeed    Setting = "seed"
	SettingNow     Setting = "now"
	SettingTimeout Setting = "timeout"
	SettingRetries Setting = "retries"
)

// webhooks settles where a scenario sends to. A fault has the place of what is wrong.
func (p *play) webhooks() ([]emitter.Webhook, error) {
	d := p.defaults()
	base, err := p.base(d)
	if err != nil {
		return nil, err
	}
	p.vars.set(varURL, base.URL.String())
	if len(d.Webhooks) == 0 {
		return []emitter.Webhook{base}, nil
	}
	var all []emitter.Webhook
	for _, h := range d.Webhooks {
		w := base
		w.Name = h.Name.Value
		// The run's URL stands in for one that has nothing to do with it: a rehearsal must not reach the real receiver.
		own := h.URL.Given() && (!p.opt.said(SettingURL) || usesURL(h.URL.Value))
		if err := p.settle(&w, hook{h.URL, h.SignURL, h.Secret, h.Edition, h.Scheme}, own); err != nil {
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

// ownURL gives the text of the URL that a scenario has itself: that of its defaults, or of the first of its webhooks
// where all of them have one.
func (d *Defaults) ownURL() Text {
	if d.URL.Given() || len(d.Webhooks) == 0 {
		return d.URL
	}
	for _, h := range d.Webhooks {
		if !h.URL.Given() || usesURL(h.URL.Value) {
			return Text{}
		}
	}
	return d.Webhooks[0].URL
}

// base is the webhook of the defaults, or the one that the run was given.
func (p *play) base(d *Defaults) (emitter.Webhook, error) {
	url, own := "", d.ownURL()
	if own.Given() && !p.opt.said(SettingURL) {
		var err error
		if url, err = p.vars.expand(own.Value); err != nil {
			return emitter.Webhook{}, p.fault(own.Place, err)
		}
	}
	if p.opt.Webhook == nil { // only looked at, not run
		return p.lintedWebhook(d)
	}
	name, err := p.vars.expand(d.Webhook.Value)
	if err != nil {
		return emitter.Webhook{}, p.fault(d.Webhook.Place, err)
	}
	w, err := p.opt.Webhook(name, url)
	switch {
	case err != nil && name != "":
		return w, p.fault(d.Webhook.Place, err)
	case err != nil && url != "":
		return w, p.fault(own.Place, err)
	case err != nil:
		return w, err // the file leaves it to the run
	}
	return w, p.settle(&w, hook{Text{}, d.SignURL, d.Secret, d.Edition, d.Scheme}, false)
}

// lintedWebhook stands for the one that a run would have.
func (p *play) lintedWebhook(d *Defaults) (emitter.Webhook, error) {
	url, err := signature.ParseURL("http://localhost/")
	if err != nil {
		return emitter.Webhook{}, err
	}
	w := emitter.Webhook{URL: url}
	return w, p.settle(&w, hook{d.URL, d.SignURL, d.Secret, d.Edition, d.Scheme}, true)
}

// hook is what defaults and webhooks have in common.
type hook struct {
	url, signURL Text
	secret       Secret
	edition      Edition
	scheme       Scheme
}

// settle takes over what a file says of a webhook, as far as the run does not say otherwise.
func (p *play) settle(w *emitter.Webhook, h hook, withURL bool) error {
	if h.url.Given() && withURL {
		text, err := p.vars.expand(h.url.Value)
		if err == nil && !(p.vars.lenient && text == "") {
			w.URL, err = signature.ParseURL(signature.Complete(text))
		}
		if err != nil {
			return p.fault(h.url.Place, err)
		}
		w.SignURL = signature.URL{}
	}
	if h.signURL.Given() && !p.opt.said(SettingSignURL) {
		text, err := p.vars.expand(h.signURL.Value)
		if err == nil && text != "" {
			w.SignURL, err = signature.ParseURL(signature.Complete(text))
		}
		if err != nil {
			return p.fault(h.signURL.Place, err)
		}
	}
	if h.secret.Given() && !p.opt.said(SettingSecret) {
		text, err := p.vars.expand(string(h.secret.Value.Bytes()))
		if err != nil {
			return p.fault(h.secret.Place, fmt.Errorf("secret: %w", err))
		}
		w.Secret = signature.NewSecret(text)
	}
	if h.edition.Given() && !p.opt.said(SettingEdition) {
		w.Edition = h.edition.Value
	}
	if h.scheme.Given() && !p.opt.said(SettingScheme) {
		w.Scheme = h.scheme.Value
	}
	return nil
}
