package cmd

import (
	"context"
	"fmt"

	"artihook/emitter/signature"
	"artihook/emitter/signature/explain"

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
what usually goes wrong and tells the nearest reason that it can prove. Exit code 1 when it does not fit.

A whole request may stand in place of the body, as a proxy, a logger, a browser or artihook has kept it: the raw text of
HTTP, a HAR file, a curl command, or --delivery NUMBER of the history. URL and signature then come from it.`,
		Example: `  artihook verify --url https://crm.example/hook --secret s3cret --signature D381… @body.json
  artihook verify --url http://localhost:3000/hook --also-url https://abc.tunnel.example --secret s3cret --signature D381… -
  artihook verify --secret s3cret @request.http
  artihook verify --secret s3cret --delivery last`,
		Args: args(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error { return runVerify(cmd.Context(), a, opt, args) },
	}
	opt.claim.add(cmd)
	cmd.Flags().StringVar(&opt.signature, "signature", "", "the `VALUE` of the x-artibot-signature header")
	cmd.Flags().StringArrayVar(&opt.alsoURLs, "also-url", nil, "another `URL` that the sender may have signed for (repeatable)")
	return cmd
}

func runVerify(ctx context.Context, a *app, opt *verifyOptions, args []string) error {
	c, err := opt.claim.read(ctx, a, args)
	if err != nil {
		return usageUnlessBroken(err)
	}
	header := opt.signature
	if header == "" {
		header = c.from.signature
	}
	if header == "" && !c.from.hasHeader {
		return usagef("signature is missing; give the header's value with --signature")
	}
	also := c.from.also
	for _, url := range opt.alsoURLs {
		if _, err := parseTarget(url); err != nil {
			return usagef("also url: %w", err)
		}
		also = append(also, signature.Complete(url))
	}
	fits, finding := c.judge(header, also, opt.claim.url == "")
	if err := a.showFinding(fits, finding); err != nil {
		return err
	}
	if !fits {
		return errFailed
	}
	return nil
}

// judge verifies the header and explains why it does not fit. A request that does not tell its whole URL is right with
// any that it may have had.
func (c *claim) judge(header string, also []string, open bool) (fits bool, finding explain.Finding) {
	if signature.Verify(c.secret, c.scheme, c.message, header) {
		return true, explain.Finding{ID: "right", Text: "the signature fits", URL: c.message.URL}
	}
	for _, url := range c.from.also {
		parsed, err := signature.ParseURL(url)
		other := signature.Message{Method: c.message.Method, URL: parsed.String(), Body: c.message.Body}
		if open && c.from.url != "" && err == nil && signature.Verify(c.secret, c.scheme, other, header) {
			return true, explain.Finding{ID: "right", Text: "the signature fits " + other.URL, URL: other.URL}
		}
	}
	asked := explain.Claim{Secret: c.secret, Scheme: c.scheme, Message: c.message, Header: header, AlsoURLs: also}
	if c.given != "" {
		asked.Message.URL = signature.Complete(c.given) // its spelling can be the reason
	}
	finding, _ = explain.Mismatch(asked)
	return false, finding
}

func (a *app) showFinding(fits bool, f explain.Finding) error {
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
