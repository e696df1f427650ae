package check

import (
	"fmt"
	"html"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"

	"golang.org/x/text/unicode/norm"

	"artihook/emitter/text"
)

// damage is what a destination does to a text before it stores it.
type damage struct {
	how    string // after "the text is stored"
	fix    string
	change func(string) string
}

const (
	fixEscapeLate = "Store the text as it is, and escape it only where you display it."
	fixDecodeOnce = "Store the text as it is: it is not HTML, JSON or a part of a URL."
	fixUTF8       = "Use UTF-8 everywhere: in files, in the connection to the database and in its columns (in MySQL utf8mb4)."
	fixCopy       = "Store the text as it is, and change a copy of it for comparisons and searches."
	fixCut        = "Use a column type without a length, and a library for CSV."
)

// damages lists what destinations do to a text, the most probable first.
var damages = []damage{
	{"with HTML entities", fixEscapeLate, html.EscapeString},
	{"with HTML entities", fixEscapeLate, strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace},
	{"with HTML entities", fixEscapeLate, strings.NewReplacer("&", "&amp;", "<", "&lt;").Replace},
	{"with HTML entities", fixEscapeLate, strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#039;").Replace},
	{"with HTML entities", fixEscapeLate, strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#x27;").Replace},
	{"with HTML entities", fixEscapeLate, strings.NewReplacer("&", "&#38;", "<", "&#60;", ">", "&#62;", `"`, "&#34;", "'", "&#39;").Replace},
	{"with HTML entities", fixEscapeLate, strings.NewReplacer("\r\n", "<br>\r\n", "\n", "<br>\n").Replace},
	{"with HTML entities", fixEscapeLate, strings.NewReplacer("\r\n", "<br />\r\n", "\n", "<br />\n").Replace},
	{"with its HTML entities decoded", fixDecodeOnce, html.UnescapeString},
	{"without its HTML tags", fixEscapeLate, func(s string) string { return tag().ReplaceAllString(s, "") }},
	{"without its HTML tags", fixEscapeLate, func(s string) string { return openTag().ReplaceAllString(s, "") }},
	{"with ? in place of characters", fixUTF8, replaceRunes('?', isNotASCII)},
	{"with ? in place of characters", fixUTF8, replaceRunes('?', func(c rune) bool { return c > unicode.MaxLatin1 })},
	{"with ? in place of characters", fixUTF8, replaceRunes('?', isNotBasic)},
	{"with ? in place of characters", fixUTF8, inPlaceOfUnits("?", isNotASCII)},
	{"with ? in place of characters", fixUTF8, inPlaceOfUnits("?", func(c rune) bool { return c > unicode.MaxLatin1 })},
	{"with ? in place of characters", fixUTF8, inPlaceOfUnits("?", isNotBasic)},
	{"without characters that are not ASCII", fixUTF8, replaceRunes(-1, isNotASCII)},
	{"without characters of four bytes", fixUTF8, replaceRunes(-1, isNotBasic)},
	{"decoded as Latin-1", "Decode the body as UTF-8.", asLatin1},
	{"without its accents", fixCopy, withoutAccents},
	{"with letters and accents in another form", fixCopy, norm.NFC.String},
	{"with letters and accents in another form", fixCopy, norm.NFD.String},
	{"with letters and accents in another form", fixCopy, norm.NFKC.String},
	{"with a backslash before quotes and backslashes", fixStoreText, strings.NewReplacer(`\`, `\\`, `"`, `\"`, `'`, `\'`).Replace},
	{"with a backslash before quotes and backslashes", fixStoreText, strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace},
	{"as the source of a JSON string", fixDecodeOnce, jsonForm},
	{"as the source of a JSON string", fixDecodeOnce, asciiJSON},
	{"with quotes doubled", fixStoreText, strings.NewReplacer(`'`, `''`).Replace},
	{"with typographic quotes", fixStoreText, strings.NewReplacer(`'`, "’", `"`, "”").Replace},
	{"with typographic quotes", fixStoreText, strings.NewReplacer(`'`, "’").Replace},
	{"without quotes", fixStoreText, replaceRunes(-1, func(c rune) bool { return c == '\'' || c == '"' })},
	{"as a part of a URL, with percent escapes", fixDecodeOnce, url.PathEscape},
	{"as a part of a URL, with percent escapes", fixDecodeOnce, url.QueryEscape},
	{"as a part of a URL, with percent escapes", fixDecodeOnce, uriComponent},
	{"with a space for each plus sign", fixDecodeOnce, strings.NewReplacer("+", " ").Replace},
	{"with percent escapes decoded", fixDecodeOnce, func(s string) string { return decoded(url.PathUnescape(s)) }},
	{"with percent escapes decoded", fixDecodeOnce, func(s string) string { return decoded(url.QueryUnescape(s)) }},
	{"as a number", "Store text as text. Do not convert it because it looks like a number.", asNumber},
	{"without the white space around it", fixCopy, strings.TrimSpace},
	{"without the white space around it", fixCopy, func(s string) string { return strings.Trim(s, " ") }},
	{"with white space replaced", fixCopy, oneLine},
	{"with white space replaced", fixCopy, func(s string) string { return whiteSpace().ReplaceAllString(s, " ") }},
	{"with white space replaced", fixCopy, func(s string) string { return strings.Trim(whiteSpace().ReplaceAllString(s, " "), " ") }},
	{"with white space replaced", fixCopy, strings.NewReplacer("\r\n", " ", "\n", " ").Replace},
	{"with white space replaced", fixCopy, strings.NewReplacer("\r\n", "\n").Replace},
	{"with white space replaced", fixCopy, strings.NewReplacer("\r\n", "\r\n", "\n", "\r\n").Replace},
	{"without control characters", fixCopy, replaceRunes(-1, unicode.IsControl)},
	{"without invisible characters", fixCopy, replaceRunes(-1, func(c rune) bool { return unicode.Is(unicode.Cf, c) })},
	{"without the lines after the first", fixCut, func(s string) string { line, _, _ := strings.Cut(s, "\n"); return strings.TrimSpace(line) }},
	{"in lower case", fixCopy, strings.ToLower},
	{"in upper case", fixCopy, strings.ToUpper},
	{"with capital initials", fixCopy, capitalInitials},
	{"without punctuation", fixCopy, replaceRunes(-1, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) && c != ' ' })},
	{"without punctuation", fixCopy, func(s string) string { return notWord().ReplaceAllString(s, "") }},
	{"as a name for a URL", fixCopy, func(s string) string { return strings.Trim(notSlug().ReplaceAllString(strings.ToLower(s), "-"), "-") }},
	{"as a name for a URL", fixCopy, func(s string) string { return notSlug().ReplaceAllString(strings.ToLower(s), "-") }},
	{"up to a separator only", fixCut, func(s string) string { return s[:max(0, strings.IndexAny(s, ",;|"))] }},
	{cutShort.how, fixCut, func(s string) string { return s[:min(len(s), commonColumn/2)] }},
}

var (
	tag        = text.Regexp(`</?\w+>`)
	openTag    = text.Regexp(`<[^>]*>?`) // as PHP's strip_tags reads it
	notWord    = text.Regexp(`[^\w ]`)
	notSlug    = text.Regexp(`[^a-z0-9]+`)
	whiteSpace = text.Regexp(`[\s\v\x{feff}\p{Z}]+`) // as JavaScript's \s
)

func isNotASCII(c rune) bool { return c > unicode.MaxASCII }
func isNotBasic(c rune) bool { return c > 0xffff }

// replaceRunes returns a function that replaces the characters that fit. A negative by removes them.
func replaceRunes(by rune, fits func(rune) bool) func(string) string {
	return func(s string) string {
		return strings.Map(func(c rune) rune {
			if fits(c) {
				return by
			}
			return c
		}, s)
	}
}

// inPlaceOfUnits returns a function that replaces each UTF-16 unit of the characters that fit, as JavaScript and Java do.
func inPlaceOfUnits(by string, fits func(rune) bool) func(string) string {
	return func(s string) string {
		var b strings.Builder
		for _, c := range s {
			switch {
			case !fits(c):
				b.WriteRune(c)
			case isNotBasic(c):
				b.WriteString(by + by)
			default:
				b.WriteString(by)
			}
		}
		return b.String()
	}
}

func asLatin1(s string) string {
	var characters []rune
	for i := range len(s) {
		characters = append(characters, rune(s[i]))
	}
	return string(characters)
}

func withoutAccents(s string) string {
	return norm.NFC.String(replaceRunes(-1, func(c rune) bool { return unicode.Is(unicode.Mn, c) })(norm.NFD.String(s)))
}

func capitalInitials(s string) string {
	start := true
	return strings.Map(func(c rune) rune {
		defer func() { start = !unicode.IsLetter(c) && !unicode.IsDigit(c) }()
		if start {
			return unicode.ToUpper(c)
		}
		return c
	}, s)
}

// asciiJSON returns the text as it is in a JSON string without characters that are not ASCII.
func asciiJSON(s string) string {
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune(jsonForm(s))) {
		if unit <= unicode.MaxASCII {
			b.WriteByte(byte(unit))
		} else {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	return b.String()
}

// uriComponent escapes a text as JavaScript's encodeURIComponent does.
func uriComponent(s string) string {
	return strings.NewReplacer("+", "%20", "%21", "!", "%27", "'", "%28", "(", "%29", ")", "%2A", "*").Replace(url.QueryEscape(s))
}

// decoded returns the text, or "" if there was an error.
func decoded(s string, err error) string {
	if err != nil {
		return ""
	}
	return s
}

func asNumber(s string) string {
	n, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return s
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}

// minForm is the minimum length of a text that is searched for, in bytes: a shorter one may be part of any text.
const minForm = 3

// damagesOf returns what may have happened to a text that the output does not have, each damage once.
func damagesOf(p probed, sent string) []damage {
	var found []damage
	for _, d := range damages {
		if stored := d.change(sent); stored != sent && len(stored) >= minForm && p.contains(stored) && !hasDamage(found, d.how) {
			found = append(found, d)
		}
	}
	if p.hasStartOf(sent) && !hasDamage(found, cutShort.how) {
		found = append(found, cutShort)
	}
	return found
}

func hasDamage(list []damage, how string) bool {
	return slices.ContainsFunc(list, func(d damage) bool { return d.how == how })
}

// cutShort is the damage of a text whose end is missing.
var cutShort = damage{how: "cut short", fix: fixCut}

// hasStartOf reports whether a text of the output, which is JSON, is the start of sent, perhaps with dots in place of the rest.
func (p probed) hasStartOf(sent string) bool {
	return p.json && slices.ContainsFunc(p.texts, func(have string) bool {
		start := strings.TrimRight(have, ".…")
		return len(start) >= minCut && len(start) < len(sent) && strings.HasPrefix(sent, start)
	})
}

// minCut is the minimum length of the rest of a cut text, in bytes.
const minCut = 5

// formulaEscaped is the damage of a text that a spreadsheet reads as a formula.
var formulaEscaped = damage{how: "with an apostrophe before it", fix: "Store the text as it is, and write the apostrophe in the export only."}

// hasFormula reports whether the output has the text with an apostrophe before it, and not without.
func (p probed) hasFormula(sent string) bool {
	return sent != "" && strings.Contains("=+-@", sent[:1]) && slices.Contains(p.texts, "'"+sent) && !slices.Contains(p.texts, sent)
}
