package settings

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"artihook/emitter/payload"

	"github.com/spf13/pflag"
)

// flagValue is the value of a flag of any type.
type flagValue[T any] struct {
	p     *T
	parse func(string) (T, error)
	text  string // as the user wrote it, or the default for the help
	kind  string // the placeholder of the value in the help
}

func (v *flagValue[T]) String() string { return v.text }
func (v *flagValue[T]) Type() string   { return v.kind }
func (v *flagValue[T]) Set(s string) error {
	parsed, err := v.parse(s)
	if err != nil {
		return err
	}
	*v.p, v.text = parsed, s
	return nil
}

// FlagSpec describes a flag. Set Words, or Kind and Parse.
type FlagSpec[T any] struct {
	Name   string
	Short  string // a letter; "" is none
	Usage  string
	Preset string // the default in the form of the command line; "" is none

	Words []Word[T] // the allowed values, in the order of the help

	Kind  string                  // the placeholder of the value in the help: N, duration, url|body
	Parse func(string) (T, error) // the error describes the allowed values
}

// Word is one of the values that a flag allows.
type Word[T any] struct {
	Text  string
	Value T
}

// Texts returns words that are their own values.
func Texts(words ...string) []Word[string] {
	list := make([]Word[string], len(words))
	for i, w := range words {
		list[i] = Word[string]{w, w}
	}
	return list
}

// oneOf returns the placeholder and the parser of a flag that allows these words.
func oneOf[T any](words []Word[T]) (kind string, parse func(string) (T, error)) {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = w.Text
	}
	return strings.Join(texts, "|"), func(s string) (value T, err error) {
		if i := slices.Index(texts, s); i >= 0 {
			return words[i].Value, nil
		}
		last := len(texts) - 1
		if last == 0 {
			return value, fmt.Errorf("want %s", texts[last])
		}
		return value, fmt.Errorf("want %s or %s", strings.Join(texts[:last], ", "), texts[last])
	}
}

// AddFlag adds a flag that sets p, now to its default and later to the user's value. It panics if the default is wrong.
func AddFlag[T any](flags *pflag.FlagSet, p *T, spec FlagSpec[T]) {
	if spec.Words != nil {
		spec.Kind, spec.Parse = oneOf(spec.Words)
	}
	value := &flagValue[T]{p: p, parse: spec.Parse, kind: spec.Kind}
	if spec.Preset != "" {
		if err := value.Set(spec.Preset); err != nil {
			panic(fmt.Sprintf("settings: the default of --%s is wrong: %v", spec.Name, err))
		}
	}
	flags.VarP(value, spec.Name, spec.Short, spec.Usage)
}

// ParseCount parses a whole number, 0 or more.
func ParseCount(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return 0, errors.New("want a whole number, 0 or more")
	}
	return n, nil
}

// ParsePositive parses a whole number, 1 or more.
func ParsePositive(s string) (int, error) {
	n, err := ParseCount(s)
	if err != nil || n == 0 {
		return 0, errors.New("want a whole number, 1 or more")
	}
	return n, nil
}

// ParseSeed parses a seed. It never returns nil without an error.
func ParseSeed(s string) (*uint64, error) {
	seed, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return nil, errors.New("want a whole number, 0 or more")
	}
	return &seed, nil
}

// ParseNow parses a time in RFC 3339 form.
func ParseNow(s string) (*time.Time, error) {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return nil, errors.New("want a time like 2026-11-21T09:30:00Z (RFC 3339)")
	}
	return &t, nil
}

// ParseDuration parses a duration, 0 or more.
func ParseDuration(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return 0, errors.New("want a duration like 500ms, 30s or 2m")
	}
	return d, nil
}

// ParseShare parses a share from 0 to 1, such as 0.25 or 25%.
func ParseShare(s string) (float64, error) {
	number, percent := strings.CutSuffix(s, "%")
	f, err := strconv.ParseFloat(number, 64)
	if percent {
		f /= 100
	}
	if err != nil || !(f >= 0 && f <= 1) {
		return 0, errors.New("want a share from 0 to 1, or a percentage")
	}
	return f, nil
}

// ParseNumber parses the number of a delivery, 1 or more.
func ParseNumber(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 1 {
		return 0, errors.New("want the number of a delivery")
	}
	return n, nil
}

// ParseTimeout parses a duration above zero.
func ParseTimeout(s string) (time.Duration, error) {
	d, err := ParseDuration(s)
	if err == nil && d == 0 {
		return 0, errors.New("want a duration above zero, like 500ms, 30s or 2m")
	}
	return d, err
}

// ParseActions parses a list of events with commas between them.
func ParseActions(s string) ([]payload.Action, error) {
	var list []payload.Action
	for name := range strings.SplitSeq(s, ",") {
		action, err := payload.ParseAction(strings.TrimSpace(name))
		if err != nil {
			return nil, err
		}
		list = append(list, action)
	}
	return list, nil
}
