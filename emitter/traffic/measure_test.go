package traffic

import (
	"testing"
	"time"
)

// TestSeriesIsBounded adds a point for each second of a day. Merged points lose no requests.
func TestSeriesIsBounded(t *testing.T) {
	t.Parallel()
	m := newMeasure(time.Second, nil)
	for n := 1; n <= 86400; n++ {
		m.addPoint(Point{At: time.Duration(n) * time.Second, Took: time.Second, Requests: 2, Errors: 1, P99: time.Duration(n)})
	}
	var requests, errors uint64
	var took, at time.Duration
	for _, p := range m.points {
		requests, errors, took = requests+p.Requests, errors+p.Errors, took+p.Took
		if p.At <= at {
			t.Fatalf("a point at %s follows one at %s", p.At, at)
		}
		at = p.At
	}
	if requests != 2*86400 || errors != 86400 || took != 24*time.Hour || len(m.points) > maxPoints || len(m.points) < maxPoints/4 {
		t.Errorf("%d points: %d requests, %d errors in %s", len(m.points), requests, errors, took)
	}
}

func TestBuckets(t *testing.T) {
	t.Parallel()
	h := newHistogram()
	for _, d := range []time.Duration{0, time.Microsecond, 90 * time.Microsecond, 100 * time.Microsecond, 101 * time.Microsecond, 3 * time.Millisecond, 40 * time.Hour} {
		record(h, d)
	}
	counts := map[time.Duration]uint64{}
	all := uint64(0)
	for _, b := range bucketsOf(h) {
		counts[b.To] = b.Count
		all += b.Count
		if b.From >= b.To {
			t.Errorf("bucket %+v", b)
		}
	}
	if all != 7 || counts[time.Microsecond] != 2 || counts[100*time.Microsecond] != 2 || counts[200*time.Microsecond] != 1 || counts[5*time.Millisecond] != 1 {
		t.Errorf("%v", counts)
	}
	if got := quantilesOf(h); got.Max < maxLatency-maxLatency/1000 || got.P50 < 99*time.Microsecond || got.P50 > 101*time.Microsecond {
		t.Errorf("%+v", got)
	}
}
