package cmd

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// flagValue is a flag of any type: what it holds, and how it is read. Its errors say what would be right.
type flagValue[T any] struct {
	p     *T
	parse func(string) (T, error)
	text  string // as given, or the default for the help
	kind  string // the word that stands for the value in the help
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

// flagSpec describes a flag whose default is written as a user would write it; "" leaves p as it is.
type flagSpec[T any] struct {
	name, short, kind, usage, preset string
	parse                            func(string) (T, error)
}

func addFlag[T any](flags *pflag.FlagSet, p *T, spec flagSpec[T]) {
	value := &flagValue[T]{p: p, parse: spec.parse, kind: spec.kind}
	if spec.preset != "" {
		if err := value.Set(spec.preset); err != nil {
			panic(fmt.Sprintf("cmd: the default of --%s is wrong: %v", spec.name, err))
		}
	}
	flags.VarP(value, spec.name, spec.short, spec.usage)
}

func parseCount(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return 0, errors.New("want a whole number, 0 or more")
	}
	return n, nil
}

func parsePositive(s string) (int, error) {
	n, err := parseCount(s)
	if err != nil || n == 0 {
		return 0, errors.New("want a whole number, 1 or more")
	}
	return n, nil
}

func parseSeed(s string) (*uint64, error) {
	seed, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return nil, errors.New("want a whole number, 0 or more")
	}
	return &seed, nil
}

func parseNow(s string) (*time.Time, error) {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return nil, errors.New("want a time like 2026-11-21T09:30:00Z (RFC 3339)")
	}
	return &t, nil
}

// parseDuration reads what --timeout and --pace take.
func parseDuration(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return 0, errors.New("want a duration like 500ms, 30s or 2m")
	}
	return d, nil
}

// parseAge is parseDuration with days: 30d.
func parseAge(s string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.ParseFloat(days, 64)
		if err != nil || !(n >= 0 && n <= 36500) { // not a number is neither
			return 0, errors.New("want an age like 90m, 12h or 30d")
		}
		return time.Duration(n * float64(24*time.Hour)), nil
	}
	d, err := parseDuration(s)
	if err != nil {
		return 0, errors.New("want an age like 90m, 12h or 30d")
	}
	return d, nil
}

// parseShare reads 0.25 or 25%.
func parseShare(s string) (float64, error) {
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

// oneOf reads one of a few words.
func oneOf(words ...string) func(string) (string, error) {
	return func(s string) (string, error) {
		for _, w := range words {
			if s == w {
				return s, nil
			}
		}
		return "", fmt.Errorf("want %s", strings.Join(words, ", "))
	}
}
