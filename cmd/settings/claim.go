package settings

import (
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
	method    string
	secret    SecretFlags
	scheme    signature.Scheme
	delivered deliveredFlags
}

// Add adds the flags of the secret, of the delivery and of the signature.
func (f *ClaimFlags) Add(cmd *cobra.Command) {
	f.cmd = cmd
	f.secret.Add(cmd)
	f.delivered.add(cmd)
	flags := cmd.Flags()
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
	From    *delivered // never nil
}

// Read reads the secret and the delivery. A flag overrides the delivery. It returns an error if the URL is needed and
// missing. Waiting for stdin ends with ctx.
func (f *ClaimFlags) Read(ctx context.Context, set *Settings, args []string) (c Claim, err error) {
	if c.Secret, err = f.secret.Read(set, Setting{}); err != nil {
		return c, err
	}
	if f.URL != "" && !f.isPath(f.URL) { // report a bad URL before waiting for stdin
		if _, err := ParseTarget(f.URL); err != nil {
			return c, err
		}
	}
	if c.From, err = f.delivered.read(ctx, set, args); err != nil {
		return c, err
	}
	c.Scheme, c.Message = f.scheme, signature.Message{Method: strings.ToUpper(f.method), Body: c.From.body}
	if known, err := signature.ParseScheme(c.From.scheme); err == nil && !f.cmd.Flags().Changed("scheme") {
		c.Scheme = known
	}
	if c.From.method != "" && !f.cmd.Flags().Changed("method") {
		c.Message.Method = c.From.method
	}
	if c.Given = f.URL; c.Given == "" {
		c.Given = c.From.URL
	}
	switch {
	case f.isPath(c.Given):
		c.Message.URL = c.Given
	case c.Given != "":
		url, err := ParseTarget(c.Given)
		if err != nil {
			return c, err
		}
		c.Message.URL = url.String()
	case c.Scheme == signature.SchemeURL:
		return c, fmt.Errorf("url is missing; give the Payload URL of the webhook with --url")
	}
	return c, nil
}

func (f *ClaimFlags) isPath(url string) bool { return f.AllowPath && IsPath(url) }
