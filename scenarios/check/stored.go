package check

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"slices"
	"strconv"
	"strings"
	"time"

	"artihook/emitter/payload"
)

// expectAnswersStored fails the case unless the probe shows every answer of the event as it was sent. Without a probe or an
// event it does nothing.
func (c *caseRun) expectAnswersStored(e *payload.Event) {
	switch {
	case c.run.opt.Probe == nil || e == nil || c.done():
		return
	case c.run.storingTime() > slowStore:
		c.run.mu.Lock()
		defer c.run.mu.Unlock()
		c.run.unchecked = append(c.run.unchecked, e)
		return
	}
	var lost loss
	l := &lead{id: e.Lead.ID.String()}
	output, _ := c.probeUntil(l, func(output string) bool {
		lost = findLoss(readProbed(output), e)
		return lost.none() || c.isExplained(lost)
	})
	c.failLoss(l, lost, output)
}

// slowStore is how long storing may take if each case waits for it. If it takes longer, storedLater looks at all events together.
const slowStore = 300 * time.Millisecond

// storedLater looks at the events that the receiver has accepted, but had not stored within slowStore.
func storedLater(c *caseRun) {
	l := c.lead()
	c.accept(l.created())
	c.expectStored(l, l.texts[0]) // then the earlier events are stored too
	for _, e := range c.run.unchecked {
		if c.done() {
			return
		}
		l := &lead{id: e.Lead.ID.String()}
		if output, ok := c.probeUntil(l, func(string) bool { return true }); ok {
			c.failLoss(l, findLoss(readProbed(output), e), output)
		}
	}
}

// loss is an answer that is not stored as it was sent. The zero value means that there is none.
type loss struct {
	want    string   // what the probe should show
	damages []damage // each of them explains what the probe shows
	plain   bool     // it is the text of a plain answer
}

func (l loss) none() bool { return l.want == "" }

// how returns what happened to the text, or "" if it is not known.
func (l loss) how() string {
	if len(l.damages) == 0 {
		return ""
	}
	return l.damages[0].how
}

// damagedPlain is the cause of every loss if plain texts are not stored as they were sent, for an unknown reason.
const damagedPlain = "plain texts are not stored as they were sent"

// isExplained reports whether the cause of the loss is known, so that waiting for the answer is useless.
func (c *caseRun) isExplained(lost loss) bool {
	return lost.how() != "" || c.run.reportedBy(damagedPlain) != ""
}

// failLoss fails the case if there is a loss. If an earlier case has reported its cause, the case is inconclusive. output is that of
// the probe for the lead.
func (c *caseRun) failLoss(l *lead, lost loss, output string) {
	if c.done() || lost.none() {
		return
	}
	var causes []string
	for _, d := range lost.damages {
		causes = append(causes, "the text is stored "+d.how)
	}
	if c.hidden != "" {
		causes = append(causes, c.hiddenCause())
	}
	if len(causes) == 0 && (lost.plain || c.run.reportedBy(damagedPlain) != "") {
		causes = []string{damagedPlain}
	}
	c.failOnce("the probe for lead "+l.id, lost.want, quoted(output), causes...)
	if len(lost.damages) > 0 {
		c.result.Fix = lost.damages[0].fix
	}
}

// findLoss returns the first answer of the event that the probed text does not have.
func findLoss(p probed, e *payload.Event) loss {
	for i := range e.Lead.Data {
		if l := findLostAnswer(p, &e.Lead.Data[i]); !l.none() {
			return l
		}
	}
	for _, optional := range []string{e.Meta.ChatStartPage, e.Meta.Browser.UserAgent} { // a probe need not show them
		if len(optional) > commonColumn && p.contains(optional[:commonColumn/2]) && !p.contains(optional) {
			return loss{want: quoted(optional) + " in whole", damages: []damage{cutShort}}
		}
	}
	return loss{}
}

// commonColumn is the usual maximum length of a text column, in bytes or characters.
const commonColumn = 255

func findLostAnswer(p probed, a *payload.Answer) loss {
	lost := loss{want: fmt.Sprintf("the answer %q in it", quoted(a.Display)), plain: isPlainText(a.Input)}
	_, isText := a.Value.(payload.Text)
	if !isText && p.containsAny(objectMarks) {
		lost.damages = []damage{{how: "as the name of its type, because it is an object"}} // the fix of the case is about objects
		return lost
	}
	if n, isNumber := a.Value.(payload.Number); isNumber && p.containsNumber(float64(n)) {
		return loss{}
	}
	forms := storedForms(a)
	switch {
	case len(forms) == 0:
		return loss{}
	case isText && p.hasFormula(a.Input):
		lost.damages = []damage{formulaEscaped}
		return lost
	case p.containsAny(forms):
		return loss{}
	}
	for _, form := range forms {
		if lost.damages = damagesOf(p, form); len(lost.damages) > 0 {
			break
		}
	}
	return lost
}

