package check

import (
	"bytes"
	"strings"

	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/signature"
	"artihook/emitter/text"
)

// leak is confidential text in a response. The zero value means that there is none.
type leak struct {
	what, sent, got string // what leaked, the request, and the response
}

// stackTrace matches the stack traces of common languages.
var stackTrace = text.Regexp(strings.Join(stackTraceForms[:], "|"))

var stackTraceForms = [...]string{
	`(?m)^\s+at .+[(:/\\].+:\d+`,                  // JavaScript
	`Traceback \(most recent call last\)`,         // Python
	`goroutine \d+ \[`,                            // Go
	`(?m)^\s+at [\w.$<>]+\(.*\)( in .+:line \d+)`, // C#
	`(?m)^\s+at [\w.$]+\(\w+\.java:\d+\)`,         // Java
	`(?m)^#\d+ .+\(\d+\): `,                       // PHP
	`(?m)^\s*from .+\.rb:\d+:in `,                 // Ruby
	`(?m)^(PHP )?(Fatal error|Parse error|Warning|Notice|Deprecated): +.+ in .+ on line \d+`, // PHP
	`(?m)^Stack trace:$`,                  // PHP
	`Exception in thread "`,               // Java
	`thread '.+' (\(\d+\) )?panicked at `, // Rust
}

// minSecret is the minimum length of a secret that is searched for, in bytes: a shorter one may be part of ordinary text.
const minSecret = 4

// findLeak records the first leak in a response.
func (r *run) findLeak(w *emitter.Webhook, req request, d *history.Delivery) {
	if d.Response == nil || r.leaked.what != "" {
		return
	}
	// A response may repeat a valid signature that was sent.
	valid := signature.Sign(w.Secret, w.Scheme, signature.Message{Method: d.Request.Method, URL: d.SignURL, Body: d.Request.Body})
	response := string(d.RawResponse)
	switch secret := w.Secret.Bytes(); {
	case len(secret) >= minSecret && bytes.Contains(d.RawResponse, secret), containsMask(response, len(secret)):
		r.leaked.what = "the secret"
	case !strings.EqualFold(d.Request.Headers.Get(signature.Header), valid) && !d.OK() && strings.Contains(strings.ToLower(response), bare(valid)):
		r.leaked.what = "the valid signature"
	case !d.OK() && hasStackTrace(d.Response.Body):
		r.leaked.what = "a stack trace"
	default:
		return
	}
	r.leaked.sent, r.leaked.got = describe(req, d), w.Secret.RedactText(responseText(d))
}

// containsMask reports whether the response contained the secret: the emitter masks it with as many asterisks.
func containsMask(response string, length int) bool {
	return length >= minSecret && strings.Contains(response, strings.Repeat("*", length))
}

func bare(header string) string { return strings.ToLower(strings.TrimPrefix(header, "sha1=")) }
