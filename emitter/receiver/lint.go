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

// maxFlaws is the maximum number of flaws for one body.
const maxFlaws = 50

// Lint compares a body with what ArtiBot sends (docs/contract.md, section 2) and returns the differences, at most 50. An
// unknown key or answer type is a flaw too, although a receiver should accept it.
func Lint(body []byte) []Flaw {
	root, err := parseTree(body)
	if err != nil || root.at("lead") == nil {
		return []Flaw{{ID: FlawNotEvent, Text: "not an event of a lead; want a JSON object with lead, meta, resource, action …"}}
	}
	l := &linter{}
	l.object("", root, eventKeys)
	l.identity(root)
	l.edition(root)
	l.dates(root)
	l.answers(root)
	if address := root.at("meta", "ip_address"); address != nil && address.kind == kindString {
		if _, err := netip.ParseAddr(address.text); err != nil {
			l.add(FlawValue, "meta.ip_address", "%q is not an IP address", address.text)
		}
	}
	if raw, err := payload.ParseRaw(body); err != nil || string(raw) != string(body) {
		l.add(FlawSpelling, "", "Newtonsoft.Json would write this JSON in another form, so ArtiBot's C# sample rejects the signature")
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
	kinds    []kind // the allowed ones; none is any
	optional bool
	inside   []key // the keys of an object; none is any
}

func stringKey(name string) key { return key{name: name, kinds: []kind{kindString}} }

// eventKeys are the keys of an event in their order (docs/contract.md, section 2).
var eventKeys = []key{
	{name: "lead", kinds: []kind{kindObject}, inside: []key{
		stringKey("id"), stringKey("create_date"), stringKey("modify_date"), stringKey("bot_id"), stringKey("bot_version_id"), stringKey("account_id"),
		stringKey("contact_id"),
		{name: "status", kinds: []kind{kindInteger, kindString}},
		{name: "closed_status", kinds: []kind{kindString, kindNull}, optional: true},
		{name: "version", kinds: []kind{kindInteger}},
		{name: "data", kinds: []kind{kindObject}},
	}},
	{name: "meta", kinds: []kind{kindObject}, inside: []key{
		stringKey("chat_start_page"), stringKey("ip_address"),
		{name: "location", kinds: []kind{kindObject}, inside: []key{
			stringKey("country_abbreviation"), stringKey("country"),
			{name: "state", kinds: []kind{kindString, kindNull}},
			{name: "city", kinds: []kind{kindString, kindNull}},
			stringKey("latitude"), stringKey("longitude"),
		}},
		{name: "browser", kinds: []kind{kindObject}, inside: []key{
			stringKey("user_agent"), stringKey("name"), stringKey("version"),
			{name: "major", kinds: []kind{kindNull}},
			{name: "is_mobile", kinds: []kind{kindBool}},
		}},
		{name: "last_answered_field_name", kinds: []kind{kindString}, optional: true},
	}},
	stringKey("resource"), stringKey("action"), stringKey("resource_id"), stringKey("time_stamp"),
	{name: "resource_version", kinds: []kind{kindInteger}},
}

var answerKeys = []key{stringKey("input"), stringKey("type"), stringKey("display_value"), {name: "value"}}

// object compares the keys of an object with the wanted ones.
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
			l.add(FlawUnknownKey, join(path, name), "ArtiBot does not send this key (docs/contract.md#2-the-body)")
			continue
		}
		known = append(known, name)
	}
	inOrder := slices.Clone(known)
	slices.SortFunc(inOrder, func(a, b string) int { return slices.Index(names, a) - slices.Index(names, b) })
	if !slices.Equal(known, inOrder) {
		l.add(FlawKeyOrder, path, "got the order %s, want %s", strings.Join(known, ", "), strings.Join(inOrder, ", "))
	}
}

func (l *linter) key(path string, n *node, k key) {
	switch {
	case n == nil && !k.optional:
		l.add(FlawMissingKey, path, "the key is missing")
	case n == nil:
	case len(k.kinds) > 0 && !slices.Contains(k.kinds, n.kind):
		l.add(FlawType, path, "got %s, want %s", n.kind, joinKinds(k.kinds))
	case len(k.inside) > 0:
		l.object(path, n, k.inside)
	}
}

// identity compares ids and versions that must be equal, and checks their form.
func (l *linter) identity(root *node) {
	for _, path := range [][]string{
		{"lead", "id"}, {"lead", "bot_id"}, {"lead", "bot_version_id"}, {"lead", "account_id"}, {"lead", "contact_id"}, {"resource_id"},
	} {
		id := root.textAt(path...)
		if parsed, err := uuid.Parse(id); id != "" && (err != nil || parsed.String() != id) {
			l.add(FlawID, strings.Join(path, "."), "%q is not a lower-case UUID", id)
		}
	}
	if a, b := root.textAt("resource_id"), root.textAt("lead", "id"); a != b {
		l.add(FlawID, "resource_id", "got %q, want the lead.id %q", a, b)
	}
	version := root.textAt("resource_version")
	if own := root.textAt("lead", "version"); version != own {
		l.add(FlawVersion, "resource_version", "got %s, want the lead.version %s", version, own)
	}
	if n, err := strconv.Atoi(version); version != "" && (err != nil || n < 1) {
		l.add(FlawVersion, "resource_version", "got %s, want 1 or more", version)
	}
	if resource := root.textAt("resource"); resource != "lead" {
		l.add(FlawValue, "resource", "got %q, want \"lead\"", resource)
	}
	if action := payload.Action(root.textAt("action")); !slices.Contains(payload.Actions[:], action) {
		l.add(FlawValue, "action", "got %q, want created, updated or completed", action)
	}
}

// edition compares the keys that differ between the two editions.
func (l *linter) edition(root *node) {
	status := root.at("lead", "status")
	if status == nil {
		return
	}
	completed := root.textAt("action") == string(payload.Completed)
	closed, last := root.at("lead", "closed_status"), root.at("meta", "last_answered_field_name")
	switch newer := status.kind == kindString; {
	case newer && closed == nil:
		l.add(FlawEdition, "lead.closed_status", "the key is missing, but the status is a string, as in edition 2022")
	case !newer && closed != nil:
		l.add(FlawEdition, "lead.closed_status", "edition 2019 does not have this key, but the status is a number, as in edition 2019")
	case newer && completed && last != nil:
		l.add(FlawEdition, "meta.last_answered_field_name", "completed events of edition 2022 do not have this key")
	case (!newer || !completed) && last == nil && root.at("meta") != nil:
		l.add(FlawMissingKey, "meta.last_answered_field_name", "the key is missing")
	}
}

// dates checks the form and the order of the three dates.
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
		text, path := root.textAt(d.path...), strings.Join(d.path, ".")
		if text == "" {
			continue
		}
		at, err := payload.ParseDateTime(text)
		switch {
		case err != nil || at.String() != text:
			l.add(FlawDate, path, "got %q, want the form of .NET, like 2026-11-21T09:30:00.1234567Z", text)
			continue
		case strings.HasSuffix(text, "Z") != d.zone:
			l.add(FlawDate, path, "got %q, want it %s", text, map[bool]string{true: "with Z", false: "without Z"}[d.zone])
		case at.Time().Before(before.Time()):
			l.add(FlawDateOrder, path, "%q is before the date that precedes it in the body", text)
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
