package fuzz

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
	"unicode"

	"artihook/emitter/payload"
	"artihook/fixtures"
)

// answerTypes lists the types of answers, the plainest first. The last one is a type that is not in docs/contract.md, section 2.
var answerTypes = []struct {
	kind     payload.Type
	weight   int
	generate func(*generator, *payload.Answer)
}{
	{payload.TypeText, 45, (*generator).textAnswer},
	{payload.TypeNumber, 10, (*generator).numberAnswer},
	{payload.TypeEmail, 8, (*generator).emailAnswer},
	{payload.TypePhone, 6, (*generator).phoneAnswer},
	{payload.TypeMultipleChoice, 6, (*generator).textAnswer},
	{payload.TypeDateTime, 12, (*generator).dateAnswer},
	{payload.TypeAddress, 8, (*generator).addressAnswer},
	{"file", 5, (*generator).otherAnswer},
}

// answer generates the answer to question n, from 1.
func (g *generator) answer(n int) payload.Answer {
	field, question := g.field(n)
	a := payload.Answer{Field: field}
	plain := g.plainText(n)
	a.Input, a.Display, a.Value = plain, plain, payload.Text(plain)
	weights := make([]int, len(answerTypes))
	for i, t := range answerTypes {
		weights[i] = t.weight
	}
	i := g.choices.weighted(weights...)
	if question != nil {
		i = typeIndex(question.Type)
	}
	a.Type = answerTypes[i].kind
	before := len(g.notes)
	answerTypes[i].generate(g, &a)
	if len(g.notes) == before && a.Type != payload.TypeText {
		g.note("an answer of type " + string(a.Type))
	}
	return a
}

// plainText returns a text that no other answer has.
func (g *generator) plainText(n int) string { return fmt.Sprintf("%s-%d", g.mark, n) }

// field generates the name of answer n, which no earlier answer has, and returns the question of the bot that it is from, or nil.
func (g *generator) field(n int) (name string, asked *fixtures.Question) {
	name = fmt.Sprintf("Answer %d", n)
	bot := 0
	if g.bot != nil {
		bot = 100
	}
	switch g.choices.weighted(70, 20, 10, bot) {
	case 1:
		name = g.text(maxField, g.names)
		g.note(describeText("field", name))
	case 2:
		name = g.nearField(name)
	case 3:
		if bot > 0 {
			asked = &g.bot.Questions[g.choices.index(len(g.bot.Questions))]
			name = asked.Field
			g.note("the field " + quote(name))
		}
	}
	for i := 2; g.fields[name]; i++ {
		name += " " + strconv.Itoa(i)
	}
	g.fields[name] = true
	g.lastField = name
	return name, asked
}

// typeIndex returns the index of a type in answerTypes.
func typeIndex(kind payload.Type) int {
	for i, t := range answerTypes {
		if t.kind == kind {
			return i
		}
	}
	return len(answerTypes) - 1
}

// maxField is the maximum length of a field, in bytes.
const maxField = 1000

// nearField returns a name that differs from that of the answer before in one respect only.
func (g *generator) nearField(plain string) string {
	before := g.lastField
	if before == "" {
		before = plain
	}
	how := g.choices.index(len(nearNames))
	name := nearNames[how].change(before)
	switch {
	case name == before:
	case g.lastField == "":
		g.note("the field " + quote(name))
	default:
		g.note(fmt.Sprintf("two fields that differ only in %s", nearNames[how].in))
	}
	return name
}

var nearNames = []struct {
	in     string
	change func(string) string
}{
	{"case", func(s string) string {
		if upper := strings.ToUpper(s); upper != s {
			return upper
		}
		return strings.ToLower(s)
	}},
	{"the space at the end", func(s string) string { return s + " " }},
	{"accents", func(s string) string {
		if plain := accents.Replace(s); plain != s {
			return plain
		}
		return addAccents.Replace(s)
	}},
	{"the plural", func(s string) string { return s + "s" }},
	{"punctuation", func(s string) string { return strings.NewReplacer(" ", "-", "-", " ").Replace(s) }},
}

var (
	accents    = strings.NewReplacer("é", "e", "É", "E", "ü", "u", "ö", "o", "à", "a")
	addAccents = strings.NewReplacer("e", "é", "u", "ü", "o", "ö")
)

