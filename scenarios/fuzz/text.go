package fuzz

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"artihook/emitter/text"
)

// plainRunes lists the characters that come first, from the plainest one. The others follow in the order of Unicode.
var plainRunes = []rune("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ .,-_:;/()+?!=@#&%$*'\"<>[]{}|~^`\\\n\t\r" +
	"\u0007\u001bé漢😀\u200b")

// rankOf has the ranks of plainRunes.
var rankOf = func() map[rune]uint64 {
	ranks := map[rune]uint64{}
	for i, r := range plainRunes {
		ranks[r] = uint64(i)
	}
	return ranks
}()

const (
	surrogates = 0xe000 - 0xd800
	maxRank    = uint64(utf8.MaxRune) // of a character that is not plain; slightly more than there are
)

// rankedRune returns the character of a rank. U+0000 has none, because PostgreSQL does not store it in jsonb.
func rankedRune(rank uint64) rune {
	if rank < uint64(len(plainRunes)) {
		return plainRunes[rank]
	}
	r := rune(rank) - rune(len(plainRunes)) + 1
	if r >= 0xd800 {
		r += surrogates
	}
	return min(r, utf8.MaxRune)
}

// rank returns a rank of a character.
func rank(r rune) uint64 {
	if rank, ok := rankOf[r]; ok {
		return rank
	}
	if r >= 0xd800+surrogates {
		r -= surrogates
	}
	return uint64(max(r, 1)) + uint64(len(plainRunes)) - 1
}

// runeHints are the ranks of characters that are plain in their part of Unicode.
var runeHints = []uint64{rank('\t'), rank('\u0007'), rank('é'), rank('漢'), rank('😀'), rank('\u200b')}

// maxChars is the maximum number of characters of a text that are chosen one by one.
const maxChars = 120

// text generates a text of at most most bytes: characters, the last of which may be repeated. special are texts to prefer.
func (g *generator) text(most int, special *deck) string {
	c := g.choices
	if c.random != nil {
		c.forced = forceText(c.forced, c.random, most, special)
	}
	var b strings.Builder
	last := plainRunes[0]
	c.list(0, maxChars, geometric, func(int) {
		r := rankedRune(c.choose(maxRank, func(r *rand.Rand) uint64 { return r.Uint64N(maxRank) }))
		c.hint(runeHints...)
		if b.Len()+utf8.RuneLen(r) <= most {
			b.WriteRune(r)
			last = r
		}
	})
	repeated := c.number(uint64(most-b.Len()) / uint64(utf8.RuneLen(last)))
	return b.String() + strings.Repeat(string(last), int(repeated))
}

// forceText appends the choices for a random text.
func forceText(forced []uint64, r *rand.Rand, most int, special *deck) []uint64 {
	var chosen string
	repeated := uint64(0)
	switch kind := r.IntN(10); {
	case kind < 6:
		chosen = special.next()
	case kind < 7:
		chosen = randomText(r)
	case kind < 8:
		chosen = randomText(r) + special.next() + randomText(r)
	default:
		chosen = string(longRunes[r.IntN(len(longRunes))])
		repeated = longSizes[r.IntN(len(longSizes))]
	}
	runes := []rune(chosen)
	runes = runes[:min(len(runes), maxChars)]
	forced = append(forced, uint64(len(runes)))
	for _, c := range runes {
		forced = append(forced, rank(c))
	}
	return append(forced, min(repeated, uint64(most)))
}

// The texts that are longer than a common limit repeat one of these characters.
var (
	longRunes = []rune("aaé漢😀 ")
	longSizes = []uint64{31, 64, 100, 128, 191, 255, 256, 500, 1000, 4096, 16384, 28000}
)

// alphabets are the parts of Unicode from which random texts are taken.
var alphabets = []struct{ from, to rune }{
	{'a', 'z'},
	{' ', '~'},
	{0x01, 0x1f},
	{0xa0, 0x24f},
	{0x300, 0x36f},
	{0x5d0, 0x6ff},
	{0x900, 0xdff},
	{0x2000, 0x206f},
	{0x3040, 0x9fff},
	{0xe000, 0xffff},
	{0x1f300, 0x1faff},
	{0x10000, 0x10ffff},
}

// deck is a shuffled list of texts. next takes one after the other, so that a run tries each of them.
type deck struct {
	texts []string
	at    int
}

func newDeck(texts []string, r *rand.Rand) *deck {
	d := &deck{texts: slices.Clone(texts)}
	r.Shuffle(len(d.texts), func(i, j int) { d.texts[i], d.texts[j] = d.texts[j], d.texts[i] })
	return d
}

func (d *deck) next() string {
	d.at++
	return d.texts[d.at%len(d.texts)]
}

