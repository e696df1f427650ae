package cmd

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"artihook/cmd/console"
	"artihook/cmd/settings"
	"artihook/emitter/history"
	"artihook/emitter/text"
)

func newHistoryShowCmd(a *app) *cobra.Command {
	opt := &settings.HistoryFlags{}
	cmd := &cobra.Command{
		Use:     "show N|last",
		Short:   "Print one delivery with its request and response",
		Example: "  artihook history show last\n  artihook history show 42 -o json",
		Args:    args(cobra.ExactArgs(1)),
		RunE:    func(cmd *cobra.Command, args []string) error { return runHistoryShow(cmd.Context(), a, opt, args[0]) },
	}
	opt.AddPath(cmd)
	return cmd
}

func runHistoryShow(ctx context.Context, a *app, opt *settings.HistoryFlags, which string) error {
	store, err := opt.OpenToRead(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	d, err := settings.Delivery(ctx, store, which)
	if err != nil {
		return console.Usage(err)
	}
	return printWhole(a, &d)
}

// printWhole prints the line of a delivery, its other fields, the request and the response.
func printWhole(a *app, d *history.Delivery) error {
	if a.printer.JSON() {
		return a.printer.WriteJSON(d)
	}
	var b strings.Builder
	fmt.Fprintln(&b, a.printer.Line(d))
	for _, row := range [][2]string{
		{"webhook", d.Webhook},
		{"lead", d.Lead},
		{"signed for", console.SignedFor(d)},
		{"scheme", d.Scheme},
		{"edition", d.Edition},
		{"bot", d.Bot},
		{"scenario", d.Scenario},
		{"step", d.Step},
		{"resend of", console.Number(d.ResendOf)},
		{"source", d.Source},
		{"reason", d.Reason},
	} {
		if row[1] != "" {
			fmt.Fprintf(&b, "%-10s  %s\n", row[0], text.Printable(row[1]))
		}
	}
	if _, err := fmt.Fprintln(a.printer.Out, b.String()); err != nil {
		return err
	}
	return a.printer.Exchange(d)
}
