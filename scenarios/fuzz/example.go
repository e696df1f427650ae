package fuzz

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"artihook/emitter/payload"
	"artihook/emitter/text"
	"artihook/fixtures"
)

// generator generates one example.
type generator struct {
	choices *choices
	bot     *fixtures.Bot
	edition payload.Edition // of the webhook
	forge   bool            // the example may have a delivery with a wrong signature
	now     time.Time
	ids     *rand.Rand
	texts   *deck
	names   *deck
	mark    string // a text that no other example has

	notes     []string
	fields    map[string]bool
	lastField string
	left      int // bytes of texts that the answers may still have
}

// maxTexts is the maximum length of the texts of all answers, in bytes. Each is up to three times in the body, which then has less
// than 90 KB.
const maxTexts = 28_000

// example is a part of the life of a lead, and how it is delivered.
type example struct {
	lead  string
	steps []step
	notes []string // how it differs from a plain example, for people
	mark  string

	number int // of the ids
	now    time.Time
}

// step is the delivery of one event.
type step struct {
	event   payload.Event
	other   bool // the event is about another lead
	again   bool // the same event was delivered before
	same    bool // the delivery is sent at the same time as the one before
	forgery forgery
	at      uint64 // the byte of the body that the forgery changes
}

// forgery is the error in the signature of a delivery.
type forgery int

const (
	genuine forgery = iota
	wrongSignature
	wrongBody
	wrongURL
	wrongMethod
)

var forgeryNotes = [...]string{
	wrongSignature: "one wrong digit in the signature", wrongBody: "one changed byte in the body", wrongURL: "a signature for another URL",
	wrongMethod: "a signature for POST and the method PUT",
}

func (g *generator) note(note string) {
	if !slices.Contains(g.notes, note) {
		g.notes = append(g.notes, note)
	}
}

// id returns a random UUID (version 4).
func (g *generator) id() (id uuid.UUID) {
	binary.LittleEndian.PutUint64(id[:8], g.ids.Uint64())
	binary.LittleEndian.PutUint64(id[8:], g.ids.Uint64())
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	return id
}

// example generates the example of the choices. The choices for the whole example come first, so that shrinking an answer does not
// change it.
func (g *generator) example() *example {
	g.fields, g.left = map[string]bool{}, maxTexts
	g.mark = "fz" + strconv.FormatUint(36*36*36*36+g.ids.Uint64N(35*36*36*36*36), 36)
	c := g.choices
	shape := c.weighted(55, 10, 35)
	last, other := g.lastDelivery(), c.weighted(90, 3, 3, 4)
	edition := g.edition
	if c.rarely(4) {
		edition = payload.Editions[1-g.edition]
		g.note("edition " + edition.String())
	}
	dates := g.dates()
	base := g.base(edition)
	more := int(c.seldom(25, 200, 8, 9, 10, 11, 50, 98, 99, 100, 101, 127, 128, 200))
	c.hint(8, 9)
	completes, end := c.rarely(2), g.fate()
	answers, fates := g.answers(more)
	first := max(0, len(answers)-maxSteps)
	events, fates := life(base, answers, dates, first), fates[first:]
	e := &example{lead: base.Lead.ID.String(), mark: g.mark}
	switch {
	case shape < 2:
		only := events[len(events)-2+shape]
		e.steps = []step{{event: only}}
		if only.Action != payload.Created {
			g.note(describeEvent(&only))
		}
	case completes:
		e.steps = g.deliveries(events, append(fates, end))
	default:
		e.steps = g.deliveries(events[:len(events)-1], fates)
	}
	g.addOtherLead(e, other)
	e.addLast(last)
	e.notes = g.notes
	return e
}

// answers generates the answers of the lead, and how the network delivers the event of each. more is a number of plain answers that
// follow.
func (g *generator) answers(more int) (answers []payload.Answer, fates []fate) {
	g.choices.list(1, 12, shortLists, func(i int) {
		fates = append(fates, g.fate())
		answers = append(answers, g.answer(i+1))
	})
	for range more {
		n := len(answers) + 1
		a := payload.Answer{Field: fmt.Sprintf("Answer %d", n), Type: payload.TypeText}
		if g.fields[a.Field] {
			a.Field += " more"
		}
		setText(&a, g.plainText(n))
		answers, fates = append(answers, a), append(fates, fate{})
	}
	return answers, fates
}

// base generates the parts that all events of the lead have in common.
func (g *generator) base(edition payload.Edition) payload.Event {
	c := g.choices
	state, city := "Illinois", "Springfield"
	e := payload.Event{Edition: edition}
	e.Lead = payload.Lead{
		ID: g.id(), ContactID: g.id(), BotID: botID("bot"), BotVersionID: botID("bot version"), AccountID: botID("account"),
	}
	e.Meta = payload.Meta{
		ChatStartPage: "https://fuzz.example/", IPAddress: "203.0.113.7",
		Location: payload.Location{CountryAbbreviation: "US", Country: "United States", State: &state, City: &city, Latitude: "39.7817", Longitude: "-89.6501"},
		Browser: payload.Browser{
			UserAgent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36", Name: "Chrome", Version: "120",
		},
	}
	for i := range metaChanges {
		if m := &metaChanges[i]; c.rarely(15) {
			m.change(g, &e.Meta)
			g.note(m.note)
		}
	}
	g.longMeta(&e.Meta)
	return e
}

func botID(kind string) uuid.UUID {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("artihook fuzz "+kind))
}

