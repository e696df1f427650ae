package text

import "time"

// ShortDuration returns d for people, with about three digits: 310µs, 3.1ms, 1.23s, 3m20s.
func ShortDuration(d time.Duration) string {
	switch abs := d.Abs(); {
	case abs < time.Millisecond:
		d = d.Round(time.Microsecond)
	case abs < time.Second:
		d = d.Round(100 * time.Microsecond)
	case abs < time.Minute:
		d = d.Round(10 * time.Millisecond)
	default:
		d = d.Round(time.Second)
	}
	return d.String()
}
