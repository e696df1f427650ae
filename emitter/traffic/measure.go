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
	// maxLatency is what a histogram can tell from longer times.
	maxLatency = time.Hour
	// significant digits of every quantile.
	digits = 3
	// maxPoints bounds the series: then two become one, and each lasts twice as long.
	maxPoints = 600
)

// actions are the types of events in the order of a conversation.
var actions = [...]payload.Action{payload.Created, payload.Updated, payload.Completed}

// Point is what came in during one stretch of a load.
type Point struct {
	At       time.Duration // when it ended, from the start
	Took     time.Duration
	Requests uint64
	Errors   uint64
	P50, P99 time.Duration // of the latency; where two stretches became one, the greater
	Max      time.Duration
	InFlight int // at its end
}

// Rate gives the requests a second.
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

func (k *counters) add(latency time.Duration, ok bool) {
	k.requests++
	if !ok {
		k.errors++
	}
	record(k.latency, latency)
}

// measure collects what comes back, from all connections. Its memory does not grow.
type measure struct {
	start    time.Time
	every    time.Duration
	tick     func(Point)
	inFlight atomic.Int64

	mu             sync.Mutex
	all, recent    counters // recent is what came since the last tick
	service, late  *hdrhistogram.Histogram
	events         map[payload.Action]*counters
	statuses       [600]uint64
	failures       map[string]*Failure
	sent, received uint64
	recorded       uint64
	end            time.Time // of the last answer
	lastTick       time.Time

	points []Point
	merge  int // ticks in one point
	ticks  int // in the last point
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

// record counts in microseconds; longer than the longest is the longest.
func record(h *hdrhistogram.Histogram, d time.Duration) {
	_ = h.RecordValue(min(max(d, 0), maxLatency).Microseconds()) // in range, so that it cannot fail
}

// begin starts the clock; end stops it and takes the last stretch in.
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

// add counts one event. due is when it was to leave, zero when nothing said so.
func (m *measure) add(o *emitter.BulkResult, due time.Time) {
	end := o.Began.Add(o.Took)
	latency, ok := o.Took, o.OK()
	m.mu.Lock()
	defer m.mu.Unlock()
	if !due.IsZero() {
		latency = end.Sub(due)
		record(m.late, o.Began.Sub(due))
	}
	record(m.service, o.Took)
	m.all.add(latency, ok)
	m.recent.add(latency, ok)
	m.events[o.Action].add(latency, ok)
	m.sent += uint64(o.Sent)
	m.received += uint64(o.Received)
	if o.Recorded {
		m.recorded++
	}
	if o.Status > 0 && o.Status < len(m.statuses) {
		m.statuses[o.Status]++
	}
	if o.Error != "" {
		m.fail(o)
	}
	if end.After(m.end) {
		m.end = end
	}
}

func (m *measure) fail(o *emitter.BulkResult) {
	f := m.failures[o.Error]
	if f == nil {
		f = &Failure{Reason: o.Reason}
		m.failures[o.Error] = f
	}
	f.Count++
}

// endInterval ends one stretch and begins the next.
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
	m.keep(p)
	if m.tick != nil {
		m.tick(p)
	}
}

// keep puts a point into the series, which only the ticking goroutine touches before the end.
func (m *measure) keep(p Point) {
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
