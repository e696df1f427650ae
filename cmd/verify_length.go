package cmd

import (
	"fmt"

	"artihook/cmd/settings"
	"artihook/emitter/signature"
	"artihook/emitter/signature/explain"
)

// wrongLength returns the finding that the body was cut off or extended, if its recorded Content-Length shows that. Otherwise it
// returns the other finding.
func wrongLength(c *settings.Claim, header string, other explain.Finding) explain.Finding {
	length, have := c.From.Length, len(c.Message.Body)
	cut := c.Message
	cut.Body = cut.Body[:min(max(length, 0), have)]
	switch {
	case length < 0 || length == have:
		return other
	case length < have && signature.Verify(c.Secret, c.Scheme, cut, header):
		return explain.Finding{ID: "body-length", URL: cut.URL, Text: fmt.Sprintf(
			"the signature fits the first %d of %d bytes, which is the Content-Length: the rest was added when the body was saved", length, have)}
	case length < have:
		return other
	}
	return explain.Finding{ID: "body-length", Text: fmt.Sprintf(
		"the body has %d bytes, but its Content-Length is %d: it was cut off or changed when it was saved, so no signature can fit", have, length)}
}
