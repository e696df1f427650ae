package cmd

import (
	"context"
	"fmt"
	"strings"

	"artihook/emitter/signature"

	"github.com/spf13/cobra"
)

// claimFlags say what is signed and how; sign and verify share them.
type claimFlags struct {
	url    string
	method string
	secret secretFlags
	scheme signature.Scheme
}

func (f *claimFlags) add(cmd *cobra.Command) {
	f.secret.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.url, "url", "", "the webhook's Payload `URL`; not needed with --scheme body")
	flags.StringVar(&f.method, "method", "POST", "the request's `METHOD`")
	addFlag(flags, &f.scheme, schemeFlag)
}

// read settles the flags and reads the body that the argument means.
func (f *claimFlags) read(ctx context.Context, a *app, arg string) (signature.Secret, signature.Message, error) {
	m := signature.Message{Method: strings.ToUpper(f.method)}
	if f.url == "" && f.scheme == signature.SchemeURL {
		return signature.Secret{}, m, fmt.Errorf("url is missing; give the webhook's Payload URL with --url")
	}
	if f.url != "" {
		url, err := parseTarget(f.url)
		if err != nil {
			return signature.Secret{}, m, err
		}
		m.URL = url.String()
	}
	secret, err := f.secret.read(a, setting{})
	if err != nil {
		return secret, m, err
	}
	m.Body, err = a.readInput(ctx, arg)
	return secret, m, err
}

func newSignCmd(a *app) *cobra.Command {
	opt := &claimFlags{}
	cmd := &cobra.Command{
		Use:   "sign --url URL BODY",
		Short: "Print the signature of a body",
		Long:  `Sign prints the value of the x-artibot-signature header for a body: the text itself, @FILE, or - for stdin.`,
		Example: `  artihook sign --url http://localhost:5000/api/webhooks --secret s3cret '{}'
  artihook sign --url https://crm.example/hook --secret-file secret.txt @body.json`,
		Args: args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error { return runSign(cmd.Context(), a, opt, args[0]) },
	}
	opt.add(cmd)
	return cmd
}

func runSign(ctx context.Context, a *app, opt *claimFlags, body string) error {
	secret, message, err := opt.read(ctx, a, body)
	if err != nil {
		return usage(err)
	}
	if secret.Empty() {
		a.say("no secret is set, so the empty one signs; set " + envPrefix + "SECRET, --secret or --secret-file")
	}
	value := signature.Sign(secret, opt.scheme, message)
	if a.json() {
		return a.showJSON(struct {
			Header string `json:"header"`
			Value  string `json:"value"`
			Scheme string `json:"scheme"`
			URL    string `json:"url"`
		}{signature.Header, value, opt.scheme.String(), message.URL})
	}
	_, err = fmt.Fprintln(a.out(), value)
	return err
}
