package check

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Probe asks the user's system what it keeps of a lead, given the lead's id, and gives it as text. The text may have any
// form. It must hold the answers' values, tell a completed lead from one that is not, and be the same as long as nothing
// has changed.
type Probe func(ctx context.Context, lead string) (string, error)

// probeEvery is how long a system that works later is left alone between two looks.
const probeEvery = 50 * time.Millisecond

// ask probes. It fails the case where the probe does not work.
func (t *trial) ask(l *lead) (string, bool) {
	if t.run.opt.Probe == nil || t.over() {
		return "", false
	}
	text, err := t.run.opt.Probe(t.ctx, l.id)
	if err != nil {
		if t.ctx.Err() != nil {
			t.err = t.ctx.Err()
		}
		t.fail("the probe for lead "+l.id, "what is kept of the lead", err.Error())
		return "", false
	}
	return text, true
}

// until probes until the text is as it should be, or the time to settle is over; it gives the last text.
func (t *trial) until(l *lead, fits func(string) bool) (text string, came bool) {
	for deadline := time.Now().Add(t.run.opt.Settle); ; t.pause(probeEvery) {
		text, ok := t.ask(l)
		if !ok || fits(text) {
			return text, ok
		}
		if time.Now().After(deadline) {
			return text, false
		}
	}
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
	t.fail(sent, "what is kept stays "+quoted(before), quoted(after))
}

// changed holds that what is kept is another after what was sent.
func (t *trial) changed(l *lead, before, sent string) {
	if text, came := t.until(l, func(text string) bool { return text != before }); !came && t.run.opt.Probe != nil {
		t.fail(sent, "what is kept changes", "it stays "+quoted(text))
	}
}

// quoted is a text in one line that is not too long.
func quoted(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > maxQuoted {
		text = string(runes[:maxQuoted]) + "…"
	}
	return text
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
