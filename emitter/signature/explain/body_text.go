package explain

import (
	"encoding/base64"
	"fmt"
	"io"
	"mime/quotedprintable"
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"artihook/emitter/text"
)

// textMistakes lists how programs replace characters in the texts of a body.
func textMistakes() []mistake[string] {
	const why = "characters of the body were replaced"
	row := func(what, symptom string, c cost, f func(string) string) mistake[string] {
		return mistake[string]{"body-text", what, why, symptom, fixRawBody, c, edit(f)}
	}
	return []mistake[string]{
		row("the body in Unicode's decomposed form", "Letters with accents are two characters (NFD, as macOS writes file names), accents are missing, or quotes and spaces were made typographic.", likely, norm.NFD.String),
		row("the body in Unicode's composed form", "", likely, norm.NFC.String),
		row("the body in Unicode's compatibility form", "", rare, norm.NFKC.String),
		row("the body without accents", "", seldom, withoutAccents),
		row("the body with ae, oe and ue for umlauts", "", rare, strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "Ä", "Ae", "Ö", "Oe", "Ü", "Ue", "ß", "ss").Replace),
		row("the body with typographic apostrophes", "", rare, func(s string) string { return strings.ReplaceAll(s, "'", "’") }),
		row("the body with plain quotes and dashes", "", rare, plainPunctuation),
		row("the body with typographic quotes", "", rare, func(s string) string { return strings.ReplaceAll(s, `"`, "”") }),
		row("the body with spaces for no-break spaces", "", rare, plainSpaces),
		row("the body with tabs for spaces", "", rare, func(s string) string { return strings.ReplaceAll(s, " ", "\t") }),
		row("the body with single quotes for double quotes", "", rare, func(s string) string { return strings.ReplaceAll(s, `"`, "'") }),
		row("the body with doubled apostrophes", "", rare, func(s string) string { return strings.ReplaceAll(s, "'", "''") }),
		row("the body with decimal character references", "", rare, references("&#%d;")),
		row("the body with hexadecimal character references", "", rare, references("&#x%X;")),
		row("the body in quoted-printable", "", rare, quotedPrintable),
		row("the body with a backslash before its slashes", "", seldom, func(s string) string { return strings.ReplaceAll(s, "/", `\/`) }),
		row("the body with JSON escapes in upper case", "", rare, references(`\u%04X`)),
		row("the body with its bytes as \\x escapes", "", rare, func(s string) string { return mapBytes(s, func(c byte) string { return fmt.Sprintf(`\x%02x`, c) }) }),
		row("the body with empty texts for null", "", rare, func(s string) string { return strings.ReplaceAll(s, ":null", `:""`) }),
		row("the body with 0 for false and 1 for true", "", rare, strings.NewReplacer(":false", ":0", ":true", ":1").Replace),
		row("the body with {} for null", "", rare, func(s string) string { return strings.ReplaceAll(s, ":null", ":{}") }),
		row("the body with None, True and False", "", rare, strings.NewReplacer(":null", ":None", ":true", ":True", ":false", ":False").Replace),
		row("the body with no-break spaces for spaces", "", rare, func(s string) string { return strings.ReplaceAll(s, " ", "\u00a0") }),
		row("the body with ' & < > as JSON escapes", "", rare, strings.NewReplacer("'", `\u0027`, "&", `\u0026`, "<", `\u003c`, ">", `\u003e`).Replace),
	}
}

// valueMistakes lists how programs write the numbers, dates and ids of an event.
func valueMistakes() []mistake[string] {
	const why = "the values of the body were converted and written again"
	row := func(what, symptom string, f func(string) string) mistake[string] {
		return mistake[string]{"body-values", what, why, symptom, fixRawBody, rare, edit(f)}
	}
	replacing := func(pattern func() *regexp.Regexp, by string) func(string) string {
		return func(s string) string { return pattern().ReplaceAllString(s, by) }
	}
	return []mistake[string]{
		row("the body with its numbers as texts", "Numbers became texts, or dates, ids and coordinates have another form.", replacing(bareNumber, `:"$1"$2`)),
		row("the body with two digits after the decimal point of each double", "", replacing(wholeDouble, "${1}0$2")),
		row("the body with +00:00 for the Z of its dates", "", replacing(utcDate, `$1+00:00"`)),
		row("the body without the Z of its dates", "", replacing(utcDate, `$1"`)),
		row("the body with a space for the T of its dates", "", replacing(dateAndTime, "$1 $2")),
		row("the body with its ids in upper case", "", func(s string) string { return uuid().ReplaceAllStringFunc(s, strings.ToUpper) }),
		row("the body with its ids without dashes", "", func(s string) string {
			return uuid().ReplaceAllStringFunc(s, func(id string) string { return strings.ReplaceAll(id, "-", "") })
		}),
		row("the body with its coordinates as numbers", "", replacing(coordinate, "$1$2")),
		row("the body with the lead.status of the other edition", "", func(s string) string {
			return strings.NewReplacer(`"status":0,`, `"status":"active",`, `"status":"active",`, `"status":0,`).Replace(s)
		}),
	}
}