func randomText(r *rand.Rand) string {
	var b strings.Builder
	for range 1 + r.IntN(6) {
		a := alphabets[r.IntN(len(alphabets))]
		b.WriteRune(rankedRune(rank(a.from + r.Int32N(a.to-a.from+1))))
	}
	return b.String()
}

// specialTexts are answers that programs confuse with something else.
var specialTexts = []string{
	"", " ", "   ", "  two spaces  ", "0", "00420", "1e5", "-1", "1.0", "NaN", "true", "false", "null", "undefined", "None", "nil", "N/A",
	"first line\nsecond line", "a\r\nb", "a\tb", "trailing line\n", "conan o'brien", `say "hi"`, `c:\new\table`, "Q&A", "a < b > c", "`id`",
	"<script>alert(1)</script>", "<b>bold</b>", "&amp; &lt;b&gt;", "x' or 1=1 --", "; drop table leads", "../../etc/passwd", "=1+1", "+1", "@sum(1)",
	"100% sure", "%41", "%s %d", "%00", "${7*7}", "{{7*7}}", "#{7*7}", "<%= 7 %>", "$1", `{"size":"xl"}`, "{size: xl", "[1,2", "[]",
	"a,b;c", "a|b", "# heading", "-- x", "/* x */", "http://example.com/?a=1&b=2", "mailto:a@b", "2022-07-14T09:32:02.8600000Z",
	"2022-02-30", "12:60", "é", "cafe\u0301", "Straße", "İstanbul", "ﬁ", "漢字", "שלום", "مرحبا", "😀", "👩‍👩‍👧", "🇩🇪", "\u200b", "a\u202eb",
	"\ufeffx", "a\u00a0b", "a\u2028b", "a\u0085b", "\ufffd", "\uffff", "a\ab", "\x1b[31m", "\x7f", "a\fb", "AbC", "__proto__", "constructor",
	"a:b", "a?b", "a*b", "a!b", "a~b", "a^b", "a=b", "a(b)", "#", "+",
}

// specialFields are names of answers that programs confuse with something else.
var specialFields = []string{
	"Your name?", "e-mail", "No. of rooms", "a.b.c", "$x", "$set", "Q&A: <b>", `"quoted"`, "it's", "a[0]", "items[]", "Prénom", "名前", "👤", "1", "10", "2", "0",
	"id", "status", "version", "data", "type", "value", "name", "created_at", "lead", "order", "select", "__proto__", "constructor", "toString", "hasOwnProperty", "length",
	"a/b", `a\b`, "a:b", "a b", "First name (optional)", " a", "a ", "A", "é", "e", "a\nb", "a,b", "-", "_", "{{x}}", "100%", "#1", "@x", "null", "true",
	"a'b", "a;b", "a=b", "a|b", "a*b", "a!b", "a~b", "a`b", "a+b",
}

// describeText describes a text in a few words, after "an answer" or "a field".
func describeText(kind, s string) string {
	runes := []rune(s)
	switch {
	case s == "":
		return "an empty " + kind
	case len(runes) == 1 && s != " ":
		return article(kind) + " that contains " + runeName(runes[0])
	case strings.Trim(s, " ") == "":
		return "a blank " + kind
	case len(runes) > 60 && strings.Trim(s, string(runes[0])) == "":
		return fmt.Sprintf("%s of %s", article(kind), length(s))
	case len(runes) > 60:
		return fmt.Sprintf("%s of %s that begins with %s", article(kind), length(s), strconv.Quote(string(runes[:20])))
	}
	return "the " + kind + " " + quote(s)
}

func length(s string) string {
	if n := utf8.RuneCountInString(s); n != len(s) {
		return fmt.Sprintf("%d characters in %d bytes", n, len(s))
	}
	return text.Counted(len(s), "byte")
}

func article(noun string) string {
	if strings.ContainsAny(noun[:1], "aeiou") {
		return "an " + noun
	}
	return "a " + noun
}

// quote returns a text in double quotes, with an escape for each character that cannot be seen.
func quote(s string) string { return `"` + text.Visible(s) + `"` }

// runeNames has the names of characters that are hard to see or to read in quotes.
var runeNames = map[rune]string{
	'\n': "a line feed", '\r': "a carriage return", '\t': "a tab", '"': "a double quote", '\'': "an apostrophe", '\\': "a backslash", '`': "a backtick",
	' ': "a space", '\u00a0': "a no-break space", '\u200b': "a zero-width space", '\u2028': "a line separator", '\ufeff': "a byte order mark",
}

func runeName(r rune) string {
	name := runeNames[r]
	switch {
	case name != "":
		return name
	case r < ' ' || r == 0x7f:
		return fmt.Sprintf("the control character U+%04X", r)
	case r > 0x7f:
		return fmt.Sprintf("%s (U+%04X)", quote(string(r)), r)
	}
	return quote(string(r))
}
