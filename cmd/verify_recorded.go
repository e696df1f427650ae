package cmd

import (
	"artihook/cmd/settings"
	"artihook/emitter/signature"
	"artihook/emitter/signature/explain"
	"artihook/emitter/text"
)

// recordedMistake returns the finding for a delivery of the history that artihook itself signed. Body and URL are recorded as they were
// signed, so the secret differs, unless the signature is wrong on purpose. For any other signature it returns the other finding.
func recordedMistake(c *settings.Claim, header string, other explain.Finding, proven bool) explain.Finding {
	if !c.From.Signed || header != c.From.Signature {
		return other
	}
	if c.From.Tampered != "" {
		return explain.Finding{ID: other.ID, Text: "the signature is wrong on purpose (" + c.From.Tampered + "), so that the receiver must reject it"}
	}
	if proven {
		return other
	}
	reason := "artihook signed this delivery"
	if c.Scheme == signature.SchemeURL {
		reason += " for " + text.Mask(c.From.URL)
	}
	if c.Secret.Empty() {
		return explain.Finding{ID: "no-fit", Text: reason + " with a secret, and no secret is given here; give it with --secret"}
	}
	return explain.Finding{ID: "no-fit", Text: reason + " with another secret than the one given here"}
}
