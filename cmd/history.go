package cmd

import (
	"context"
	"errors"
	"iter"

	"artihook/cmd/console"
	"artihook/cmd/settings"
	"artihook/emitter/history"

	"github.com/spf13/cobra"
)

func newHistoryCmd(a *app) *cobra.Command {
	list := newHistoryListCmd(a)
	cmd := &cobra.Command{
		Use:   "history",
		Short: "List, show, compare, resend, export, import, count and prune recorded deliveries",
		Args:  unknownCommand,
		RunE:  list.RunE,
	}
	cmd.Flags().AddFlagSet(list.Flags())
	cmd.AddCommand(
		list, newHistoryShowCmd(a), newHistoryDiffCmd(a), newHistoryResendCmd(a), newHistoryExportCmd(a), newHistoryImportCmd(a),
		newHistoryStatsCmd(a), newHistoryPruneCmd(a), newHistoryPathCmd(a),
	)
	return cmd
}

// selection is the history and the filter of a command that reads deliveries.
type selection struct {
	history settings.HistoryFlags
	filter  settings.FilterFlags
}

// add adds --history, the filters, and --limit with this default; "" is no limit.
func (s *selection) add(cmd *cobra.Command, limit string) {
	s.history.AddPath(cmd)
	s.filter.Add(cmd)
	s.filter.AddLimit(limit)
}

// open opens the history for reading and resolves the filter. The caller closes the store.
func (s *selection) open(ctx context.Context, a *app) (*history.Store, history.Filter, error) {
	store, err := s.history.OpenToRead(ctx)
	if err != nil {
		return nil, history.Filter{}, err
	}
	filter, err := s.filter.Resolve(ctx, a.settings, store)
	if err != nil {
		return nil, filter, errors.Join(console.Usage(err), store.Close())
	}
	return store, filter, nil
}

// deliveries returns the deliveries with the numbers in args, or last; without args, those that the filter selects, whole and the
// oldest first. It looks up all numbers before it returns.
func (s *selection) deliveries(ctx context.Context, store *history.Store, filter history.Filter, args []string) (iter.Seq2[history.Delivery, error], error) {
	if len(args) == 0 {
		filter.Whole, filter.Oldest = true, true
		return store.List(ctx, filter), nil
	}
	ids := make([]int64, len(args))
	for i, name := range args {
		d, err := settings.Delivery(ctx, store, name)
		if err != nil {
			return nil, console.Usage(err)
		}
		ids[i] = d.ID
	}
	return func(yield func(history.Delivery, error) bool) {
		for _, id := range ids {
			d, err := store.Get(ctx, id)
			if !yield(d, err) || err != nil {
				return
			}
		}
	}, nil
}

func errNumbersAndFilters() error { return console.Usagef("give numbers or filters, not both") }

// printNone notes why there is no delivery to print: the history is empty, or the filter that excludes most.
func (s *selection) printNone(ctx context.Context, a *app, store *history.Store, filter history.Filter) error {
	all, err := store.Count(ctx, history.Filter{})
	if err != nil || a.printer.Quiet {
		return err
	}
	if all == 0 {
		a.printer.Notef("no deliveries in %s; send some with artihook send or play", store.Path())
		return nil
	}
	least, name := all+1, ""
	for _, part := range s.filter.Parts(a.settings, filter) {
		n, err := store.Count(ctx, part.Filter)
		if err != nil {
			return err
		}
		if n < least {
			least, name = n, part.Text
		}
	}
	if name == "" { // others were removed meanwhile
		a.printer.Notef("no deliveries match")
		return nil
	}
	a.printer.Notef("no deliveries match; %s excludes %d of the %d in %s", name, all-least, all, store.Path())
	return nil
}

// shortened returns text with at most limit characters.
func shortened(text string, limit int) string {
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit-1]) + "…"
	}
	return text
}
