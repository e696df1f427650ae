package history

import (
	"context"
	"time"
)

// Bar counts the deliveries that were created from From on and before To, by Class.
type Bar struct {
	From, To time.Time
	Counts   [Classes]int64
}

// Class is a kind of outcome.
type Class int

// The classes of Bar.Counts, in the order in which a chart stacks them.
const (
	ClassOK       Class = iota // 2xx
	ClassRejected              // another complete response below 500
	ClassFailed                // 5xx, or no complete response
	ClassUnknown               // no outcome
	Classes                    // the number of classes
)

// class returns the class of the delivery.
func (m *statsRow) class() Class {
	switch {
	case string(m.name) == ErrorUnknown:
		return ClassUnknown
	case m.ok:
		return ClassOK
	case len(m.name) == 3 && '1' <= m.name[0] && m.name[0] <= '4':
		return ClassRejected
	}
	return ClassFailed
}

// steps are the lengths of a bar, in seconds.
var steps = []int64{
	1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 2 * 3600, 3 * 3600, 6 * 3600, 12 * 3600, 86400, 2 * 86400, 7 * 86400, 30 * 86400,
}

// Timeline returns the Stats of the deliveries that the filter selects, and their number over time in at most most bars of the same
// length, from the first to the last delivery. It counts seconds, so its memory grows with the seconds that have deliveries.
func (s *Store) Timeline(ctx context.Context, f Filter, most int) (Stats, []Bar, error) {
	seconds := map[int64]*[Classes]int64{}
	stats, err := s.sumUp(ctx, f, func(m *statsRow) {
		at := m.micro / 1e6
		if seconds[at] == nil {
			seconds[at] = new([Classes]int64)
		}
		seconds[at][m.class()]++
	})
	if err != nil || stats.Deliveries == 0 {
		return stats, nil, err
	}
	step, first, last := int64(0), stats.First.Unix(), stats.Last.Unix()
	for _, step = range steps {
		if last/step-first/step < int64(most) {
			break
		}
	}
	for last/step-first/step >= int64(most) {
		step *= 2
	}
	bars := make([]Bar, last/step-first/step+1)
	for i := range bars {
		from := (first/step + int64(i)) * step
		bars[i].From, bars[i].To = time.Unix(from, 0).UTC(), time.Unix(from+step, 0).UTC()
	}
	for at, counts := range seconds {
		bar := &bars[at/step-first/step]
		for class, n := range counts {
			bar.Counts[class] += n
		}
	}
	return stats, bars, nil
}
