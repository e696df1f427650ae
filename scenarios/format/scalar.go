package format

import (
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
	"sync"
	"time"

	"artihook/emitter"
	"artihook/emitter/payload"
	"artihook/emitter/signature"
	"artihook/fixtures"
	"artihook/fixtures/yamlfile"

	"github.com/ohler55/ojg/jp"
)

// scalar is a value that is written as one text, number or boolean. parse parses the text in the file; schema returns the
// schema of the texts that parse accepts.
type scalar interface {
	parse(text string) error
	schema(*schemaBuilder) map[string]any
}

// Text is any text; 12 and true are texts too. It may contain ${name}. $${ stands for a literal ${.
type Text struct {
	yamlfile.Place
	Value string
}

func (t *Text) parse(text string) error {
	t.Value = text
	return unclosed(text)
}

func (*Text) schema(*schemaBuilder) map[string]any { return anyText() }

func anyText() map[string]any { return map[string]any{"type": []any{"string", "number", "boolean"}} }

// unclosed returns an error if a ${ in the text has no }. The error does not quote the text, which may be a secret.
func unclosed(text string) error {
	for {
		before, after, found := strings.Cut(text, "${")
		if !found {
			return nil
		}
		if strings.HasSuffix(before, "$") {
			text = after
			continue
		}
		if _, text, found = strings.Cut(after, "}"); !found {
			return errors.New("a ${ is never closed; write ${name}")
		}
	}
}

// Secret is the shared secret as it is in the file, with ${name} not yet replaced. It prints as a placeholder.
type Secret struct {
	yamlfile.Place
	Value signature.Secret
}

func (s *Secret) parse(text string) error {
	s.Value = signature.NewSecret(text)
	return unclosed(text)
}

func (*Secret) schema(*schemaBuilder) map[string]any { return anyText() }

// Flag is true or false.
type Flag struct {
	yamlfile.Place
	On bool
}

func (f *Flag) parse(text string) error {
	f.On = text == "true"
	if text != "true" && text != "false" {
		return fmt.Errorf("%.60q is neither true nor false", text)
	}
	return nil
}

func (*Flag) schema(*schemaBuilder) map[string]any { return map[string]any{"type": "boolean"} }

// durationForm is the form of a [Duration]. time.ParseDuration alone would also accept signs and a 0 without a unit.
const durationForm = `^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$`

var durationPattern = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(durationForm) })

// Duration is a length of time, never negative.
type Duration struct {
	yamlfile.Place
	Value time.Duration
}

func (d *Duration) parse(text string) error {
	value, err := time.ParseDuration(text)
	if err != nil || !durationPattern().MatchString(text) {
		return fmt.Errorf("%.60q is not a duration; write one such as 500ms, 30s or 2m", text)
	}
	d.Value = value
	return nil
}

func (*Duration) schema(*schemaBuilder) map[string]any {
	return map[string]any{"type": "string", "pattern": durationForm}
}

// maxCount is the limit of a Count.
const maxCount = maxWork

// Count is a whole number from 1 to maxCount.
type Count struct {
	yamlfile.Place
	N int
}

// Copies is a whole number from 2 to maxCount.
type Copies struct {
	yamlfile.Place
	N int
}

// Bytes is a number of bytes, at least 0.
type Bytes struct {
	yamlfile.Place
	N int
}

func (c *Count) parse(text string) error  { return parseCount(text, 1, &c.N) }
func (c *Copies) parse(text string) error { return parseCount(text, 2, &c.N) }
func (b *Bytes) parse(text string) error  { return parseWhole(text, 0, &b.N) }

func (*Count) schema(*schemaBuilder) map[string]any  { return countSchema(1) }
func (*Copies) schema(*schemaBuilder) map[string]any { return countSchema(2) }
func (*Bytes) schema(*schemaBuilder) map[string]any  { return wholeSchema(0) }

func parseWhole(text string, least int, n *int) error {
	value, err := strconv.Atoi(text)
	if err != nil || value < least {
		return fmt.Errorf("%.60q is not a whole number of at least %d", text, least)
	}
	*n = value
	return nil
}

