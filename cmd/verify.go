package cmd

import (
	"context"

	"artihook/cmd/console"
	"artihook/cmd/settings"
	"artihook/emitter/signature"

	"github.com/spf13/cobra"
)

type verifyOptions struct {
	claim     settings.ClaimFlags
	signature string
	alsoURLs  []string
}

func newVerifyCmd(a *app) *cobra.Command {
	opt := &verifyOptions{}
	opt.claim.AllowPath = true
	cmd := &cobra.Command{
		Use:   "verify --url URL --signature VALUE BODY|N|last",
		Short: "Verify the signature of a body, or explain why it does not match",
		Long: `Verify reports whether --signature matches a body (the text itself, @FILE, or - for stdin). If it does not, verify
tests the usual mistakes and prints the one that it can prove. The exit code is 1 if the signature does not match.

BODY can also be the number of a delivery of the history, last, or a whole request that a proxy, a logger, a browser or artihook
recorded: raw HTTP, a trace of curl -v or of artihook -v, a HAR file, a command of curl or PowerShell, a fetch call, an event of AWS
Lambda or Cloudflare, a capture of webhook.site, ngrok or Zapier. URL and signature are then those of the request. -w takes URL and
secret from artihook.yaml.`,
		Example: `  artihook verify --url https://crm.example/hook --signature D381… @body.json
  artihook verify --url :3000 --also-url https://crm.example --signature D381… -
  artihook verify --secret s3cret @request.http
  artihook verify -w crm last`,
		Args: args(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error { return runVerify(cmd.Context(), a, opt, args) },
	}
	opt.claim.Add(cmd)
	cmd.Flags().StringVar(&opt.signature, "signature", "", "Verify this `VALUE` of the x-artibot-signature header")
	cmd.Flags().StringArrayVar(&opt.alsoURLs, "also-url", nil, "Also try this `URL` for which the sender may have signed (repeatable)")
	return cmd
}

func runVerify(ctx context.Context, a *app, opt *verifyOptions, args []string) error {
	c, err := opt.claim.Read(ctx, a.settings, args)
	if err != nil {
		return console.Usage(err)
	}
	header := opt.signature
	if header == "" {
		header = c.From.Signature
	}
	if header == "" && !c.From.HasHeader && c.From.Tampered == "" {
		return console.Usagef("signature is missing; give the header's value with --signature")
	}
	also := c.From.Also
	for _, url := range opt.alsoURLs {
		if _, err := settings.ParseTarget(url); err != nil {
			return console.Usagef("also url: %w", err)
		}
		also = append(also, signature.Complete(url))
	}
	fits, finding := judge(&c, header, also)
	if err := printFinding(a, fits, finding); err != nil {
		return err
	}
	if (finding.ID == "no-fit" || finding.ID == "url-bad") && (!c.From.Signed || opt.signature != "") && c.Scheme == signature.SchemeURL && len(opt.alsoURLs) == 0 {
		a.printer.Notef("hint: name the public URL of a tunnel or a proxy with --also-url")
	}
	if !fits {
		return console.ErrFailed
	}
	if c.From.Rejected != 0 && opt.signature == "" {
		a.printer.Notef("hint: the receiver still responded with %d. Log the signature that it computes, and run: artihook verify %d --signature VALUE", c.From.Rejected, c.From.Number)
	}
	return nil
}
