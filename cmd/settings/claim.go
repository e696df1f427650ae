package settings

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"artihook/emitter/signature"
)

// ClaimFlags describe a signature and the signed request. sign and verify share them.
type ClaimFlags struct {
	cmd       *cobra.Command
	URL       string
	AllowPath bool // a URL may be a path, the content of Node's req.url
	webhook   string
	method    string
	secret    SecretFlags
	scheme    signature.Scheme
	delivered deliveredFlags
}

// Add adds the flags of the webhook, of the delivery and of the signature.
func (f *ClaimFlags) Add(cmd *cobra.Command) {
	f.cmd = cmd
	f.secret.Add(cmd)
	f.delivered.add(cmd)
	flags := cmd.Flags()
	flags.StringVarP(&f.webhook, "webhook", "w", "", "Use URL, secret and scheme of the webhook of "+ConfigName+" with this `NAME`. Not needed if there is only one")
	flags.StringVar(&f.URL, "url", "", "Use this Payload `URL` of the webhook (default the URL of the request). Not needed with --scheme body")
	flags.StringVar(&f.method, "method", "POST", "Use this `METHOD` of the request")
	AddFlag(flags, &f.scheme, schemeFlag)
}

// Claim is what to sign or to verify, from the flags and the delivery.
type Claim struct {
	Secret  signature.Secret
	Scheme  signature.Scheme
	Message signature.Message
	Given   string     // the URL before it was normalised; "" if there is none
	Derived bool       // the URL is that of the delivery, which may not be exact
	From    *delivered // never nil
}

// Read reads the secret and the delivery. A flag overrides the webhook, which overrides the delivery. It returns an error if
// the URL is needed and missing. Waiting for stdin ends with ctx.
func (f *ClaimFlags) Read(ctx context.Context, set *Settings, args []string) (c Claim, err error) {
	if f.URL != "" && !f.isPath(f.URL) { // report a bad URL before waiting for stdin
		if _, err := ParseTarget(f.URL); err != nil {
			return c, err
		}
	}
	if f.webhook != "" {
		if _, err := set.Config.webhook(f.webhook); err != nil {
			return c, err
		}
	}
	if c.From, err = f.delivered.read(ctx, set, args); err != nil {
		return c, err
	}
	entry := f.entry(set, c.From)
	if c.Secret, err = f.secret.Read(set, entry.Secret); err != nil {
		return c, err
	}
	if c.Scheme, err = firstSet(set, f.cmd, schemeSource(set, entry), f.scheme); err != nil {
		return c, err
	}
	if known, err := signature.ParseScheme(c.From.scheme); err == nil && !f.cmd.Flags().Changed("scheme") {
		c.Scheme = known
	}
	c.Message = signature.Message{Method: strings.ToUpper(f.method), Body: c.From.body}
	if c.From.method != "" && !f.cmd.Flags().Changed("method") {
		c.Message.Method = c.From.method
	}
	return c, f.setURL(set, entry, &c)
}

// entry returns the webhook of --webhook, the one that a delivery of the history was sent for, or the only one. Without any it
// returns an empty entry.
func (f *ClaimFlags) entry(set *Settings, d *delivered) *WebhookConfig {
	for _, name := range []string{f.webhook, d.webhook} {
		if entry, err := set.Config.webhook(name); name != "" && err == nil {
			return entry
		}
	}
	if len(set.Config.Webhooks) == 1 {
		return &set.Config.Webhooks[0]
	}
	return &WebhookConfig{}
}

// setURL sets the URL: that of the flag, of the named webhook, of the delivery, or of the only webhook. If it is not that of the
// delivery, the delivery may still be signed for its own.
func (f *ClaimFlags) setURL(set *Settings, entry *WebhookConfig, c *Claim) error {
	c.Given = f.URL
	if c.Given == "" && (f.webhook != "" || c.From.URL == "") {
		for _, s := range []Setting{entry.SignURL, entry.URL} {
			url, err := set.Config.expand(s, set.Env)
			if err != nil {
				return err
			}
			c.Given = cmp.Or(c.Given, url)
		}
	}
	if c.Given == "" {
		c.Given, c.Derived = c.From.URL, c.From.URL != ""
	} else if c.From.URL != "" {
		c.From.Also = append([]string{c.From.URL}, c.From.Also...)
	}
	switch {
	case c.Derived && strings.Contains(c.Given, "…"):
		return fmt.Errorf("the URL %s was shown without its credentials; give the whole one with --url, or use -o json", c.Given)
	case f.isPath(c.Given):
		c.Message.URL = c.Given
	case c.Given != "":
		url, err := ParseTarget(c.Given)
		if err != nil {
			return err
		}
		c.Message.URL = url.String()
	case c.Scheme == signature.SchemeURL:
		names := ""
		if len(set.Config.Webhooks) > 0 {
			names = " (" + strings.Join(set.Config.webhookNames(), ", ") + ")"
		}
		return fmt.Errorf("url is missing; give the Payload URL of the webhook with --url, or the webhook with -w%s", names)
	}
	return nil
}

func (f *ClaimFlags) isPath(url string) bool { return f.AllowPath && IsPath(url) }
