package cmd

import (
	"fmt"

	"artihook/cmd/console"
	"artihook/cmd/settings"
	"artihook/emitter/payload"
	"artihook/emitter/receiver"
	"artihook/emitter/signature"
	"artihook/emitter/signature/explain"
	"artihook/emitter/text"
)

// judge verifies the header, or explains why it does not fit. A recorded request may not have its whole URL; its signature
// then fits if it fits any URL that is possible.
func judge(c *settings.Claim, header string, also []string) (fits bool, finding explain.Finding) {
	asked := explain.Claim{
		Secret: c.Secret, Scheme: c.Scheme, Message: c.Message, Header: header, AlsoURLs: also,
		Contract: explain.Contract{Restore: payload.Restore, Altered: receiver.Altered},
	}
	if c.Given != "" && c.Given != c.Message.URL {
		asked.Message.URL = signature.Complete(c.Given) // its spelling can be the reason
	}
	if signature.Verify(c.Secret, c.Scheme, c.Message, header) {
		finding, _ = explain.Mismatch(asked)
		return true, finding
	}
	for _, url := range c.From.Also {
		parsed, err := signature.ParseURL(url)
		other := signature.Message{Method: c.Message.Method, URL: parsed.String(), Body: c.Message.Body}
		if c.Derived && err == nil && signature.Verify(c.Secret, c.Scheme, other, header) {
			return true, explain.Finding{ID: "right", Text: "the signature fits " + other.URL, URL: other.URL}
		}
	}
	if c.Message.URL == c.Given {
		asked.Message.URL = c.Given
	}
	finding, proven := explain.Mismatch(asked)
	if !proven {
		finding = wrongLength(c, header, finding)
	}
	return false, recordedMistake(c, header, finding, proven)
}

// printFinding prints the result, its notes and the fix.
func printFinding(a *app, fits bool, f explain.Finding) error {
	result := f.Result(fits)
	if a.printer.JSON() {
		return a.printer.WriteJSON(result)
	}
	verdict := a.printer.Paint(console.Green, text.Printable(result.Reason))
	if !fits {
		verdict = a.printer.Paint(console.Red, "no: ") + text.Printable(result.Reason)
	}
	_, err := fmt.Fprintln(a.printer.Out, verdict)
	for _, line := range result.Notes {
		if err == nil {
			_, err = fmt.Fprintf(a.printer.Out, "    %s\n", text.Printable(line))
		}
	}
	return err
}