// findLostText returns the loss of the first of these plain texts that the probed text does not have. If it has others of them, the
// lead has lost an answer, and the text is not the reason.
func findLostText(p probed, texts []string) loss {
	shown := func(text string) bool { return strings.Contains(p.raw, text) }
	for _, text := range texts {
		if !shown(text) {
			return loss{want: fmt.Sprintf("the answer %q in it", text), damages: damagesOf(p, text), plain: !slices.ContainsFunc(texts, shown)}
		}
	}
	return loss{}
}

// storedForms returns the texts of an answer of which a probe shows at least one. A blank answer has none, and neither has one
// whose value is custom, because a receiver may store the value only.
func storedForms(a *payload.Answer) []string {
	var forms []string
	add := func(texts ...string) {
		for _, text := range texts {
			if strings.TrimSpace(text) != "" {
				forms = append(forms, text)
			}
		}
	}
	switch value := a.Value.(type) {
	case payload.Text:
		add(string(value), a.Display, a.Input)
	case payload.Number:
		add(a.Display, a.Input, strconv.FormatFloat(float64(value), 'f', -1, 64))
	case payload.Moment:
		add(a.Display, a.Input, value.DateTime.String(), value.DateTime.Time().Format("2006-01-02"))
	case payload.Address:
		add(a.Display, value.Line1)
	}
	return forms
}

// objectMarks lists what languages write for an object in place of its content.
var objectMarks = []string{"[object Object]", "System.Collections.", "System.Text.Json", "map[", "HASH(0x", "ARRAY(0x"}

// probed is the output of a probe.
type probed struct {
	raw   string
	texts []string // the strings and numbers in it, if it is JSON; otherwise its text without the escapes of HTML
	json  bool
}

func readProbed(raw string) probed {
	p := probed{raw: raw}
	decoder := json.NewDecoder(strings.NewReader(raw))
	decoder.UseNumber()
	for p.json = true; decoder.More(); {
		var value any
		if err := decoder.Decode(&value); err != nil {
			p.json, p.texts = false, nil
			break
		}
		p.texts = appendTexts(p.texts, value)
	}
	if start := strings.ToLower(strings.TrimSpace(raw)); !p.json && (strings.HasPrefix(start, "<!doctype html") || strings.HasPrefix(start, "<html")) {
		p.texts = []string{html.UnescapeString(raw)}
	}
	return p
}

// appendTexts appends the strings and numbers of a JSON value. A string that is JSON itself, as in an event log, counts too.
func appendTexts(texts []string, value any) []string {
	switch value := value.(type) {
	case string:
		texts = append(texts, value)
		if start := strings.TrimSpace(value); strings.HasPrefix(start, "{") || strings.HasPrefix(start, "[") {
			inner := readProbed(value)
			texts = append(texts, inner.texts...)
		}
	case json.Number:
		texts = append(texts, value.String())
	case []any:
		for _, element := range value {
			texts = appendTexts(texts, element)
		}
	case map[string]any:
		for key, element := range value {
			texts = appendTexts(append(texts, key), element)
		}
	}
	return texts
}

func (p probed) containsAny(texts []string) bool { return slices.ContainsFunc(texts, p.contains) }

// containsNumber reports whether the output, which is JSON, has a number or a text with this number.
func (p probed) containsNumber(n float64) bool {
	return slices.ContainsFunc(p.texts, func(text string) bool {
		have, err := strconv.ParseFloat(text, 64)
		return err == nil && have == n
	})
}

// contains reports whether the output has the text, as it is or in an escaped form of JSON or CSV.
func (p probed) contains(text string) bool {
	if slices.ContainsFunc(p.texts, func(have string) bool { return strings.Contains(have, text) }) {
		return true
	}
	forms := []string{text, jsonForm(text), strings.ReplaceAll(text, `"`, `""`)}
	return !p.json && slices.ContainsFunc(forms, func(form string) bool { return strings.Contains(p.raw, form) })
}

// jsonForm returns the text as it is in a JSON string.
func jsonForm(text string) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(text) // a string can always be encoded
	return strings.Trim(strings.TrimSpace(b.String()), `"`)
}
