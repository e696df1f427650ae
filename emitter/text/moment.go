package text

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// momentLayouts are the forms of a date, in the local time zone unless they name one.
var momentLayouts = []string{
	time.DateOnly, "2006-01-02 15:04", time.DateTime, "2006-01-02T15:04", "2006-01-02T15:04:05", time.RFC3339,
}

// ParseMoment parses a point in time: an age such as 12h or 30d, a date, a date with time, yesterday or today. A date without
// a time is its first moment. An age of 0 is the zero time.
func ParseMoment(s string, now time.Time) (time.Time, error) {
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	switch s {
	case "today":
		return today, nil
	case "yesterday":
		return today.AddDate(0, 0, -1), nil
	}
	age, err := ParseAge(s)
	switch {
	case err == nil && age == 0:
		return time.Time{}, nil
	case err == nil:
		return now.Add(-age), nil
	}
	for _, layout := range momentLayouts {
		if t, err := time.ParseInLocation(layout, s, now.Location()); err == nil {
			return t, nil
		}
	}
	return time.Time{}, errors.New(`want an age like 90m, 12h or 30d, a date like 2026-11-27, a date with time like "2026-11-27 14:03", yesterday or today`)
}

// ParseAge parses a duration, 0 or more, that may be in days, such as 30d.
func ParseAge(s string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.ParseFloat(days, 64)
		if err != nil || !(n >= 0 && n <= 36500) { // false for NaN
			return 0, errAge
		}
		return time.Duration(n * float64(24*time.Hour)), nil
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return 0, errAge
	}
	return d, nil
}

var errAge = errors.New("want an age like 90m, 12h or 30d")
