package check

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"artihook/emitter/signature"
)

// Probe asks the user's system what it keeps of a lead, given the lead's id, and gives it as text. The text may have any
// form. It must hold the answers' values, tell a completed lead from one that is not, and be the same as long as nothing
// has changed.
type Probe func(ctx context.Context, lead string) (string, error)

// redacted is the probe without the secret in what it gives.
func (p Probe) redacted(secret signature.Secret) Probe {
	return func(ctx context.Context, lead string) (string, error) {
		text, err := p(ctx, lead)
		if err != nil {
			err = errors.New(secret.RedactText(err.Error()))
		}
		return secret.RedactText(text), err
	}
}

// probeEvery is how long a system that works later is left alone between two looks.
const probeEvery = 50 * time.Millisecond

// until probes until the text is as it should be, or the time to settle is over; it gives the last text. A probe that
// fails may only have nothing to show yet; one that still fails then fails the case.
func (t *trial) until(l *lead, fits func(string) bool) (text string, came bool) {
	if t.run.opt.Probe == nil || t.over() {
		return "", false
	}
	for start := time.Now(); ; t.pause(probeEvery) {
		asked := time.Since(start)
		text, err := t.run.opt.Probe(t.ctx, l.id)
		if t.ctx.Err() != nil {
			t.err = t.ctx.Err()
			return "", false
		}
		if err == nil && fits(text) {
			if asked >= probeEvery { // it was not there at the first look
				t.run.lag = max(t.run.lag, asked)
			}
			return text, true
		}
		if asked < t.run.opt.Settle && !(err != nil && t.run.probeBroken) {
			continue
		}
		if err != nil {
			t.run.probeBroken = true
			t.fail("the probe for lead "+l.id, "what is kept of the lead", err.Error())
			t.result.Hint = "it is the probe that fails, so nothing is known of the lead: try it by hand with this id"
		}
		return text, false
	}
}

// ask probes once the receiver has had time for what it does later than it answers.
func (t *trial) ask(l *lead) (string, bool) {
	t.pause(2 * t.run.lag)
	return t.until(l, func(string) bool { return true })
}

// kept holds that the answers with these words are kept, and gives all that is kept of the lead.
func (t *trial) kept(l *lead, words ...string) string {
	missing := ""
	text, came := t.until(l, func(text string) bool {
		missing = ""
		for _, word := range words {
			if !strings.Contains(text, word) {
				missing = word
				return false
			}
		}
		return true
	})
	if !came && missing != "" {
		t.fail("the probe for lead "+l.id, fmt.Sprintf("the answer %q in it", missing), quoted(text))
	}
	return text
}

// unchanged holds that what is kept is still the same after what was sent.
func (t *trial) unchanged(l *lead, before, sent string) {
	after, ok := t.ask(l)
	if !ok || after == before {
		return
	}
	if again, ok := t.ask(l); ok && again != after {
		t.fail("the probe for lead "+l.id, "the same text as long as nothing is sent", "another text each time")
		return
	}
	was, is := apart(before, after)
	t.fail(sent, "what is kept stays "+was, is)
}

// changed holds that what is kept is another after what was sent.
func (t *trial) changed(l *lead, before, sent string) {
	if text, came := t.until(l, func(text string) bool { return text != before }); !came && t.run.opt.Probe != nil {
		t.fail(sent, "what is kept changes", "it stays "+quoted(text))
	}
}

// quoted is a text in one line that is not too long.
func quoted(text string) string {
	text = oneLine(text)
	if runes := []rune(text); len(runes) > maxQuoted {
		text = string(runes[:maxQuoted]) + "…"
	}
	return text
}

// inCommon is how much of what two texts have in common is quoted before the place where they part, in characters.
const inCommon = 40

// apart quotes two texts from shortly before the place where they part.
func apart(one, other string) (string, string) {
	a, b := []rune(oneLine(one)), []rune(oneLine(other))
	at := 0
	for at < min(len(a), len(b)) && a[at] == b[at] {
		at++
	}
	if at <= inCommon {
		return quoted(string(a)), quoted(string(b))
	}
	return "…" + quoted(string(a[at-inCommon:])), "…" + quoted(string(b[at-inCommon:]))
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

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
