package explain

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"artihook/emitter/text"
)

// bodyState describes a body that is not in ArtiBot's form.
type bodyState struct {
	id   string // "" if the body can be ArtiBot's
	text string // completes "the body given here …"
}

// printedForms recognises what programming languages print for an object, a stream or a buffer.
var printedForms = []struct {
	pattern func() *regexp.Regexp
	what    string
}{
	{text.Regexp(`^\[object \w+\]$`), "is %s, JavaScript's text for an object"},
	{text.Regexp(`^<Buffer [0-9a-f ]*(\.\.\. \d+ more bytes)?>$`), "is the printed text of a Node Buffer, not its bytes"},
	{text.Regexp(`^(Array|Object|Array\s*\(\s[\s\S]*\))$`), "is PHP's text for an array"},
	{text.Regexp(`^(array\(\d+\)|object\(\w+\)|string\(\d+\))`), "is the output of PHP's var_dump"},
	{text.Regexp(`^Resource id #\d+$`), "is PHP's text for a stream (%s)"},
	{text.Regexp(`^(System|Microsoft|Newtonsoft|Azure|Amazon)\.[\w.]+(\[\]|` + "`" + `\d.*)?$`), "is %s, the name of a .NET type"},
	{text.Regexp(`^(<[\w.]+ object at 0x[0-9a-f]+>|<_io\.\w+.*>|<\w+: .*>|<generator .*>|<coroutine .*>)$`), "is Python's text for an object (%s)"},
	{text.Regexp(`^#<[\w:]+[ :].*>$`), "is Ruby's text for an object (%s)"},
	{text.Regexp(`^(\[[A-Z]@[0-9a-f]+|[\w.$]+@[0-9a-f]{4,}|org\.\S+|java\.\S+)$`), "is Java's text for an object (%s)"},
	{text.Regexp(`^(&?map\[.*\]|&\{.*\}|\{0x.*\}|0x[0-9a-f]{6,}|%!\w\(.*|<nil>|\[\]uint8.*)$`), "is what Go prints for a value, not JSON"},
	{text.Regexp(`^\{\w+:[\s{]?[^"'\s]`), "is what a program prints for an object (Go's %+v?), not JSON"},
	{text.Regexp(`^\w+\(\w+=[\s\S]*\)$`), "is what a program prints for an object (Kotlin's, Java's or Python's?), not JSON"},
	{text.Regexp(`^\{\w+=[\s\S]*\}$`), "is Java's text for a map, not JSON"},
	{text.Regexp(`^(undefined|null|None|nil|NULL|NaN|true|false|True|False)$`), "is the word %s"},
	{text.Regexp(`^b["'].*["']$`), "is Python's text for bytes: decode it, or sign the bytes"},
	{text.Regexp(`^\s*(<\?xml|<!DOCTYPE|<html|<[a-zA-Z])`), "is XML or HTML, not JSON"},
	{text.Regexp(`^--[\w'()+,./:=?-]+\r?\n`), "is a multipart form, not JSON"},
	{text.Regexp(`^-*\s*(lead|meta|resource):\s`), "is YAML, not JSON"},
	{text.Regexp(`^(lead|meta|resource)(\[|%5B|\.)[^\n]*=`), "is a form post of the event's keys, not JSON"},
	{text.Regexp(`^[\w%.\[\]-]+=[^\n]*$`), "is a form post, not JSON"},
	{text.Regexp(`^Bearer |^Basic `), "is an Authorization header, not JSON"},
	{text.Regexp(`^(POST|PUT|GET) \S+ HTTP/`), "is a whole HTTP request"},
	{text.Regexp(`^(POST|PUT|GET)&https?://`), "is the whole signed text METHOD&URL&BODY, not the body alone"},
}

// maxClassified is the size in bytes up to which a body is compared with ArtiBot's form. Events have some kilobytes.
const maxClassified = 1 << 20

// classify returns the form of a body that ArtiBot cannot have sent.
func (c *Contract) classify(body string) bodyState {
	if len(body) > maxClassified {
		return bodyState{"body-changed", fmt.Sprintf("has %d bytes, far more than an event of ArtiBot", len(body))}
	}
	altered := c.altered(body)
	if body != "" && len(altered) == 0 && readable(body) {
		return damagedText(body)
	}
	trimmed := strings.TrimSpace(body)
	switch {
	case body == "":
		return bodyState{"body-lost", "is empty"}
	case trimmed == "":
		return bodyState{"body-lost", "is white space only"}
	case trimmed == "{}" || trimmed == "[]":
		return bodyState{"body-lost", "is " + trimmed + ", an empty object (what a framework leaves of a body that it did not parse?)"}
	}
	for _, printed := range printedForms {
		if printed.pattern().MatchString(trimmed) {
			what := printed.what
			if strings.Contains(what, "%s") {
				what = fmt.Sprintf(what, shortened(trimmed))
			}
			return bodyState{"body-printed", what}
		}
	}
	if form := binaryForm(body); form.id != "" {
		return form
	}
	v, ok := readJSON([]byte(strings.TrimPrefix(body, byteOrderMark)))
	if !ok {
		return notJSON(body)
	}
	return c.classifyJSON(body, &v, altered)
}

