package cmd

import (
	"cmp"
	"fmt"

	"artihook/emitter"
	"artihook/emitter/payload"
	"artihook/emitter/signature"

	"github.com/spf13/cobra"
)

// webhookFlags say where to send and how to sign.
type webhookFlags struct {
	cmd     *cobra.Command
	name    string
	secret  secretFlags
	signURL string
	scheme  signature.Scheme
	edition payload.Edition
	headers []string
	where   string // how the URL is given; "" is as an argument
}

func (f *webhookFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVarP(&f.name, "webhook", "w", "", "a webhook of "+configName+" by `NAME`, instead of URL; else the only one")
	f.addSigning(cmd)
	addFlag(flags, &f.edition, flagSpec[payload.Edition]{
		name: "edition", kind: "2019|2022", preset: payload.Edition2019.String(), parse: payload.ParseEdition, usage: "payload edition",
	})
}

// addSigning is add for a body that is there already, and a webhook that is found in another way.
func (f *webhookFlags) addSigning(cmd *cobra.Command) {
	f.cmd = cmd
	flags := cmd.Flags()
	f.secret.add(cmd)
	flags.StringVar(&f.signURL, "sign-url", "", "sign for, and send Host of, this public `URL`")
	addFlag(flags, &f.scheme, schemeFlag)
	flags.StringArrayVarP(&f.headers, "header", "H", nil, "add or replace a header, `'K: V'`; 'K:' takes it away (repeatable)")
}

var schemeFlag = flagSpec[signature.Scheme]{
	name: "scheme", kind: "url|body", preset: signature.SchemeURL.String(), parse: signature.ParseScheme, usage: "signature scheme",
}

// one gives the webhook that the arguments mean: the URL, the named webhook, both, or the only one of the file.
func (f *webhookFlags) one(a *app, args []string) (emitter.Webhook, error) {
	var url string
	if len(args) > 0 {
		url = args[0]
	}
	entry := &webhookConfig{}
	switch {
	case f.name != "":
		var err error
		if entry, err = a.config.webhook(f.name); err != nil {
			return emitter.Webhook{}, err
		}
	case url != "":
	case len(a.config.Webhooks) == 1:
		entry = &a.config.Webhooks[0]
	case len(a.config.Webhooks) > 1:
		return emitter.Webhook{}, fmt.Errorf("url is missing; give it %s, or one of the webhooks of %s with --webhook", cmp.Or(f.where, "as an argument"), a.config.file)
	}
	return f.resolve(a, entry, url)
}

// all gives every webhook of the file.
func (f *webhookFlags) all(a *app) ([]emitter.Webhook, error) {
	if len(a.config.Webhooks) == 0 {
		return nil, fmt.Errorf("no webhooks; --all needs an %s that lists some", configName)
	}
	var webhooks []emitter.Webhook
	for i := range a.config.Webhooks {
		w, err := f.resolve(a, &a.config.Webhooks[i], "")
		if err != nil {
			return nil, err
		}
		webhooks = append(webhooks, w)
	}
	return webhooks, nil
}

// resolve settles each setting of a webhook: flag or variable, then the file's entry, then the file's defaults.
func (f *webhookFlags) resolve(a *app, entry *webhookConfig, url string) (w emitter.Webhook, err error) {
	w.Name = entry.Name.text
	where := ""
	if w.Name != "" {
		where = fmt.Sprintf("webhook %q: ", w.Name)
	}
	if url == "" {
		if url, err = a.config.expand(entry.URL, a.world.Env); err != nil {
			return w, err
		}
	}
	if url == "" {
		return w, fmt.Errorf("%surl is missing; give it %s or in %s", where, cmp.Or(f.where, "as an argument"), configName)
	}
	if w.URL, err = parseTarget(url); err != nil {
		return w, fmt.Errorf("%s%w", where, err)
	}
	if w.SignURL, err = f.publicURL(a, entry); err != nil {
		return w, fmt.Errorf("%ssign url: %w", where, err)
	}
	if w.Secret, err = f.secret.read(a, entry.Secret); err != nil {
		return w, err
	}
	if w.Scheme, err = settled(a, f.cmd, schemeSource(a, entry), f.scheme); err != nil {
		return w, err
	}
	if w.Edition, err = settled(a, f.cmd, editionSource(a, entry), f.edition); err != nil {
		return w, err
	}
	if w.Events, err = actions(a, entry.Events); err != nil {
		return w, err
	}
	w.Headers, err = f.allHeaders(a, entry)
	return w, err
}

func (f *webhookFlags) publicURL(a *app, entry *webhookConfig) (signature.URL, error) {
	url := f.signURL
	if url == "" {
		var err error
		if url, err = a.config.expand(entry.SignURL, a.world.Env); err != nil {
			return signature.URL{}, err
		}
	}
	if url == "" {
		return signature.URL{}, nil
	}
	return parseTarget(url)
}

// source is where a setting of a webhook may stand beside its flag.
type source[T any] struct {
	flag     string
	settings []setting // the first that is given counts
	parse    func(string) (T, error)
}

func schemeSource(a *app, entry *webhookConfig) source[signature.Scheme] {
	return source[signature.Scheme]{"scheme", []setting{entry.Scheme, a.config.Defaults.Scheme}, signature.ParseScheme}
}

func editionSource(a *app, entry *webhookConfig) source[payload.Edition] {
	return source[payload.Edition]{"edition", []setting{entry.Edition, a.config.Defaults.Edition}, payload.ParseEdition}
}

// settled gives the flag's value where the user gave it, else the first setting of the file, else the flag's default.
func settled[T any](a *app, cmd *cobra.Command, from source[T], flag T) (T, error) {
	if cmd.Flags().Changed(from.flag) {
		return flag, nil
	}
	for _, s := range from.settings {
		if s.given() {
			text, err := a.config.expand(s, a.world.Env)
			if err != nil {
				return flag, err
			}
			value, err := from.parse(text)
			if err != nil {
				return value, a.config.errorAt(s, err)
			}
			return value, nil
		}
	}
	return flag, nil
}

func actions(a *app, settings []setting) ([]payload.Action, error) {
	var list []payload.Action
	for _, s := range settings {
		text, err := a.config.expand(s, a.world.Env)
		if err != nil {
			return nil, err
		}
		action, err := payload.ParseAction(text)
		if err != nil {
			return nil, a.config.errorAt(s, err)
		}
		list = append(list, action)
	}
	return list, nil
}
