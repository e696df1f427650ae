package cmd

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"artihook/emitter/history"

	"github.com/spf13/cobra"
)

type statsOptions struct {
	history historyFlags
	filter  filterFlags
}

func newHistoryStatsCmd(a *app) *cobra.Command {
	opt := &statsOptions{}
	cmd := &cobra.Command{
		Use:     "stats",
		Short:   "Sum deliveries up: by event, webhook and status, latency, bytes",
		Example: "  artihook history stats\n  artihook history stats --since 1h -o json",
		Args:    args(cobra.NoArgs),
		RunE:    func(cmd *cobra.Command, _ []string) error { return runHistoryStats(cmd.Context(), a, opt) },
	}
	opt.history.addPath(cmd)
	opt.filter.add(cmd)
	opt.filter.addLimit("")
	return cmd
}

func runHistoryStats(ctx context.Context, a *app, opt *statsOptions) error {
	store, err := opt.history.openToRead(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	filter, err := opt.filter.resolve(ctx, a, store)
	if err != nil {
		return err
	}
	stats, err := store.Stats(ctx, filter)
	if err != nil {
		return err
	}
	if a.json() {
		return a.showJSON(stats)
	}
	if stats.Deliveries == 0 {
		a.sayNone(ctx, store)
		return nil
	}
	_, err = fmt.Fprint(a.out(), a.statsText(&stats))
	return err
}

func (a *app) statsText(s *history.Stats) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s to %s\n", deliveries(s.Deliveries), s.First.Local().Format(time.DateTime), s.Last.Local().Format(time.DateTime))
	fmt.Fprintf(&b, "%s accepted, %d of %d\n", a.paint(shareColor(s), fmt.Sprintf("%.1f%%", 100*s.AcceptedShare())), s.Accepted, s.Deliveries)
	width := 0
	groups := []struct {
		title string
		rows  []history.Count
	}{{"event", s.Events}, {"webhook", s.Webhooks}, {"status", s.Statuses}}
	for _, g := range groups {
		for _, row := range g.rows {
			width = max(width, utf8.RuneCountInString(countName(row)))
		}
	}
	for _, g := range groups {
		fmt.Fprintf(&b, "\nby %s\n", g.title)
		for _, row := range g.rows {
			name := countName(row)
			fmt.Fprintf(&b, "  %s%s %8d  %s\n", name, strings.Repeat(" ", width-utf8.RuneCountInString(name)), row.Deliveries, a.bar(row, s.Deliveries))
		}
	}
	if l := s.Latency; l.Max > 0 {
		fmt.Fprintf(&b, "\nlatency  min %s  mean %s  p50 %s  p90 %s  p95 %s  p99 %s  max %s\n", shortDuration(l.Min), shortDuration(l.Mean),
			shortDuration(l.P50), shortDuration(l.P90), shortDuration(l.P95), shortDuration(l.P99), shortDuration(l.Max))
	}
	fmt.Fprintf(&b, "bytes    %s sent, %s received, %s in the file\n", byteSize(s.RequestBytes), byteSize(s.ResponseBytes), byteSize(s.FileBytes))
	return b.String()
}

func shareColor(s *history.Stats) string {
	if s.Accepted == s.Deliveries {
		return green
	}
	return red
}

// maxCountName bounds a name, such as a long URL, in characters.
const maxCountName = 60

func countName(c history.Count) string {
	name := printable(c.Name)
	if name == "" {
		return "none"
	}
	if runes := []rune(name); len(runes) > maxCountName {
		return string(runes[:maxCountName-1]) + "…"
	}
	return name
}

// barWidth is the length of the bar of all deliveries, in characters.
const barWidth = 30

// bar shows a share of all deliveries, the accepted ones first. Nothing is as short as none.
func (a *app) bar(c history.Count, all int64) string {
	length := max(1, int((c.Deliveries*barWidth+all/2)/all))
	good := int((c.Accepted*int64(length) + c.Deliveries/2) / c.Deliveries)
	if !a.colored() {
		return strings.Repeat("#", length)
	}
	text := ""
	if good > 0 {
		text = a.paint(green, strings.Repeat("█", good))
	}
	if good < length {
		text += a.paint(red, strings.Repeat("█", length-good))
	}
	return text
}

func deliveries(n int64) string {
	if n == 1 {
		return "1 delivery"
	}
	return fmt.Sprintf("%d deliveries", n)
}

// byteSize is a number of bytes for people: 512 B, 1.6 KB, 2.4 GB.
func byteSize(n int64) string {
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	f, unit := float64(n), 0
	for f >= 999.95 && unit < 4 {
		f, unit = f/1000, unit+1
	}
	return fmt.Sprintf("%.1f %cB", f, " KMGT"[unit])
}