// parseCount parses a whole number from least to maxCount.
func parseCount(text string, least int, n *int) error {
	if err := parseWhole(text, least, n); err != nil {
		return err
	}
	if count := *n; count > maxCount {
		*n = 0
		return fmt.Errorf("%d is too many; write at most %d", count, maxCount)
	}
	return nil
}

func countSchema(least int) map[string]any {
	s := wholeSchema(least)
	s["maximum"] = maxCount
	return s
}

func wholeSchema(least int) map[string]any {
	return map[string]any{"type": "integer", "minimum": least}
}

// Seed is the seed for all random values.
type Seed struct {
	yamlfile.Place
	N uint64
}

func (s *Seed) parse(text string) error {
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return fmt.Errorf("%.60q is not a seed; write a whole number of at least 0", text)
	}
	s.N = n
	return nil
}

func (*Seed) schema(*schemaBuilder) map[string]any { return wholeSchema(0) }

// Moment is a point in time.
type Moment struct {
	yamlfile.Place
	Time time.Time
}

func (m *Moment) parse(text string) error {
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return fmt.Errorf("%.60q is not a time; write it like 2026-01-31T09:00:00Z", text)
	}
	m.Time = at
	return nil
}

func (*Moment) schema(*schemaBuilder) map[string]any {
	return map[string]any{"type": "string", "pattern": `^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$`}
}

// Edition is a payload edition.
type Edition struct {
	yamlfile.Place
	Value payload.Edition
}

func (e *Edition) parse(text string) (err error) {
	e.Value, err = payload.ParseEdition(text)
	return err
}

func (*Edition) schema(*schemaBuilder) map[string]any {
	var all []any
	for _, e := range payload.Editions {
		year, err := strconv.Atoi(e.String())
		if err == nil {
			all = append(all, year)
		}
		all = append(all, e.String())
	}
	return map[string]any{"enum": all}
}

var (
	schemes    = []string{signature.SchemeURL.String(), signature.SchemeBody.String()}
	tampers    = emitter.TamperNames()
	actions    = []string{string(payload.Created), string(payload.Updated), string(payload.Completed)}
	errorNames = emitter.FailureNames()
)

// Scheme is a signature scheme.
type Scheme struct {
	yamlfile.Place
	Value signature.Scheme
}

func (s *Scheme) parse(text string) error {
	if err := yamlfile.OneOf("scheme", text, schemes); err != nil {
		return err
	}
	var err error
	s.Value, err = signature.ParseScheme(text)
	return err
}

func (*Scheme) schema(*schemaBuilder) map[string]any { return enum(schemes) }

// EventAction is the action of an event: created, updated or completed.
type EventAction struct {
	yamlfile.Place
	Value payload.Action
}

func (a *EventAction) parse(text string) error {
	a.Value = payload.Action(text)
	return yamlfile.OneOf("action", text, actions)
}

func (*EventAction) schema(*schemaBuilder) map[string]any { return enum(actions) }

// Tamper is the part that is changed after signing: "body", "signature" or "url".
type Tamper struct {
	yamlfile.Place
	Value string
}

func (t *Tamper) parse(text string) error {
	t.Value = text
	return yamlfile.OneOf("tamper", text, tampers)
}

func (*Tamper) schema(*schemaBuilder) map[string]any { return enum(tampers) }

// ErrorName is the name of a failure of a delivery, such as "refused" or "timeout".
type ErrorName struct {
	yamlfile.Place
	Value string
}

func (e *ErrorName) parse(text string) error {
	if text == "failed" { // the name of FailureOther in older files
		text = emitter.FailureOther
	}
	e.Value = text
	return yamlfile.OneOf("error", text, errorNames)
}

func (*ErrorName) schema(*schemaBuilder) map[string]any { return enum(errorNames) }

func enum(words []string) map[string]any {
	all := make([]any, len(words))
	for i, w := range words {
		all[i] = w
	}
	return map[string]any{"enum": all}
}

