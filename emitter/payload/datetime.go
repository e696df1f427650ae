package payload

import (
	"fmt"
	"strings"
	"time"
)

// DateTime is a .NET date: a number of ticks of 100 ns, and whether it is known to be UTC. The zero value is
// 0001-01-01T00:00:00. Values can be compared with ==.
//
// ArtiBot writes a time in three forms (docs/contract.md, section 2, "Dates"). [Live], [Stored] and [Minute] return them.
type DateTime struct {
	ticks int64 // since 0001-01-01, UTC
	utc   bool  // written with Z
}

const (
	tick           = 100 * time.Nanosecond
	ticksPerSecond = int64(time.Second / tick)
	unixTicks      = 62135596800 * ticksPerSecond // from 0001-01-01 to 1970-01-01
	maxTicks       = 3155378975999999999          // 9999-12-31T23:59:59.9999999
	dateForm       = "2006-01-02T15:04:05"
)

// Live returns a time as the running system writes it: ticks of 100 ns, with Z. A time outside the years 1 to 9999 is
// replaced by the nearest time inside.
func Live(t time.Time) DateTime {
	ticks := t.Unix()*ticksPerSecond + int64(t.Nanosecond())/int64(tick) + unixTicks
	if year := t.UTC().Year(); year < 1 {
		ticks = 0
	} else if year > 9999 {
		ticks = maxTicks
	}
	return DateTime{ticks: ticks, utc: true}
}

// Stored returns a time as read from the database: cut to microseconds, without a zone letter.
func Stored(t time.Time) DateTime {
	d := Live(t)
	return DateTime{ticks: d.ticks - d.ticks%int64(time.Microsecond/tick)}
}

// Minute returns a time cut to the minute, with Z: the form in a date_time answer.
func Minute(t time.Time) DateTime {
	d := Live(t)
	return DateTime{ticks: d.ticks - d.ticks%int64(time.Minute/tick), utc: true}
}

// ParseDateTime parses the form that String returns. A fraction of more than seven digits, and a zone other than Z, are
// errors: ArtiBot never sends them.
func ParseDateTime(s string) (DateTime, error) {
	bare, utc := strings.CutSuffix(s, "Z")
	seconds, fraction, dotted := strings.Cut(bare, ".")
	t, err := time.Parse(dateForm, seconds)
	if err != nil || len(seconds) != len(dateForm) || dotted && (fraction == "" || len(fraction) > 7) {
		return DateTime{}, fmt.Errorf("%q is not a date in the form 2022-07-14T09:32:02.8625931Z", s)
	}
	d := Live(t)
	d.utc = utc
	unit := ticksPerSecond
	for _, c := range fraction {
		if c < '0' || c > '9' {
			return DateTime{}, fmt.Errorf("%q has the fraction %q; want 1 to 7 digits", s, fraction)
		}
		unit /= 10
		d.ticks += int64(c-'0') * unit
	}
	return d, nil
}

// Time returns the time in UTC, also without Z: all dates of ArtiBot are in UTC.
func (d DateTime) Time() time.Time {
	ticks := d.ticks - unixTicks
	return time.Unix(ticks/ticksPerSecond, ticks%ticksPerSecond*int64(tick)).UTC()
}

// IsZero reports whether d is the zero value.
func (d DateTime) IsZero() bool { return d == DateTime{} }

// String returns the .NET round-trip form, with a fraction of at most seven digits and without trailing zeros.
func (d DateTime) String() string { return string(d.append(nil)) }

// UnmarshalText is ParseDateTime for encoding/json.
func (d *DateTime) UnmarshalText(text []byte) (err error) {
	*d, err = ParseDateTime(string(text))
	return err
}

func (d DateTime) appendJSON(dst []byte) []byte {
	return append(d.append(append(dst, '"')), '"')
}

func (d DateTime) append(dst []byte) []byte {
	t := d.Time()
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	dst = appendTwo(appendTwo(dst, year/100), year%100)
	dst = appendTwo(append(dst, '-'), int(month))
	dst = appendTwo(append(dst, '-'), day)
	dst = appendTwo(append(dst, 'T'), hour)
	dst = appendTwo(append(dst, ':'), minute)
	dst = appendTwo(append(dst, ':'), second)
	if rest := d.ticks % ticksPerSecond; rest != 0 {
		dst = append(dst, '.')
		for unit := ticksPerSecond / 10; rest != 0; unit /= 10 {
			dst = append(dst, byte('0'+rest/unit))
			rest %= unit
		}
	}
	if d.utc {
		dst = append(dst, 'Z')
	}
	return dst
}

func appendTwo(dst []byte, n int) []byte {
	return append(dst, byte('0'+n/10), byte('0'+n%10))
}