var (
	bareNumber  = text.Regexp(`:(-?\d+(?:\.\d+)?)([,}])`)
	wholeDouble = text.Regexp(`(:-?\d+\.\d)([,}])`)
	utcDate     = text.Regexp(`(\d\d:\d\d(?:\.\d+)?)Z"`)
	dateAndTime = text.Regexp(`(\d{4}-\d\d-\d\d)T(\d\d:)`)
	uuid        = text.Regexp(`[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}`)
	coordinate  = text.Regexp(`("(?:latitude|longitude)":)"(-?[\d.]+)"`)
)

func withoutAccents(text string) string {
	return norm.NFC.String(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(text)))
}

var (
	plainPunctuation = strings.NewReplacer("’", "'", "‘", "'", "“", `"`, "”", `"`, "–", "-", "—", "-", "…", "...").Replace
	plainSpaces      = strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace
)

// references returns a function that writes each non-ASCII character in this format.
func references(format string) func(string) string {
	return func(text string) string {
		var out strings.Builder
		for _, r := range text {
			if r > unicode.MaxASCII {
				fmt.Fprintf(&out, format, r)
			} else {
				out.WriteRune(r)
			}
		}
		return out.String()
	}
}

func quotedPrintable(text string) string {
	var out strings.Builder
	w := quotedprintable.NewWriter(&out)
	if _, err := w.Write([]byte(text)); err != nil || w.Close() != nil {
		return text
	}
	return out.String()
}

// wrappedMistakes lists texts around the body.
func wrappedMistakes() []mistake[string] {
	const why = "the code signed the body with something around it"
	row := func(what, symptom string, f func(string) string) mistake[string] {
		return mistake[string]{"body-wrapped", what, why, symptom, fixRawBody, rare, edit(f)}
	}
	list := []mistake[string]{
		row("the body after body=", "The body is the value of a form field, of a JSON key or of a function call, it has chunk sizes, or its buffer is padded.", func(s string) string { return "body=" + s }),
		row("the body after payload=", "", func(s string) string { return "payload=" + s }),
		row("the body as the form field body", "", func(s string) string { return "body=" + url.QueryEscape(s) }),
		row("the body as the form field payload", "", func(s string) string { return "payload=" + url.QueryEscape(s) }),
		row("the body as the name of a form field", "", func(s string) string { return url.QueryEscape(s) + "=" }),
		row("the body as a text in the JSON key payload", "", func(s string) string { return `{"payload":` + jsonString(s) + "}" }),
		row("the body as a text in the JSON key body", "", func(s string) string { return `{"body":` + jsonString(s) + "}" }),
		row("the body in the JSON key body", "", func(s string) string { return `{"body":` + s + "}" }),
		row("the body in the JSON key event", "", func(s string) string { return `{"event":` + s + "}" }),
		row("the body in the JSON key data", "", func(s string) string { return `{"data":` + s + "}" }),
		row("the body in the JSON key payload", "", func(s string) string { return `{"payload":` + s + "}" }),
		row("the body with its chunk sizes", "", func(s string) string { return fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(s), s) }),
		row("the body after its length", "", func(s string) string { return fmt.Sprintf("%d:%s", len(s), s) }),
		row("the body as PHP's serialize", "", func(s string) string { return fmt.Sprintf(`s:%d:"%s";`, len(s), s) }),
		row("the body as a call of callback", "", func(s string) string { return "callback(" + s + ")" }),
		row("the body as a data URL", "", func(s string) string {
			return "data:application/json;base64," + base64.StdEncoding.EncodeToString([]byte(s))
		}),
		row("the body in base64 with lines of 76 characters", "", func(s string) string { return wrapped(base64.StdEncoding.EncodeToString([]byte(s)), 76, "\r\n") }),
		row("the body in base64 with lines of 76 characters, as Python's encodebytes", "", func(s string) string {
			return wrapped(base64.StdEncoding.EncodeToString([]byte(s)), 76, "\n") + "\n"
		}),
		row("the body in lines of 80 characters", "", func(s string) string { return wrapped(s, 80, "\n") }),
		row("the body with a space before it", "", func(s string) string { return " " + s }),
		row("the body without its first byte", "", func(s string) string { return s[min(1, len(s)):] }),
	}
	for _, size := range []int{1024, 2048, 4096, 8192, 16384} {
		list = append(list, row(fmt.Sprintf("the body with NUL bytes up to %d bytes", size), "", func(s string) string { return s + strings.Repeat("\x00", max(0, size-len(s))) }))
	}
	return list
}

func wrapped(text string, width int, end string) string {
	var lines []string
	for len(text) > width {
		lines, text = append(lines, text[:width]), text[width:]
	}
	return strings.Join(append(lines, text), end)
}

func fromQuotedPrintable(text string) string {
	if plain, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(text))); err == nil {
		return string(plain)
	}
	return text
}
