package traffic

import (
	"math"
	"testing"
	"time"
)

func TestParseRate(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Rate{"max": 0, "500/s": 500, "500": 500, "30000/m": 500, "1800/h": 0.5, "0.5/s": 0.5} {
		if got, err := ParseRate(text); err != nil || got != want {
			t.Errorf("%s: got %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "0", "-1/s", "500/d", "x/s", "/s", "NaN", "Inf/s", "500/s/s"} {
		if got, err := ParseRate(text); err == nil {
			t.Errorf("%s: got %v", text, got)
		}
	}
}

func FuzzParseRate(f *testing.F) {
	f.Add("500/s")
	f.Fuzz(func(t *testing.T, s string) {
		rate, err := ParseRate(s)
		if err != nil {
			return
		}
		if again, err := ParseRate(rate.String()); rate > 1e-6 && rate < 1e15 && (err != nil || math.Abs(float64(again-rate)) > float64(rate)*1e-9) {
			t.Errorf("%q: %v is parsed as %v, %v", s, rate, again, err)
		}
	})
}

// TestSchedule compares the scheduled times with the integral of the rate.
func TestSchedule(t *testing.T) {
	t.Parallel()
	constant := schedule{rate: 100}
	for n, want := range map[int64]time.Duration{0: 0, 1: 10 * time.Millisecond, 100: time.Second, 360000: time.Hour} {
		if got := constant.due(n); got != want {
			t.Errorf("event %d is scheduled at %s, want %s", n, got, want)
		}
	}
	ramp := schedule{rate: 100, ramp: 10 * time.Second} // 500 events during the ramp
	for n, want := range map[int64]time.Duration{0: 0, 5: time.Second, 125: 5 * time.Second, 500: 10 * time.Second, 600: 11 * time.Second} {
		if got := ramp.due(n); (got - want).Abs() > time.Microsecond {
			t.Errorf("event %d is scheduled at %s, want %s", n, got, want)
		}
	}
	if got := ramp.eventsBefore(11 * time.Second); got != 600 {
		t.Errorf("%d events are scheduled within 11 s", got)
	}
	for n := int64(1); n < 1000; n++ {
		if ramp.due(n) <= ramp.due(n-1) {
			t.Fatalf("event %d is scheduled at %s, the one before at %s", n, ramp.due(n), ramp.due(n-1))
		}
	}
	if got := (schedule{rate: 1e-12}).due(math.MaxInt64); got <= 0 {
		t.Errorf("the last possible event is scheduled at %s", got)
	}
}
