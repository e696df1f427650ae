package cmd

import (
	"context"
	"math"
	"strconv"

	"github.com/spf13/cobra"
)

// listLimit is how many deliveries list shows.
const listLimit = 20

type listOptions struct {
	history historyFlags
	filter  filterFlags
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
	opt.history.addPath(cmd)
	opt.filter.add(cmd)
	opt.filter.addLimit(strconv.Itoa(listLimit))
	return cmd
}

func runHistoryList(ctx context.Context, a *app, opt *listOptions) error {
	store, err := opt.history.openToRead(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	filter, err := opt.filter.resolve(ctx, a, store)
	if err != nil {
		return err
	}
	limit, shown, last := filter.Limit, 0, int64(0)
	filter.Whole = a.json() || a.look.verbose
	filter.Limit = min(limit, math.MaxInt-1) + 1 // to see whether there are more
	for d, err := range store.List(ctx, filter) {
		if err != nil {
			return err
		}
		if shown == limit {
			a.say("there are older ones: --before %d", last)
			return nil
		}
		if err := a.show(&d); err != nil {
			return err
		}
		shown, last = shown+1, d.ID
	}
	if shown == 0 {
		a.sayNone(ctx, store)
	}
	return nil
}
