package explain

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"artihook/emitter/text"
)

// maxLost is the maximum number of guesses at characters that were lost in the texts of a body.
const maxLost = 20_000

// runLost looks for a body that has ArtiBot's form, but lost characters of its texts: accents, umlauts, an ampersand, or the end of an IP
// address. They cannot be restored, only guessed: one text, with one or two characters.
func (s *search) runLost(g *guesses, contract *Contract) (fit, bool) {
	body := g.bodies[0][0].value
	if contract.Altered == nil || len(body) > maxCutBytes || len(contract.altered(body)) > 0 {
		return fit{}, false
	}
	n := 0
	for changed, what := range lostCharacters(body) {
		if n++; n > maxLost {
			break
		}
		if f, ok := s.fits(&trial{g.forms[0][0].value, g.secrets[0][0].value, g.urls[0][0].value, changed}); ok {
			f.body = []step{{id: "body-text", what: restoredBody, why: what, fix: fixRawBody, from: body}}
			return f, true
		}
	}
	return fit{}, false
}

// maxLostText is the size in bytes of the longest text in which lost characters are guessed.
const maxLostText = 64

var (
	maskedAddress = text.Regexp(`"ip_address":"(\d+\.\d+\.\d+)\.(?:0|x+|\*+)"`)
	displayValue  = text.Regexp(`"display_value":"([^"\\]+)"`)
)

// lostCharacters calls yield with the bodies that may have been sent and what was lost.
func lostCharacters(body string) func(yield func(body, what string) bool) {
	return func(yield func(body, what string) bool) {
		if m := maskedAddress().FindStringSubmatch(body); m != nil {
			for n := range 256 {
				if !yield(strings.Replace(body, m[0], fmt.Sprintf(`"ip_address":"%s.%d"`, m[1], n), 1), "the end of the IP address was masked") {
					return
				}
			}
		}
		seen := map[string]bool{}
		var edits [][]replacement
		var texts []string
		for _, m := range displayValue().FindAllStringSubmatch(body, -1) {
			if text := m[1]; !seen[text] && len(text) <= maxLostText {
				seen[text] = true
				texts, edits = append(texts, text), append(edits, editsOf(text))
			}
		}
		for i, text := range texts { // one character before two
			for _, e := range edits[i] {
				if !yield(replaceText(body, text, e.apply(text)), lostWhat(text)) {
					return
				}
			}
		}
		for i, text := range texts {
			for _, second := range edits[i] {
				for _, first := range edits[i] {
					if first.at+len(first.old) <= second.at && !yield(replaceText(body, text, first.apply(second.apply(text))), lostWhat(text)) {
						return
					}
				}
			}
		}
	}
}

func lostWhat(text string) string {
	return fmt.Sprintf("characters of the text %q were lost or replaced (accents removed, transliterated or filtered?)", shortened(text))
}

// replaceText replaces a whole text of a body wherever it is.
func replaceText(body, text, by string) string {
	return strings.ReplaceAll(body, `"`+text+`"`, `"`+by+`"`)
}

// replacement is a replacement at a byte of a text.
type replacement struct {
	at       int
	old, new string
}

func (e *replacement) apply(text string) string { return text[:e.at] + e.new + text[e.at+len(e.old):] }

// lostForms lists the characters that programs replace, by the text that replaces them.
var lostForms = map[string][]string{
	"a": {"á", "à", "ä", "â", "ã", "å", "ą"}, "e": {"é", "è", "ë", "ê", "ę", "ě"}, "i": {"í", "ï", "î", "ì"}, "o": {"ó", "ö", "ô", "õ", "ø", "ò", "ő"},
	"u": {"ú", "ü", "û", "ů", "ù"}, "n": {"ñ", "ń", "ň"}, "c": {"ç", "ć", "č"}, "s": {"š", "ś", "ş"}, "z": {"ž", "ź", "ż"}, "y": {"ý"}, "l": {"ł"}, "r": {"ř"}, "g": {"ğ"},
	"A": {"Á", "Ä", "Å"}, "E": {"É", "È"}, "O": {"Ó", "Ö", "Ø"}, "U": {"Ü", "Ú"}, "I": {"Í", "İ"}, "N": {"Ñ"}, "C": {"Ç", "Č"}, "S": {"Š", "Ś", "Ş"}, "Z": {"Ž", "Ż"}, "L": {"Ł"},
	"ae": {"ä", "æ"}, "oe": {"ö", "œ", "ø"}, "ue": {"ü"}, "ss": {"ß"}, "Ae": {"Ä"}, "Oe": {"Ö"}, "Ue": {"Ü"},
	"  ": {" & ", " + ", " < ", " - "}, "?": {"é", "è", "ë", "ä", "ö", "ü", "ñ", "ó", "á", "í", "ç", "’"}, "\u2019": {"'"},
}

func editsOf(text string) []replacement {
	var list []replacement
	for at := range text {
		for size := 1; size <= 3 && at+size <= len(text); size++ {
			if old := text[at : at+size]; utf8.ValidString(old) {
				for _, by := range lostForms[old] {
					list = append(list, replacement{at, old, by})
				}
			}
		}
	}
	return list
}
