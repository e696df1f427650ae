package check

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"
	"unicode"

	"artihook/emitter/signature"
)

// LeadProbe returns the lead with this id as the system of the receiver has stored it, as text in any form. The text must contain
// the values of the answers, differ between a completed lead and one that is not, and stay the same while no event
// arrives. An error means that there is no such lead yet: Run probes again until Options.Settle is over.
type LeadProbe func(ctx context.Context, lead string) (string, error)

// redacted returns a probe that masks the secret in its results.
func (p LeadProbe) redacted(secret signature.Secret) LeadProbe {
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

// probeUntil probes until fits accepts the text or no event may be stored any more. It returns the last text and whether it
// fits. If the last probe failed, the case fails.
func (c *caseRun) probeUntil(l *lead, fits func(string) bool) (text string, ok bool) {
	if c.run.opt.Probe == nil || c.blind || c.done() {
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
			c.run.shown(asked)
			return text, true
		}
		if asked < c.run.settle() && (err == nil || c.run.probeBroken == "" && c.hidden == "") && !c.timeIsUp() {
			continue
		}
		if err != nil {
			c.probeFailed(l, err)
		}
		return text, false
	}
}

// shown records after how long the probe has shown an event.
func (r *run) shown(after time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if after >= probeEvery { // the first probe did not show it
		r.lag = max(r.lag, after)
	}
	r.probeWorked = true
}

// storingTime returns the longest time until the probe has shown an event; 0 means that it was there at once.
func (r *run) storingTime() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.lag
}

// awaitStored waits for half as long again as the slowest event so far took to be stored. It does not use the probe.
func (c *caseRun) awaitStored() { c.pause(c.run.storingTime() * 3 / 2) }

// settle returns how long storing may take: Options.Settle, or a time that depends on the earlier events.
func (r *run) settle() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.opt.Settle == 0 && r.probeWorked {
		return min(DefaultSettle, max(shortSettle, 3*r.lag))
	}
	return cmp.Or(r.opt.Settle, DefaultSettle)
}

// shortSettle is the minimum of settle after the probe has worked.
const shortSettle = 2 * time.Second

// probeFailed fails the case because the probe shows no lead. Only a probe that has never worked can be wrong itself.
func (c *caseRun) probeFailed(l *lead, err error) {
	sent := "the probe for lead " + l.id
	c.run.mu.Lock()
	defer c.run.mu.Unlock()
	switch {
	case c.run.probeWorked && c.hidden != "":
		c.failOnce(sent, "the stored lead", err.Error(), c.hiddenCause())
	case c.run.probeWorked, c.beside:
		c.fail(sent, "the stored lead", err.Error())
	case c.run.probeBroken != "":
		c.inconclusive("the probe has shown no lead since " + c.run.probeBroken)
	case !c.done():
		c.run.probeBroken = c.result.Case.ID
		c.fail(sent, "the stored lead", err.Error())
		c.result.Fix = "The probe has shown no lead in this run: either the probe is wrong, or the receiver does not store what it accepts, " +
			"or it takes longer than --settle allows. Run the probe by hand with this id."
	}
}

// probeAgain probes after a receiver that stores events after its response had time to do so.
func (c *caseRun) probeAgain(l *lead) (string, bool) {
	c.awaitStored()
	return c.probeUntil(l, func(string) bool { return true })
}

// expectStored fails the case if one of the texts is not stored. It returns the stored lead.
func (c *caseRun) expectStored(l *lead, texts ...string) string {
	var lost loss
	output, _ := c.probeUntil(l, func(output string) bool {
		lost = findLostText(readProbed(output), texts)
		return lost.none() || c.isExplained(lost)
	})
	c.failLoss(l, lost, output)
	return output
}

// expectUnchanged fails the case if the stored lead has changed after the request sent.
func (c *caseRun) expectUnchanged(l *lead, before, sent string) {
	if after, ok := c.probeAgain(l); ok && c.run.stable(after) != c.run.stable(before) {
		c.failChanged(l, before, after, sent)
	}
}

// expectKept fails the case if the stored lead has lost something after the request sent. A receiver that stores every event, and
// not one record for each lead, may add the event.
func (c *caseRun) expectKept(l *lead, before, sent string) {
	after, ok := c.probeAgain(l)
	if !ok || c.run.stable(after) == c.run.stable(before) {
		return
	}
	if !containsInOrder(c.run.stable(after), c.run.stable(before)) || !c.storesEvents() {
		c.failChanged(l, before, after, sent)
	}
}

func (c *caseRun) failChanged(l *lead, before, after, sent string) {
	if again, ok := c.probeAgain(l); ok && c.run.stable(again) != c.run.stable(after) {
		c.fail("the probe for lead "+l.id, "the same text while nothing is sent", "a different text each time")
		c.result.Fix = "The output of the probe has a part that changes by itself. Leave it out, or describe it with --probe-ignore."
		return
	}
	was, is := differingParts(c.run.stable(before), c.run.stable(after))
	c.fail(sent, "the stored lead stays "+was, is)
}

// storesEvents reports whether the probe shows every event of a lead: the first answer, which two events have, is then there more
// often than the second one.
func (c *caseRun) storesEvents() bool {
	l := c.lead()
	c.accept(l.created(), l.updated(2))
	text := c.expectStored(l, l.texts[:2]...)
	return !c.done() && count(text, l.texts[0]) > count(text, l.texts[1])
}

// expectChanged fails the case if the stored lead has not changed after the request sent.
func (c *caseRun) expectChanged(l *lead, before, sent string) {
	differs := func(text string) bool { return c.run.stable(text) != c.run.stable(before) }
	if text, ok := c.probeUntil(l, differs); !ok && c.run.opt.Probe != nil {
		c.fail(sent, "the stored lead changes", "it stays "+quoted(text))
	}
}

// stable replaces the parts of a probe's output that may change by themselves: times, and what Options.ProbeIgnore matches.
func (r *run) stable(text string) string {
	if r.opt.ProbeIgnore != nil {
		text = r.opt.ProbeIgnore.ReplaceAllString(text, "…")
	}
	return timeForms().ReplaceAllString(text, "(time)")
}

// timeForms matches times as databases, languages and web pages write them.
var timeForms = sync.OnceValue(func() *regexp.Regexp {
	const day, month, clock = `(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*`, `(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*`, `\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[AaPp][Mm])?`
	const zone = `(?: ?(?:Z|UTC|GMT)?(?:[+-]\d{2}:?\d{2})?)`
	return regexp.MustCompile(strings.Join([]string{
		`\d{4}-\d{2}-\d{2}[T ]` + clock + zone,                                     // ISO 8601, SQL
		`(?:` + day + `,? )?\d{1,2}[ -]` + month + `[ -]\d{2,4} ` + clock + zone,   // HTTP, mail
		day + ` ` + month + ` +\d{1,2} (?:\d{4} )?` + clock + zone + `(?: \d{4})?`, // JavaScript, C
		`\d{1,2}/\d{1,2}/\d{2,4},? ` + clock,                                       // US and British
		`\b1[5-9]\d{8}(?:\d{3}|\d{6}|\d{9})?(?:\.\d+)?\b`,                          // seconds, milliseconds, … since 1970
		`\b\d+ (?:second|minute)s? ago\b|\bjust now\b`,                             // web pages
	}, "|"))
})

// containsInOrder reports whether text has all words of part, in the same order.
func containsInOrder(text, part string) bool {
	words := func(s string) []string {
		return strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	}
	rest := words(part)
	for _, word := range words(text) {
		if len(rest) > 0 && word == rest[0] {
			rest = rest[1:]
		}
	}
	return len(rest) == 0
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
