package receiver

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"artihook/emitter/payload"
)

// maxFlaws bounds how many are told of one body.
const maxFlaws = 50

// Lint compares a body with what ArtiBot sends (docs/contract.md, section 2) and returns every difference, in the order of
// the body. An unknown key or answer type is a flaw too, although a receiver should accept it.
func Lint(body []byte) []Flaw {
	root, err := parseTree(body)
	if err != nil || root.at("lead") == nil {
		return []Flaw{{ID: FlawNotEvent, Text: "this is no event of a lead: want a JSON object with lead, meta, resource, action …"}}
	}
	l := &linter{}
	l.object("", root, eventKeys)
	l.identity(root)
	l.edition(root)
	l.dates(root)
	l.answers(root)
	if address := root.at("meta", "ip_address"); address != nil && address.kind == kindText {
		if _, err := netip.ParseAddr(address.text); err != nil {
			l.add(FlawValue, "meta.ip_address", "%q is no IP address", address.text)
		}
	}
	if raw, err := payload.ParseRaw(body); err != nil || string(raw) != string(body) {
		l.add(FlawSpelling, "", "Newtonsoft.Json would write this JSON otherwise, so ArtiBot's C# sample refuses it")
	}
	return l.flaws
}

type linter struct{ flaws []Flaw }

func (l *linter) add(id, path, format string, args ...any) {
	if len(l.flaws) < maxFlaws {
		l.flaws = append(l.flaws, Flaw{ID: id, Path: path, Text: fmt.Sprintf(format, args...)})
	}
}

// key is one key of an object that ArtiBot sends.
type key struct {
	name     string
	kinds    []kind // any of them; none means any
	optional bool
	inside   []key // of an object whose keys are listed
}

func stringKey(name string) key { return key{name: name, kinds: []kind{kindText}} }

// eventKeys are the keys of an event in their order (docs/contract.md, section 2).
var eventKeys = []key{
	{name: "lead", kinds: []kind{kindObject}, inside: []key{
		stringKey("id"), stringKey("create_date"), stringKey("modify_date"), stringKey("bot_id"), stringKey("bot_version_id"), stringKey("account_id"),
		stringKey("contact_id"),
		{name: "status", kinds: []kind{kindInteger, kindText}},
		{name: "closed_status", kinds: []kind{kindText, kindNull}, optional: true},
		{name: "version", kinds: []kind{kindInteger}},
		{name: "data", kinds: []kind{kindObject}},
	}},
	{name: "meta", kinds: []kind{kindObject}, inside: []key{
		stringKey("chat_start_page"), stringKey("ip_address"),
		{name: "location", kinds: []kind{kindObject}, inside: []key{
			stringKey("country_abbreviation"), stringKey("country"),
			{name: "state", kinds: []kind{kindText, kindNull}},
			{name: "city", kinds: []kind{kindText, kindNull}},
			stringKey("latitude"), stringKey("longitude"),
		}},
		{name: "browser", kinds: []kind{kindObject}, inside: []key{
			stringKey("user_agent"), stringKey("name"), stringKey("version"),
			{name: "major", kinds: []kind{kindNull}},
			{name: "is_mobile", kinds: []kind{kindBool}},
		}},
		{name: "last_answered_field_name", kinds: []kind{kindText}, optional: true},
	}},
	stringKey("resource"), stringKey("action"), stringKey("resource_id"), stringKey("time_stamp"),
	{name: "resource_version", kinds: []kind{kindInteger}},
}

var answerKeys = []key{stringKey("input"), stringKey("type"), stringKey("display_value"), {name: "value"}}

// object holds an object against the keys that it should have.
func (l *linter) object(path string, n *node, want []key) {
	for _, k := range want {
		l.key(join(path, k.name), n.at(k.name), k)
	}
	var known, names []string
	for _, k := range want {
		names = append(names, k.name)
	}
	for _, name := range n.keys {
		if !slices.Contains(names, name) {
			l.add(FlawUnknownKey, join(path, name), "ArtiBot sends no such key (docs/contract.md#2-the-body)")
			continue
		}
		known = append(known, name)
	}
	inOrder := slices.Clone(known)
	slices.SortFunc(inOrder, func(a, b string) int { return slices.Index(names, a) - slices.Index(names, b) })
	if !slices.Equal(known, inOrder) {
		l.add(FlawKeyOrder, path, "the keys stand as %s; ArtiBot has %s", strings.Join(known, ", "), strings.Join(inOrder, ", "))
	}
}

