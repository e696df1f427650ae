package cmd

import (
	"context"
	"fmt"

	"artihook/cmd/console"
	"artihook/cmd/settings"
	"artihook/emitter/signature"

	"github.com/spf13/cobra"
)

func newSignCmd(a *app) *cobra.Command {
	opt := &settings.ClaimFlags{}
	cmd := &cobra.Command{
		Use:   "sign --url URL BODY|N|last",
		Short: "Print the signature of a body",
		Long: `Sign prints the value of the x-artibot-signature header for a body: the text itself, @FILE, or - for stdin.
BODY can also be the number of a delivery of the history, last, or a whole request in a format that verify reads. The URL is
then that of the request. -w takes URL and secret from artihook.yaml.`,
		Example: `  artihook sign --url http://localhost:5000/api/webhooks --secret s3cret '{}'
  artihook sign --url https://crm.example/hook --secret-file key.txt @body.json
  artihook sign --secret s3cret @request.http`,
		Args: args(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error { return runSign(cmd.Context(), a, opt, args) },
	}
	opt.Add(cmd)
	return cmd
}

func runSign(ctx context.Context, a *app, opt *settings.ClaimFlags, args []string) error {
	c, err := opt.Read(ctx, a.settings, args)
	if err != nil {
		return console.Usage(err)
	}
	if c.Secret.Empty() {
		a.printer.Notef(console.NoSecret)
	}
	value := signature.Sign(c.Secret, c.Scheme, c.Message)
	if a.printer.JSON() {
		return a.printer.WriteJSON(struct {
			Header string `json:"header"`
			Value  string `json:"value"`
			Scheme string `json:"scheme"`
			URL    string `json:"url"`
		}{signature.Header, value, c.Scheme.String(), c.Message.URL})
	}
	_, err = fmt.Fprintln(a.printer.Out, value)
	return err
}
