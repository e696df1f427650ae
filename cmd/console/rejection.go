package console

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/text"
)

// isRejected reports whether the response has the status of a rejected signature.
func isRejected(d *history.Delivery) bool {
	return d.Error == "" && (d.Status == http.StatusUnauthorized || d.Status == http.StatusForbidden)
}

// rejectionHint returns the hint for a delivery whose signature was rejected: its likely cause and the command that explains it.
// The cause is the same for all deliveries with the same mistake.
func rejectionHint(d *history.Delivery, sending *SendContext) (hint, cause string) {
	cause = rejectionCause(d, sending.webhookOf(d))
	hint = fmt.Sprintf("%d: %s", d.Status, cause)
	if sending.Verify != "" && d.ID > 0 {
		hint += fmt.Sprintf("; to see more: %s %d", sending.Verify, d.ID)
	}
	return hint, cause
}

// webhookOf returns the webhook of a delivery; nil if it is not known.
func (s *SendContext) webhookOf(d *history.Delivery) *emitter.Webhook {
	for i := range s.Webhooks {
		if w := &s.Webhooks[i]; w.Name == d.Webhook || len(s.Webhooks) == 1 {
			return w
		}
	}
	return nil
}

// secretCauses are the mistakes in a secret that can be seen, the most certain first.
var secretCauses = []struct {
	found func(secret string) bool
	text  string
}{
	{func(s string) bool { return s == "" }, NoSecret},
	{func(s string) bool { return strings.HasPrefix(s, "\ufeff") }, "the secret begins with a byte order mark; save its file without one"},
	{func(s string) bool { return strings.Contains(s, "\x00") }, "the secret contains a NUL byte; its source is probably UTF-16, save it as UTF-8"},
	{func(s string) bool { return !utf8.ValidString(s) }, "the secret is not UTF-8; ArtiBot signs with its UTF-8 bytes"},
	{func(s string) bool { return strings.HasSuffix(s, "\r") }, `the secret ends with a carriage return (\r); remove it`},
	{func(s string) bool { return strings.HasSuffix(s, "\n") }, `the secret ends with a line feed (\n); remove it`},
	{func(s string) bool { return strings.TrimSpace(s) != s }, "the secret begins or ends with white space; remove it"},
	{isQuoted, "the secret has quotes around it, which are a part of it; remove them"},
}

func isQuoted(s string) bool {
	return len(s) >= 2 && strings.IndexByte("\"'`", s[0]) >= 0 && s[0] == s[len(s)-1]
}

// rejectionCause returns what is known at once of a rejected signature.
func rejectionCause(d *history.Delivery, w *emitter.Webhook) string {
	if w != nil {
		secret := string(w.Secret.Bytes())
		for _, c := range secretCauses {
			if c.found(secret) {
				return c.text
			}
		}
		if signed, sent := pathOf(w.SignURL.Target), pathOf(w.URL.Target); w.SignURL.Host != "" && signed != sent {
			return fmt.Sprintf("the receiver rejected the signature; --sign-url has the path %q, but the URL has %q", signed, sent)
		}
	}
	if date := unstableDate(d.Request.Body); date != "" {
		return fmt.Sprintf("the receiver rejected the signature; %q looks like a date, which a receiver changes if it writes the JSON again, as ArtiBot's C# sample does", date)
	}
	return "the receiver rejected the signature"
}

func pathOf(target string) string {
	path, _, _ := strings.Cut(target, "?")
	return path
}

var (
	likeDate   = text.Regexp(`^(?:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.{0,21}|/Date\(.*\)/)$`)
	stableDate = text.Regexp(`^.{19}(?:\.\d{0,6}[1-9])?Z?$|\.\d{8}$|\.\d{8}Z$|\.\d{9,}Z$`)
)

// unstableDate returns the first text of the body that Newtonsoft.Json reads as a date and writes in another form
// (docs/contract.md, section 6); "" if there is none. A field name counts, because the body repeats it as a value.
func unstableDate(body []byte) string {
	if !bytes.Contains(body, []byte("T")) && !bytes.Contains(body, []byte("/Date(")) {
		return ""
	}
	for d := json.NewDecoder(bytes.NewReader(body)); ; {
		token, err := d.Token()
		if err != nil {
			return ""
		}
		if s, ok := token.(string); ok && likeDate().MatchString(s) && !stableDate().MatchString(s) {
			return s
		}
	}
}
