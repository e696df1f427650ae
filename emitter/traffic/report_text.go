package traffic

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"artihook/emitter/text"
)

// maxRows is the maximum number of rows of the throughput over time. If there are more points, adjacent ones are merged.
const maxRows = 12

// barWidth is the width of the longest bar, in characters.
const barWidth = 40

// WriteText writes the report for a terminal. The error is that of out.
func (r *LoadReport) WriteText(out io.Writer) error {
	var b strings.Builder
	r.writeSummary(&b)
	r.writeTimes(&b)
	if len(r.Events) > 0 {
		r.writeEvents(&b)
		r.writeBars(&b)
		r.writeSeries(&b)
	}
	r.writeThresholds(&b)
	_, err := io.WriteString(out, b.String())
	return err
}

// Headline returns the result in one line, such as "1000 requests, 500.0/s, 10 errors (1.00%), p99 5ms".
func (r *LoadReport) Headline() string {
	return fmt.Sprintf("%s, %.1f/s, %s (%.2f%%), p99 %s",
		text.Counted(r.Requests, "request"), r.Throughput(), text.Counted(r.Errors, "error"), 100*r.ErrorShare(), text.ShortDuration(r.Latency.P99))
}

func (r *LoadReport) writeSummary(b *strings.Builder) {
	fmt.Fprintf(b, "requests  %d in %s: %.1f/s, %d leads, %d connections\n", r.Requests, text.ShortDuration(r.Took), r.Throughput(), r.Leads, r.Connections)
	fmt.Fprintf(b, "errors    %d (%.2f%%)\n", r.Errors, 100*r.ErrorShare())
	if r.Missed > 0 {
		fmt.Fprintf(b, "missed    %d events were not sent before the end: the rate was not reached\n", r.Missed)
	}
	fmt.Fprintf(b, "responses %s\n", orNone(r.responses()))
	for _, name := range slices.Sorted(maps.Keys(r.Failures)) {
		fmt.Fprintf(b, "          %s: %s\n", name, r.Failures[name].Reason)
	}
	fmt.Fprintf(b, "bytes     %s sent, %s received\n", text.ByteSize(r.Sent), text.ByteSize(r.Received))
	fmt.Fprintf(b, "recorded  %d\n", r.Recorded)
}

// responses returns the counts by status and by name of the failure.
func (r *LoadReport) responses() []string {
	var parts []string
	for _, status := range slices.Sorted(maps.Keys(r.Statuses)) {
		parts = append(parts, strconv.Itoa(status)+": "+strconv.FormatUint(r.Statuses[status], 10))
	}
	for _, name := range slices.Sorted(maps.Keys(r.Failures)) {
		parts = append(parts, name+": "+strconv.FormatUint(r.Failures[name].Count, 10))
	}
	return parts
}

func orNone(parts []string) string {
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, ", ")
}

func (r *LoadReport) writeTimes(b *strings.Builder) {
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "\n\tp50\tp90\tp99\tp99.9\tmax\t\n")
	row := func(name string, t Quantiles) {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t\n", name, text.ShortDuration(t.P50), text.ShortDuration(t.P90), text.ShortDuration(t.P99), text.ShortDuration(t.P999), text.ShortDuration(t.Max))
	}
	row("latency", r.Latency)
	if r.Rate > 0 {
		row("late", r.Late)
		row("service", r.Service)
	}
	_ = w.Flush() // a strings.Builder never fails
	if r.Rate > 0 {
		b.WriteString("(latency counts from the scheduled time of an event, service from when it was sent; late is the difference)\n")
	}
}

func (r *LoadReport) writeEvents(b *strings.Builder) {
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "\n\trequests\terrors\tp50\tp99\tmax\t\n")
	for _, e := range r.Events {
		fmt.Fprintf(w, "%s\t%d\t%d\t%s\t%s\t%s\t\n", e.Event, e.Requests, e.Errors, text.ShortDuration(e.Latency.P50), text.ShortDuration(e.Latency.P99), text.ShortDuration(e.Latency.Max))
	}
	_ = w.Flush()
}

func (r *LoadReport) writeBars(b *strings.Builder) {
	highest := uint64(1)
	for _, bar := range r.Buckets {
		highest = max(highest, bar.Count)
	}
	b.WriteString("\nlatency up to\n")
	for _, bar := range r.Buckets {
		length := int((bar.Count*barWidth + highest - 1) / highest)
		fmt.Fprintf(b, "%8s  %-*s %d (%.2f%%)\n", text.ShortDuration(bar.To), barWidth, strings.Repeat("█", length), bar.Count, 100*float64(bar.Count)/float64(r.Requests))
	}
}

func (r *LoadReport) writeSeries(b *strings.Builder) {
	if len(r.Series) < 2 {
		return
	}
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "\nuntil\trate\terrors\tp50\tp99\tmax\t\n")
	size := (len(r.Series) + maxRows - 1) / maxRows
	for points := range slices.Chunk(r.Series, size) {
		p := points[0]
		for _, next := range points[1:] {
			p = merge(p, next)
		}
		fmt.Fprintf(w, "%s\t%.1f/s\t%d\t%s\t%s\t%s\t\n", p.At.Round(100*time.Millisecond), p.Rate(), p.Errors, text.ShortDuration(p.P50), text.ShortDuration(p.P99), text.ShortDuration(p.Max))
	}
	_ = w.Flush()
}

func (r *LoadReport) writeThresholds(b *strings.Builder) {
	if len(r.Thresholds) > 0 {
		b.WriteString("\n")
	}
	for _, v := range r.Thresholds {
		fmt.Fprintf(b, "%s  %s (%s)\n", map[bool]string{true: "met   ", false: "missed"}[v.OK], v.Text, v.Shown())
	}
}

// Shown returns the result for people, in the unit of the threshold.
func (v Verdict) Shown() string {
	switch {
	case timeMetrics[v.Metric] != nil || v.Metric == metricLate:
		return text.ShortDuration(seconds(v.Got))
	case v.Metric == metricRate:
		return fmt.Sprintf("%.1f/s", v.Got)
	case v.isShare():
		return fmt.Sprintf("%.2f%%", 100*v.Got)
	}
	return text.Decimal(v.Got)
}
