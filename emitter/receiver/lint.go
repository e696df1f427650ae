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
	l.object("", root, "#", payload.EventObject().Keys)
	l.identity(root)
	l.edition(root)
	l.dates(root)
	l.answers(root)
	if address := root.at("meta", "ip_address"); address != nil && address.kind == kindString {
		if _, err := netip.ParseAddr(address.text); err != nil {
			l.add(FlawValue, "meta.ip_address", propertyAt("Meta", "ip_address"), "%q is not an IP address", address.text)
		}
	}
	if raw, err := payload.ParseRaw(body); err != nil || string(raw) != string(body) {
		l.add(FlawSpelling, "", "", "Newtonsoft.Json would write this JSON in another form, so ArtiBot's C# sample rejects the signature")
	}
	return l.flaws
}

type linter struct{ flaws []Flaw }

// add adds a flaw. schema is the place of the rule in the JSON Schema, or "".
func (l *linter) add(id, path, schema, format string, args ...any) {
	if len(l.flaws) < maxFlaws {
		l.flaws = append(l.flaws, Flaw{ID: id, Path: path, Text: fmt.Sprintf(format, args...), Schema: schema})
	}
}

// object compares the keys of an object with those that ArtiBot sends. at is the place of the object in the JSON Schema.
func (l *linter) object(path string, n *node, at string, keys []payload.Key) {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.Name
		l.key(join(path, k.Name), n.at(k.Name), at, k)
	}
	var known []string
	for _, name := range n.keys {
		if !slices.Contains(names, name) {
			l.add(FlawUnknownKey, join(path, name), rule(at, "additionalProperties"), "ArtiBot does not send this key (%s)", payload.ContractSection("2, The body"))
			continue
		}
		known = append(known, name)
	}
	inOrder := slices.Clone(known)
	slices.SortFunc(inOrder, func(a, b string) int { return slices.Index(names, a) - slices.Index(names, b) })
	if !slices.Equal(known, inOrder) {
		l.add(FlawKeyOrder, path, "", "got the order %s, want %s", strings.Join(known, ", "), strings.Join(inOrder, ", "))
	}
}

func (l *linter) key(path string, n *node, at string, k payload.Key) {
	switch {
	case n == nil && !k.Optional:
		l.add(FlawMissingKey, path, rule(at, "required"), "the key is missing")
	case n == nil:
	case len(k.Types) > 0 && !slices.ContainsFunc(k.Types, func(t string) bool { return kinds[t] == n.kind }):
		l.add(FlawType, path, rule(at, "properties/"+k.Name), "got %s, want %s", n.kind, joinKinds(k.Types))
	case k.Inside != nil:
		l.object(path, n, definition(k.Inside.Name), k.Inside.Keys)
	}
}

// rule returns the place of a keyword. The definition of an answer of unknown type has no rule of its own.
func rule(at, keyword string) string {
	if at == definition("Answer") {
		return at
	}
	return at + "/" + keyword
}

// definition returns the place of a definition in the JSON Schema of the event.
func definition(name string) string { return "#/$defs/" + name }

// propertyAt returns the place of a property of a definition. The name "" is the event itself.
func propertyAt(name, property string) string {
	if name == "" {
		return "#/properties/" + property
	}
	return definition(name) + "/properties/" + property
}

// kinds maps the types of JSON Schema to those of a body. A whole number is no double, unlike in JSON Schema.
var kinds = map[string]kind{
	"object": kindObject, "string": kindString, "integer": kindInteger, "number": kindDouble, "boolean": kindBool, "null": kindNull,
}