// Bot is the name of a ready bot, the file of a bot (with a dot or a slash), or a text with ${name}. Parsing it does not
// check that the file exists.
type Bot struct {
	yamlfile.Place
	Value string
}

func (b *Bot) parse(text string) error {
	b.Value = text
	if strings.ContainsAny(text, "./\\") || strings.Contains(text, "${") {
		return unclosed(text)
	}
	return yamlfile.OneOf("bot", text, fixtures.Bots())
}

func (*Bot) schema(*schemaBuilder) map[string]any { return anyText() }

// Status is one status or a class of them: From to To, both inclusive.
type Status struct {
	yamlfile.Place
	From, To int
}

const statusForm = `^[1-5]([0-9][0-9]|xx)$`

var statusPattern = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(statusForm) })

func (s *Status) parse(text string) error {
	if !statusPattern().MatchString(text) {
		return fmt.Errorf("%.60q is not a status; write one such as 204 or 2xx", text)
	}
	if first, class := strings.CutSuffix(text, "xx"); class {
		s.From = int(first[0]-'0') * 100
		s.To = s.From + 99
		return nil
	}
	n, err := strconv.Atoi(text)
	s.From, s.To = n, n
	return err
}

func (*Status) schema(*schemaBuilder) map[string]any {
	return map[string]any{"anyOf": []any{
		map[string]any{"type": "integer", "minimum": 100, "maximum": 599},
		map[string]any{"type": "string", "pattern": statusForm},
	}}
}

// Pattern is a regular expression in Go's syntax (RE2). ${name} is not replaced in it.
type Pattern struct {
	yamlfile.Place
	Regexp *regexp.Regexp // nil only in a file with problems
}

func (p *Pattern) parse(text string) error {
	compiled, err := regexp.Compile(text)
	if err != nil {
		reason := "it cannot be compiled"
		if wrong := (*syntax.Error)(nil); errors.As(err, &wrong) {
			reason = wrong.Code.String()
		}
		return fmt.Errorf("%.60q is not a regular expression (RE2): %s", text, reason)
	}
	p.Regexp = compiled
	return nil
}

func (*Pattern) schema(*schemaBuilder) map[string]any {
	return map[string]any{"type": "string", "format": "regex"}
}

// Base64 holds bytes that are written in base64 (RFC 4648, section 4).
type Base64 struct {
	yamlfile.Place
	Bytes []byte
}

func (b *Base64) parse(text string) (err error) {
	if b.Bytes, err = base64.StdEncoding.DecodeString(text); err != nil {
		return errors.New("this is not base64 (RFC 4648); encode the bytes with the standard alphabet and padding")
	}
	return nil
}

func (*Base64) schema(*schemaBuilder) map[string]any {
	return map[string]any{"type": "string", "pattern": "^[A-Za-z0-9+/]*={0,2}$"}
}

// Path is a JSONPath (RFC 9535). ${name} is not replaced in it.
type Path struct {
	yamlfile.Place
	Value    string
	compiled jp.Expr // nil only in a file with problems
}

func (p *Path) parse(text string) (err error) {
	p.Value = text
	if !strings.HasPrefix(text, "$") {
		return fmt.Errorf("%.60q is not a JSONPath; it begins with $, such as $.id", text)
	}
	if p.compiled, err = jp.ParseString(text); err != nil {
		return fmt.Errorf("%.60q is not a JSONPath (RFC 9535), such as $.id or $.leads[0].name", text)
	}
	return nil
}

func (*Path) schema(*schemaBuilder) map[string]any {
	return map[string]any{"type": "string", "pattern": `^\$`}
}

// Find returns the value that the path finds in a JSON body, or a list if it finds several.
func (p *Path) Find(body any) (value any, found bool) {
	defer func() {
		if recover() != nil { // the JSONPath library can panic on a body from the network
			value, found = nil, false
		}
	}()
	switch all := p.compiled.Get(body); len(all) {
	case 0:
		return nil, false
	case 1:
		return all[0], true
	default:
		return all, true
	}
}
