package cmd

import (
	"fmt"
	"slices"

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
	return false, finding
}

// printFinding prints the result, its notes and the fix.
func printFinding(a *app, fits bool, f explain.Finding) error {
	lines := slices.Clone(f.Notes)
	if f.Fix != nil && !fits {
		lines = append(lines, fixLines(f.Fix)...)
	}
	if a.printer.JSON() {
		return a.printer.WriteJSON(struct {
			Fits   bool     `json:"fits"`
			ID     string   `json:"id"`
			Reason string   `json:"reason"`
			URL    string   `json:"url"`
			Notes  []string `json:"notes,omitempty"`
		}{fits, f.ID, f.Text, f.URL, lines})
	}
	verdict := a.printer.Paint(console.Green, text.Printable(f.Text))
	if !fits {
		verdict = a.printer.Paint(console.Red, "no: ") + text.Printable(f.Text)
	}
	_, err := fmt.Fprintln(a.printer.Out, verdict)
	for _, line := range lines {
		if err == nil {
			_, err = fmt.Fprintf(a.printer.Out, "    %s\n", text.Printable(line))
		}
	}
	return err
}

// fixLines returns the fix and its code. A body that was read too early is fixed in the framework.
func fixLines(fix *explain.Fix) []string {
	lines := []string{"fix: " + fix.Text}
	code := fix.Frameworks
	if len(code) == 0 {
		code = fix.Code
	}
	for _, snippet := range code {
		lines = append(lines, fmt.Sprintf("%-10s  %s", snippet.Language, snippet.Code))
	}
	return lines
}
