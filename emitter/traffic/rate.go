package traffic

import (
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"
	"time"

	"artihook/emitter/text"
)

// Rate is how many events are to leave each second. 0 is as many as the connections carry.
type Rate float64

// MaxRate is the word for a Rate of 0.
const MaxRate = "max"

// ParseRate reads "500/s", "30000/m", "500" (a second) or "max".
func ParseRate(s string) (Rate, error) {
	if s == MaxRate {
		return 0, nil
	}
	number, unit, given := strings.Cut(s, "/")
	seconds := map[string]float64{"s": 1, "m": 60, "h": 3600}[unit]
	if !given {
		seconds = 1
	}
	f, err := strconv.ParseFloat(number, 64)
	if err != nil || seconds == 0 || !(f > 0) || math.IsInf(f, 0) {
		return 0, fmt.Errorf("want a rate like 500/s or 30000/m, or %s", MaxRate)
	}
	return Rate(f / seconds), nil
}

// String gives the form that ParseRate reads, in seconds.
func (r Rate) String() string {
	if r == 0 {
		return MaxRate
	}
	return text.Decimal(float64(r)) + "/s"
}

// schedule says when each event of an open load is to leave: at an even rate, which grows evenly over the ramp.
type schedule struct {
	rate Rate
	ramp time.Duration
}

// due gives how long after the start event number n leaves, n from 0 up.
func (s schedule) due(n int64) time.Duration {
	perSecond, ramp := float64(s.rate), s.ramp.Seconds()
	during := perSecond * ramp / 2 // events that leave while the rate still grows
	if float64(n) < during {
		return seconds(math.Sqrt(2 * ramp * float64(n) / perSecond))
	}
	return seconds(ramp + (float64(n)-during)/perSecond)
}

// eventsBefore gives how many events leave before that time.
func (s schedule) eventsBefore(end time.Duration) int64 {
	return int64(sort.Search(math.MaxInt, func(n int) bool { return s.due(int64(n)) >= end }))
}

// seconds is a number of seconds, at most what a Duration holds.
func seconds(f float64) time.Duration {
	return time.Duration(min(f*float64(time.Second), math.MaxInt64/2))
}
