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

// scalar is a value that is written as one text, number or boolean. parse gets the text that is in the file; shape is
// the schema of what parse takes.
type scalar interface {
	parse(text string) error
	shape(*schemer) map[string]any
}

// Text is any text; 12 and true are texts too. It may hold ${name}; $${ is ${ itself.
type Text struct {
	yamlfile.Place
	Value string
}

func (t *Text) parse(text string) error {
	t.Value = text
	return unclosed(text)
}

func (*Text) shape(*schemer) map[string]any { return anyText() }

func anyText() map[string]any { return map[string]any{"type": []any{"string", "number", "boolean"}} }

// unclosed does not quote the text, which may be a secret.
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

// Secret is the shared secret as it is in the file: ${name} in it is not filled in yet. It prints as a placeholder.
type Secret struct {
	yamlfile.Place
	Value signature.Secret
}

func (s *Secret) parse(text string) error {
	s.Value = signature.NewSecret(text)
	return unclosed(text)
}

func (*Secret) shape(*schemer) map[string]any { return anyText() }

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

func (*Flag) shape(*schemer) map[string]any { return map[string]any{"type": "boolean"} }

// durationForm is what [Duration] takes; time.ParseDuration alone would also take signs and a bare 0.
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
		return fmt.Errorf("%.60q is no duration; write 500ms, 30s or 2m", text)
	}
	d.Value = value
	return nil
}

func (*Duration) shape(*schemer) map[string]any {
	return map[string]any{"type": "string", "pattern": durationForm}
}

// maxCount is the most that one number can multiply.
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

// Bytes is a number of bytes from 0.
type Bytes struct {
	yamlfile.Place
	N int
}

func (c *Count) parse(text string) error  { return counted(text, 1, &c.N) }
func (c *Copies) parse(text string) error { return counted(text, 2, &c.N) }
func (b *Bytes) parse(text string) error  { return whole(text, 0, &b.N) }

func (*Count) shape(*schemer) map[string]any  { return countShape(1) }
func (*Copies) shape(*schemer) map[string]any { return countShape(2) }
func (*Bytes) shape(*schemer) map[string]any  { return wholeShape(0) }

func whole(text string, least int, n *int) error {
	value, err := strconv.Atoi(text)
	if err != nil || value < least {
		return fmt.Errorf("%.60q is no whole number from %d", text, least)
	}
	*n = value
	return nil
}

// counted is a whole number that something is done as often as.
func counted(text string, least int, n *int) error {
	if err := whole(text, least, n); err != nil {
		return err
	}
	if given := *n; given > maxCount {
		*n = 0
		return fmt.Errorf("%d is too many; at most %d", given, maxCount)
	}
	return nil
}

func countShape(least int) map[string]any {
	shape := wholeShape(least)
	shape["maximum"] = maxCount
	return shape
}

func wholeShape(least int) map[string]any { return map[string]any{"type": "integer", "minimum": least} }

// Seed is the seed of everything random.
type Seed struct {
	yamlfile.Place
	N uint64
}

func (s *Seed) parse(text string) error {
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return fmt.Errorf("%.60q is no seed; write a whole number from 0", text)
	}
	s.N = n
	return nil
}

func (*Seed) shape(*schemer) map[string]any { return wholeShape(0) }

// Moment is a point in time.
type Moment struct {
	yamlfile.Place
	Time time.Time
}

func (m *Moment) parse(text string) error {
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return fmt.Errorf("%.60q is no time; write it like 2026-01-31T09:00:00Z", text)
	}
	m.Time = at
	return nil
}

