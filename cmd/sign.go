package cmd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"artihook/emitter/history"
	"artihook/emitter/signature"

	"github.com/spf13/cobra"
)

// claimFlags say what is signed and how; sign and verify share them.
type claimFlags struct {
	cmd       *cobra.Command
	url       string
	method    string
	secret    secretFlags
	scheme    signature.Scheme
	delivered deliveredFlags
}

func (f *claimFlags) add(cmd *cobra.Command) {
	f.cmd = cmd
	f.secret.add(cmd)
	f.delivered.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.url, "url", "", "the webhook's Payload `URL`, else that of the request that is given; not needed with --scheme body")
	flags.StringVar(&f.method, "method", "POST", "the request's `METHOD`")
	addFlag(flags, &f.scheme, schemeFlag)
}

// claim is what the flags and the delivery say together.
type claim struct {
	secret  signature.Secret
	scheme  signature.Scheme
	message signature.Message
	given   string     // the URL as it was given, before it was normalised
	from    *delivered // never nil
}

// read settles the flags and reads what the argument means. A flag counts more than what the delivery says.
func (f *claimFlags) read(ctx context.Context, a *app, args []string) (c claim, err error) {
	if c.secret, err = f.secret.read(a, setting{}); err != nil {
		return c, err
	}
	if f.url != "" { // whose faults are to be told before stdin is waited for
		if _, err := parseTarget(f.url); err != nil {
			return c, err
		}
	}
	if c.from, err = f.delivered.read(ctx, a, args); err != nil {
		return c, err
	}
	c.scheme, c.message = f.scheme, signature.Message{Method: strings.ToUpper(f.method), Body: c.from.body}
	if known, err := signature.ParseScheme(c.from.scheme); err == nil && !f.cmd.Flags().Changed("scheme") {
		c.scheme = known
	}
	if c.from.method != "" && !f.cmd.Flags().Changed("method") {
		c.message.Method = c.from.method
	}
	if c.given = f.url; c.given == "" {
		c.given = c.from.url
	}
	switch {
	case c.given != "":
		url, err := parseTarget(c.given)
		if err != nil {
			return c, err
		}
		c.message.URL = url.String()
	case c.scheme == signature.SchemeURL:
		return c, fmt.Errorf("url is missing; give the webhook's Payload URL with --url")
	}
	return c, nil
}

func newSignCmd(a *app) *cobra.Command {
	opt := &claimFlags{}
	cmd := &cobra.Command{
		Use:   "sign --url URL BODY",
		Short: "Print the signature of a body",
		Long: `Sign prints the value of the x-artibot-signature header for a body: the text itself, @FILE, or - for stdin.
A whole request may stand there too (raw HTTP, HAR, curl), or --delivery NUMBER: then the URL comes from it.`,
		Example: `  artihook sign --url http://localhost:5000/api/webhooks --secret s3cret '{}'
  artihook sign --url https://crm.example/hook --secret-file secret.txt @body.json
  artihook sign --secret s3cret @request.http`,
		Args: args(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error { return runSign(cmd.Context(), a, opt, args) },
	}
	opt.add(cmd)
	return cmd
}

func runSign(ctx context.Context, a *app, opt *claimFlags, args []string) error {
	c, err := opt.read(ctx, a, args)
	if err != nil {
		return usageUnlessBroken(err)
	}
	if c.secret.Empty() {
		a.say("no secret is set, so the empty one signs; set " + envPrefix + "SECRET, --secret or --secret-file")
	}
	value := signature.Sign(c.secret, c.scheme, c.message)
	if a.json() {
		return a.showJSON(struct {
			Header string `json:"header"`
			Value  string `json:"value"`
			Scheme string `json:"scheme"`
			URL    string `json:"url"`
		}{signature.Header, value, c.scheme.String(), c.message.URL})
	}
	_, err = fmt.Fprintln(a.out(), value)
	return err
}

// usageUnlessBroken marks an error as the user's to mend, but for that of a history that cannot be read.
func usageUnlessBroken(err error) error {
	var broken *history.Error
	if errors.As(err, &broken) || errors.Is(err, context.Canceled) {
		return err
	}
	return usage(err)
}