var anyDate = text.Regexp(`"(?:create_date|modify_date|time_stamp)":"[^".]+(?:\.(\d+))?Z?"`)

// roundedDates reports whether no date of an event has more than three digits after the second, as after JavaScript's Date.
func roundedDates(body string) bool {
	dates := anyDate().FindAllStringSubmatch(body, -1)
	for _, date := range dates {
		if len(date[1]) > 3 {
			return false
		}
	}
	return len(dates) == 3
}

// damagedText recognises characters and digits that were lost when the body was decoded or written again.
func damagedText(body string) bodyState {
	if at := strings.Index(body, "\ufffd"); at >= 0 {
		return bodyState{"body-encoding", fmt.Sprintf("contains U+FFFD at byte %d, the replacement of characters that were lost when it was decoded: %q", at+1, excerpt(body, at))}
	}
	if roundedDates(body) {
		return bodyState{"body-reserialised", "has dates with milliseconds only, where ArtiBot writes up to seven digits: a program parsed them and wrote them again"}
	}
	return bodyState{}
}

func (c *Contract) altered(body string) []string {
	if c.Altered == nil {
		return nil
	}
	return c.Altered([]byte(body))
}

func binaryForm(body string) bodyState {
	switch {
	case strings.HasPrefix(body, "\x1f\x8b"):
		return bodyState{"body-encoded", "is compressed with gzip, which ArtiBot does not send"}
	case strings.HasPrefix(body, "\xff\xfe") || strings.HasPrefix(body, "\xfe\xff"):
		return bodyState{"body-encoding", "is UTF-16, ArtiBot sends UTF-8"}
	case strings.Count(body, "\x00") > len(body)/4:
		return bodyState{"body-encoding", "has NUL bytes between its characters: it is UTF-16 or UTF-32, ArtiBot sends UTF-8"}
	case !utf8.ValidString(body):
		at := invalidUTF8(body)
		return bodyState{"body-encoding", fmt.Sprintf("is not UTF-8: byte %d is %#x (another character set, or cut inside a character?)", at+1, body[at])}
	}
	return bodyState{}
}

func invalidUTF8(text string) int {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return 0
}

// notJSON describes a text that is no JSON: another language's values, JSON that is cut, or neither.
func notJSON(body string) bodyState {
	if _, ok := readRelaxed(body); ok {
		return bodyState{"body-printed", "is a value as a programming language prints it (Python's, Ruby's or JavaScript's?), not JSON: " + nearError(body)}
	}
	var syntax *json.SyntaxError
	err := json.Unmarshal([]byte(body), new(any))
	if errors.As(err, &syntax) && strings.Contains(syntax.Error(), "unexpected end") {
		return bodyState{"body-cut", fmt.Sprintf("ends too early: its JSON is not complete after %d bytes (a Content-Length in characters, a buffer that is too short?)", len(body))}
	}
	if strings.HasPrefix(strings.TrimSpace(body), "{") || strings.HasPrefix(strings.TrimSpace(body), "[") {
		return bodyState{"body-not-json", "is not JSON: " + nearError(body)}
	}
	return bodyState{"body-not-json", fmt.Sprintf("is not JSON: it begins with %q", shortened(firstRunes(body, 30)))}
}

// nearError shows where the JSON of a text ends to be JSON.
func nearError(body string) string {
	var syntax *json.SyntaxError
	if !errors.As(json.Unmarshal([]byte(body), new(any)), &syntax) {
		return "it cannot be read"
	}
	at := max(int(syntax.Offset)-1, 0)
	return fmt.Sprintf("it is wrong at byte %d, near %q", at+1, excerpt(body, at))
}

// leadKeys are keys that only the lead of an event has.
var leadKeys = []string{"create_date", "bot_id", "contact_id", "account_id"}

