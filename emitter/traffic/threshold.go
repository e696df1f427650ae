package traffic

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Threshold is a condition that a load must meet, such as p99<200ms, errors<1% or rate>450/s.
type Threshold struct {
	Metric string
	Sign   string  // <, <=, > or >=
	Limit  float64 // seconds, a share, a count, or a number a second
	Text   string  // as given, without spaces
}

// Verdict is a threshold and the result of the load.
type Verdict struct {
	Threshold
	Got float64 // in the unit of Limit
	OK  bool
}

// timeMetrics has the metrics that are times.
var timeMetrics = map[string]func(Quantiles) time.Duration{
	"min":  func(t Quantiles) time.Duration { return t.Min },
	"mean": func(t Quantiles) time.Duration { return t.Mean },
	"p50":  func(t Quantiles) time.Duration { return t.P50 },
	"p90":  func(t Quantiles) time.Duration { return t.P90 },
	"p95":  func(t Quantiles) time.Duration { return t.P95 },
	"p99":  func(t Quantiles) time.Duration { return t.P99 },
	"p999": func(t Quantiles) time.Duration { return t.P999 },
	"max":  func(t Quantiles) time.Duration { return t.Max },
}

const (
	metricErrors   = "errors" // a share if the limit has %, otherwise a count
	metricRate     = "rate"
	metricRequests = "requests"
	metricLate     = "late" // LoadReport.Late.P99
)

const metricNames = "p50, p90, p95, p99, p999, min, mean, max, late, errors, rate or requests"

// percentile returns 99 for the metric p99, and 0 for a metric that is not a percentile.
func (t Threshold) percentile() float64 {
	return map[string]float64{"p50": 50, "p90": 90, "p95": 95, "p99": 99, "p999": 99.9}[t.Metric]
}

// isShare reports whether the limit is a share of the requests, as in errors<1%.
func (t Threshold) isShare() bool { return strings.HasSuffix(t.Text, "%") }

// ParseThresholds parses conditions separated by commas: 'p99<200ms,errors<1%,rate>450/s'.
func ParseThresholds(s string) ([]Threshold, error) {
	var list []Threshold
	for text := range strings.SplitSeq(s, ",") {
		t, err := parseThreshold(strings.TrimSpace(text))
		if err != nil {
			return nil, fmt.Errorf("threshold %q: %w", strings.TrimSpace(text), err)
		}
		list = append(list, t)
	}
	return list, nil
}

func parseThreshold(text string) (Threshold, error) {
	at := strings.IndexAny(text, "<>")
	if at < 0 {
		return Threshold{}, errors.New("want a condition like p99<200ms, errors<1% or rate>450/s")
	}
	t := Threshold{Metric: strings.TrimSpace(text[:at]), Sign: text[at : at+1], Text: strings.ReplaceAll(text, " ", "")}
	value := text[at+1:]
	if rest, ok := strings.CutPrefix(value, "="); ok {
		t.Sign, value = t.Sign+"=", rest
	}
	var err error
	t.Limit, err = parseLimit(t.Metric, strings.TrimSpace(value))
	return t, err
}

func parseLimit(metric, value string) (float64, error) {
	switch {
	case timeMetrics[metric] != nil || metric == metricLate:
		d, err := time.ParseDuration(value)
		if err != nil || d < 0 {
			return 0, fmt.Errorf("%q is not a duration; want one like 200ms or 1.5s", value)
		}
		return d.Seconds(), nil
	case metric == metricErrors && strings.HasSuffix(value, "%"):
		share, err := number(strings.TrimSuffix(value, "%"))
		if err != nil || share > 100 {
			return 0, fmt.Errorf("%q is not a percentage; want one like 1%%", value)
		}
		return share / 100, nil
	case metric == metricErrors || metric == metricRequests:
		n, err := number(value)
		if err != nil {
			return 0, fmt.Errorf("%q is not a number; want one like 10 or, for errors, 1%%", value)
		}
		return n, nil
	case metric == metricRate:
		rate, err := ParseRate(value)
		if err != nil || rate == 0 {
			return 0, fmt.Errorf("%q is not a rate; want one like 450/s", value)
		}
		return float64(rate), nil
	}
	return 0, fmt.Errorf("unknown metric %q; want %s", metric, metricNames)
}

func number(s string) (float64, error) {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || !(f >= 0 && f < 1e18) {
		return 0, errors.New("want a number, 0 or more")
	}
	return f, nil
}

// Judge sets r.Thresholds to the results of the thresholds, and reports whether all of them are met.
func (r *LoadReport) Judge(thresholds []Threshold) bool {
	r.Thresholds = nil
	for _, t := range thresholds {
		v := Verdict{Threshold: t, Got: r.value(t)}
		v.OK = map[string]bool{"<": v.Got < t.Limit, "<=": v.Got <= t.Limit, ">": v.Got > t.Limit, ">=": v.Got >= t.Limit}[t.Sign]
		r.Thresholds = append(r.Thresholds, v)
	}
	return !slices.ContainsFunc(r.Thresholds, func(v Verdict) bool { return !v.OK })
}

func (r *LoadReport) value(t Threshold) float64 {
	switch {
	case t.Metric == metricLate:
		return r.Late.P99.Seconds()
	case t.Metric == metricRate:
		return r.Throughput()
	case t.Metric == metricRequests:
		return float64(r.Requests)
	case t.Metric == metricErrors && t.isShare():
		return r.ErrorShare()
	case t.Metric == metricErrors:
		return float64(r.Errors)
	}
	return timeMetrics[t.Metric](r.Latency).Seconds()
}
