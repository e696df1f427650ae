package history

import (
	"context"
	"testing"
)

func TestTimeline(t *testing.T) {
	t.Parallel()
	store := listed(t)
	for _, most := range []int{1, 3, 60} {
		stats, bars, err := store.Timeline(context.Background(), Filter{}, most)
		if err != nil || len(bars) == 0 || len(bars) > most {
			t.Fatalf("%d bars of %d: %v", len(bars), most, err)
		}
		var sum int64
		var counts [Classes]int64
		for i, bar := range bars {
			if i > 0 && !bar.From.Equal(bars[i-1].To) {
				t.Errorf("bar %d begins at %s, the one before ends at %s", i, bar.From, bars[i-1].To)
			}
			for class, n := range bar.Counts {
				sum += n
				counts[class] += n
			}
		}
		if sum != stats.Deliveries || counts[ClassOK] != stats.Accepted {
			t.Errorf("the bars have %v, the stats are %+v", counts, stats)
		}
		if stats.First.Before(bars[0].From) || !stats.Last.Before(bars[len(bars)-1].To) {
			t.Errorf("the bars are from %s to %s, the deliveries from %s to %s", bars[0].From, bars[len(bars)-1].To, stats.First, stats.Last)
		}
		for class, status := range map[Class]string{ClassUnknown: "unknown", ClassRejected: "1xx,3xx,4xx"} {
			if n, err := store.Count(context.Background(), Filter{Status: status}); err != nil || n != counts[class] {
				t.Errorf("%s: the bars have %d, the history %d, %v", status, counts[class], n, err)
			}
		}
	}
	if _, bars, err := store.Timeline(context.Background(), Filter{Lead: "none"}, 10); err != nil || bars != nil {
		t.Errorf("no delivery: %v, %v", bars, err)
	}
}
