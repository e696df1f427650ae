package cmd

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"artihook/cmd/console"
	"artihook/emitter/history"
	"artihook/emitter/text"

	"github.com/spf13/cobra"
)

func newHistoryStatsCmd(a *app) *cobra.Command {
	opt := &selection{}
	cmd := &cobra.Command{
		Use:     "stats",
		Short:   "Count deliveries by event, webhook and status; print latency and bytes",
		Example: "  artihook history stats\n  artihook history stats --since 1h -o json",
		Args:    args(cobra.NoArgs),
		RunE:    func(cmd *cobra.Command, _ []string) error { return runHistoryStats(cmd.Context(), a, opt) },
	}
	opt.add(cmd, "")
	return cmd
}

func runHistoryStats(ctx context.Context, a *app, opt *selection) error {
	store, filter, err := opt.open(ctx, a)
	if err != nil {
		return err
	}
	defer store.Close()
	stats, err := store.Stats(ctx, filter)
	if err != nil {
		return err
	}
	if a.printer.JSON() {
		return a.printer.WriteJSON(stats)
	}
	if stats.Deliveries == 0 {
		return opt.printNone(ctx, a, store, filter)
	}
	_, err = fmt.Fprint(a.printer.Out, statsText(a, &stats))
	return err
}

func statsText(a *app, s *history.Stats) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s to %s\n", text.Counted(s.Deliveries, "delivery"), s.First.Local().Format(time.DateTime), s.Last.Local().Format(time.DateTime))
	fmt.Fprintf(&b, "%s accepted, %d of %d\n", a.printer.Paint(shareColor(s), fmt.Sprintf("%.1f%%", 100*s.AcceptedShare())), s.Accepted, s.Deliveries)
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
			fmt.Fprintf(&b, "  %s%s %8d  %s\n", name, strings.Repeat(" ", width-utf8.RuneCountInString(name)), row.Deliveries, bar(a, row, s.Deliveries))
		}
	}
	if l := s.Latency; l.Max > 0 {
		fmt.Fprintf(&b, "\nlatency  min %s  mean %s  p50 %s  p90 %s  p95 %s  p99 %s  max %s\n", text.ShortDuration(l.Min), text.ShortDuration(l.Mean),
			text.ShortDuration(l.P50), text.ShortDuration(l.P90), text.ShortDuration(l.P95), text.ShortDuration(l.P99), text.ShortDuration(l.Max))
	}
	fmt.Fprintf(&b, "bytes    %s sent, %s received, %s in the file\n", text.ByteSize(s.RequestBytes), text.ByteSize(s.ResponseBytes), text.ByteSize(s.FileBytes))
	return b.String()
}

func shareColor(s *history.Stats) string {
	if s.Accepted == s.Deliveries {
		return console.Green
	}
	return console.Red
}

// maxCountName bounds a name, such as a long URL, in characters.
const maxCountName = 60

func countName(c history.Count) string {
	name := text.Printable(c.Name)
	if name == "" {
		return "none"
	}
	return shortened(name, maxCountName)
}

// barWidth is the length of the bar of all deliveries, in characters.
const barWidth = 30

// bar returns a bar for a share of all deliveries, the accepted ones first. It has at least one character.
func bar(a *app, c history.Count, all int64) string {
	length := max(1, int((c.Deliveries*barWidth+all/2)/all))
	good := int((c.Accepted*int64(length) + c.Deliveries/2) / c.Deliveries)
	if !a.printer.Colored() {
		return strings.Repeat("#", length)
	}
	painted := ""
	if good > 0 {
		painted = a.printer.Paint(console.Green, strings.Repeat("█", good))
	}
	if good < length {
		painted += a.printer.Paint(console.Red, strings.Repeat("█", length-good))
	}
	return painted
}
