package payload

import (
	"testing"
	"time"
)

func TestThreeWaysToWriteAMoment(t *testing.T) {
	t.Parallel()
	moment := time.Date(2022, 7, 14, 15, 2, 2, 862593199, time.FixedZone("IST", 5*3600+1800))
	tests := []struct {
		name string
		got  DateTime
		want string
	}{
		{"live", Live(moment), "2022-07-14T09:32:02.8625931Z"},
		{"stored", Stored(moment), "2022-07-14T09:32:02.862593"},
		{"minute", Minute(moment), "2022-07-14T09:32:00Z"},
		{"trailing zeros go", Stored(time.Date(2022, 7, 14, 9, 30, 41, 518900000, time.UTC)), "2022-07-14T09:30:41.5189"},
		{"no dot without a fraction", Live(time.Date(2022, 7, 14, 9, 30, 41, 99, time.UTC)), "2022-07-14T09:30:41Z"},
		{"zero", DateTime{}, "0001-01-01T00:00:00"},
		{"before 1970", Live(time.Date(1969, 12, 31, 23, 59, 59, 999999900, time.UTC)), "1969-12-31T23:59:59.9999999Z"},
		{"year 0 is moved to 1", Live(time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)), "0001-01-01T00:00:00Z"},
		{"year 10000 is moved to 9999", Live(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)), "9999-12-31T23:59:59.9999999Z"},
	}
	for _, tt := range tests {
		if tt.got.String() != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, tt.got, tt.want)
		}
		if back, err := ParseDateTime(tt.want); err != nil || back != tt.got {
			t.Errorf("%s: %s is read as %s (%v)", tt.name, tt.want, back, err)
		}
	}
	if got := Live(moment).Time(); !got.Equal(moment.Truncate(100)) || got.Location() != time.UTC {
		t.Errorf("Time returns %v", got)
	}
}

func TestDatesThatArtiBotNeverSends(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"", "2022-07-14", "2022-07-14T09:32Z", "2022-07-14 09:32:02Z", "2022-02-30T09:31:00Z", "2022-07-14T09:32:02+05:30",
		"2022-07-14T09:32:02.Z", "2022-07-14T09:32:02.12345678Z", "2022-07-14T09:32:02.12x", "2022-07-14T24:00:00", "2022-07-14T09:32:02z",
	} {
		if d, err := ParseDateTime(s); err == nil {
			t.Errorf("%q is read as %s", s, d)
		}
	}
}

func FuzzDateTime(f *testing.F) {
	f.Add("2022-07-14T09:32:02.8625931Z")
	f.Add("0001-01-01T00:00:00")
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseDateTime(s)
		if err != nil {
			return
		}
		if again, err := ParseDateTime(d.String()); err != nil || again != d {
			t.Fatalf("%q is written %s and read as %s (%v)", s, d, again, err)
		}
	})
}
