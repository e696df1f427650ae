package check

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"artihook/emitter/signature"
)

// Probe returns what the receiver's system has stored for the lead with this id, as text in any form. The text must contain
// the values of the answers, differ between a completed lead and one that is not, and stay the same while no event
// arrives. An error means that there is no such lead yet: Run probes again until Options.Settle is over.
type Probe func(ctx context.Context, lead string) (string, error)

// redacted returns a probe that masks the secret in its results.
func (p Probe) redacted(secret signature.Secret) Probe {
	return func(ctx context.Context, lead string) (string, error) {
		text, err := p(ctx, lead)
		if err != nil {
			err = errors.New(secret.RedactText(err.Error()))
		}
		return secret.RedactText(text), err
	}
}

// probeEvery is the time between two probes while an event may still be stored.
const probeEvery = 50 * time.Millisecond

// probeUntil probes until fits accepts the text or Options.Settle is over. It returns the last text and whether it fits. If the
// last probe failed, the case fails.
func (c *caseRun) probeUntil(l *lead, fits func(string) bool) (text string, ok bool) {
	if c.run.opt.Probe == nil || c.done() {
		return "", false
	}
	for start := time.Now(); ; c.pause(probeEvery) {
		asked := time.Since(start)
		text, err := c.run.opt.Probe(c.ctx, l.id)
		if c.ctx.Err() != nil {
			c.err = c.ctx.Err()
			return "", false
		}
		if err == nil && fits(text) {
			if asked >= probeEvery { // the first probe did not show it
				c.run.lag = max(c.run.lag, asked)
			}
			return text, true
		}
		if asked < c.run.opt.Settle && !(err != nil && c.run.probeBroken) {
			continue
		}
		if err != nil {
			c.run.probeBroken = true
			c.fail("the probe for lead "+l.id, "the stored lead", err.Error())
			c.result.Hint = "the probe itself failed, so the stored lead is unknown: run the probe by hand with this id"
		}
		return text, false
	}
}

// probeAgain probes after a receiver that stores events after its response had time to do so.
func (c *caseRun) probeAgain(l *lead) (string, bool) {
	c.pause(2 * c.run.lag)
	return c.probeUntil(l, func(string) bool { return true })
}

// expectStored fails the case if one of the texts is not stored. It returns the stored lead.
func (c *caseRun) expectStored(l *lead, texts ...string) string {
	missing := ""
	text, ok := c.probeUntil(l, func(text string) bool {
		missing = ""
		for _, want := range texts {
			if !strings.Contains(text, want) {
				missing = want
				return false
			}
		}
		return true
	})
	if !ok && missing != "" {
		c.fail("the probe for lead "+l.id, fmt.Sprintf("the answer %q in it", missing), quoted(text))
	}
	return text
}

// expectUnchanged fails the case if the stored lead has changed after the request sent.
func (c *caseRun) expectUnchanged(l *lead, before, sent string) {
	after, ok := c.probeAgain(l)
	if !ok || after == before {
		return
	}
	if again, ok := c.probeAgain(l); ok && again != after {
		c.fail("the probe for lead "+l.id, "the same text while nothing is sent", "a different text each time")
		return
	}
	was, is := differingParts(before, after)
	c.fail(sent, "the stored lead stays "+was, is)
}

// expectChanged fails the case if the stored lead has not changed after the request sent.
func (c *caseRun) expectChanged(l *lead, before, sent string) {
	if text, ok := c.probeUntil(l, func(text string) bool { return text != before }); !ok && c.run.opt.Probe != nil {
		c.fail(sent, "the stored lead changes", "it stays "+quoted(text))
	}
}

// quoted returns a text in one line, cut after maxQuoted characters.
func quoted(text string) string {
	text = oneLine(text)
	if runes := []rune(text); len(runes) > maxQuoted {
		text = string(runes[:maxQuoted]) + "…"
	}
	return text
}

// commonContext is the length of the common text that is quoted before a difference, in characters.
const commonContext = 40

// differingParts quotes two texts from shortly before their first difference.
func differingParts(one, other string) (string, string) {
	a, b := []rune(oneLine(one)), []rune(oneLine(other))
	at := 0
	for at < min(len(a), len(b)) && a[at] == b[at] {
		at++
	}
	if at <= commonContext {
		return quoted(string(a)), quoted(string(b))
	}
	return "…" + quoted(string(a[at-commonContext:])), "…" + quoted(string(b[at-commonContext:]))
}

func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
}

func count(text, word string) int { return strings.Count(text, word) }

func times(n int) string {
	switch n {
	case 1:
		return "once"
	case 2:
		return "twice"
	}
	return fmt.Sprintf("%d times", n)
}
