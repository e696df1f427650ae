package text

import (
	"testing"
	"time"
)

func TestParseMoment(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("no time zones:", err)
	}
	now := time.Date(2026, 3, 30, 9, 30, 15, 0, zone) // the day after the clocks went forward
	for s, want := range map[string]string{
		"90m": "2026-03-30T08:00:15+02:00", "1d": "2026-03-29T09:30:15+02:00", "0s": "0001-01-01T00:00:00Z",
		"today": "2026-03-30T00:00:00+02:00", "yesterday": "2026-03-29T00:00:00+01:00",
		"2026-03-28": "2026-03-28T00:00:00+01:00", "2026-03-28 14:03": "2026-03-28T14:03:00+01:00", "2026-03-28 14:03:22": "2026-03-28T14:03:22+01:00",
		"2026-03-28T14:03": "2026-03-28T14:03:00+01:00", "2026-03-28T14:03:22": "2026-03-28T14:03:22+01:00", "2026-03-28T14:03:22Z": "2026-03-28T14:03:22Z",
	} {
		got, err := ParseMoment(s, now)
		if err != nil || got.Format(time.RFC3339) != want {
			t.Errorf("%s: %s, %v, want %s", s, got.Format(time.RFC3339), err, want)
		}
	}
	for _, s := range []string{"", "tomorrow", "2026-13-01", "14:03", "-1h", "Yesterday", "2026-03-28 25:00"} {
		if _, err := ParseMoment(s, now); err == nil {
			t.Errorf("%q is no error", s)
		}
	}
}

func FuzzParseAge(f *testing.F) {
	for _, seed := range []string{"1h", "30d", "1.5d", "-1d", "1e9d", "NaNd", "d", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if age, err := ParseAge(s); err == nil && age < 0 {
			t.Fatalf("%q is %s", s, age)
		}
	})
}