var metaChanges = []struct {
	note   string
	change func(*generator, *payload.Meta)
}{
	{"a place without state and city", func(_ *generator, m *payload.Meta) { m.Location.State, m.Location.City = nil, nil }},
	{"an IPv6 address", func(_ *generator, m *payload.Meta) { m.IPAddress = "2001:db8:85a3:1234:5678:8a2e:3701:7334" }},
	{"an empty ip_address", func(_ *generator, m *payload.Meta) { m.IPAddress = "" }},
	{"a page URL with letters that are not ASCII", func(_ *generator, m *payload.Meta) { m.ChatStartPage += "é" }},
	{"a place with letters that are not ASCII", func(_ *generator, m *payload.Meta) {
		city := "Abidjan"
		m.Location.CountryAbbreviation, m.Location.Country, m.Location.City = "CI", "Côte d'Ivoire", &city
	}},
	{"a mobile browser", func(_ *generator, m *payload.Meta) { m.Browser.IsMobile = true }},
}

// maxMeta is the maximum number of bytes that are added to a page URL or a user agent.
const maxMeta = 2000

func (g *generator) longMeta(m *payload.Meta) {
	c := g.choices
	if page := int(c.seldom(12, maxMeta, 230, 256, 500, 1000, maxMeta)); page > 0 {
		m.ChatStartPage += strings.Repeat("a", page)
		g.note(fmt.Sprintf("a page URL of %d bytes", len(m.ChatStartPage)))
	}
	if agent := int(c.seldom(12, maxMeta, 150, 256, 500, maxMeta)); agent > 0 {
		m.Browser.UserAgent += strings.Repeat("a", agent)
		g.note(fmt.Sprintf("a user agent of %d bytes", len(m.Browser.UserAgent)))
	}
}

// life returns the events of a conversation, beginning with answer number first: created, updated for each further answer, completed.
func life(base payload.Event, answers []payload.Answer, d dates, first int) []payload.Event {
	base.Lead.Created = d.created
	var events []payload.Event
	for i := first; i < len(answers); i++ {
		e := base
		e.Action = payload.Updated
		if i == 0 {
			e.Action = payload.Created
		}
		e.Lead.Version = i + 1
		e.Lead.Modified, e.Time = d.before(len(answers) - 1 - i)
		e.Lead.Data = append(payload.StoredOrder(slices.Clone(answers[:i])), answers[i])
		e.Meta.LastAnswered = answers[i].Field
		events = append(events, e)
	}
	last := events[len(events)-1]
	last.Action = payload.Completed
	last.Lead.Data = payload.StoredOrder(slices.Clone(answers))
	last.Lead.Modified = payload.Stored(last.Lead.Modified.Time())
	last.Time = payload.Live(last.Time.Time().Add(time.Second))
	if base.Edition == payload.Edition2022 {
		last.Lead.ClosedStatus = "ended"
	} else {
		last.Lead.Version++
	}
	return append(events, last)
}

// dates are the dates of a life. There is a second between two events.
type dates struct {
	created         payload.DateTime
	last            time.Time     // the whole second of the last answer
	modified, stamp time.Duration // after the whole second
}

// before returns the dates of the event that is n events before the last answer.
func (d *dates) before(n int) (modified, stamp payload.DateTime) {
	second := d.last.Add(-time.Duration(n) * time.Second)
	return payload.Live(second.Add(d.modified)), payload.Live(second.Add(d.stamp))
}

// createdBefore is how long before its last event a lead was created.
const createdBefore = 4 * time.Minute

// The fractions of plain dates. Cut to any number of digits, they do not end in zero.
const (
	createdFraction  = "123456"
	modifiedFraction = "2345678"
	stampFraction    = "6789123"
)

// ages are how old events are when they are delivered, in minutes.
var ages = []uint64{6, 60, 24 * 60, 7 * 24 * 60}

// dates generates the dates of a life.
func (g *generator) dates() dates {
	c := g.choices
	d := dates{last: g.now.UTC().Truncate(time.Second).Add(-3 * time.Second)}
	ahead, old := c.rarely(25), c.seldom(12, ages[len(ages)-1], ages...)
	switch {
	case old > 0:
		d.last = d.last.Add(-time.Duration(old) * time.Minute)
		g.note("a delay of " + text.Counted(old, "minute"))
	case ahead:
		d.last = d.last.Add(2 * time.Minute)
		g.note("a time_stamp that is two minutes ahead of the clock")
	}
	cut := [3]int{}
	for i := range cut {
		cut[i] = c.weighted(800, 15, 10, 10, 10, 10, 15, 15)
	}
	fraction := func(name, digits string, cut int) time.Duration {
		digits = digits[:max(0, len(digits)-cut)]
		if cut > 0 {
			g.note(fmt.Sprintf("a %s with %s after the second", name, countDigits(len(digits))))
		}
		ticks, _ := strconv.Atoi((digits + "0000000")[:7]) // they are digits
		return time.Duration(ticks) * 100 * time.Nanosecond
	}
	created := fraction("create_date", createdFraction, cut[0])
	d.modified, d.stamp = fraction("modify_date", modifiedFraction, cut[1]), fraction("time_stamp", stampFraction, cut[2])
	if d.stamp <= d.modified {
		d.stamp += time.Second
	}
	d.created = payload.Stored(d.last.Add(created - createdBefore))
	return d
}

func countDigits(n int) string {
	switch n {
	case 0:
		return "no digit"
	case 1:
		return "1 digit"
	}
	return fmt.Sprintf("%d digits", n)
}
