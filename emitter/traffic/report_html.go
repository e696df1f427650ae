package traffic

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"

	"artihook/emitter/htmlreport"
	"artihook/emitter/text"
)

//go:embed report.html
var reportPage string

//go:embed report.css
var reportStyle string

// The size of a plot, in SVG units.
const (
	plotWidth  = 720.0
	plotHeight = 180.0
)

// plot is one diagram of the page.
type plot struct {
	Title, Top, Bottom string
	Labels             []string // below it, from the left to the right
	Lines              []plotLine
	Bars               []plotBar
}

type plotLine struct{ Class, Name, Points string }

type plotBar struct {
	X, Y, Width, Height float64
	Hint                string // tooltip
}

// loadPage is the data of the template.
type loadPage struct {
	*LoadReport
	Plots []plot
	Times []timesRow
}

// timesRow is a row of the table of times.
type timesRow struct {
	Name   string
	Values []timesValue
}

type timesValue struct{ Name, Value string }

// WriteHTML writes the report as a page that needs no other file (see [htmlreport.Write]).
func (r *LoadReport) WriteHTML(out io.Writer) error {
	title, ok := r.verdict()
	outcome := "fail"
	if ok {
		outcome = "pass"
	}
	return htmlreport.Write(out, htmlreport.Header{
		Verdict: title, Outcome: outcome, Command: "load", Tool: r.Tool, Target: r.Target, Seed: r.Seed, Started: r.Started, Took: r.Took,
	}, htmlreport.Content{
		Template: reportPage, Style: reportStyle, Data: loadPage{r, r.plots(), r.times()},
		Funcs: template.FuncMap{
			"size": text.ByteSize[uint64], "responses": func() string { return orNone(r.responses()) },
			"percent": func(f float64) string { return fmt.Sprintf("%.2f%%", 100*f) }, "rate": func(f float64) string { return fmt.Sprintf("%.1f/s", f) },
		},
	})
}

// times returns the table of times.
func (r *LoadReport) times() []timesRow {
	rows := []timesRow{newTimesRow("latency", r.Latency)}
	if r.Rate != 0 {
		rows = append(rows, newTimesRow("late", r.Late), newTimesRow("service", r.Service))
	}
	for _, e := range r.Events {
		rows = append(rows, newTimesRow(e.Event, e.Latency))
	}
	return rows
}

func newTimesRow(name string, q Quantiles) timesRow {
	row := timesRow{Name: name}
	for _, v := range []struct {
		name string
		time time.Duration
	}{{"min", q.Min}, {"mean", q.Mean}, {"p50", q.P50}, {"p90", q.P90}, {"p95", q.P95}, {"p99", q.P99}, {"p99.9", q.P999}, {"max", q.Max}} {
		row.Values = append(row.Values, timesValue{v.name, text.ShortDuration(v.time)})
	}
	return row
}

// verdict returns the result as a heading, and whether the load has passed.
func (r *LoadReport) verdict() (title string, ok bool) {
	missed := 0
	for _, v := range r.Thresholds {
		if !v.OK {
			missed++
		}
	}
	switch {
	case r.Requests == 0:
		return "No request was sent", false
	case missed > 0:
		return fmt.Sprintf("%d of %s missed", missed, text.Counted(len(r.Thresholds), "threshold")), false
	case len(r.Thresholds) == 1:
		return "The threshold is met", true
	case len(r.Thresholds) == 2:
		return "Both thresholds are met", true
	case len(r.Thresholds) > 0:
		return fmt.Sprintf("All %d thresholds are met", len(r.Thresholds)), true
	case r.Errors > 0:
		return fmt.Sprintf("%d of %s failed", r.Errors, text.Counted(r.Requests, "request")), false
	}
	return fmt.Sprintf("All %s were accepted", text.Counted(r.Requests, "request")), true
}

func (r *LoadReport) plots() []plot {
	plots := []plot{r.barPlot()}
	if len(r.Series) < 2 {
		return plots
	}
	return append(plots,
		r.linePlot("Throughput over time", func(f float64) string { return fmt.Sprintf("%.0f/s", f) },
			curve{"rate", "requests", func(p Point) float64 { return p.Rate() }},
			curve{"errors", "errors", func(p Point) float64 { return perSecond(p.Errors, p.Took) }}),
		r.linePlot("Latency over time", func(f float64) string { return text.ShortDuration(seconds(f)) },
			curve{"p50", "p50", func(p Point) float64 { return p.P50.Seconds() }},
			curve{"p99", "p99", func(p Point) float64 { return p.P99.Seconds() }}),
		r.linePlot("In flight", func(f float64) string { return fmt.Sprintf("%.0f", f) },
			curve{"rate", "in flight", func(p Point) float64 { return float64(p.InFlight) }}),
	)
}

// curve is one value over time.
type curve struct {
	class, name string
	value       func(Point) float64
}

func (r *LoadReport) linePlot(title string, unit func(float64) string, curves ...curve) plot {
	end := r.Series[len(r.Series)-1].At.Seconds()
	highest := 0.0
	for _, p := range r.Series {
		for _, c := range curves {
			highest = max(highest, c.value(p))
		}
	}
	drawn := plot{Title: title, Top: unit(highest), Bottom: "0", Labels: []string{"0s", text.ShortDuration(seconds(end / 2)), text.ShortDuration(seconds(end))}}
	for _, c := range curves {
		var points strings.Builder
		for _, p := range r.Series {
			fmt.Fprintf(&points, "%.1f,%.1f ", share(p.At.Seconds(), end)*plotWidth, plotHeight*(1-share(c.value(p), highest)))
		}
		drawn.Lines = append(drawn.Lines, plotLine{c.class, c.name, strings.TrimSpace(points.String())})
	}
	return drawn
}

// barPlot is the histogram of the latency, with a logarithmic axis.
func (r *LoadReport) barPlot() plot {
	drawn := plot{Title: "Latency of the requests", Bottom: "0"}
	buckets := r.histogram
	if len(buckets) == 0 {
		buckets = r.Buckets
	}
	highest := uint64(1)
	for _, b := range buckets {
		highest = max(highest, b.Count)
	}
	drawn.Top = fmt.Sprint(highest)
	width := plotWidth / float64(max(len(buckets), 1))
	for i, b := range buckets {
		height := share(float64(b.Count), float64(highest)) * plotHeight
		if b.Count > 0 {
			height = max(height, 1.5) // a single slow request stays visible
		}
		drawn.Bars = append(drawn.Bars, plotBar{
			X: float64(i)*width + .5, Y: plotHeight - height, Width: width - 1, Height: height,
			Hint: fmt.Sprintf("%s to %s: %d", text.ShortDuration(b.From), text.ShortDuration(b.To), b.Count),
		})
	}
	for i := range labels {
		if at := i * len(buckets) / (labels - 1); len(buckets) > 0 {
			edge := buckets[min(at, len(buckets)-1)].From
			if i == labels-1 {
				edge = buckets[len(buckets)-1].To
			}
			drawn.Labels = append(drawn.Labels, text.ShortDuration(edge))
		}
	}
	return drawn
}

// labels is the number of labels below the histogram.
const labels = 5

func share(part, whole float64) float64 {
	if whole <= 0 {
		return 0
	}
	return part / whole
}
