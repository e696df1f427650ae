package explain

import (
	"html"
	"strings"
	"time"
	"unicode"

	"artihook/emitter/text"
)

// Contract knows the bodies that ArtiBot sends. The zero value knows none; then only the spelling of JSON is restored.
type Contract struct {
	// Restore returns the bodies that ArtiBot may have sent for an event whose JSON was written again by another program,
	// the most likely first. It returns nothing for other bodies.
	Restore func(body []byte) [][]byte
	// Altered returns how a body differs from what ArtiBot sends, a line for each difference. It returns nothing if
	// ArtiBot can have sent exactly these bytes.
	Altered func(body []byte) []string
}

// restored is a body as ArtiBot may have sent it, and how it was found.
type restored struct {
	body  string
	from  inside // the text that contains the event
	where string // the key that contains the event; "" is the whole text
	note  string // what else was undone
}

// maxRestoredBodies is the maximum number of bodies that restore returns.
const maxRestoredBodies = 160

// restore returns the bodies that ArtiBot may have sent, given a body that was decoded, parsed or written again.
func (c *Contract) restore(texts []inside) []restored {
	if c.Restore == nil {
		return nil
	}
	var all []restored
	seen := map[string]bool{}
	for _, t := range texts {
		if len(t.text) > 4*maxRewritten {
			continue
		}
		for _, text := range append([]string{t.text}, completions(t.text)...) {
			v, ok := readJSON([]byte(text))
			if !ok {
				if v, ok = readRelaxed(text); !ok {
					continue
				}
			}
			for _, e := range findEvents(&v, "", 0) {
				for _, variant := range eventVariants(e.value) {
					for _, body := range c.Restore([]byte(variant.text)) {
						if !seen[string(body)] && len(all) < maxRestoredBodies {
							seen[string(body)] = true
							all = append(all, restored{string(body), t, e.key, variant.note})
						}
					}
				}
			}
		}
	}
	return all
}

// foundEvent is an object that looks like an event, and the key that contains it.
type foundEvent struct {
	value *jsonValue
	key   string
}

// findEvents returns the objects that look like an event.
func findEvents(v *jsonValue, key string, depth int) []foundEvent {
	if v.kind == '{' {
		for _, k := range v.keys {
			if snakeCase(k) == "lead" {
				return []foundEvent{{v, key}}
			}
		}
	}
	var found []foundEvent
	for i := range v.items {
		inner := "[…]"
		if v.kind == '{' {
			inner = v.keys[i]
		}
		if depth < 4 && len(found) < 4 {
			found = append(found, findEvents(&v.items[i], inner, depth+1)...)
		}
	}
	return found
}

// eventVariant is the JSON of an event after the usual changes to its values were undone.
type eventVariant struct{ text, note string }