// identity compares ids and versions that must be equal, and checks their form.
func (l *linter) identity(root *node) {
	for _, path := range [][]string{
		{"lead", "id"}, {"lead", "bot_id"}, {"lead", "bot_version_id"}, {"lead", "account_id"}, {"lead", "contact_id"}, {"resource_id"},
	} {
		id := root.textAt(path...)
		if parsed, err := uuid.Parse(id); id != "" && (err != nil || parsed.String() != id) {
			l.add(FlawID, strings.Join(path, "."), placeOf(path), "%q is not a lower-case UUID", id)
		}
	}
	if a, b := root.textAt("resource_id"), root.textAt("lead", "id"); a != b {
		l.add(FlawID, "resource_id", "", "got %q, want the lead.id %q", a, b)
	}
	version := root.textAt("resource_version")
	if own := root.textAt("lead", "version"); version != own {
		l.add(FlawVersion, "resource_version", "", "got %s, want the lead.version %s", version, own)
	}
	for _, path := range [][]string{{"lead", "version"}, {"resource_version"}} {
		n := root.at(path...)
		if n == nil || n.kind != kindInteger {
			continue
		}
		if version, err := strconv.Atoi(n.text); err != nil || version < 1 {
			l.add(FlawVersion, strings.Join(path, "."), placeOf(path), "got %s, want 1 or more", n.text)
		}
	}
	if n := root.at("resource"); n != nil && n.kind == kindString && n.text != "lead" {
		l.add(FlawValue, "resource", propertyAt("", "resource"), "got %q, want \"lead\"", n.text)
	}
	if n := root.at("action"); n != nil && n.kind == kindString && !slices.Contains(payload.Actions[:], payload.Action(n.text)) {
		l.add(FlawValue, "action", propertyAt("", "action"), "got %q, want created, updated or completed", n.text)
	}
}

const lastAnswered = "meta.last_answered_field_name"

// edition compares the keys that differ between the two editions.
func (l *linter) edition(root *node) {
	status := root.at("lead", "status")
	if status == nil {
		return
	}
	completed := root.textAt("action") == string(payload.Completed)
	closed, last := root.at("lead", "closed_status"), root.at("meta", "last_answered_field_name")
	missing := last == nil && root.at("meta") != nil && root.at("meta").kind == kindObject
	switch newer := status.kind == kindString; {
	case newer && closed == nil:
		l.add(FlawEdition, "lead.closed_status", definition("Lead")+"/required", "the key is missing, but the status is a string, as in edition 2022")
	case !newer && closed != nil:
		l.add(FlawEdition, "lead.closed_status", definition("Lead")+"/additionalProperties", "edition 2019 does not have this key, but the status is a number, as in edition 2019")
	case newer && completed && last != nil:
		l.add(FlawEdition, lastAnswered, "#/then/properties/meta/properties/last_answered_field_name", "completed events of edition 2022 do not have this key")
	case newer && !completed && missing:
		l.add(FlawMissingKey, lastAnswered, "#/else/properties/meta/required", "the key is missing")
	case !newer && missing:
		l.add(FlawMissingKey, lastAnswered, definition("Meta")+"/required", "the key is missing")
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
		text, path, place := root.textAt(d.path...), strings.Join(d.path, "."), placeOf(d.path)
		if text == "" {
			continue
		}
		at, err := payload.ParseDateTime(text)
		switch {
		case err != nil || at.String() != text:
			l.add(FlawDate, path, place, "got %q, want the form of .NET, like 2026-11-21T09:30:00.1234567Z", text)
			continue
		case strings.HasSuffix(text, "Z") != d.zone:
			if path == "lead.modify_date" {
				place = map[bool]string{true: "#/else", false: "#/then"}[d.zone] + "/properties/lead/properties/modify_date"
			}
			l.add(FlawDate, path, place, "got %q, want it %s", text, map[bool]string{true: "with Z", false: "without Z"}[d.zone])
		case !d.zone && at != payload.Stored(at.Time()):
			l.add(FlawDate, path, place, "got %q, want at most microseconds", text)
		case at.Time().Before(before.Time()):
			l.add(FlawDateOrder, path, "", "%q is before the date that precedes it in the body", text)
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

// placeOf returns the place of a key of the event, or of its lead, in the JSON Schema.
func placeOf(path []string) string {
	if len(path) == 1 {
		return propertyAt("", path[0])
	}
	return propertyAt("Lead", path[1])
}

func joinKinds(types []string) string {
	var words []string
	for _, t := range types {
		words = append(words, string(kinds[t]))
	}
	return strings.Join(words, " or ")
}
