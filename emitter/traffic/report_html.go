package traffic

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"

	"artihook/emitter/text"
)

//go:embed report.html
var reportPage string

// The size of a plot, in SVG units.
const (
	plotWidth  = 720.0
	plotHeight = 180.0
)

// plot is one diagram of the page.
type plot struct {
	Title, Top, Bottom, Left, Right string
	Lines                           []plotLine
	Bars                            []plotBar
}

type plotLine struct{ Class, Name, Points string }

type plotBar struct {
	X, Y, Width, Height float64
	Label               string // below it
	Hint                string // tooltip
}

// WriteHTML writes the report as one page, without scripts or external files.
func (r *LoadReport) WriteHTML(out io.Writer) error {
	page, err := template.New("report").Funcs(template.FuncMap{
		"duration": text.ShortDuration, "size": text.ByteSize[uint64], "responses": func() string { return orNone(r.responses()) },
		"percent": func(f float64) string { return fmt.Sprintf("%.2f%%", 100*f) }, "rate": func(f float64) string { return fmt.Sprintf("%.1f/s", f) },
		"when": func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") },
	}).Parse(reportPage)
	if err != nil {
		return err
	}
	return page.Execute(out, struct {
		*LoadReport
		Plots []plot
	}{r, r.plots()})
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
	drawn := plot{Title: title, Top: unit(highest), Bottom: "0", Left: "0s", Right: text.ShortDuration(seconds(end))}
	for _, c := range curves {
		var points strings.Builder
		for _, p := range r.Series {
			fmt.Fprintf(&points, "%.1f,%.1f ", share(p.At.Seconds(), end)*plotWidth, plotHeight*(1-share(c.value(p), highest)))
		}
		drawn.Lines = append(drawn.Lines, plotLine{c.class, c.name, strings.TrimSpace(points.String())})
	}
	return drawn
}

func (r *LoadReport) barPlot() plot {
	drawn := plot{Title: "Latency", Bottom: "0"}
	highest := uint64(1)
	for _, b := range r.Buckets {
		highest = max(highest, b.Count)
	}
	drawn.Top = fmt.Sprint(highest)
	width := plotWidth / float64(max(len(r.Buckets), 1))
	for i, b := range r.Buckets {
		height := share(float64(b.Count), float64(highest)) * plotHeight
		drawn.Bars = append(drawn.Bars, plotBar{
			X: float64(i)*width + 1, Y: plotHeight - height, Width: width - 2, Height: height, Label: "≤ " + text.ShortDuration(b.To),
			Hint: fmt.Sprintf("%s to %s: %d", text.ShortDuration(b.From), text.ShortDuration(b.To), b.Count),
		})
	}
	return drawn
}

func share(part, whole float64) float64 {
	if whole <= 0 {
		return 0
	}
	return part / whole
}

// Middle is the position of a bar's label.
func (b plotBar) Middle() float64 { return b.X + b.Width/2 }
