package format

import (
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"regexp/syntax"
	"strconv"
	"sync"
	"time"

	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/payload"
	"artihook/emitter/signature"
	"artihook/emitter/text"
	"artihook/fixtures/yamlfile"
)

// scalar is a value that is written as one text, number or boolean. parse parses the text in the file; schema returns the
// schema of the texts that parse accepts. form is the form tag of the field.
type scalar interface {
	parse(s, form string) error
	schema(s *schemaBuilder, form string) map[string]any
}

// Scalar is a value that is written as one text, number or boolean. ${name} is not replaced in it, except in a secret, which
// the runner expands.
type Scalar[T any] struct {
	yamlfile.Place
	Value T
}

func (v *Scalar[T]) parse(s, form string) error {
	value, err := forms[form].parse(s)
	if err != nil {
		return err
	}
	v.Value = value.(T)
	return nil
}

func (*Scalar[T]) schema(_ *schemaBuilder, form string) map[string]any {
	return maps.Clone(forms[form].schema)
}

// form is one way to write a [Scalar]. parse returns a value of the Scalar's type.
type form struct {
	parse  func(s string) (any, error)
	schema map[string]any
}

// forms holds the forms by the form tag of a field.
var forms = map[string]form{
	"action":   words[payload.Action]("action", string(payload.Created), string(payload.Updated), string(payload.Completed)),
	"base64":   newForm(parseBase64, pattern("^[A-Za-z0-9+/]*={0,2}$")),
	"bytes":    newForm(parseBytes, whole(0)),
	"copies":   count(2),
	"count":    count(1),
	"duration": newForm(parseDuration, pattern(durationForm)),
	"edition":  newForm(payload.ParseEdition, editionSchema()),
	"failure":  newForm(parseFailure, enum(history.FailureNames())),
	"flag":     newForm(parseFlag, map[string]any{"type": "boolean"}),
	"method":   words[string]("method", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"),
	"regexp":   newForm(parseRegexp, map[string]any{"type": "string", "format": "regex"}),
	"scheme":   newForm(parseScheme, enum(schemes)),
	"secret":   newForm(parseSecret, anyText()),
	"seed":     newForm(parseSeed, whole(0)),
	"status":   newForm(parseStatus, statusSchema()),
	"tamper":   words[emitter.Tamper]("tamper", emitter.TamperNames()...),
	"time":     newForm(ParseTime, pattern(timeForm)),
	"type":     words[string]("type", valueTypes...),
}

// valueTypes are the types of values that a [Matcher] knows.
var valueTypes = []string{"string", "number", "integer", "boolean", "list", "object", "null", "uuid", "date"}

func newForm[T any](parse func(string) (T, error), schema map[string]any) form {
	return form{func(s string) (any, error) { return parse(s) }, schema}
}

// words returns the form of a word that must be one of the allowed ones. what is the kind of the word, for problems.
func words[T ~string](what string, allowed ...string) form {
	return newForm(func(word string) (T, error) { return T(word), text.OneOf(what, word, allowed) }, enum(allowed))
}

func enum(words []string) map[string]any {
	all := make([]any, len(words))
	for i, w := range words {
		all[i] = w
	}
	return map[string]any{"enum": all}
}

func pattern(regexp string) map[string]any {
	return map[string]any{"type": "string", "pattern": regexp}
}

// maxCount is the limit of a count.
const maxCount = MaxWork

// count returns the form of a whole number from least to maxCount.
func count(least int) form {
	schema := whole(least)
	schema["maximum"] = maxCount
	return newForm(func(s string) (int, error) {
		n, err := parseWhole(s, least)
		if err == nil && n > maxCount {
			return 0, fmt.Errorf("%d is too many; write at most %d", n, maxCount)
		}
		return n, err
	}, schema)
}

func whole(least int) map[string]any { return map[string]any{"type": "integer", "minimum": least} }

func parseBytes(s string) (int, error) { return parseWhole(s, 0) }

func parseWhole(s string, least int) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < least {
		return 0, fmt.Errorf("%.60q is not a whole number of at least %d", s, least)
	}
	return n, nil
}

func parseSeed(s string) (uint64, error) {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%.60q is not a seed; write a whole number of at least 0", s)
	}
	return n, nil
}

func parseFlag(s string) (bool, error) {
	if s != "true" && s != "false" {
		return false, fmt.Errorf("%.60q is neither true nor false", s)
	}
	return s == "true", nil
}

// durationForm is the form of a duration. time.ParseDuration alone would also accept signs and a 0 without a unit.
const durationForm = `^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$`

var durationPattern = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(durationForm) })

func parseDuration(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil || !durationPattern().MatchString(s) {
		return 0, fmt.Errorf("%.60q is not a duration; write one such as 500ms, 30s or 2m", s)
	}
	return d, nil
}

const timeForm = `^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$`

// ParseTime parses a time in the form of a scenario file, such as 2026-01-31T09:00:00Z.
func ParseTime(s string) (time.Time, error) {
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return at, fmt.Errorf("%.60q is not a time; write it like 2026-01-31T09:00:00Z", s)
	}
	return at, nil
}

// editionSchema accepts an edition as a number and as a text.
func editionSchema() map[string]any {
	var all []any
	for _, e := range payload.Editions {
		if year, err := strconv.Atoi(e.String()); err == nil {
			all = append(all, year)
		}
		all = append(all, e.String())
	}
	return map[string]any{"enum": all}
}

var schemes = []string{signature.SchemeURL.String(), signature.SchemeBody.String()}

func parseScheme(s string) (signature.Scheme, error) {
	if err := text.OneOf("scheme", s, schemes); err != nil {
		return signature.SchemeURL, err
	}
	return signature.ParseScheme(s)
}

func parseFailure(s string) (string, error) {
	if s == "failed" { // the name of FailureOther in older files
		s = history.FailureOther
	}
	return s, text.OneOf("error", s, history.FailureNames())
}

const statusForm = `^[1-5]([0-9][0-9]|xx)$`

var statusPattern = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(statusForm) })

// parseStatus parses a status, such as 204, or a class of them, such as 2xx.
func parseStatus(s string) (string, error) {
	if !statusPattern().MatchString(s) {
		return "", fmt.Errorf("%.60q is not a status; write one such as 204 or 2xx", s)
	}
	return s, nil
}

func statusSchema() map[string]any {
	return map[string]any{"anyOf": []any{
		map[string]any{"type": "integer", "minimum": 100, "maximum": 599},
		pattern(statusForm),
	}}
}

// parseRegexp compiles a regular expression in Go's syntax (RE2).
func parseRegexp(s string) (*regexp.Regexp, error) {
	compiled, err := regexp.Compile(s)
	if err != nil {
		reason := "it cannot be compiled"
		if wrong := (*syntax.Error)(nil); errors.As(err, &wrong) {
			reason = wrong.Code.String()
		}
		return nil, fmt.Errorf("%.60q is not a regular expression (RE2): %s", s, reason)
	}
	return compiled, nil
}

func parseBase64(s string) ([]byte, error) {
	data, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return nil, errors.New("this is not base64 (RFC 4648); encode the bytes with the standard alphabet and padding")
	}
	return data, nil
}

// parseSecret keeps ${name} in the secret. Its error does not quote the text.
func parseSecret(s string) (signature.Secret, error) {
	return signature.NewSecret(s), unclosed(s)
}
