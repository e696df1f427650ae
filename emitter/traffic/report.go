package traffic

import (
	"math"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// LoadReport is the result of a load.
type LoadReport struct {
	Tool, Target, Seed string // for the HTML report; set by the caller

	Started     time.Time
	Took        time.Duration // from the start to the last response
	Rate        Rate          // of the options; 0 is as fast as possible
	Connections int           // that were opened

	Leads    int // leads of which an event was sent
	Requests uint64
	Errors   uint64 // requests without a 2xx response
	Missed   uint64 // events of an open load that were scheduled and not sent before its end
	Sent     uint64 // bytes
	Received uint64 // bytes
	Recorded uint64 // deliveries in the history

	// Service is the time from sending an event to the end of its response. In an open load, Latency counts from the
	// scheduled time of the event, and Late is the time from there to the sending. In a closed load, Latency is Service,
	// and Late is 0.
	Latency, Service, Late Quantiles

	Statuses   map[int]uint64
	Failures   map[string]Failure // by name, one of history.FailureNames
	Events     []EventReport      // by event type, in the order of a conversation, without types that were not sent
	Series     []Point            // over time, at most 600
	Buckets    []Bucket           // the histogram of Latency
	histogram  []Bucket           // with more buckets, for a picture
	Thresholds []Verdict
}

// Throughput returns the requests per second.
func (r *LoadReport) Throughput() float64 { return perSecond(r.Requests, r.Took) }

// ErrorShare returns the share of requests that failed, 0 to 1.
func (r *LoadReport) ErrorShare() float64 {
	if r.Requests == 0 {
		return 0
	}
	return float64(r.Errors) / float64(r.Requests)
}

// Failure counts the deliveries that failed in the same way.
type Failure struct {
	Count  uint64
	Reason string // of the first delivery, a sentence
}

// EventReport is the result for events of one type.
type EventReport struct {
	Event            string // "lead:updated"
	Requests, Errors uint64
	Latency          Quantiles
}

// Quantiles are the quantiles of a histogram, with a precision of three digits.
type Quantiles struct {
	Min, Mean, P50, P90, P95, P99, P999, Max time.Duration
}

// Bucket counts the requests that took longer than From and at most To.
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

// bucketsOf returns a histogram with the limits 1, 2, 5, 10 … µs, from the first to the last bucket that is not empty.
func bucketsOf(h *hdrhistogram.Histogram) []Bucket {
	var buckets []Bucket
	from, to, step := time.Duration(0), time.Microsecond, 0
	for _, fine := range h.Distribution() {
		if fine.Count == 0 {
			continue
		}
		for time.Duration(fine.To)*time.Microsecond > to+to/1000 {
			from, to = to, to*[...]time.Duration{2, 5, 2}[step]/[...]time.Duration{1, 2, 1}[step]
			step = (step + 1) % 3
			if len(buckets) > 0 {
				buckets = append(buckets, Bucket{From: from, To: to})
			}
		}
		if len(buckets) == 0 {
			buckets = append(buckets, Bucket{From: from, To: to})
		}
		buckets[len(buckets)-1].Count += uint64(fine.Count)
	}
	return buckets
}

// pictureBuckets is the number of buckets of a histogram for a picture.
const pictureBuckets = 48

// histogramOf returns a histogram with buckets of the same width on a logarithmic axis, from the minimum to the maximum.
func histogramOf(h *hdrhistogram.Histogram) []Bucket {
	if h.TotalCount() == 0 {
		return nil
	}
	low, high := float64(max(h.Min(), 1)), float64(h.Max()+1)
	high = max(high, low*1.2)
	edge := func(i int) time.Duration {
		return time.Duration(low * math.Pow(high/low, float64(i)/pictureBuckets) * float64(time.Microsecond))
	}
	buckets := make([]Bucket, pictureBuckets)
	for i := range buckets {
		buckets[i].From, buckets[i].To = edge(i), edge(i+1)
	}
	for _, fine := range h.Distribution() {
		if fine.Count > 0 {
			at := int(pictureBuckets * math.Log(max(float64(fine.From), low)/low) / math.Log(high/low))
			buckets[min(max(at, 0), pictureBuckets-1)].Count += uint64(fine.Count)
		}
	}
	return buckets
}

// report returns the report. No request may be in flight.
func (l *load) report() *LoadReport {
	m := l.measure
	r := &LoadReport{
		Started: m.start, Took: m.end.Sub(m.start), Rate: l.opt.Rate, Connections: int(l.opened.Load()), Leads: int(l.sent.Load()),
		Requests: m.all.requests, Errors: m.all.errors, Missed: l.missed(), Sent: m.sent, Received: m.received, Recorded: m.recorded,
		Latency: quantilesOf(m.all.latency), Service: quantilesOf(m.service), Late: quantilesOf(m.late),
		Statuses: map[int]uint64{}, Failures: map[string]Failure{}, Series: m.points, Buckets: bucketsOf(m.all.latency), histogram: histogramOf(m.all.latency),
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
		if c := m.events[action]; c.requests > 0 {
			r.Events = append(r.Events, EventReport{Event: action.Event(), Requests: c.requests, Errors: c.errors, Latency: quantilesOf(c.latency)})
		}
	}
	return r
}

// missed returns how many events were scheduled before the end of the load and not sent. It is 0 for a load that ended early.
func (l *load) missed() uint64 {
	limited := l.opt.Leads > 0 && l.leads.Load() >= int64(l.opt.Leads)
	if l.opt.Rate == 0 || l.opt.Duration == 0 || limited || time.Since(l.start) < l.opt.Duration {
		return 0
	}
	all := l.schedule.eventsBefore(l.opt.Duration)
	return uint64(max(0, all-int64(l.measure.all.requests)))
}
