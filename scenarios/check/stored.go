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
	"unicode"

	"artihook/emitter/payload"
	"artihook/emitter/text"
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
	text, ok := c.probeUntil(&lead{id: e.Lead.ID.String()}, func(text string) bool {
		lost = findLoss(readProbed(text), e)
		return lost == loss{} || lost.how != ""
	})
	if c.done() || ok && lost == (loss{}) {
		return
	}
	c.failLoss(e, lost, text)
}

func (c *caseRun) failLoss(e *payload.Event, lost loss, text string) {
	if lost.how != "" {
		c.result.Hint = "the text is stored " + lost.how
	}
	c.fail("the probe for lead "+e.Lead.ID.String(), lost.want, quoted(text))
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
		text, ok := c.probeUntil(&lead{id: e.Lead.ID.String()}, func(string) bool { return true })
		if lost := findLoss(readProbed(text), e); ok && lost != (loss{}) {
			c.failLoss(e, lost, text)
		}
	}
}

// loss is an answer that is not stored as it was sent. The zero value means that there is none.
type loss struct {
	want string // what the probe should show
	how  string // what happened to the text; "" if it is not known
}

// findLoss returns the first answer of the event that the probed text does not have.
func findLoss(p probed, e *payload.Event) loss {
	for i := range e.Lead.Data {
		if l := findLostAnswer(p, &e.Lead.Data[i]); l != (loss{}) {
			return l
		}
	}
	for _, optional := range []string{e.Meta.ChatStartPage, e.Meta.Browser.UserAgent} { // a probe need not show them
		if len(optional) > commonColumn && p.contains(optional[:commonColumn/2]) && !p.contains(optional) {
			return loss{want: quoted(optional) + " in whole", how: "cut short"}
		}
	}
	return loss{}
}

// commonColumn is the usual maximum length of a text column, in bytes or characters.
const commonColumn = 255

func findLostAnswer(p probed, a *payload.Answer) loss {
	want := fmt.Sprintf("the answer %q in it", quoted(a.Display))
	_, isText := a.Value.(payload.Text)
	if !isText && p.containsAny(objectMarks) {
		return loss{want: want, how: "as the name of its type, because it is an object"}
	}
	if n, isNumber := a.Value.(payload.Number); isNumber && p.containsNumber(float64(n)) {
		return loss{}
	}
	forms := storedForms(a)
	if len(forms) == 0 || p.containsAny(forms) {
		return loss{}
	}
	for _, damage := range damages {
		if damaged := damage.change(a.Input); damaged != a.Input && len(damaged) >= minForm && p.contains(damaged) {
			return loss{want: want, how: damage.how}
		}
	}
	return loss{want: want}
}

// minForm is the minimum length of a text that is searched for, in bytes: a shorter one may be part of any text.
const minForm = 3

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

// damages lists what destinations do to a text.
var damages = []struct {
	how    string
	change func(string) string
}{
	{"with HTML entities: escape it only where you display it", html.EscapeString},
	{"with HTML entities: escape it only where you display it", strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace},
	{"with its HTML entities decoded", html.UnescapeString},
	{"without its HTML tags", func(text string) string { return tag().ReplaceAllString(text, "") }},
	{"with ? in place of characters: use UTF-8, in MySQL utf8mb4", replaceRunes('?', isNotASCII)},
	{"with ? in place of characters: use UTF-8, in MySQL utf8mb4", replaceRunes('?', isNotBasic)},
	{"without characters: use UTF-8, in MySQL utf8mb4", replaceRunes(-1, isNotBasic)},
	{"decoded as Latin-1: decode it as UTF-8", asLatin1},
	{"with a backslash before quotes and backslashes", strings.NewReplacer(`\`, `\\`, `"`, `\"`, `'`, `\'`).Replace},
	{"with a backslash before quotes and backslashes", strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace},
	{"as a number", asNumber},
	{"without the spaces around it", strings.TrimSpace},
	{"without the lines after the first", func(text string) string { line, _, _ := strings.Cut(text, "\n"); return strings.TrimSpace(line) }},
	{"in lower case", strings.ToLower},
	{"up to a separator only", func(text string) string { return text[:max(0, strings.IndexAny(text, ",;|"))] }},
	{"cut short", func(text string) string { return text[:min(len(text), commonColumn/2)] }},
}

// tag matches an HTML tag.
var tag = text.Regexp(`</?\w+>`)

func isNotASCII(c rune) bool { return c > unicode.MaxASCII }
func isNotBasic(c rune) bool { return c > 0xffff }

// replaceRunes returns a function that replaces the characters that fit. A negative by removes them.
func replaceRunes(by rune, fits func(rune) bool) func(string) string {
	return func(text string) string {
		return strings.Map(func(c rune) rune {
			if fits(c) {
				return by
			}
			return c
		}, text)
	}
}

func asLatin1(text string) string {
	var decoded []rune
	for i := range len(text) {
		decoded = append(decoded, rune(text[i]))
	}
	return string(decoded)
}

func asNumber(text string) string {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return text
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}

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