// setText sets the three texts of an answer.
func setText(a *payload.Answer, text string) {
	a.Input, a.Display, a.Value = text, text, payload.Text(text)
}

// answerText generates a text and reserves its bytes.
func (g *generator) answerText() string {
	text := g.text(g.left, g.texts)
	g.left -= len(text)
	return text
}

// customValues lists JSON values that the code of a bot can store with an answer (docs/contract.md, section 2).
var customValues = []payload.Raw{"null", "[]", "{}", "true", "0", `[1,"two",null,{"three":[]}]`, `{"id":7,"tags":["a"],"nested":{"b":null}}`, "[[]]", "1.5", `{"":""}`}

func (g *generator) textAnswer(a *payload.Answer) {
	switch g.choices.weighted(25, 60, 10, 5) {
	case 1:
		text := g.answerText()
		setText(a, text)
		g.note(describeText("answer", text))
	case 2:
		value := customValues[g.choices.index(len(customValues))]
		a.Value = value
		g.note("an answer with the value " + string(value))
	case 3:
		value := g.answerText()
		a.Value = payload.Text(value)
		g.note("an answer whose value " + quote(clip(value)) + " is not its input")
	}
}

// emailEnds follow a text that no other answer has.
var emailEnds = []string{
	"@mail.example", "+crm@mail.example", "é@mail.example", "@bücher.example", "@a.b.c.mail.example", "'x@mail.example", "%x@mail.example", "_x@MAIL.example",
	strings.Repeat("x", 40) + "@" + strings.Repeat("long-domain.", 15) + "example",
}

func (g *generator) emailAnswer(a *payload.Answer) {
	i := g.choices.index(len(emailEnds))
	setText(a, strings.ReplaceAll(a.Input, "-", "")+emailEnds[i])
	if i > 0 {
		g.note("an e-mail address that ends in " + quote(clip(emailEnds[i])))
	}
}

var phones = []string{"+15550100", "555-0100", "(555) 0100", "+49 (0)30 555-0100", "5550100", "+1 555 0100 ext. 7", "00 44 20 5550 0100", "٠١٢٣٤٥٦٧٨"}

func (g *generator) phoneAnswer(a *payload.Answer) {
	i := g.choices.index(len(phones))
	setText(a, phones[i])
	if i > 0 {
		g.note("the phone number " + quote(phones[i]))
	}
}

const (
	maxWhole    = 100_000_000_000_000_000
	exactDigits = 15 // of a double in every runtime of .NET (payload.Number)
)

// numberAnswer generates a number of at most 15 digits.
func (g *generator) numberAnswer(a *payload.Answer) {
	c := g.choices
	whole := c.number(maxWhole, 1, 2, 10, 100, 256, 32768, 65536, 1<<31, 1<<32, 9_007_199_254_741_000, maxWhole)
	switch whole { // 1 is the plainest number
	case 0, 1:
		whole = 1 - whole
	}
	n := float64(whole)
	decimals := [...]float64{0, 0.5, 0.1, 0.25, 0.001}[c.weighted(70, 8, 8, 8, 6)]
	if whole < 1e9 {
		n += decimals
	}
	if c.rarely(6) && n != 0 {
		n = -n
	}
	n, _ = strconv.ParseFloat(strconv.FormatFloat(n, 'e', exactDigits-1, 64), 64) // FormatFloat writes a valid number
	setText(a, strconv.FormatFloat(n, 'f', -1, 64))
	a.Value = payload.Number(n)
	if c.rarely(6) && math.Abs(n) >= 1000 {
		a.Input = grouped(a.Input)
		a.Display = a.Input
	}
	if n != 1 {
		g.note("the number " + a.Input)
	}
}

// grouped writes commas between the thousands of a decimal number.
func grouped(number string) string {
	whole, fraction, found := strings.Cut(number, ".")
	for i := len(whole) - 3; i > 0 && unicode.IsDigit(rune(whole[i-1])); i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if found {
		whole += "." + fraction
	}
	return whole
}

// plainDay is the day of a plain date_time answer.
var plainDay = time.Date(2022, 7, 28, 9, 31, 0, 0, time.UTC)

const maxDays = 80_000 // from plainDay, in the past and in the future