// eventVariants returns the event with its keys and values in the contract's form.
func eventVariants(v *jsonValue) []eventVariant {
	var compact jsonStyle
	tidy := tidied(v, nil, nil)
	variants := []eventVariant{{string(compact.append(nil, &tidy, 0)), ""}}
	add := func(note string, edit func(path []string, s string) string) {
		changed := tidied(v, nil, edit)
		if text := string(compact.append(nil, &changed, 0)); text != variants[0].text {
			variants = append(variants, eventVariant{text, note})
		}
	}
	add("HTML entities in its texts", func(_ []string, s string) string { return html.UnescapeString(s) })
	add("HTML entities in its texts, twice", func(_ []string, s string) string { return html.UnescapeString(html.UnescapeString(s)) })
	add("backslashes in its texts", func(_ []string, s string) string {
		return strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\'`, `'`).Replace(s)
	})
	add("CR LF in its texts", func(_ []string, s string) string { return strings.ReplaceAll(s, "\r\n", "\n") })
	add("LF in its texts", func(_ []string, s string) string {
		return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\n", "\r\n")
	})
	add("typographic quotes in its texts", func(_ []string, s string) string { return plainPunctuation(s) })
	add("no-break spaces in its texts", func(_ []string, s string) string { return plainSpaces(s) })
	add("doubled apostrophes in its texts", func(_ []string, s string) string { return strings.ReplaceAll(s, "''", "'") })
	add("quoted-printable in its texts", func(_ []string, s string) string { return fromQuotedPrintable(s) })
	add("percent-encoding in its texts", func(_ []string, s string) string { return percentDecoded(s) })
	if doubled := doubledIntegers(&tidy); doubled != nil {
		variants = append(variants, eventVariant{string(compact.append(nil, doubled, 0)), ""})
	}
	return variants
}

// doubledIntegers returns the event with doubles in place of whole numbers in the values of its answers: some JSON writers
// write 4.0 as 4. It returns nil if there are none.
func doubledIntegers(event *jsonValue) *jsonValue {
	changed := false
	var walk func(v *jsonValue, path []string) jsonValue
	walk = func(v *jsonValue, path []string) jsonValue {
		out := *v
		if v.kind == '0' && inAnswer(path, "value") && !strings.ContainsAny(v.text, ".eE") {
			out.text, changed = v.text+".0", true
		}
		out.items = make([]jsonValue, len(v.items))
		for i := range v.items {
			out.items[i] = walk(&v.items[i], childPath(v, path, i))
		}
		return out
	}
	out := walk(event, nil)
	if !changed {
		return nil
	}
	return &out
}

// inAnswer reports whether the path is lead.data.FIELD.key or below it.
func inAnswer(path []string, key string) bool {
	return len(path) > 3 && path[0] == "lead" && path[1] == "data" && path[3] == key
}

// isField reports whether the path is lead.data.FIELD, whose last key is a name that the bot chose.
func isField(path []string) bool { return len(path) == 3 && path[0] == "lead" && path[1] == "data" }

func childPath(v *jsonValue, path []string, i int) []string {
	key := "[]"
	if v.kind == '{' {
		key = v.keys[i]
	}
	return append(append(make([]string, 0, len(path)+1), path...), key)
}

// tidied returns an event with the contract's kinds of values, after programs have changed them: names in camel case, numbers
// as texts and texts as numbers, 2.0 for 2, dates in other forms, null for an empty text. edit also changes each text; nil
// changes none.
func tidied(v *jsonValue, path []string, edit func([]string, string) string) jsonValue {
	out := jsonValue{kind: v.kind, text: v.text}
	for i := range v.items {
		child := childPath(v, path, i)
		last := len(child) - 1
		if name := snakeCase(child[last]); v.kind == '{' && !isField(child) && (len(child) <= 4 || valueKeys[name]) {
			child[last] = name
		}
		if v.kind == '{' {
			key := child[len(child)-1]
			if edit != nil && isField(child) {
				key = edit(child, key)
			}
			out.keys = append(out.keys, key)
		}
		out.items = append(out.items, tidied(&v.items[i], child, edit))
	}
	return tidiedScalar(out, path, edit)
}

// valueKeys are the keys in the values of date_time and address answers.
var valueKeys = map[string]bool{
	"date_time": true, "grain": true, "timezone": true, "line1": true, "line2": true, "city": true, "state": true, "zip_code": true, "country": true,
}

func tidiedScalar(v jsonValue, path []string, edit func([]string, string) string) jsonValue {
	if len(path) == 0 {
		return v
	}
	name := path[len(path)-1]
	switch kind := wantedKind(path); {
	case v.kind == '"' && kind == wantNumber && isDigits(v.text):
		v.kind = '0'
	case v.kind == '0' && kind == wantNumber:
		if whole, zeros, ok := strings.Cut(v.text, "."); ok && strings.Trim(zeros, "0") == "" {
			v.text = whole
		}
	case kind == wantBool && (v.text == "0" || v.text == "1" || v.text == "true" || v.text == "false" || v.text == ""):
		v.kind, v.text = 'n', map[string]string{"1": "true", "true": "true"}[v.text]
		if v.text == "" {
			v.text = "false"
		}
	case v.kind == '0' && kind == wantText:
		v.kind = '"'
	case v.kind == '[' && len(v.items) == 0 && name == "data":
		v.kind = '{'
	case v.kind == '"':
		if strings.HasSuffix(name, "_date") || name == "time_stamp" || name == "date_time" {
			v.text = tidiedDate(v.text)
		}
		if edit != nil {
			v.text = edit(path, v.text)
		}
	}
	return v
}

// wanted is the kind of a value in the contract.
type wanted uint8

const (
	wantAny wanted = iota
	wantText
	wantNumber
	wantBool
)

// wantedKind returns the kind of the value at a path (docs/contract.md, section 2).
func wantedKind(path []string) wanted {
	name := path[len(path)-1]
	switch {
	case len(path) > 3 && path[0] == "lead":
		if len(path) == 4 && name != "value" {
			return wantText
		}
		return wantAny
	case name == "resource_version" || name == "version" && path[0] == "lead":
		return wantNumber
	case name == "is_mobile":
		return wantBool
	case name == "status" || name == "major" || name == "data":
		return wantAny
	}
	return wantText
}

func isDigits(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

// otherDate is a date in a form that other programs than .NET write.
var otherDate = text.Regexp(`^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?\s*(Z|z|UTC|[+-]\d\d:?\d\d)?$`)

// tidiedDate writes a date in .NET's form: at most seven digits, no zeros at the end, UTC.
func tidiedDate(text string) string {
	m := otherDate().FindStringSubmatch(text)
	if m == nil {
		return text
	}
	day, clock, fraction, zone := m[1], m[2], m[3], m[4]
	if len(zone) > 3 || strings.HasPrefix(zone, "+") || strings.HasPrefix(zone, "-") {
		t, err := time.Parse("2006-01-02 15:04:05-0700", day+" "+clock+strings.ReplaceAll(zone, ":", ""))
		if err != nil {
			return text
		}
		day, clock, _ = strings.Cut(t.UTC().Format("2006-01-02 15:04:05"), " ")
	}
	if len(fraction) > 7 {
		fraction = fraction[:7]
	}
	if fraction = strings.TrimRight(fraction, "0"); fraction != "" {
		fraction = "." + fraction
	}
	if zone != "" {
		zone = "Z"
	}
	return day + "T" + clock + fraction + zone
}

// snakeCase returns resource_id for resourceId, ResourceID and resource-id.
func snakeCase(key string) string {
	runes := []rune(key)
	var out []rune
	for i, r := range runes {
		if r == '-' || r == ' ' {
			r = '_'
		}
		if unicode.IsUpper(r) {
			next := i+1 < len(runes) && unicode.IsLower(runes[i+1])
			if i > 0 && runes[i-1] != '_' && (!unicode.IsUpper(runes[i-1]) || next) {
				out = append(out, '_')
			}
			r = unicode.ToLower(r)
		}
		out = append(out, r)
	}
	return string(out)
}

// completions returns the events that text can be if its start or its end was cut off. The end of an event is known, because it
// repeats the version.
func completions(text string) []string {
	const start = `{"lead":`
	for n := 1; n < len(start); n++ {
		if strings.HasPrefix(text, start[n:]) {
			return []string{start[:n] + text}
		}
	}
	if len(text) < 200 || len(text) > maxRewritten || !strings.HasPrefix(text, `{"lead"`) || strings.HasSuffix(text, "}") && readable(text) {
		return nil
	}
	m := leadVersion().FindStringSubmatch(text)
	if m == nil {
		return nil
	}
	end := `,"resource_version":` + m[1] + "}"
	var completed []string
	for n := min(len(end)-1, len(text)); n >= 0; n-- {
		if strings.HasSuffix(text, end[:n]) {
			completed = append(completed, text+end[n:])
		}
	}
	return completed
}

var leadVersion = text.Regexp(`"version":(\d+),"data"`)

func readable(text string) bool {
	_, ok := readJSON([]byte(text))
	return ok
}