func (*Moment) shape(*schemer) map[string]any {
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

func (*Edition) shape(*schemer) map[string]any {
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

func (*Scheme) shape(*schemer) map[string]any { return enum(schemes) }

// EventAction is what happened to a lead.
type EventAction struct {
	yamlfile.Place
	Value payload.Action
}

func (a *EventAction) parse(text string) error {
	a.Value = payload.Action(text)
	return yamlfile.OneOf("action", text, actions)
}

func (*EventAction) shape(*schemer) map[string]any { return enum(actions) }

// Tamper is what is changed after signing: "body", "signature" or "url".
type Tamper struct {
	yamlfile.Place
	Value string
}

func (t *Tamper) parse(text string) error {
	t.Value = text
	return yamlfile.OneOf("tamper", text, tampers)
}

func (*Tamper) shape(*schemer) map[string]any { return enum(tampers) }

// ErrorName is a failed delivery's short name: "refused", "timeout" and so on.
type ErrorName struct {
	yamlfile.Place
	Value string
}

func (e *ErrorName) parse(text string) error {
	if text == "failed" { // the name of FailureOther in files of before
		text = emitter.FailureOther
	}
	e.Value = text
	return yamlfile.OneOf("error", text, errorNames)
}

func (*ErrorName) shape(*schemer) map[string]any { return enum(errorNames) }

func enum(words []string) map[string]any {
	all := make([]any, len(words))
	for i, w := range words {
		all[i] = w
	}
	return map[string]any{"enum": all}
}

// Bot is a ready bot's name, or a bot's file (it has a dot or a slash), or holds ${name}. Whether the file is there is
// not looked at here.
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

func (*Bot) shape(*schemer) map[string]any { return anyText() }

// Status is one status or a class of them: From to To, both inclusive.
type Status struct {
	yamlfile.Place
	From, To int
}

const statusForm = `^[1-5]([0-9][0-9]|xx)$`

var statusPattern = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(statusForm) })

func (s *Status) parse(text string) error {
	if !statusPattern().MatchString(text) {
		return fmt.Errorf("%.60q is no status; write 204 or 2xx", text)
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

func (*Status) shape(*schemer) map[string]any {
	return map[string]any{"anyOf": []any{
		map[string]any{"type": "integer", "minimum": 100, "maximum": 599},
		map[string]any{"type": "string", "pattern": statusForm},
	}}
}

// Pattern is a regular expression in Go's syntax (RE2). It is taken as it stands: ${name} is not filled in.
type Pattern struct {
	yamlfile.Place
	Regexp *regexp.Regexp // nil only in a file with faults
}

func (p *Pattern) parse(text string) error {
	compiled, err := regexp.Compile(text)
	if err != nil {
		reason := "it cannot be read"
		if wrong := (*syntax.Error)(nil); errors.As(err, &wrong) {
			reason = wrong.Code.String()
		}
		return fmt.Errorf("%.60q is no regular expression: %s", text, reason)
	}
	p.Regexp = compiled
	return nil
}

func (*Pattern) shape(*schemer) map[string]any {
	return map[string]any{"type": "string", "format": "regex"}
}

// Base64 is bytes that are written in base64 (RFC 4648 4).
type Base64 struct {
	yamlfile.Place
	Bytes []byte
}

func (b *Base64) parse(text string) (err error) {
	if b.Bytes, err = base64.StdEncoding.DecodeString(text); err != nil {
		return errors.New("this is no base64 (RFC 4648)")
	}
	return nil
}

func (*Base64) shape(*schemer) map[string]any {
	return map[string]any{"type": "string", "pattern": "^[A-Za-z0-9+/]*={0,2}$"}
}

// Path is a JSONPath (RFC 9535). It is taken as it stands: ${name} is not filled in.
type Path struct {
	yamlfile.Place
	Value    string
	compiled jp.Expr // nil only in a file with faults
}

func (p *Path) parse(text string) (err error) {
	p.Value = text
	if !strings.HasPrefix(text, "$") {
		return fmt.Errorf("%.60q is no JSONPath; it begins with $, as $.id", text)
	}
	if p.compiled, err = jp.ParseString(text); err != nil {
		return fmt.Errorf("%.60q is no JSONPath (RFC 9535), as $.id or $.leads[0].name", text)
	}
	return nil
}

func (*Path) shape(*schemer) map[string]any {
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
