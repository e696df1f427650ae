package receivertest

import (
	"encoding/json"
	"html"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// LateTime is how long after its response StoresHTMLLate shows an event.
const LateTime = 400 * time.Millisecond

// storedAs lists the mistakes that store something else than the answer. Each returns the name and the value that are stored.
var storedAs = map[Misbehavior]func(field string, a answer) (string, json.RawMessage){
	StoresHTML:       changingText(html.EscapeString),
	StoresHTMLLate:   changingText(html.EscapeString),
	StoresUnescaped:  changingText(html.UnescapeString),
	StoresWithoutTag: changingText(func(text string) string { return strings.NewReplacer("<b>", "", "</b>", "").Replace(text) }),
	StoresDecoded:    changingText(func(text string) string { return strings.ReplaceAll(text, "%41", "A") }),
	StoresASCII:      changingText(replacing(func(c rune) bool { return c > unicode.MaxASCII && c <= 0xffff })),
	StoresBasicPlane: changingText(replacing(func(c rune) bool { return c > 0xffff })),
	StoresVisible:    changingText(func(text string) string { return strings.NewReplacer("\u200b", "", "\u202e", "").Replace(text) }),
	StoresComposed:   changingText(func(text string) string { return strings.ReplaceAll(text, "e\u0301", "é") }),
	StoresLatin1: changingText(func(text string) string {
		var decoded []rune
		for i := range len(text) {
			decoded = append(decoded, rune(text[i]))
		}
		return string(decoded)
	}),
	Stores255: changingText(func(text string) string { return text[:min(len(text), shortText)] }),
	StoresOneLine: changingText(func(text string) string {
		line, _, _ := strings.Cut(text, "\n")
		return line
	}),
	StoresTrimmed:   changingText(strings.TrimSpace),
	StoresLowerCase: changingText(strings.ToLower),
	StoresUpperCase: changingText(strings.ToUpper),
	Stores20:        changingText(func(text string) string { return text[:min(len(text), 20)] }),
	StoresFirstPart: changingText(func(text string) string {
		before, _, _ := strings.Cut(text, "|")
		return before
	}),
	StoresSlashes: changingText(strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace),
	StoresObjects: func(field string, a answer) (string, json.RawMessage) {
		if a.Value[0] == '{' || a.Value[0] == '[' {
			return field, json.RawMessage(`"[object Object]"`)
		}
		return field, a.Value
	},
	StoresNumbers: func(field string, a answer) (string, json.RawMessage) {
		if n, err := strconv.ParseFloat(a.text(), 64); err == nil {
			return field, json.RawMessage(strconv.FormatFloat(n, 'g', -1, 64))
		}
		return field, a.Value
	},
	StoresTwoDecimals: func(field string, a answer) (string, json.RawMessage) {
		if n, err := strconv.ParseFloat(string(a.Value), 64); err == nil {
			return field, json.RawMessage(strconv.FormatFloat(n, 'f', 2, 64))
		}
		return field, a.Value
	},
	StoresSheetDates: changingText(func(text string) string {
		if day, err := time.Parse("1-2", text); err == nil {
			return day.Format("2-Jan")
		}
		return text
	}),
	StoresUnescapedURL: changingText(func(text string) string {
		if decoded, err := url.QueryUnescape(text); err == nil && strings.Contains(text, "%") {
			return decoded
		}
		return text
	}),
	StoresParsed: func(field string, a answer) (string, json.RawMessage) {
		if text := a.text(); json.Valid([]byte(text)) && text[0] == '{' {
			return field, json.RawMessage(text)
		}
		return field, a.Value
	},
	StoresFoldedFields: func(field string, a answer) (string, json.RawMessage) { return strings.ToLower(field), a.Value },
	StoresColumns: func(field string, a answer) (string, json.RawMessage) {
		if field == "id" || field == "status" {
			return field, json.RawMessage("null")
		}
		return field, a.Value
	},
}

// changingText returns a mistake that changes the texts of answers.
func changingText(change func(string) string) func(string, answer) (string, json.RawMessage) {
	return func(field string, a answer) (string, json.RawMessage) {
		if !a.isText() {
			return field, a.Value
		}
		text, _ := json.Marshal(change(a.text())) // a text is always valid
		return field, text
	}
}

// replacing returns a function that replaces the characters that fit with question marks.
func replacing(fits func(rune) bool) func(string) string {
	return func(text string) string {
		return strings.Map(func(c rune) rune {
			if fits(c) {
				return '?'
			}
			return c
		}, text)
	}
}
