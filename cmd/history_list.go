package cmd

import (
	"context"
	"math"
	"strconv"

	"github.com/spf13/cobra"

	"artihook/cmd/console"
	"artihook/cmd/settings"
)

// listLimit is the default of --limit.
const listLimit = 20

type listOptions struct {
	history settings.HistoryFlags
	filter  settings.FilterFlags
}

func newHistoryListCmd(a *app) *cobra.Command {
	opt := &listOptions{}
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List deliveries, newest first",
		Example: "  artihook history --status 5xx --since 1h\n  artihook history list --lead last -o json",
		Args:    args(cobra.NoArgs),
		RunE:    func(cmd *cobra.Command, _ []string) error { return runHistoryList(cmd.Context(), a, opt) },
	}
	opt.history.AddPath(cmd)
	opt.filter.Add(cmd)
	opt.filter.AddLimit(strconv.Itoa(listLimit))
	return cmd
}

func runHistoryList(ctx context.Context, a *app, opt *listOptions) error {
	store, err := opt.history.OpenToRead(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	filter, err := opt.filter.Resolve(ctx, a.settings, store)
	if err != nil {
		return console.Usage(err)
	}
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
