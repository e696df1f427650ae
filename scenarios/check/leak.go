package check

import (
	"bytes"
	"regexp"
	"strings"
	"sync"

	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/signature"
)

// leak is something that an answer tells and should not.
type leak struct {
	what, sent, got string
}

// traces are the stacks of the usual languages.
var traces = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(strings.Join(traceForms[:], "|")) })

var traceForms = [...]string{
	`(?m)^\s+at .+[(:/\\].+:\d+`,                  // JavaScript
	`Traceback \(most recent call last\)`,         // Python
	`goroutine \d+ \[`,                            // Go
	`(?m)^\s+at [\w.$<>]+\(.*\)( in .+:line \d+)`, // C#
	`(?m)^\s+at [\w.$]+\(\w+\.java:\d+\)`,         // Java
	`(?m)^#\d+ .+\(\d+\): `,                       // PHP
	`(?m)^\s*from .+\.rb:\d+:in `,                 // Ruby
}

// minSecret is the length in bytes from which a secret is looked for: a shorter one stands in ordinary text.
const minSecret = 4

// look keeps the first thing that an answer tells and should not.
func (r *run) look(w *emitter.Webhook, s shot, d *history.Delivery) {
	if d.Response == nil || r.leaked.what != "" {
		return
	}
	// Only what the answer can know by itself counts: a right signature that was sent may come back.
	right := signature.Sign(w.Secret, w.Scheme, signature.Message{Method: d.Request.Method, URL: d.SignURL, Body: d.Request.Body})
	answer := string(d.RawResponse)
	switch secret := w.Secret.Bytes(); {
	case len(secret) >= minSecret && bytes.Contains(d.RawResponse, secret), echoesStars(answer, len(secret)):
		r.leaked.what = "the secret"
	case !strings.EqualFold(d.Request.Headers.Get(signature.Header), right) && !d.OK() && strings.Contains(strings.ToLower(answer), bare(right)):
		r.leaked.what = "the signature that would have been right"
	case traces().MatchString(string(d.Response.Body)):
		r.leaked.what = "a stack trace"
	default:
		return
	}
	r.leaked.sent, r.leaked.got = describe(s, d), w.Secret.RedactText(cameBack(d))
}

// echoesStars tells the secret in an answer: the emitter has written as many stars over it.
func echoesStars(answer string, length int) bool {
	return length >= minSecret && strings.Contains(answer, strings.Repeat("*", length))
}

func bare(right string) string { return strings.ToLower(strings.TrimPrefix(right, "sha1=")) }