// specialDays are the distances of days that programs confuse: February 29, the start of Unix time, the end of 32 bits, daylight saving time.
func specialDays() []uint64 {
	var days []uint64
	for _, day := range []string{"2024-02-29", "2020-02-29", "2000-02-29", "1969-12-31", "1970-01-01", "1900-01-01", "2038-01-20", "2039-01-01", "2100-03-01", "2022-12-31", "2022-03-27", "2022-11-06", "1999-12-31"} {
		at, _ := time.Parse(time.DateOnly, day) // the list is valid
		days = append(days, uint64(math.Abs(float64(at.Sub(plainDay.Truncate(24*time.Hour))))/float64(24*time.Hour)))
	}
	return days
}

var (
	dayDistances = specialDays()
	timezones    = []string{"America/New_York", "Asia/Calcutta", "UTC", "Etc/GMT+12", "Pacific/Kiritimati", "America/Argentina/ComodRivadavia", "Europe/Kyiv", "Europe/Kiev", "GMT", "EST5EDT", "Asia/Kathmandu", "US/Eastern"}
	clocks       = [...]time.Duration{0, -9*time.Hour - 31*time.Minute, 14*time.Hour + 28*time.Minute, -7 * time.Hour}
)

func (g *generator) dateAnswer(a *payload.Answer) {
	c := g.choices
	back := c.rarely(2)
	days := int(c.number(maxDays, dayDistances...))
	if back {
		days = -days
	}
	at := plainDay.AddDate(0, 0, days).Add(clocks[c.weighted(70, 10, 10, 10)])
	zone := timezones[c.weighted(50, 10, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5)]
	a.Value = payload.Moment{DateTime: payload.Minute(at), Grain: "day", Timezone: zone}
	a.Input, a.Display = at.Format("1/2/06 3:04:05 PM"), at.Format("1/2/06")
	longYear := c.rarely(8)
	if longYear { // the form of the newest capture
		a.Display = at.Format("1/2/2006")
		g.note("the day " + a.Display + " with a year of four digits")
	} else if at != plainDay {
		g.note("the day " + at.Format("2006-01-02 15:04"))
	}
	if zone != timezones[0] {
		g.note("the time zone " + zone)
	}
}

var addresses = []payload.Address{
	{Line1: "1 Main St", City: "Springfield", State: "IL", ZipCode: "62701", Country: "US"},
	{Line1: "1 Main St", Line2: "Apt. 7", City: "Springfield", State: "IL", ZipCode: "02701", Country: "US"},
	{Line1: "Straße 1", City: "Köln", ZipCode: "50667", Country: "DE"},
	{Line1: "1-1 千代田", City: "東京", ZipCode: "100-0001", Country: "JP"},
	{Line1: "10 Rue de l'Église", City: "Saint-Étienne", ZipCode: "42000", Country: "FR"},
	{Line1: "1 High St", City: "London", ZipCode: "SW1A 1AA", Country: "GB"},
	{},
}

func (g *generator) addressAnswer(a *payload.Answer) {
	i := g.choices.index(len(addresses))
	address := addresses[i]
	if i == 0 {
		address.Line1 += ", " + a.Input
	}
	if i == 0 && g.choices.rarely(3) {
		address.Line1 = g.answerText()
		g.note("an address with the first line " + quote(clip(address.Line1)))
	}
	var parts []string
	for _, part := range []string{address.Line1, address.Line2, address.City, strings.TrimSpace(address.State + " " + address.ZipCode), address.Country} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	setText(a, strings.Join(parts, ", "))
	a.Value = address
	if i > 0 {
		g.note("the address " + quote(a.Display))
	}
}

func (g *generator) otherAnswer(a *payload.Answer) {
	types := []payload.Type{"file", "rating", "", "Text", "url"}
	i := g.choices.index(len(types))
	a.Type = types[i]
	if i > 0 {
		g.note("an answer of type " + quote(string(a.Type)))
	}
	if at := g.choices.weighted(60, 5, 5, 5, 5, 5, 5, 5, 5); at > 0 {
		a.Value = customValues[at-1]
		g.note("an answer of type " + quote(string(a.Type)) + " with the value " + string(customValues[at-1]))
	}
}

// maxQuoted is the maximum number of characters of a text in a sentence.
const maxQuoted = 60

func clip(s string) string {
	if runes := []rune(s); len(runes) > maxQuoted {
		return string(runes[:maxQuoted]) + "…"
	}
	return s
}

// shortLists draws the number of answers of an event.
func shortLists(r *rand.Rand) uint64 { return min(geometric(r), 11) }
