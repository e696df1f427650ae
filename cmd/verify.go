package cmd

import (
	"context"
	"fmt"

	"artihook/emitter/signature"

	"github.com/spf13/cobra"
)

type verifyOptions struct {
	claim     claimFlags
	signature string
	alsoURLs  []string
}

func newVerifyCmd(a *app) *cobra.Command {
	opt := &verifyOptions{}
	cmd := &cobra.Command{
		Use:   "verify --url URL --signature VALUE BODY",
		Short: "Say whether a signature fits a body, and if not, why",
		Long: `Verify says whether --signature fits a body (the text itself, @FILE, or - for stdin). If it does not, it tries
what usually goes wrong and tells the nearest reason that it can prove. Exit code 1 when it does not fit.`,
		Example: `  artihook verify --url https://crm.example/hook --secret s3cret --signature D381… @body.json
  artihook verify --url http://localhost:3000/hook --also-url https://abc.tunnel.example --secret s3cret --signature D381… -`,
		Args: args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error { return runVerify(cmd.Context(), a, opt, args[0]) },
	}
	opt.claim.add(cmd)
	cmd.Flags().StringVar(&opt.signature, "signature", "", "the `VALUE` of the x-artibot-signature header")
	cmd.Flags().StringArrayVar(&opt.alsoURLs, "also-url", nil, "another `URL` that the sender may have signed for (repeatable)")
	return cmd
}

func runVerify(ctx context.Context, a *app, opt *verifyOptions, body string) error {
	secret, message, err := opt.claim.read(ctx, a, body)
	if err != nil {
		return usage(err)
	}
	if opt.signature == "" {
		return usagef("signature is missing; give the header's value with --signature")
	}
	claim := signature.Claim{Secret: secret, Scheme: opt.claim.scheme, Message: message, Header: opt.signature}
	for _, url := range opt.alsoURLs {
		if _, err := parseTarget(url); err != nil {
			return usagef("also url: %w", err)
		}
		claim.AlsoURLs = append(claim.AlsoURLs, signature.Complete(url))
	}
	fits := signature.Verify(secret, opt.claim.scheme, message, opt.signature)
	finding := signature.Finding{ID: "right", Text: "the signature fits", URL: message.URL}
	if !fits {
		if opt.claim.url != "" {
			claim.Message.URL = signature.Complete(opt.claim.url) // its spelling can be the reason
		}
		finding, _ = signature.Explain(claim)
	}
	if err := a.showFinding(fits, finding); err != nil {
		return err
	}
	if !fits {
		return errFailed
	}
	return nil
}

func (a *app) showFinding(fits bool, f signature.Finding) error {
	if a.json() {
		return a.showJSON(struct {
			Fits   bool   `json:"fits"`
			ID     string `json:"id"`
			Reason string `json:"reason"`
			URL    string `json:"url"`
		}{fits, f.ID, f.Text, f.URL})
	}
	text := a.paint(green, f.Text)
	if !fits {
		text = a.paint(red, "no: ") + printable(f.Text)
	}
	_, err := fmt.Fprintln(a.out(), text)
	return err
}
