package webui

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"artihook/emitter/history"
	"artihook/emitter/text"
)

const (
	// maxBars is the maximum number of bars of the chart.
	maxBars = 60
	// summaryTime is how long a page waits for its totals. Without them, the list of a huge history is still fast.
	summaryTime = 2 * time.Second
)

// summary has the totals of the deliveries that a view selects, and their number over time.
type summary struct {
	Deliveries int64
	Accepted   string // the share
	P50, P99   string // "" without a response
	Late       bool   // there are too many deliveries to sum up in time
	Bars       []bar
	Width      int // of the chart
	From, To   string
}

// bar is one bar of the chart, whose height is 100 units.
type bar struct {
	X      int
	Start  string // for the table
	Title  string
	URL    string // the list of these deliveries
	Counts [history.Classes]int64
	Parts  []part
}

// part is a part of a bar, with the class of an outcome.
type part struct {
	Class     string
	Y, Height string
}

// classes are the classes of outcomes by history.Class.
var classes = [history.Classes]string{history.ClassOK: "good", history.ClassRejected: "warn", history.ClassFailed: "bad", history.ClassUnknown: "wait"}

// barWidth is the width of a bar with the space to the next one.
const barWidth = 10

func (h *Handler) summary(ctx context.Context, v view) (summary, error) {
	filter := v.filter
	filter.Before, filter.After = 0, 0
	limited, cancel := context.WithTimeout(ctx, summaryTime)
	defer cancel()
	stats, bars, err := h.opt.History.Timeline(limited, filter, maxBars)
	if errors.Is(limited.Err(), context.DeadlineExceeded) {
		return summary{Late: true}, nil
	}
	if err != nil || stats.Deliveries == 0 {
		return summary{}, err
	}
	s := summary{Deliveries: stats.Deliveries, Accepted: percent(stats.AcceptedShare()), Width: len(bars)*barWidth - 2}
	if stats.Latency.Max > 0 {
		s.P50, s.P99 = text.ShortDuration(stats.Latency.P50), text.ShortDuration(stats.Latency.P99)
	}
	s.Bars = h.bars(v, bars)
	s.From, s.To = h.barTime(bars[0].From), h.barTime(bars[len(bars)-1].To)
	return s, nil
}

// percent returns a share as a percentage. Only a share of 1 is 100%.
func percent(share float64) string {
	return strconv.FormatFloat(float64(int(share*1000))/10, 'f', -1, 64) + "%"
}

func (h *Handler) bars(v view, counts []history.Bar) []bar {
	highest := int64(1)
	for _, c := range counts {
		highest = max(highest, total(c.Counts))
	}
	bars := make([]bar, len(counts))
	for i, c := range counts {
		all := total(c.Counts)
		bars[i] = bar{
			X: i * barWidth, Start: h.barTime(c.From), Counts: c.Counts,
			Title: fmt.Sprintf("%s: %s, %d accepted", h.barTime(c.From), text.Counted(all, "delivery"), c.Counts[history.ClassOK]),
			URL:   v.URL("since", c.From.Format(time.RFC3339), "until", c.To.Format(time.RFC3339)),
		}
		y := 100.0
		for class, n := range c.Counts {
			if n == 0 {
				continue
			}
			height := max(2, 100*float64(n)/float64(highest)) // a single failure stays visible
			y = max(0, y-height)
			bars[i].Parts = append(bars[i].Parts, part{classes[class], decimal(y), decimal(height)})
		}
	}
	return bars
}

func total(counts [history.Classes]int64) (n int64) {
	for _, c := range counts {
		n += c
	}
	return n
}

func decimal(f float64) string { return strconv.FormatFloat(f, 'f', 1, 64) }

// barTime returns the start of a bar, with the day if it is not today.
func (h *Handler) barTime(t time.Time) string {
	if day := h.day(t); day != "" {
		return day + ", " + h.clock(t)
	}
	return h.clock(t)
}
