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

// Rate is a number of events per second. 0 is as many as possible.
type Rate float64

// MaxRate is the text of the Rate 0.
const MaxRate = "max"

// ParseRate parses "500/s", "30000/m", "2/h", "500" (per second) or "max".
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

// String returns the rate per second in a form that ParseRate accepts.
func (r Rate) String() string {
	if r == 0 {
		return MaxRate
	}
	return text.Decimal(float64(r)) + "/s"
}

// schedule has the scheduled time of each event of an open load. The rate grows linearly during the ramp and is constant
// afterwards.
type schedule struct {
	rate Rate
	ramp time.Duration
}

// due returns the scheduled time of event number n, from 0, as the time since the start.
func (s schedule) due(n int64) time.Duration {
	perSecond, ramp := float64(s.rate), s.ramp.Seconds()
	inRamp := perSecond * ramp / 2 // events during the ramp
	if float64(n) < inRamp {
		return seconds(math.Sqrt(2 * ramp * float64(n) / perSecond))
	}
	return seconds(ramp + (float64(n)-inRamp)/perSecond)
}

// eventsBefore returns how many events are scheduled before that time.
func (s schedule) eventsBefore(end time.Duration) int64 {
	return int64(sort.Search(math.MaxInt, func(n int) bool { return s.due(int64(n)) >= end }))
}

// seconds returns f seconds, limited to what a Duration can hold.
func seconds(f float64) time.Duration {
	return time.Duration(min(f*float64(time.Second), math.MaxInt64/2))
}
