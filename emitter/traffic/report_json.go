package traffic

import (
	"encoding/json"
	"math"
	"strconv"
	"time"
)

// timesJSON has quantiles in milliseconds.
type timesJSON struct {
	P50  float64 `json:"p50"`
	P90  float64 `json:"p90"`
	P99  float64 `json:"p99"`
	P999 float64 `json:"p999"`
	Max  float64 `json:"max"`
	P95  float64 `json:"p95"`
	Mean float64 `json:"mean"`
	Min  float64 `json:"min"`
}

type failureJSON struct {
	Count  uint64 `json:"count"`
	Reason string `json:"reason"`
}

type eventJSON struct {
	Requests  uint64    `json:"requests"`
	Errors    uint64    `json:"errors"`
	LatencyMS timesJSON `json:"latency_ms"`
}

type pointJSON struct {
	At       float64 `json:"at_s"`
	Rate     float64 `json:"rate"`
	Requests uint64  `json:"requests"`
	Errors   uint64  `json:"errors"`
	P50      float64 `json:"p50_ms"`
	P99      float64 `json:"p99_ms"`
	Max      float64 `json:"max_ms"`
	InFlight int     `json:"in_flight"`
}

type barJSON struct {
	From  float64 `json:"from_ms"`
	To    float64 `json:"to_ms"`
	Count uint64  `json:"count"`
}

type verdictJSON struct {
	Threshold string  `json:"threshold"`
	Got       float64 `json:"got"` // times in milliseconds, others in the unit of the threshold; a share is 0 to 1
	OK        bool    `json:"ok"`
}

type reportJSON struct {
	Requests  uint64    `json:"requests"`
	Rate      float64   `json:"rate"`
	Errors    uint64    `json:"errors"`
	LatencyMS timesJSON `json:"latency_ms"`
	Bytes     uint64    `json:"bytes"`
	DurationS float64   `json:"duration_s"`

	BytesSent     uint64                 `json:"bytes_sent"`
	BytesReceived uint64                 `json:"bytes_received"`
	Missed        uint64                 `json:"missed"`
	Leads         int                    `json:"leads"`
	TargetRate    string                 `json:"target_rate"`
	Connections   int                    `json:"connections"`
	Recorded      uint64                 `json:"recorded"`
	Started       string                 `json:"started"`
	ServiceMS     timesJSON              `json:"service_ms"`
	LateMS        timesJSON              `json:"late_ms"`
	Statuses      map[string]uint64      `json:"statuses"`
	Failures      map[string]failureJSON `json:"failures"`
	Events        map[string]eventJSON   `json:"events"`
	Thresholds    []verdictJSON          `json:"thresholds"`
	Histogram     []barJSON              `json:"histogram"`
	Series        []pointJSON            `json:"series"`
}

// MarshalJSON returns the last object in the output of a load.
func (r *LoadReport) MarshalJSON() ([]byte, error) {
	o := reportJSON{
		Requests: r.Requests, Rate: rounded(r.Throughput()), Errors: r.Errors, LatencyMS: r.Latency.json(), Bytes: r.Sent + r.Received,
		DurationS: rounded(r.Took.Seconds()), BytesSent: r.Sent, BytesReceived: r.Received, Missed: r.Missed, Leads: r.Leads, TargetRate: r.Rate.String(),
		Connections: r.Connections, Recorded: r.Recorded, Started: r.Started.UTC().Format(time.RFC3339Nano),
		ServiceMS: r.Service.json(), LateMS: r.Late.json(),
		Statuses: map[string]uint64{}, Failures: map[string]failureJSON{}, Events: map[string]eventJSON{},
		Thresholds: []verdictJSON{}, Histogram: []barJSON{}, Series: []pointJSON{},
	}
	for status, n := range r.Statuses {
		o.Statuses[strconv.Itoa(status)] = n
	}
	for name, f := range r.Failures {
		o.Failures[name] = failureJSON(f)
	}
	for _, e := range r.Events {
		o.Events[e.Event] = eventJSON{e.Requests, e.Errors, e.Latency.json()}
	}
	for _, v := range r.Thresholds {
		if timeMetrics[v.Metric] != nil || v.Metric == metricLate {
			v.Got *= 1000
		}
		o.Thresholds = append(o.Thresholds, verdictJSON{v.Text, rounded(v.Got), v.OK})
	}
	for _, b := range r.Buckets {
		o.Histogram = append(o.Histogram, barJSON{ms(b.From), ms(b.To), b.Count})
	}
	for _, p := range r.Series {
		o.Series = append(o.Series, pointJSON{rounded(p.At.Seconds()), rounded(p.Rate()), p.Requests, p.Errors, ms(p.P50), ms(p.P99), ms(p.Max), p.InFlight})
	}
	return json.Marshal(o)
}

func (t Quantiles) json() timesJSON {
	return timesJSON{ms(t.P50), ms(t.P90), ms(t.P99), ms(t.P999), ms(t.Max), ms(t.P95), ms(t.Mean), ms(t.Min)}
}

func ms(d time.Duration) float64 { return rounded(d.Seconds() * 1000) }

// rounded rounds to three decimals, so that milliseconds have the precision of microseconds.
func rounded(f float64) float64 { return math.Round(f*1000) / 1000 }
