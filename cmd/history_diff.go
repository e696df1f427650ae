package cmd

import (
	"context"
	"fmt"
	"strings"

	"artihook/cmd/console"
	"artihook/cmd/settings"
	"artihook/emitter/history"
	"artihook/emitter/text"

	"github.com/spf13/cobra"
)

func newHistoryDiffCmd(a *app) *cobra.Command {
	opt := &settings.HistoryFlags{}
	cmd := &cobra.Command{
		Use:   "diff N|last M|last",
		Short: "Compare two deliveries field by field",
		Long: `Diff prints each field in which two deliveries differ: settings, request, outcome and response. JSON bodies are compared value by
value. The names of fields below request.body are paths for --set.`,
		Example: "  artihook history diff 12 13\n  artihook history diff 12 last -o json",
		Args:    args(cobra.ExactArgs(2)),
		RunE:    func(cmd *cobra.Command, args []string) error { return runHistoryDiff(cmd.Context(), a, opt, args) },
	}
	opt.AddPath(cmd)
	return cmd
}

func runHistoryDiff(ctx context.Context, a *app, opt *settings.HistoryFlags, args []string) error {
	store, err := opt.OpenToRead(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	var two [2]history.Delivery
	for i := range two {
		if two[i], err = settings.Delivery(ctx, store, args[i]); err != nil {
			return console.Usage(err)
		}
	}
	differences := history.Diff(&two[0], &two[1])
	if a.printer.JSON() {
		for _, d := range differences {
			if err := a.printer.WriteJSON(d); err != nil {
				return err
			}
		}
		return nil
	}
	if len(differences) == 0 {
		a.printer.Notef("%s and %s have the same request and response", console.Number(two[0].ID), console.Number(two[1].ID))
	}
	_, err = fmt.Fprint(a.printer.Out, diffText(differences))
	return err
}

// diffText returns a line for each difference. Of two long values it contains the part that differs.
func diffText(differences []history.Difference) string {
	var b strings.Builder
	for _, d := range differences {
		change := ""
		switch {
		case d.Before == nil:
			change = "none → " + shortened(*d.After, maxChange)
		case d.After == nil:
			change = shortened(*d.Before, maxChange) + " → none"
		case len(*d.Before) <= maxChange && len(*d.After) <= maxChange:
			change = *d.Before + " → " + *d.After
		default:
			change = textChange([]rune(*d.Before), []rune(*d.After))
		}
		fmt.Fprintf(&b, "%s  %s\n", text.Printable(d.Field), text.Printable(change))
	}
	return b.String()
}
