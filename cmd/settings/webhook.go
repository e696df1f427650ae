package settings

import (
	"cmp"
	"fmt"
	"strings"

	"artihook/emitter"
	"artihook/emitter/payload"
	"artihook/emitter/signature"

	"github.com/spf13/cobra"
)

// WebhookFlags set where to send and how to sign. Call Add or AddSigning before other methods.
type WebhookFlags struct {
	Cmd     *cobra.Command
	Name    string // --webhook; "" is none
	secret  SecretFlags
	signURL string
	scheme  signature.Scheme
	Edition payload.Edition
	headers []string
	Where   string // how to give the URL, for errors; "" is "as an argument"
}

// Add adds all flags.
func (f *WebhookFlags) Add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVarP(&f.Name, "webhook", "w", "", "Use the webhook of "+ConfigName+" with this `NAME`. Not needed if there is only one")
	f.AddSigning(cmd)
	AddFlag(flags, &f.Edition, FlagSpec[payload.Edition]{
		Name: "edition", Kind: "2019|2022", Preset: payload.Edition2019.String(), Parse: payload.ParseEdition, Usage: "Use this edition of the payload",
	})
}

// AddSigning adds the flags without --webhook and --edition.
func (f *WebhookFlags) AddSigning(cmd *cobra.Command) {
	f.Cmd = cmd
	flags := cmd.Flags()
	f.secret.Add(cmd)
	flags.StringVar(&f.signURL, "sign-url", "", "Sign for this public `URL` and send its Host header")
	AddFlag(flags, &f.scheme, schemeFlag)
	flags.StringArrayVarP(&f.headers, "header", "H", nil, "Add or replace a header, `'K: V'`. 'K:' removes it (repeatable)")
}

var schemeFlag = FlagSpec[signature.Scheme]{
	Name: "scheme", Kind: "url|body", Preset: signature.SchemeURL.String(), Parse: signature.ParseScheme, Usage: "Use this signature scheme",
}

// One returns the webhook of the flags and arguments: the URL, the named webhook, the named webhook at the URL, or the only one of
// artihook.yaml. It returns an error if there is none or more than one.
func (f *WebhookFlags) One(set *Settings, args []string) (emitter.Webhook, error) {
	var url string
	if len(args) > 0 {
		url = args[0]
	}
	entry := &WebhookConfig{}
	switch {
	case f.Name != "":
		var err error
		if entry, err = set.Config.webhook(f.Name); err != nil {
			return emitter.Webhook{}, err
		}
	case url != "":
	case len(set.Config.Webhooks) == 1:
		entry = &set.Config.Webhooks[0]
	case len(set.Config.Webhooks) > 1:
		return emitter.Webhook{}, fmt.Errorf("url is missing; give it %s, or one of the webhooks of %s (%s) with --webhook",
			cmp.Or(f.Where, "as an argument"), set.Config.File, strings.Join(set.Config.webhookNames(), ", "))
	}
	return f.Resolve(set, entry, url)
}

// All returns every webhook of artihook.yaml. It returns an error if there is none.
func (f *WebhookFlags) All(set *Settings) ([]emitter.Webhook, error) {
	if len(set.Config.Webhooks) == 0 {
		return nil, fmt.Errorf("no webhooks; --all needs an %s that lists webhooks", ConfigName)
	}
	var webhooks []emitter.Webhook
	for i := range set.Config.Webhooks {
		w, err := f.Resolve(set, &set.Config.Webhooks[i], "")
		if err != nil {
			return nil, err
		}
		webhooks = append(webhooks, w)
	}
	return webhooks, nil
}

// Resolve returns the webhook of an entry. Each setting is that of the flag or its variable, otherwise that of the entry, otherwise the
// default of the file. url overrides the URL of the entry; "" does not.
func (f *WebhookFlags) Resolve(set *Settings, entry *WebhookConfig, url string) (w emitter.Webhook, err error) {
	w.Name = entry.Name.Text
	where := ""
	if w.Name != "" {
		where = fmt.Sprintf("webhook %q: ", w.Name)
	}
	if url == "" {
		if url, err = set.Config.expand(entry.URL, set.Env); err != nil {
			return w, err
		}
	}
	if url == "" {
		return w, fmt.Errorf("%surl is missing; give it %s or in %s", where, cmp.Or(f.Where, "as an argument"), ConfigName)
	}
	if w.URL, err = ParseTarget(url); err != nil {
		return w, fmt.Errorf("%s%w", where, err)
	}
	if w.SignURL, err = f.publicURL(set, entry); err != nil {
		return w, fmt.Errorf("%ssign url: %w", where, err)
	}
	if w.Secret, err = f.secret.Read(set, entry.Secret); err != nil {
		return w, err
	}
	if w.Scheme, err = firstSet(set, f.Cmd, schemeSource(set, entry), f.scheme); err != nil {
		return w, err
	}
	if w.Edition, err = firstSet(set, f.Cmd, editionSource(set, entry), f.Edition); err != nil {
		return w, err
	}
	if w.Events, err = actions(set, entry.Events); err != nil {
		return w, err
	}
	w.Headers, err = f.allHeaders(set, entry)
	return w, err
}

func (f *WebhookFlags) publicURL(set *Settings, entry *WebhookConfig) (signature.URL, error) {
	url := f.signURL
	if url == "" {
		var err error
		if url, err = set.Config.expand(entry.SignURL, set.Env); err != nil {
			return signature.URL{}, err
		}
	}
	if url == "" {
		return signature.URL{}, nil
	}
	return ParseTarget(url)
}

// source has the places of a setting of a webhook besides its flag.
type source[T any] struct {
	flag     string
	settings []Setting // the first that is set is used
	parse    func(string) (T, error)
}

func schemeSource(set *Settings, entry *WebhookConfig) source[signature.Scheme] {
	return source[signature.Scheme]{"scheme", []Setting{entry.Scheme, set.Config.Defaults.Scheme}, signature.ParseScheme}
}

func editionSource(set *Settings, entry *WebhookConfig) source[payload.Edition] {
	return source[payload.Edition]{"edition", []Setting{entry.Edition, set.Config.Defaults.Edition}, payload.ParseEdition}
}

// firstSet returns the value of the flag if the user has set it, otherwise the first setting of the file, otherwise the default of the
// flag.
func firstSet[T any](set *Settings, cmd *cobra.Command, from source[T], flag T) (T, error) {
	if cmd.Flags().Changed(from.flag) {
		return flag, nil
	}
	for _, s := range from.settings {
		if s.given() {
			text, err := set.Config.expand(s, set.Env)
			if err != nil {
				return flag, err
			}
			value, err := from.parse(text)
			if err != nil {
				return value, set.Config.errorAt(s, err)
			}
			return value, nil
		}
	}
	return flag, nil
}

func actions(set *Settings, settings []Setting) ([]payload.Action, error) {
	var list []payload.Action
	for _, s := range settings {
		text, err := set.Config.expand(s, set.Env)
		if err != nil {
			return nil, err
		}
		action, err := payload.ParseAction(text)
		if err != nil {
			return nil, set.Config.errorAt(s, err)
		}
		list = append(list, action)
	}
	return list, nil
}