func (c *Contract) classifyJSON(body string, v *jsonValue, altered []string) bodyState {
	switch {
	case v.kind == '"':
		return bodyState{"body-encoded", "is a JSON string, not an object: the body was encoded as JSON a second time"}
	case v.kind == '0':
		return bodyState{"body-printed", "is the number " + shortened(v.text)}
	case v.kind == 'n':
		return bodyState{"body-lost", "is the word " + v.text}
	}
	events := findEvents(v, "", 0)
	switch {
	case len(events) == 0:
		return partOfEvent(v)
	case events[0].value != v && v.kind == '[':
		return bodyState{"body-part", "is an array that contains the event: ArtiBot sends the object alone"}
	case events[0].value != v:
		return bodyState{"body-part", fmt.Sprintf("contains the event in its key %q: ArtiBot sends the event alone", shortened(events[0].key))}
	case len(altered) == 0:
		return bodyState{}
	}
	if same, text := c.respelled(body, v); same {
		return bodyState{"body-reserialised", "is JSON in another spelling than ArtiBot's: it was parsed and written again" + text}
	}
	return bodyState{"body-changed", "is an event, but it was changed: " + listed(altered)}
}

// partOfEvent describes JSON that contains no event.
func partOfEvent(v *jsonValue) bodyState {
	for _, key := range leadKeys {
		if v.member(key) != nil {
			return bodyState{"body-part", "is only the lead: ArtiBot signs the whole body, with lead, meta, resource and the rest"}
		}
	}
	if v.member("ip_address") != nil || v.member("chat_start_page") != nil {
		return bodyState{"body-part", "is only the part meta: ArtiBot signs the whole body"}
	}
	if len(v.items) > 0 && v.items[0].member("display_value") != nil {
		return bodyState{"body-part", "is only the answers (lead.data): ArtiBot signs the whole body"}
	}
	if v.kind == '[' {
		return bodyState{"body-not-event", "is a JSON array: ArtiBot sends an object with lead, meta, resource, action and more"}
	}
	if v.member("resource") != nil || v.member("resource_id") != nil || v.member("meta") != nil {
		return bodyState{"body-changed", "is an event without its key lead"}
	}
	return bodyState{"body-not-event", "is JSON, but no event of ArtiBot: an event has the keys lead, meta, resource, action and more"}
}

// respelled reports whether the body is an event whose values are unchanged, and where its spelling first differs.
func (c *Contract) respelled(body string, v *jsonValue) (same bool, text string) {
	if c.Restore == nil {
		return false, ""
	}
	var compact jsonStyle
	bodies := c.Restore(compact.append(nil, v, 0))
	if len(bodies) == 0 {
		return false, ""
	}
	sent := string(bodies[0])
	back, ok := readJSON(bodies[0])
	if !ok || sent == body || !sameJSON(v, &back) {
		return false, ""
	}
	return true, "; " + difference(body, sent)
}

// sameJSON reports whether two values are equal apart from spelling and the order of keys.
func sameJSON(a, b *jsonValue) bool {
	if a.kind != b.kind || len(a.items) != len(b.items) {
		return false
	}
	switch a.kind {
	case '"', 'n':
		return a.text == b.text
	case '0':
		x, err1 := strconv.ParseFloat(a.text, 64)
		y, err2 := strconv.ParseFloat(b.text, 64)
		return err1 == nil && err2 == nil && x == y
	}
	for i := range a.items {
		other := &b.items[i]
		if a.kind == '{' {
			if other = b.member(a.keys[i]); other == nil {
				return false
			}
		}
		if !sameJSON(&a.items[i], other) {
			return false
		}
	}
	return true
}

// difference shows where a body first differs from the one that was sent.
func difference(body, sent string) string {
	at, _ := commonEnds(body, sent)
	switch {
	case at == len(body) && at == len(sent):
		return "no byte differs"
	case at == len(body):
		return fmt.Sprintf("it ends after %d bytes, where ArtiBot goes on with %q", at, excerpt(sent, at))
	case at == len(sent):
		return fmt.Sprintf("it goes on after byte %d, where ArtiBot's body ends, with %q", at, excerpt(body, at))
	}
	return fmt.Sprintf("it first differs at byte %d: %q, where ArtiBot has %q", at+1, excerpt(body, at), excerpt(sent, at))
}

// excerpt returns a few characters of a text around a byte.
func excerpt(text string, at int) string {
	const before, after = 12, 20
	start, end := max(at-before, 0), min(at+after, len(text))
	for start < end && !utf8.RuneStart(text[start]) {
		start++
	}
	for end < len(text) && !utf8.RuneStart(text[end]) {
		end++
	}
	return text[start:end]
}

// listed joins the first lines of a list.
func listed(lines []string) string {
	const most = 3
	text := strings.Join(lines[:min(len(lines), most)], "; ")
	if more := len(lines) - most; more > 0 {
		text += fmt.Sprintf("; and %d more", more)
	}
	return text
}
