package cmd

import (
	"context"
	"math"
	"strconv"

	"github.com/spf13/cobra"
)

// listLimit is the default of --limit.
const listLimit = 20

func newHistoryListCmd(a *app) *cobra.Command {
	opt := &selection{}
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List deliveries, newest first",
		Example: "  artihook history --status 5xx --since 1h\n  artihook history list --lead last -o json",
		Args:    args(cobra.NoArgs),
		RunE:    func(cmd *cobra.Command, _ []string) error { return runHistoryList(cmd.Context(), a, opt) },
	}
	opt.add(cmd, strconv.Itoa(listLimit))
	return cmd
}

func runHistoryList(ctx context.Context, a *app, opt *selection) error {
	store, filter, err := opt.open(ctx, a)
	if err != nil {
		return err
	}
	defer store.Close()
	limit, shown, last := filter.Limit, 0, int64(0)
	filter.Whole = a.printer.JSON() || a.printer.Verbose
	filter.Limit = min(limit, math.MaxInt-1) + 1 // to see whether there are more
	for d, err := range store.List(ctx, filter) {
		if err != nil {
			return err
		}
		if shown == limit {
			a.printer.Notef("there are older ones: --before %d", last)
			return nil
		}
		if err := a.printer.Delivery(&d); err != nil {
			return err
		}
		shown, last = shown+1, d.ID
	}
	if shown == 0 {
		printNone(ctx, a, store)
	}
	return nil
}
