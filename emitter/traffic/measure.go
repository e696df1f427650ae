package traffic

import (
	"sync"
	"sync/atomic"
	"time"

	"artihook/emitter"
	"artihook/emitter/payload"

	"github.com/HdrHistogram/hdrhistogram-go"
)

const (
	// maxLatency is the longest time of a histogram. Longer times count as this one.
	maxLatency = time.Hour
	// digits is the precision of a histogram, in significant digits.
	digits = 3
	// maxPoints is the maximum length of the series. At that length, pairs of points are merged.
	maxPoints = 600
)

// actions are the types of events in the order of a conversation.
var actions = [...]payload.Action{payload.Created, payload.Updated, payload.Completed}

// Point is the result of one interval of a load.
type Point struct {
	At       time.Duration // the end of the interval, since the start
	Took     time.Duration
	Requests uint64
	Errors   uint64
	P50, P99 time.Duration // of the latency; for merged intervals, the maximum of both
	Max      time.Duration
	InFlight int // requests in flight at the end
}

// Rate returns the requests per second.
func (p Point) Rate() float64 { return perSecond(p.Requests, p.Took) }

func perSecond(n uint64, d time.Duration) float64 {
	if d <= 0 {
		return 0
	}
	return float64(n) / d.Seconds()
}

// counters counts the events of one type.
type counters struct {
	requests, errors uint64
	latency          *hdrhistogram.Histogram
}

func (c *counters) add(latency time.Duration, ok bool) {
	c.requests++
	if !ok {
		c.errors++
	}
	record(c.latency, latency)
}

// measure collects the results of all connections in constant memory.
type measure struct {
	start    time.Time
	every    time.Duration
	tick     func(Point)
	inFlight atomic.Int64

	mu             sync.Mutex
	all, recent    counters // recent counts since the last tick
	service, late  *hdrhistogram.Histogram
	events         map[payload.Action]*counters
	statuses       [600]uint64
	failures       map[string]*Failure
	sent, received uint64
	recorded       uint64
	end            time.Time // of the last response
	lastTick       time.Time

	points []Point
	merge  int // ticks in a point
	ticks  int // ticks in the last point
}

func newMeasure(every time.Duration, tick func(Point)) *measure {
	m := &measure{
		every: every, tick: tick, merge: 1, all: counters{latency: newHistogram()}, recent: counters{latency: newHistogram()},
		service: newHistogram(), late: newHistogram(), events: map[payload.Action]*counters{}, failures: map[string]*Failure{},
	}
	for _, action := range actions {
		m.events[action] = &counters{latency: newHistogram()}
	}
	return m
}

func newHistogram() *hdrhistogram.Histogram {
	return hdrhistogram.New(1, maxLatency.Microseconds(), digits)
}

// record records a time in microseconds.
func record(h *hdrhistogram.Histogram, d time.Duration) {
	_ = h.RecordValue(min(max(d, 0), maxLatency).Microseconds()) // in range, so that it cannot fail
}

// begin starts the clock. end stops it and ends the last interval.
func (m *measure) begin() (end func()) {
	m.start = time.Now()
	m.lastTick, m.end = m.start, m.start
	ticker := time.NewTicker(m.every)
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case now := <-ticker.C:
				m.endInterval(now)
			case <-done:
				return
			}
		}
	}()
	return func() {
		ticker.Stop()
		close(done)
		<-stopped
		m.endInterval(time.Now())
	}
}

// add counts one event. due is its scheduled time, or zero in a closed load.
func (m *measure) add(r *emitter.BulkResult, due time.Time) {
	end := r.Began.Add(r.Took)
	latency, ok := r.Took, r.OK()
	m.mu.Lock()
	defer m.mu.Unlock()
	if !due.IsZero() {
		latency = end.Sub(due)
		record(m.late, r.Began.Sub(due))
	}
	record(m.service, r.Took)
	m.all.add(latency, ok)
	m.recent.add(latency, ok)
	m.events[r.Action].add(latency, ok)
	m.sent += uint64(r.Sent)
	m.received += uint64(r.Received)
	if r.Recorded {
		m.recorded++
	}
	if r.Status > 0 && r.Status < len(m.statuses) {
		m.statuses[r.Status]++
	}
	if r.Error != "" {
		m.addFailure(r)
	}
	if end.After(m.end) {
		m.end = end
	}
}

func (m *measure) addFailure(r *emitter.BulkResult) {
	f := m.failures[r.Error]
	if f == nil {
		f = &Failure{Reason: r.Reason}
		m.failures[r.Error] = f
	}
	f.Count++
}

// endInterval adds the point of the current interval and begins the next one.
func (m *measure) endInterval(now time.Time) {
	m.mu.Lock()
	p := Point{
		At: now.Sub(m.start), Took: now.Sub(m.lastTick), Requests: m.recent.requests, Errors: m.recent.errors,
		P50: quantile(m.recent.latency, 50), P99: quantile(m.recent.latency, 99), Max: quantile(m.recent.latency, 100),
		InFlight: int(m.inFlight.Load()),
	}
	m.lastTick = now
	m.recent.requests, m.recent.errors = 0, 0
	m.recent.latency.Reset()
	m.mu.Unlock()
	m.addPoint(p)
	if m.tick != nil {
		m.tick(p)
	}
}

// addPoint adds a point to the series. Until the end of the load, only the goroutine of begin uses the series.
func (m *measure) addPoint(p Point) {
	if m.ticks == 0 {
		m.points = append(m.points, p)
	} else {
		last := &m.points[len(m.points)-1]
		*last = merge(*last, p)
	}
	if m.ticks++; m.ticks < m.merge {
		return
	}
	m.ticks = 0
	if len(m.points) < maxPoints {
		return
	}
	half := m.points[:0]
	for i := 0; i < maxPoints; i += 2 {
		half = append(half, merge(m.points[i], m.points[i+1]))
	}
	m.points, m.merge = half, 2*m.merge
}

func merge(a, b Point) Point {
	return Point{
		At: b.At, Took: a.Took + b.Took, Requests: a.Requests + b.Requests, Errors: a.Errors + b.Errors,
		P50: max(a.P50, b.P50), P99: max(a.P99, b.P99), Max: max(a.Max, b.Max), InFlight: b.InFlight,
	}
}

func quantile(h *hdrhistogram.Histogram, percent float64) time.Duration {
	if h.TotalCount() == 0 {
		return 0
	}
	if percent == 100 {
		return time.Duration(h.Max()) * time.Microsecond
	}
	return time.Duration(h.ValueAtQuantile(percent)) * time.Microsecond
}
