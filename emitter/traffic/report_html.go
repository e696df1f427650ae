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

// The plots are drawn into a field of this size, in the units of SVG.
const (
	plotWidth  = 720.0
	plotHeight = 180.0
)

// plot is one picture of the page.
type plot struct {
	Title, Top, Bottom, Left, Right string
	Lines                           []plotLine
	Bars                            []plotBar
}

type plotLine struct{ Class, Name, Points string }

type plotBar struct {
	X, Y, Width, Height float64
	Label               string // below it
	Hint                string // of the pointer
}

// WriteHTML writes the report as one page that needs nothing else: no script, no font, no network.
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
	of          func(Point) float64
}

func (r *LoadReport) linePlot(title string, unit func(float64) string, curves ...curve) plot {
	end := r.Series[len(r.Series)-1].At.Seconds()
	highest := 0.0
	for _, p := range r.Series {
		for _, c := range curves {
			highest = max(highest, c.of(p))
		}
	}
	made := plot{Title: title, Top: unit(highest), Bottom: "0", Left: "0s", Right: text.ShortDuration(seconds(end))}
	for _, c := range curves {
		var points strings.Builder
		for _, p := range r.Series {
			fmt.Fprintf(&points, "%.1f,%.1f ", part(p.At.Seconds(), end)*plotWidth, plotHeight*(1-part(c.of(p), highest)))
		}
		made.Lines = append(made.Lines, plotLine{c.class, c.name, strings.TrimSpace(points.String())})
	}
	return made
}

func (r *LoadReport) barPlot() plot {
	made := plot{Title: "Latency", Bottom: "0"}
	highest := uint64(1)
	for _, b := range r.Buckets {
		highest = max(highest, b.Count)
	}
	made.Top = fmt.Sprint(highest)
	width := plotWidth / float64(max(len(r.Buckets), 1))
	for i, b := range r.Buckets {
		height := part(float64(b.Count), float64(highest)) * plotHeight
		made.Bars = append(made.Bars, plotBar{
			X: float64(i)*width + 1, Y: plotHeight - height, Width: width - 2, Height: height, Label: "≤ " + text.ShortDuration(b.To),
			Hint: fmt.Sprintf("%s to %s: %d", text.ShortDuration(b.From), text.ShortDuration(b.To), b.Count),
		})
	}
	return made
}

func part(of, whole float64) float64 {
	if whole <= 0 {
		return 0
	}
	return of / whole
}

// Middle is where a bar's label stands.
func (b plotBar) Middle() float64 { return b.X + b.Width/2 }
