package check

import (
	"regexp"

	"artihook/emitter/payload"
	"artihook/emitter/signature"
)

// Redacted returns a probe that masks the secret in its results.
func (p LeadProbe) Redacted(secret signature.Secret) LeadProbe { return p.redacted(secret) }

// MissingAnswer returns the first answer of the event that the output of a probe does not show as it was sent, and what happened to
// it if that is known, such as "in lower case". Both are "" if nothing is missing.
func MissingAnswer(output string, e *payload.Event) (want, how string) {
	lost := findLoss(readProbed(output), e)
	return lost.want, lost.how()
}

// WithoutTimes replaces times, and what ignore matches, in the output of a probe. A nil ignore matches nothing.
func WithoutTimes(output string, ignore *regexp.Regexp) string {
	r := run{opt: &Options{ProbeIgnore: ignore}}
	return r.stable(output)
}

// HasAllWords reports whether the output of a probe has all words of an earlier one, in the same order.
func HasAllWords(output, earlier string) bool { return containsInOrder(output, earlier) }