func (l *linter) key(path string, n *node, k key) {
	switch {
	case n == nil && !k.optional:
		l.add(FlawMissingKey, path, "the key is missing")
	case n == nil:
	case len(k.kinds) > 0 && !slices.Contains(k.kinds, n.kind):
		l.add(FlawType, path, "it is %s, want %s", n.kind, joinKinds(k.kinds))
	case len(k.inside) > 0:
		l.object(path, n, k.inside)
	}
}

// identity holds together what an event says twice, and what it says of itself.
func (l *linter) identity(root *node) {
	for _, path := range [][]string{
		{"lead", "id"}, {"lead", "bot_id"}, {"lead", "bot_version_id"}, {"lead", "account_id"}, {"lead", "contact_id"}, {"resource_id"},
	} {
		id := root.textAt(path...)
		if parsed, err := uuid.Parse(id); id != "" && (err != nil || parsed.String() != id) {
			l.add(FlawID, strings.Join(path, "."), "%q is no UUID in lower case", id)
		}
	}
	if a, b := root.textAt("resource_id"), root.textAt("lead", "id"); a != b {
		l.add(FlawID, "resource_id", "%q is not lead.id %q", a, b)
	}
	version := root.textAt("resource_version")
	if own := root.textAt("lead", "version"); version != own {
		l.add(FlawVersion, "resource_version", "%s is not lead.version %s", version, own)
	}
	if n, err := strconv.Atoi(version); version != "" && (err != nil || n < 1) {
		l.add(FlawVersion, "resource_version", "%s is no version; the first one is 1", version)
	}
	if resource := root.textAt("resource"); resource != "lead" {
		l.add(FlawValue, "resource", "%q, want \"lead\"", resource)
	}
	if action := payload.Action(root.textAt("action")); !slices.Contains(payload.Actions[:], action) {
		l.add(FlawValue, "action", "%q, want created, updated or completed", action)
	}
}

// edition holds together the keys that tell the two editions apart.
func (l *linter) edition(root *node) {
	status := root.at("lead", "status")
	if status == nil {
		return
	}
	completed := root.textAt("action") == string(payload.Completed)
	closed, last := root.at("lead", "closed_status"), root.at("meta", "last_answered_field_name")
	switch newer := status.kind == kindText; {
	case newer && closed == nil:
		l.add(FlawEdition, "lead.closed_status", "it is missing, though the status is a text as in edition 2022")
	case !newer && closed != nil:
		l.add(FlawEdition, "lead.closed_status", "it belongs to edition 2022, the status to 2019")
	case newer && completed && last != nil:
		l.add(FlawEdition, "meta.last_answered_field_name", "completed of edition 2022 has none")
	case (!newer || !completed) && last == nil && root.at("meta") != nil:
		l.add(FlawMissingKey, "meta.last_answered_field_name", "the key is missing")
	}
}

// dates holds the three times against .NET's form and against each other.
func (l *linter) dates(root *node) {
	var before payload.DateTime
	for _, d := range []struct {
		path []string
		zone bool
	}{
		{[]string{"lead", "create_date"}, false},
		{[]string{"lead", "modify_date"}, root.textAt("action") != string(payload.Completed)},
		{[]string{"time_stamp"}, true},
	} {
		given, path := root.textAt(d.path...), strings.Join(d.path, ".")
		if given == "" {
			continue
		}
		at, err := payload.ParseDateTime(given)
		switch {
		case err != nil || at.String() != given:
			l.add(FlawDate, path, "%q is not in .NET's form, like 2026-11-21T09:30:00.1234567Z", given)
			continue
		case strings.HasSuffix(given, "Z") != d.zone:
			l.add(FlawDate, path, "%q, want it %s", given, map[bool]string{true: "with Z", false: "without Z"}[d.zone])
		case at.Time().Before(before.Time()):
			l.add(FlawDateOrder, path, "%q lies before the time that stands above it", given)
		}
		before = at
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func joinKinds(kinds []kind) string {
	var words []string
	for _, k := range kinds {
		words = append(words, string(k))
	}
	return strings.Join(words, " or ")
}
