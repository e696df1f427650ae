package traffic

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// LoadReport is what a load has measured.
type LoadReport struct {
	Started     time.Time
	Took        time.Duration // from the start to the last answer
	Rate        Rate          // that was asked for; 0 is as fast as it goes
	Connections int           // that were open at the most

	Leads    int // of which something was sent
	Requests uint64
	Errors   uint64 // requests that no 2xx answered
	Missed   uint64 // events of an open load that were to leave before its end, and whose turn never came
	Sent     uint64 // bytes
	Received uint64 // bytes
	Recorded uint64 // deliveries that went into the history

	// Latency is from the moment at which an event was to leave, in an open load, to the end of its answer. Service is
	// from the moment at which it did leave, and Late is what lies between the two: zero in a closed load.
	Latency, Service, Late Quantiles

	Statuses   map[int]uint64
	Failures   map[string]Failure // by the names of emitter
	Events     []EventReport      // per event type, in the order of a conversation; none that did not come
	Series     []Point            // over time, at most some hundreds
	Buckets    []Bucket           // the latency's histogram
	Thresholds []Verdict
}

// Throughput gives the requests a second.
func (r *LoadReport) Throughput() float64 { return perSecond(r.Requests, r.Took) }

// ErrorShare gives the share of requests that failed, 0 to 1.
func (r *LoadReport) ErrorShare() float64 {
	if r.Requests == 0 {
		return 0
	}
	return float64(r.Errors) / float64(r.Requests)
}

// Failure counts the deliveries without a whole answer, by name.
type Failure struct {
	Count  uint64
	Reason string // of the first one, a plain sentence
}

// EventReport is what came of the events of one type.
type EventReport struct {
	Event            string // "lead:updated"
	Requests, Errors uint64
	Latency          Quantiles
}

// Quantiles are the quantiles of a histogram, each exact to three digits.
type Quantiles struct {
	Min, Mean, P50, P90, P95, P99, P999, Max time.Duration
}

// Bucket counts what took longer than From and at most To.
type Bucket struct {
	From, To time.Duration
	Count    uint64
}

func quantilesOf(h *hdrhistogram.Histogram) Quantiles {
	if h.TotalCount() == 0 {
		return Quantiles{}
	}
	return Quantiles{
		Min: time.Duration(h.Min()) * time.Microsecond, Mean: time.Duration(h.Mean() * float64(time.Microsecond)),
		P50: quantile(h, 50), P90: quantile(h, 90), P95: quantile(h, 95), P99: quantile(h, 99), P999: quantile(h, 99.9),
		Max: quantile(h, 100),
	}
}

// bucketsOf draws a histogram together into steps of 1, 2, 5, 10 …, from the first to the last that holds something.
func bucketsOf(h *hdrhistogram.Histogram) []Bucket {
	var bars []Bucket
	from, to, step := time.Duration(0), time.Microsecond, 0
	for _, fine := range h.Distribution() {
		if fine.Count == 0 {
			continue
		}
		for time.Duration(fine.To)*time.Microsecond > to+to/1000 {
			from, to = to, to*[...]time.Duration{2, 5, 2}[step]/[...]time.Duration{1, 2, 1}[step]
			step = (step + 1) % 3
			if len(bars) > 0 {
				bars = append(bars, Bucket{From: from, To: to})
			}
		}
		if len(bars) == 0 {
			bars = append(bars, Bucket{From: from, To: to})
		}
		bars[len(bars)-1].Count += uint64(fine.Count)
	}
	return bars
}

// report sums up. Nothing is under way any more.
func (l *load) report() *LoadReport {
	m := l.measure
	r := &LoadReport{
		Started: m.start, Took: m.end.Sub(m.start), Rate: l.opt.Rate, Connections: int(l.opened.Load()), Leads: int(l.sent.Load()),
		Requests: m.all.requests, Errors: m.all.errors, Missed: l.missed(), Sent: m.sent, Received: m.received, Recorded: m.recorded,
		Latency: quantilesOf(m.all.latency), Service: quantilesOf(m.service), Late: quantilesOf(m.late),
		Statuses: map[int]uint64{}, Failures: map[string]Failure{}, Series: m.points, Buckets: bucketsOf(m.all.latency),
	}
	for status, n := range m.statuses {
		if n > 0 {
			r.Statuses[status] = n
		}
	}
	for name, f := range m.failures {
		r.Failures[name] = *f
	}
	for _, action := range actions {
		if k := m.events[action]; k.requests > 0 {
			r.Events = append(r.Events, EventReport{Event: action.Event(), Requests: k.requests, Errors: k.errors, Latency: quantilesOf(k.latency)})
		}
	}
	return r
}

// missed counts what the schedule holds up to its end beyond what was sent. A load that ended earlier misses nothing.
func (l *load) missed() uint64 {
	limited := l.opt.Leads > 0 && l.leads.Load() >= int64(l.opt.Leads)
	if l.opt.Rate == 0 || l.opt.Duration == 0 || limited || time.Since(l.start) < l.opt.Duration {
		return 0
	}
	all := l.schedule.eventsBefore(l.opt.Duration)
	return uint64(max(0, all-int64(l.measure.all.requests)))
}
